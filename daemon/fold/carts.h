/* Carts: what the fold tells of them to who acts on them (GET /v1/carts), a door that only reads.
 *
 * A cart comes into a state by a record, or by time alone. Its place among those in that state is a
 * function of the records and nothing else: when a record brought it there, the receipt and the number of
 * that record; when time did, the instant at which it was due, and the number of the record before. So
 * who has read up to a place and asks for what is behind it misses none that is in the state by then, over
 * restarts, too. A cart whose latest event was imported is told of nowhere. */
#ifndef FOOTFALL_FOLD_CARTS_H
#define FOOTFALL_FOLD_CARTS_H

#include "footfall/beacon.h"

struct fold;

enum cart_state {
    CART_UNLISTED,  /* emptied, converted without having been abandoned, or imported */
    CART_OPEN,      /* since it was opened, or taken up again */
    CART_ABANDONED, /* since cart.abandon_after has passed; again after it was taken up again */
    CART_RECOVERED, /* since the purchase */
    CART_STATES
};

/* Before the first of all: all zeros but at = FF_NEVER. */
struct cart_place {
    ff_wall at;
    uint64_t seq, id;
};

/* A cart as it is at the fold's now. Texts are borrowed until the fold changes. */
struct cart_view {
    struct cart_place place; /* place.id is the cart's own, and stays */
    enum cart_state state;
    struct ff_span visitor, customer, last_page; /* {NULL, 0}: not known */
    ff_wall opened, last;
    ff_money_sum value; /* of its items; of a recovered one what was paid */
    ff_currency currency;
    bool checkout, converted, emptied;
    uint32_t lines; /* to go through with carts_line; 0: none */
};

struct cart_line_view {
    struct ff_span sku, name; /* name {NULL, 0}: not known */
    int64_t quantity;
    ff_money price;
};

/* The first cart of the site behind a place that is in the state, and was by `upto`. False: none. */
bool carts_next(const struct fold *f, uint16_t site, enum cart_state state, const struct cart_place *after,
                ff_wall upto, struct cart_view *out);

/* What is told of the cart with this number. */
void carts_view(const struct fold *f, uint32_t number, struct cart_view *out);

/* The line that *line leads to, and *line to the next one, 0 at the end. */
void carts_line(const struct fold *f, uint32_t *line, struct cart_line_view *out);

#endif
