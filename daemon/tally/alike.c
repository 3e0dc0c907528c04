#include "alike.h"

#include "memory.h"

#include <string.h>

#define GROUPS 256 /* a power of two: the usual ones of an hour */

_Static_assert(FF_BY_CHANNEL == 0 && FF_BY_VISITOR_TYPE == ALIKE_MOST - 1, "these dimensions come first");

struct group {
    uint32_t n;                            /* of the values; 0: there is none */
    uint32_t fields;                       /* that by has sums of, a bit each */
    struct cells *cells[ALIKE_TIERS];      /* borrowed: of the hour and the day, or NULL */
    struct cell_stock *stock;              /* of both */
    struct ff_cell_ref refs[ALIKE_MOST];
    uint64_t left_out[TALLY_LEFT_REASONS]; /* what each difference adds to the stock's */
    int64_t by[FF_ROW_SESSION_FIELDS];
    uint32_t place[ALIKE_TIERS][ALIKE_MOST];
};

struct alike {
    struct group group[GROUPS];
};

struct alike *alike_new(void)
{
    return memory_zeroed(1, sizeof(struct alike));
}

void alike_free(struct alike **a)
{
    free(*a);
    *a = NULL;
}

static void group_settle(struct group *g)
{
    for (int k = 0; k < ALIKE_TIERS; k++)
        for (uint32_t i = 0; g->cells[k] && i < g->n; i++)
            cells_change(g->cells[k], g->refs[i].dimension, g->place[k][i], g->by, g->fields);
    g->fields = 0;
}

/* The difference adds to what its group has so far. */
static inline void group_add(struct group *g, const struct ff_cells *d)
{
    for (uint32_t left = d->fields; left; left &= left - 1) {
        int field = __builtin_ctz(left);
        bool more = g->fields & FF_FIELD(field);
        g->by[field] = bucket_plus(more ? g->by[field] : 0, d->by[field]);
    }
    g->fields |= d->fields;
}

/* A group of the values of this difference, with nothing yet. They get their places as if it went there at once. */
static void group_begin(struct group *g, struct cells *const cells[ALIKE_TIERS], const struct ff_cells *d,
                        uint32_t n)
{
    group_settle(g);
    *g = (struct group){.n = n};
    memcpy(g->refs, d->refs, n * sizeof *d->refs);
    for (int k = 0; k < ALIKE_TIERS; k++) {
        if (!cells[k])
            continue;
        g->cells[k] = cells[k];
        g->stock = cells[k]->stock;
        for (int r = 0; r < TALLY_LEFT_REASONS; r++)
            g->left_out[r] -= g->stock->left_out[r];
        for (uint32_t i = 0; i < n; i++)
            g->place[k][i] = cells_place(cells[k], d->refs[i].dimension, d->refs[i].word);
        for (int r = 0; r < TALLY_LEFT_REASONS; r++)
            g->left_out[r] += g->stock->left_out[r];
    }
}

/* One by one: they have just been written so, and a larger piece of memory would have to be waited for. */
static bool group_is(const struct group *g, struct cells *const cells[ALIKE_TIERS], const struct ff_cells *d,
                     uint32_t n)
{
    if (g->n != n || g->cells[0] != cells[0] || g->cells[1] != cells[1])
        return false;
    for (uint32_t i = 0; i < n; i++)
        if (g->refs[i].word != d->refs[i].word || g->refs[i].dimension != d->refs[i].dimension)
            return false;
    return true;
}

static struct group *group_of(struct alike *a, struct cells *const cells[ALIKE_TIERS], const struct ff_cells *d,
                              uint32_t n)
{
    uint64_t hash = (uintptr_t)cells[0] >> 4 ^ (uintptr_t)cells[1];
    for (uint32_t i = 0; i < n; i++)
        hash = (hash ^ d->refs[i].word) * UINT64_C(0x9e3779b97f4a7c15);
    return &a->group[hash >> 32 & (GROUPS - 1)];
}

void alike_add(struct alike *a, struct cells *const cells[ALIKE_TIERS], const struct ff_cells *d, uint32_t n)
{
    struct group *g = group_of(a, cells, d, n);
    if (!group_is(g, cells, d, n))
        group_begin(g, cells, d, n);
    else
        for (int r = 0; r < TALLY_LEFT_REASONS; r++)
            g->stock->left_out[r] += g->left_out[r];
    group_add(g, d);
}

void alike_settle(struct alike *a)
{
    for (size_t i = 0; i < GROUPS; i++) {
        group_settle(&a->group[i]);
        a->group[i].n = 0;
    }
}
