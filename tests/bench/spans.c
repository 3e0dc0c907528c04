#include "spans.h"

#include <stdlib.h>

bool spans_init(struct spans *s, size_t cap)
{
    *s = (struct spans){.at = malloc(cap * sizeof *s->at), .cap = cap};
    if (!s->at)
        s->cap = 0;
    return s->at;
}

void spans_fini(struct spans *s)
{
    free(s->at);
    *s = (struct spans){0};
}

void spans_add(struct spans *s, int64_t from, int64_t to)
{
    if (s->n == s->cap)
        s->full = true;
    else
        s->at[s->n++] = (struct span){from, to};
}

static int by_begin(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    return (x->from > y->from) - (x->from < y->from);
}

/* Makes one of those that overlap. */
static void join(struct spans *s)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->n; i++)
        if (kept == 0 || s->at[i].from > s->at[kept - 1].to)
            s->at[kept++] = s->at[i];
        else if (s->at[i].to > s->at[kept - 1].to)
            s->at[kept - 1].to = s->at[i].to;
    s->n = kept;
}

void spans_extend(struct spans *s, double by)
{
    if (s->n == 0)
        return;
    qsort(s->at, s->n, sizeof *s->at, by_begin);
    join(s);
    int64_t over = s->at[0].from; /* when all that was owed before is done */
    for (size_t i = 0; i < s->n; i++) {
        struct span *one = &s->at[i];
        int64_t owed = over > one->from ? over - one->from : 0;
        over = one->to + (int64_t)(by * (double)(one->to - one->from)) + owed;
        one->to = over;
    }
    join(s);
}

bool spans_touch(const struct spans *s, int64_t from, int64_t to)
{
    size_t low = 0, high = s->n; /* the first that does not end before from */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->at[middle].to < from)
            low = middle + 1;
        else
            high = middle;
    }
    return low < s->n && s->at[low].from <= to;
}
