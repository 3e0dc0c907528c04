/* Lifetime: what customers are worth over all that is remembered of them; fold_lifetimes is its door. */
#ifndef FOOTFALL_FOLD_LIFETIME_H
#define FOOTFALL_FOLD_LIFETIME_H

#include <stddef.h>
#include <stdint.h>

/* A customer's place among the others: by what it spent in the site's currency, ties by its key. */
struct spender {
    int64_t spent; /* ten-thousandths; what is beyond an int64_t counts as the end of its range */
    uint64_t key;
};

/* The spender that has n others before it in order, of count > n; reorders them. */
struct spender lifetime_select(struct spender *spenders, size_t count, size_t n);

#endif
