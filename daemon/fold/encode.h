/* Encode: what the fold keeps (visit.h, state.h) as plain numbers in an image, and back. One pair of
 * functions a struct: x_put writes its own values, x_get sets them. Numbers of pools are no values:
 * what a number leads to is put and got by save.c and load.c, in its place.
 *
 * Times are written as their distance from a time near them that the reader knows. x_get leaves the
 * image not ok (image.h) where a value is none that the fold can have or bear: no sum of its own runs
 * over, and no order it relies on is broken. */
#ifndef FOOTFALL_FOLD_ENCODE_H
#define FOOTFALL_FOLD_ENCODE_H

#include "image.h"
#include "state.h"

/* The sections, in their order, and the version of each. */
#define SECTION_FOLD "fold"
#define SECTION_IDS "ids "
#define SECTION_ORDERS "ordr"
#define SECTION_REFUNDS "rfnd"
#define SECTION_ALIASES "alia"
#define SECTION_VISITORS "vist"
#define SECTION_TAILS "tail"
#define SECTION_VERSION 3
#define SECTION_CUSTOMERS "cust"

/* The carts of one visitor by the order in which an image first speaks of them: the head's, the settled
 * course's, the waymark's, each after the one before it. Courses share carts, and share them again
 * after a load. */
struct cart_names {
    uint32_t number[6];
    unsigned n;
};

/* What a cart is spoken of by: none, one that follows, or from CART_NAMED on one that has been named. */
enum cart_word { CART_NONE, CART_FOLLOWS, CART_NAMED };

/* An instant by its distance from one near it, maybe: or FF_NEVER; and a duration from 0 on. */
void wall_put(struct image_out *out, ff_wall t, ff_wall near);
ff_wall wall_get(struct image_in *in, ff_wall near);
void maybe_put(struct image_out *out, ff_wall t, ff_wall near);
ff_wall maybe_get(struct image_in *in, ff_wall near);
ff_dur dur_get(struct image_in *in);

/* What of fold_counts is no size of a table, and the fold's now. */
void counts_put(struct image_out *out, const struct fold_counts *c);
void counts_get(struct image_in *in, struct fold_counts *c);

/* An instant, or FF_NEVER. */
void now_put(struct image_out *out, ff_wall now);
ff_wall now_get(struct image_in *in);

/* A sum of money, and a currency or 0. */
void sum_put(struct image_out *out, ff_money_sum v);
ff_money_sum sum_get(struct image_in *in);
ff_currency currency_get(struct image_in *in);

/* What recall remembers by itself. near: the last one's received, at first the fold's now; get gives
 * false for one that is forgotten. */
void recall_entry_put(struct image_out *out, const struct recall_entry *e, ff_wall *near);
bool recall_entry_get(struct image_in *in, struct recall_entry *e, ff_wall *near);

/* The owners' fields behind it. */
void order_put(struct image_out *out, const struct recall_entry *e);
void order_get(struct image_in *in, struct recall_entry *e);
void waiting_refund_put(struct image_out *out, const struct recall_entry *e);
void waiting_refund_get(struct image_in *in, struct recall_entry *e);

/* But for its words and extras, which follow where it has begun. */
void session_put(struct image_out *out, const struct session *s, ff_wall near);
void session_get(struct image_in *in, struct session *s, ff_wall near);

/* One of a chain of extras, but for the word of one that has one; 0 in its place ends the chain. get: whether
 * there is one. */
void extra_put(struct image_out *out, const struct extra *e);
void extra_put_end(struct image_out *out);
bool extra_get(struct image_in *in, struct extra *e);

/* The head's session with it, but no cart. near: the touched of the visitor put before, at first 0. The
 * site is as in the image. */
void visitor_put(struct image_out *out, const struct visitor *v, int32_t near);
void visitor_get(struct image_in *in, struct visitor *v, int32_t near);

void cart_put(struct image_out *out, const struct cart *c, ff_wall near);
void cart_get(struct image_in *in, struct cart *c, ff_wall near);

/* A line of a chain in the order of skus; 0 in its place ends the chain. get: whether there is one. */
void line_put(struct image_out *out, const struct line *l);
bool line_get(struct image_in *in, struct line *l);
void line_put_end(struct image_out *out);

/* near: the visitor's newest, which no act is after; before: the time of the act before it in the tail,
 * of the first one FF_NEVER. Its words are not put; get: whether what else is known of it follows. */
void act_put(struct image_out *out, const struct act *a, ff_wall near, ff_wall before);
bool act_get(struct image_in *in, struct act *a, ff_wall near, ff_wall before);

/* What else is known of the act, but its words and items. */
void act_rest_put(struct image_out *out, const struct act_rest *rest, const struct act *a, ff_wall near);
void act_rest_get(struct image_in *in, struct act_rest *rest, const struct act *a, ff_wall near);

/* A tail without its courses and acts; settled_to: FF_NEVER where it has no settled course; behind: the
 * acts from its waymark on, 0 where it has none. */
void tail_put(struct image_out *out, const struct tail *t, ff_wall settled_to, uint32_t behind, ff_wall near);
void tail_get(struct image_in *in, struct tail *t, ff_wall *settled_to, uint32_t *behind, ff_wall near);

/* The durations that what is counted went by: those of fold_options, and nothing else of it. */
void rules_put(struct image_out *out, const struct fold_options *rules);
void rules_get(struct image_in *in, struct fold_options *rules);
bool rules_same(const struct fold_options *a, const struct fold_options *b);

#endif
