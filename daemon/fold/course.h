/* Course: a visitor's story up to some point; folding acts onto it in the order of time. */
#ifndef FOOTFALL_FOLD_COURSE_H
#define FOOTFALL_FOLD_COURSE_H

#include "emit.h"

/* Folds one act onto the course. False: a ping without a session, counted as stray. */
bool course_fold(const struct pen *p, struct course *c, const struct act *a);

/* Folds a chain of acts, in order. Gives what course_fold gave for the act `asked` (a number of the
 * chain, or 0). */
bool course_fold_all(const struct pen *p, struct course *c, uint32_t acts, uint32_t asked);

/* Whether the type is a cart event (metrics.md, "Cart and checkout abandonment"). */
bool course_touches_cart(enum ff_type type);

/* A copy that shares the cart; and the end of one, which leaves nothing. */
struct course course_share(struct fold *f, const struct course *c);
void course_release(struct fold *f, struct course *c);

#endif
