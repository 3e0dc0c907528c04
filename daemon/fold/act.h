/* Act: an event of one visitor, from its record to the end of its tail. What does not fit in it lies in a
 * struct act_rest besides. */
#ifndef FOOTFALL_FOLD_ACT_H
#define FOOTFALL_FOLD_ACT_H

#include "footfall/record.h"
#include "state.h"

/* The record's place in time, as an act can hold it: canon gives no instant outside of that. */
ff_wall act_time(const struct ff_record *r);

/* The act of a record, of which f->said is what it says, owned by the caller; act_free gives it back with
 * all that belongs to it, and lets go of its words. The pools have room (story_reserve). */
uint32_t act_new(struct fold *f, const struct ff_record *r);
void act_free(struct fold *f, uint32_t number);

/* The act of a late purchase, whose place in the story is behind all there is. */
uint32_t act_new_late(struct fold *f, const struct ff_record *r, ff_wall place);

/* What is known of the act beside what it holds itself: all zeros where it is not rested. Borrowed from it. */
const struct act_rest *act_rest(const struct fold *f, const struct act *a);

/* The words that it brings; borrowed. act_word: of one that is not late, the first of them. */
struct said act_said(const struct fold *f, const struct act *a);
uint32_t act_word(const struct fold *f, const struct act *a);

/* The engagement that it reports. */
uint32_t act_engaged_ms(const struct fold *f, const struct act *a);

/* What an act of this type that is not rested has in the place of its rest. */
enum act_place { ACT_NOTHING, ACT_ENGAGED_MS, ACT_WORD };
enum act_place act_place(enum ff_type type);

#endif
