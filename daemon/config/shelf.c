#include "shelf.h"

#include <stdlib.h>

/* One piece of memory, linked to the one taken before it. */
struct piece {
    struct piece *before;
    _Alignas(max_align_t) char bytes[];
};

struct shelf {
    struct piece *last;
};

struct shelf *shelf_new(void)
{
    return calloc(1, sizeof(struct shelf));
}

void shelf_free(struct shelf **s)
{
    if (!*s)
        return;
    for (struct piece *p = (*s)->last, *before; p; p = before) {
        before = p->before;
        free(p);
    }
    free(*s);
    *s = NULL;
}

void *shelf_take(struct shelf *s, size_t n)
{
    size_t size;
    if (__builtin_add_overflow(n, sizeof(struct piece), &size))
        return NULL;
    struct piece *p = calloc(1, size);
    if (!p)
        return NULL;
    p->before = s->last;
    s->last = p;
    return p->bytes;
}

char *shelf_copy(struct shelf *s, struct ff_span text)
{
    char *copy = shelf_take(s, text.n + 1);
    if (copy && text.n)
        memcpy(copy, text.p, text.n);
    return copy;
}
