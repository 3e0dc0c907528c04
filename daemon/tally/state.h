/* What a tally is made of; seen by the files of this room only. */
#ifndef FOOTFALL_TALLY_STATE_H
#define FOOTFALL_TALLY_STATE_H

#include "alike.h"
#include "tier.h"

/* How far ahead of the clock a fact may lie. */
#define TALLY_AHEAD FF_DAY

struct tally_site {
    const struct zone *zone;
    struct tier tier[TIER_KINDS];
    ff_wall kept[TIER_KINDS]; /* start of the oldest bucket kept: days <= hours <= minutes */
    ff_wall since[TIER_KINDS]; /* what was loaded has no finer buckets before this; or FF_NEVER */
};

/* Where facts of a site go from one instant to another (place.h). */
struct place {
    ff_wall from, to; /* from == to: for none */
    struct bucket *bucket[TIER_KINDS]; /* NULL: not kept any more */
    uint16_t site;
    bool any;         /* of them */
};

#define TALLY_PLACES 64

struct tally {
    struct place places[TALLY_PLACES];
    ff_wall minute; /* the clock, floored to a minute: what is kept changes no more often */
    ff_dur keep[TIER_KINDS];
    uint64_t too_old, too_far;
    struct cell_stock stock;
    struct alike *alike; /* what cells have got that is not in their rows yet */
    uint16_t sites;
    struct tally_site site[];
};

/* tally_widen with no finer edges than those of a tier; and the largest bucket that begins at `at` and
 * does not reach over `to`, both being edges of kept buckets: sets *kind to its tier. */
void tally_widen_to(const struct tally_site *s, enum tier_kind finest, ff_wall *from, ff_wall *to);
struct zone_span tally_largest_at(const struct tally_site *s, ff_wall at, ff_wall to, enum tier_kind *kind);

/* Where to stop looking: nothing is kept of what lies further ahead than facts may. */
ff_wall tally_last_to_look(const struct tally *t, ff_wall to);

/* Sets kept from the clock, the keeps and since, and lets go of what lies before it. */
void tally_expire_site(struct tally *t, struct tally_site *s);

#endif
