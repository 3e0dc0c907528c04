/* Alike: cells that change alike. The values of a session's dimensions change together, by the same, with nearly
 * each of its events, and those of other sessions as they do. So what a group of values has got is summed up once,
 * and put in their rows when these are looked at. It says nothing of its own: a value is admitted, or turned away and
 * counted, when its difference comes, and with what is put in its row each sum is what it would be without. */
#ifndef FOOTFALL_TALLY_ALIKE_H
#define FOOTFALL_TALLY_ALIKE_H

#include "bucket.h"

/* Fewer cells than ALIKE_LEAST go to their rows more cheaply. */
enum { ALIKE_LEAST = 4, ALIKE_MOST = 6, ALIKE_TIERS = TIER_KINDS - TIER_HOUR };

struct alike;

/* How many of the difference's values, from the first on, are for alike_add: those of dimensions that whole groups
 * of sessions have in common, as pages are not. 0 for too few of them, or where there is money. */
static inline uint32_t alike_takes(const struct ff_cells *d)
{
    uint32_t n = 0;
    if (d->n < ALIKE_LEAST || d->currency)
        return 0;
    while (n < d->n && d->refs[n].dimension <= FF_BY_VISITOR_TYPE)
        n++;
    return n >= ALIKE_LEAST && n <= ALIKE_MOST ? n : 0;
}

/* Takes up the first n values of a difference, for the cells of its hour and of its day, one of which may be NULL.
 * Another group may give way. */
void alike_add(struct alike *a, struct cells *const cells[ALIKE_TIERS], const struct ff_cells *d, uint32_t n);

/* Puts all sums in their rows, and keeps none: before rows are read, and before they go. */
void alike_settle(struct alike *a);

/* Owned by the caller; never NULL. */
struct alike *alike_new(void);
void alike_free(struct alike **a);

#endif
