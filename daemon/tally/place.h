/* Place: the buckets that an instant's facts go to. Most facts come to the same few minutes, so where those
 * go is remembered: a look-up, that is, which nothing that is counted depends on. */
#ifndef FOOTFALL_TALLY_PLACE_H
#define FOOTFALL_TALLY_PLACE_H

#include "state.h"

/* Looks where facts of the site at `at` go, makes their buckets where there are none, and remembers it in *p. Of
 * what lies too far ahead nothing is remembered. */
const struct place *place_find(struct tally *t, struct place *p, uint16_t site, ff_wall at);

/* The same, where that may be remembered; borrowed until the next call. */
static inline const struct place *place_of(struct tally *t, uint16_t site, ff_wall at)
{
    struct place *p = &t->places[((uint64_t)at / FF_MINUTE + site) % TALLY_PLACES];
    return at >= p->from && at < p->to && site == p->site ? p : place_find(t, p, site, at);
}

/* Nothing is remembered any more: to be called when buckets go, or other ones are kept. */
void place_forget(struct tally *t);

#endif
