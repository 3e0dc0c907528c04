/* Carts: what cart events lead to, and what is told of it to who acts on it. */
#ifndef FOOTFALL_FOLD_VISIT_CART_H
#define FOOTFALL_FOLD_VISIT_CART_H

#include "carts.h"
#include "chain.h"

/* What is told of a cart to who acts on it (carts.h). Of all that share a story only the cart of the
 * visitor's head and the one before it have one; a copy has none. All zeros: none. */
struct card {
    uint64_t id;
    ff_wall at;       /* receipt of the record by which the cart came into the state */
    uint64_t seq;     /* the record */
    uint32_t visitor, customer, page; /* words; this card holds them */
    uint16_t site;
    uint8_t state;    /* enum cart_state as of the last record; CART_UNLISTED: nothing is to be told */
};

/* Its place among those on the same rack (rack.h). */
struct rack_link {
    uint32_t sooner, later;
};

/* What a cart is so far. */
struct cart {
    ff_wall opened, last;
    ff_money_sum value;     /* of its lines */
    ff_money paid;          /* value of the purchase that converted it */
    ff_currency currency, paid_currency;
    uint32_t lines;         /* chain, each sku once */
    uint32_t line_count;
    uint32_t before;        /* the visitor's cart before this one, or 0; that one has none before */
    uint32_t visitor;       /* of a listed one */
    uint16_t refs;          /* courses and carts that name this number */
    bool emptied, converted, checkout;
    bool gap;               /* was abandoned between two of its events */
    bool listed;            /* in the list of those that give way, oldest first */
    uint8_t rack;          /* enum cart_state it stands under; CART_UNLISTED: nowhere */
    struct rack_link by_rack;
    struct card card;
};

#endif
