/* Tail: the part of a visitor's story that can still change (law 3, out of order). */
#ifndef FOOTFALL_FOLD_TAIL_H
#define FOOTFALL_FOLD_TAIL_H

#include "emit.h"

/* Whether an event at t, received then, comes too late to change the visitor's sessions and cart. */
bool tail_is_late(const struct fold *f, const struct visitor *v, ff_wall t, ff_wall received);

/* Puts an act (a number the tail takes over), received then, in its place in the story of the visitor
 * and folds it: onto the head where nothing follows it, else by folding the tail anew from the settled
 * course. False: it is a ping without a session so far. The pools have room (story_reserve). */
bool tail_take(const struct pen *p, uint32_t visitor, uint32_t act, ff_wall received);

/* Puts a late purchase behind all that the visitor has done so far. */
void tail_take_late(const struct pen *p, uint32_t visitor, uint32_t act);

/* The visitor's story so far is settled: frees the tail, if any. */
void tail_drop(struct fold *f, uint32_t visitor);

/* Drops the tails to which nothing can come any more at now. */
void tail_expire(struct fold *f, ff_wall now);

#endif
