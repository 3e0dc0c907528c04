/* Bucket: the counters of one stretch of time of one site. */
#ifndef FOOTFALL_BUCKET_H
#define FOOTFALL_BUCKET_H

#include "cells.h"
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
    struct bucket_money *money; /* by purse and currency; NULL, or room for a power of two */
    uint16_t money_n;
    struct distinct visitors;
    struct cells *cells; /* owned; NULL: none */
};

/* Owned by the caller; never NULL. */
struct bucket *bucket_new(int64_t key, struct zone_span span);
void bucket_free(struct bucket **b);

/* Sums wrap instead of overflowing: what an image says may be anything. */
static inline int64_t bucket_plus(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

/* The cell of that purse and currency, made where there is none; borrowed until the next is made. */
struct bucket_money *bucket_money(struct bucket *b, uint8_t purse, ff_currency currency);

/* Adds a fact, whose instant lies in the span; inline, as nearly all are counts. */
void bucket_add_other(struct bucket *b, const struct ff_fact *f);

static inline void bucket_add(struct bucket *b, const struct ff_fact *f)
{
    if (f->kind == FF_FACT_COUNT)
        b->count[f->which] = bucket_plus(b->count[f->which], f->by);
    else
        bucket_add_other(b, f);
}

/* Adds all of from but its cells, which stays as it is. */
void bucket_merge(struct bucket *b, const struct bucket *from);

/* The bucket's cells, made under stock for that tier where there are none. */
struct cells *bucket_cells(struct bucket *b, struct cell_stock *stock, enum tier_kind tier);

/* Adds the bucket to a window's sums and its visitors to visitors, which borrow from it. Currencies
 * whose n is 0 so far stay in the window until bucket_sum_end drops them. */
void bucket_sum(const struct bucket *b, struct tally_window *w, struct distinct_union *visitors);
void bucket_sum_end(struct tally_window *w);

/* Whether it says what one that was never made would say. */
bool bucket_is_empty(const struct bucket *b);

/* Puts what the bucket holds into the image: all counters, the money by purse and currency (but what
 * has come to nothing), the visitors; its cells are put apart (cells.h). Equal sums give equal bytes,
 * however they came about. */
void bucket_save(const struct bucket *b, struct image_out *out);

/* Takes the next bucket of the image into b, which is empty and keeps its span. What bucket_save does
 * not write makes the image not ok, but for a bucket without anything: its cells may follow. */
void bucket_load(struct bucket *b, struct image_in *in);

#endif
