#include "due.h"

#include "region.h"

#include <assert.h>

bool due_init(struct due *d, size_t cap)
{
    *d = (struct due){.heap = region_new(cap, sizeof *d->heap), .cap = cap};
    return d->heap != NULL;
}

void due_fini(struct due *d)
{
    region_free(&d->heap, d->cap, sizeof *d->heap);
}

static bool due_before(struct due_entry a, struct due_entry b)
{
    return a.at != b.at ? a.at < b.at : a.who < b.who;
}

/* Moves e up from the hole at i to where its parent is no later. */
static void due_rise(struct due *d, size_t i, struct due_entry e)
{
    for (; i > 0; i = (i - 1) / 2) {
        size_t parent = (i - 1) / 2;
        if (!due_before(e, d->heap[parent]))
            break;
        d->heap[i] = d->heap[parent];
    }
    d->heap[i] = e;
}

/* Moves e down from the hole at i to where no child is earlier. */
static void due_sink(struct due *d, size_t i, struct due_entry e)
{
    for (size_t child; (child = 2 * i + 1) < d->n; i = child) {
        if (child + 1 < d->n && due_before(d->heap[child + 1], d->heap[child]))
            child++;
        if (!due_before(d->heap[child], e))
            break;
        d->heap[i] = d->heap[child];
    }
    d->heap[i] = e;
}

void due_add(struct due *d, struct due_entry e)
{
    assert(d->n < d->cap);
    due_rise(d, d->n++, e);
}

bool due_take(struct due *d, ff_wall t, struct due_entry *out)
{
    if (d->n == 0 || d->heap[0].at > t)
        return false;
    *out = d->heap[0];
    struct due_entry last = d->heap[--d->n];
    if (d->n > 0)
        due_sink(d, 0, last);
    return true;
}

void due_sweep(struct due *d, bool (*keep)(void *ctx, struct due_entry e), void *ctx)
{
    size_t kept = 0;
    for (size_t i = 0; i < d->n; i++)
        if (keep(ctx, d->heap[i]))
            d->heap[kept++] = d->heap[i];
    d->n = kept;
    for (size_t i = kept / 2; i-- > 0;)
        due_sink(d, i, d->heap[i]);
}
