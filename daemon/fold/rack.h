/* Rack: the carts that are in one state now, in the order in which they came into it: what
 * GET /v1/carts reads. A treap whose links lie in the carts: any place is found in a few steps, and
 * nothing is allocated. */
#ifndef FOOTFALL_FOLD_RACK_H
#define FOOTFALL_FOLD_RACK_H

#include "state.h"

/* A cart's place: the instant, then the number of the record behind it, then the cart's id. */
struct rack_key {
    ff_wall at;
    uint64_t seq, id;
};

/* < 0, 0, > 0. */
int rack_compare(const struct rack_key *a, const struct rack_key *b);

/* The place of a cart on its rack. */
struct rack_key rack_key(const struct fold *f, const struct cart *c);

/* What the cart is at t, whatever has been told of it. */
enum cart_state cart_state_at(const struct fold *f, const struct cart *c, ff_wall t);

/* Puts a cart that is on no rack on that of its site for what it is at t: none where it is nothing that
 * a rack is for, or is not to be announced. Takes it from its rack, if it is on one. */
void rack_put(struct fold *f, uint32_t number, ff_wall t);
void rack_take(struct fold *f, uint32_t number);

/* The first cart behind a place, or 0: there is none. */
uint32_t rack_after(const struct fold *f, uint16_t site, enum cart_state state, const struct rack_key *place);

#endif
