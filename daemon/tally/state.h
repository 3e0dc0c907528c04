/* What a tally is made of; seen by the files of this room only. */
#ifndef FOOTFALL_TALLY_STATE_H
#define FOOTFALL_TALLY_STATE_H

#include "tier.h"

/* How far ahead of the clock a fact may lie. */
#define TALLY_AHEAD FF_DAY

struct tally_site {
    const struct zone *zone;
    struct tier tier[TIER_KINDS];
    ff_wall kept[TIER_KINDS]; /* start of the oldest bucket kept: days <= hours <= minutes */
    ff_wall since[TIER_KINDS]; /* what was loaded has no finer buckets before this; or FF_NEVER */
};

struct tally {
    ff_wall minute; /* the clock, floored to a minute: what is kept changes no more often */
    ff_dur keep[TIER_KINDS];
    uint64_t too_old, too_far;
    uint16_t sites;
    struct tally_site site[];
};

/* Sets kept from the clock, the keeps and since, and lets go of what lies before it. */
void tally_expire_site(const struct tally *t, struct tally_site *s);

#endif
