/* Lifetime: what customers are worth over all that is remembered of them; fold_lifetimes_begin and
 * fold_lifetimes_step are its doors. */
#ifndef FOOTFALL_FOLD_LIFETIME_H
#define FOOTFALL_FOLD_LIFETIME_H

#include "footfall/customers.h"

#include <stddef.h>

/* A customer's place among the others: by what it spent in the site's currency, ties by its key. */
struct spender {
    int64_t spent; /* ten-thousandths; what is beyond an int64_t counts as the end of its range */
    uint64_t key;
};

/* A summing up under way: first where the thirds of all spenders part, then the sums of each third. */
struct lifetime_run {
    uint16_t site;
    bool divided;    /* the first is done */
    uint32_t at;     /* the last person that was looked at */
    int32_t today;
    size_t spenders; /* in the scratch memory, until they are divided */
    struct spender edge[FF_SPENDERS - 1]; /* the first spender of each third but the low one */
    struct ff_lifetimes sums;
};

/* The spender that has n others before it in order, of count > n; reorders them. */
struct spender lifetime_select(struct spender *spenders, size_t count, size_t n);

#endif
