/* Bucket: the counters of one stretch of time of one site. */
#ifndef FOOTFALL_BUCKET_H
#define FOOTFALL_BUCKET_H

#include "distinct.h"
#include "tally.h"
#include "zone.h"

/* Sum of one purse and currency. */
struct bucket_money {
    ff_money_sum amount;
    int64_t n;
    ff_currency currency;
    uint8_t purse;
};

struct bucket {
    struct zone_span span;
    int64_t key; /* of its slot in its tier */
    int64_t count[FF_COUNTERS];
    struct bucket_money *money; /* money_n of them in no order; NULL or room for a power of two */
    uint16_t money_n;
    struct distinct visitors;
};

/* Owned by the caller; never NULL. */
struct bucket *bucket_new(int64_t key, struct zone_span span);
void bucket_free(struct bucket **b);

/* Adds a fact, whose instant lies in the span; inline, as nearly all are counts. */
void bucket_add_other(struct bucket *b, const struct ff_fact *f);

static inline void bucket_add(struct bucket *b, const struct ff_fact *f)
{
    if (f->kind == FF_FACT_COUNT)
        b->count[f->which] += f->by;
    else
        bucket_add_other(b, f);
}

/* Adds the bucket to a window's sums and its visitors to visitors, which borrow from it. Currencies
 * whose n is 0 so far stay in the window until bucket_sum_end drops them. */
void bucket_sum(const struct bucket *b, struct tally_window *w, struct distinct_union *visitors);
void bucket_sum_end(struct tally_window *w);

#endif
