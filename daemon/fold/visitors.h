/* Visitors: what the fold knows of one of them now, a door that only reads (GET /v1/visitors/ID). */
#ifndef FOOTFALL_FOLD_VISITORS_H
#define FOOTFALL_FOLD_VISITORS_H

#include "carts.h"

struct visitor_view {
    uint64_t key;  /* keyed hash of site and id */
    bool session;  /* the last one; false: there was none */
    bool over;     /* no event can extend it any more */
    ff_wall start, last;
    uint32_t pageviews;
    struct ff_span entry_page, exit_page, channel, source, campaign, device, country; /* {NULL, 0}: not known; borrowed as in a cart_view */
    bool is_new;   /* the visitor's first, as far as is remembered */
    bool interacted, searched, added_to_cart, began_checkout, purchased;
    bool cart;     /* the last one, in view */
    struct cart_view of_cart;
};

/* What is known of a visitor of the site as of the fold's now. False: nothing. */
bool visitors_find(const struct fold *f, uint16_t site, struct ff_span id, struct visitor_view *out);

#endif
