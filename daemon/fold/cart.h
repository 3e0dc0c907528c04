/* Cart: what a visitor has put in it, and what it is counted as (metrics.md, "Cart and checkout
 * abandonment"). */
#ifndef FOOTFALL_FOLD_CART_H
#define FOOTFALL_FOLD_CART_H

#include "emit.h"

/* Folds one act, not before any other, into the course's cart: opens one, takes it up again,
 * changes or converts it, or does nothing; emits the difference of what is counted, as of the
 * fold's now. *cart is a number the course owns a reference of (0: none); a shared cart is copied
 * before it is changed. Takes at most 2 carts and CART_LINES_MAX * 2 lines from the pools. */
void cart_fold(const struct pen *p, uint32_t *cart, const struct act *a);

/* Emits what changes when now goes from before to after without an event. */
void cart_pass(const struct pen *p, const struct cart *c, ff_wall before, ff_wall after);

/* The instant at which the cart will be abandoned if nothing comes; FF_NEVER: it cannot be any more. */
ff_wall cart_due(const struct fold *f, const struct cart *c);

/* One more reference (number may be 0), one less (nulls *number; frees the last). */
uint32_t cart_share(struct fold *f, uint32_t number);
void cart_release(struct fold *f, uint32_t *number);

/* The list of carts by their last touch: the cart of a visitor's head becomes its newest. One that is
 * the head's no more, since the head has a copy or another cart, may stay in it as long as it is there. */
void cart_list(struct fold *f, uint32_t number, uint32_t visitor);

/* The same for one that is in no list and was touched longer ago than all that are. */
void cart_list_oldest(struct fold *f, uint32_t number, uint32_t visitor);

/* The visitor whose head's cart was touched longest ago, or 0: none has one. */
uint32_t cart_oldest(struct fold *f);

#endif
