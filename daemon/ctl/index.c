#include "index.h"

#include <stdlib.h>

bool index_add(struct line_index *x, const struct index_ref *ref)
{
    if (x->count == x->room) {
        size_t room = x->room ? 2 * x->room : 4096;
        struct index_ref *grown = realloc(x->refs, room * sizeof(*grown));
        if (!grown)
            return false;
        x->refs = grown;
        x->room = room;
    }
    x->refs[x->count++] = *ref;
    return true;
}

static int by_time(const void *left, const void *right)
{
    const struct index_ref *a = left, *b = right;
    if (a->time != b->time)
        return a->time < b->time ? -1 : 1;
    if (a->file != b->file)
        return a->file < b->file ? -1 : 1;
    return (a->line > b->line) - (a->line < b->line);
}

void index_sort(struct line_index *x)
{
    for (size_t i = 1; i < x->count; i++) {
        if (by_time(&x->refs[i - 1], &x->refs[i]) > 0) {
            qsort(x->refs, x->count, sizeof(*x->refs), by_time);
            return;
        }
    }
}

void index_fini(struct line_index *x)
{
    free(x->refs);
    *x = (struct line_index){NULL, 0, 0};
}
