/* Encode, of what is remembered by ids: events, orders, refunds (encode.h). */
#ifndef FOOTFALL_FOLD_ENCODE_RECALL_H
#define FOOTFALL_FOLD_ENCODE_RECALL_H

#include "image.h"
#include "state.h"

/* What recall remembers by itself. near: the last one's received, at first the fold's now; get gives
 * false for one that is forgotten. */
void recall_entry_put(struct image_out *out, const struct recall_entry *e, ff_wall *near);
bool recall_entry_get(struct image_in *in, struct recall_entry *e, ff_wall *near);

/* The owners' fields behind it. */
void order_put(struct image_out *out, const struct recall_entry *e);
void order_get(struct image_in *in, struct recall_entry *e);
void waiting_refund_put(struct image_out *out, const struct recall_entry *e);
void waiting_refund_get(struct image_in *in, struct recall_entry *e);

#endif
