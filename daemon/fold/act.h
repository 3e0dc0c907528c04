/* Act: an event of one visitor, from its record to the end of its tail. Whatever but page views and
 * pings is known by more than its type and time has a struct act_rest besides. */
#ifndef FOOTFALL_FOLD_ACT_H
#define FOOTFALL_FOLD_ACT_H

#include "footfall/record.h"
#include "state.h"

/* The record's place in time, as an act can hold it: canon gives no instant outside of that. */
ff_wall act_time(const struct ff_record *r);

/* The act of a record, owned by the caller; act_free gives it back with all that belongs to it. The
 * pools have room (story_reserve). */
uint32_t act_new(struct fold *f, const struct ff_record *r);
void act_free(struct fold *f, uint32_t number);

/* The act of a late purchase, whose place in the story is behind all there is. */
uint32_t act_new_late(struct fold *f, const struct ff_record *r, ff_wall place);

/* Whether more is known of the act than what it holds itself; and that: all zeros where there is
 * nothing. Borrowed from the act. */
bool act_has_rest(const struct act *a);
const struct act_rest *act_rest(const struct fold *f, const struct act *a);

/* The engagement that it reports. */
uint32_t act_engaged_ms(const struct act *a);

#endif
