/* Lines: the contents of a cart, and the items of an act, as chains from one pool, ordered by the
 * hashes of their skus, so that any change of a cart goes through both only once. */
#ifndef FOOTFALL_FOLD_LINES_H
#define FOOTFALL_FOLD_LINES_H

#include "state.h"

/* A chain of the beacon's items, those of one sku in their order, owned by the caller (0: none).
 * The pool must have item_count lines left. */
uint32_t lines_from_items(struct fold *f, const struct ff_item *items, uint32_t count);

/* A copy of the chain, owned by the caller. */
uint32_t lines_copy(struct fold *f, uint32_t chain);

/* Gives a chain back and nulls *chain. */
void lines_free(struct fold *f, uint32_t *chain);

/* Lets go of the texts of a line, which is in no pool or leaves it. */
void lines_let_go(struct fold *f, const struct line *l);

/* Whether any line has a quantity of 1 or more. */
bool lines_any(const struct fold *f, uint32_t chain);

/* Sum of price x quantity. */
ff_money_sum lines_value(const struct fold *f, uint32_t chain);

/* The three ways to change a cart's contents by the items of an act (borrowed): sum them up, take
 * them out, make them the whole cart. They keep line_count, not value. */
void lines_add(struct fold *f, struct cart *c, uint32_t items);
void lines_remove(struct fold *f, struct cart *c, uint32_t items);
void lines_replace(struct fold *f, struct cart *c, uint32_t items);

#endif
