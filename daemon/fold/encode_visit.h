/* Encode, of visitors and their stories (encode.h, visit.h). */
#ifndef FOOTFALL_FOLD_ENCODE_VISIT_H
#define FOOTFALL_FOLD_ENCODE_VISIT_H

#include "image.h"
#include "state.h"

/* The carts of one visitor by the order in which an image first speaks of them: the head's, the settled
 * course's, the waymark's, each after the one before it. Courses share carts, and share them again
 * after a load. */
struct cart_names {
    uint32_t number[6];
    unsigned n;
};

/* What a cart is spoken of by: none, one that follows, or from CART_NAMED on one that has been named. */
enum cart_word { CART_NONE, CART_FOLLOWS, CART_NAMED };

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

#endif
