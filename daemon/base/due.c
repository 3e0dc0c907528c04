#include "due.h"

#include "region.h"

#include <assert.h>

/* The children of i are 4i + 1 and the next three. */
#define CHILDREN 4
#define DUE_BEFORE (CHILDREN - 1) /* entries of the region before the heap */

bool due_init(struct due *d, size_t cap)
{
    *d = (struct due){.region = region_new(cap + DUE_BEFORE, sizeof *d->heap), .cap = cap};
    if (!d->region)
        return false;
    d->heap = d->region + DUE_BEFORE;
    return true;
}

void due_fini(struct due *d)
{
    region_free(&d->region, d->cap + DUE_BEFORE, sizeof *d->heap);
    d->heap = NULL;
}

static __int128 due_order(struct due_entry e)
{
    return (__int128)e.at * ((__int128)1 << 64) + e.who;
}

/* Without a branch: which of two is earlier, nobody can guess. */
static bool due_before(struct due_entry a, struct due_entry b)
{
    return due_order(a) < due_order(b);
}

/* Entries that come and go at any time, and in whose number memory is given back: whole pages. */
#define DUE_STEP 4096

/* What is given back is a third of it or more, so that it costs each entry little. */
static void due_shrink(struct due *d)
{
    if (d->reached <= 2 * DUE_STEP || d->n > d->reached / 4)
        return;
    size_t keep = (2 * d->n / DUE_STEP + 1) * DUE_STEP, all = d->cap + DUE_BEFORE;
    size_t end = d->reached < all ? d->reached : all;
    region_forget(d->region + keep, (end - keep) * sizeof *d->heap);
    d->reached = keep;
}

/* Moves e up from the hole at i to where its parent is no later. */
static void due_rise(struct due *d, size_t i, struct due_entry e)
{
    for (; i > 0; i = (i - 1) / CHILDREN) {
        size_t parent = (i - 1) / CHILDREN;
        if (!due_before(e, d->heap[parent]))
            break;
        d->heap[i] = d->heap[parent];
    }
    d->heap[i] = e;
}

/* The earliest of the children from `first` on. */
static size_t due_first_child(const struct due *d, size_t first)
{
    size_t end = first + CHILDREN < d->n ? first + CHILDREN : d->n, earliest = first;
    for (size_t i = first + 1; i < end; i++)
        earliest = due_before(d->heap[i], d->heap[earliest]) ? i : earliest;
    return earliest;
}

/* Moves e down from the hole at i to where no child is earlier. */
static void due_sink(struct due *d, size_t i, struct due_entry e)
{
    for (size_t child; CHILDREN * i + 1 < d->n; i = child) {
        child = due_first_child(d, CHILDREN * i + 1);
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
    if (d->n + DUE_BEFORE > d->reached)
        d->reached += DUE_STEP;
}

void due_push(struct due *d, struct due_entry e)
{
    assert(d->n < d->cap);
    d->heap[d->n++] = e;
    if (d->n + DUE_BEFORE > d->reached)
        d->reached += DUE_STEP;
}

void due_settle(struct due *d)
{
    for (size_t i = d->n / CHILDREN + 1; i-- > 0;)
        due_sink(d, i, d->heap[i]);
}

bool due_take(struct due *d, ff_wall t, struct due_entry *out)
{
    if (d->n == 0 || d->heap[0].at > t)
        return false;
    *out = d->heap[0];
    struct due_entry last = d->heap[--d->n];
    if (d->n > 0)
        due_sink(d, 0, last);
    due_shrink(d);
    return true;
}

void due_sweep(struct due *d, bool (*keep)(void *ctx, struct due_entry e), void *ctx)
{
    size_t kept = 0;
    for (size_t i = 0; i < d->n; i++)
        if (keep(ctx, d->heap[i]))
            d->heap[kept++] = d->heap[i];
    d->n = kept;
    due_settle(d);
    due_shrink(d);
}
