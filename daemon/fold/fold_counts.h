/* How full a fold is, and what has given way in it. */
#ifndef FOOTFALL_FOLD_COUNTS_H
#define FOOTFALL_FOLD_COUNTS_H

#include <stdint.h>

struct fold;

/* A copy, which is the caller's. */
struct fold_counts {
    uint64_t visitors, carts, ids, orders, tails, tail_events;      /* in memory now */
    uint64_t extras, customers, customer_days;                      /* likewise */
    uint64_t late, duplicates, duplicate_orders;                    /* ever */
    int64_t stray;                                                  /* pings without a session, as of now */
    uint64_t refunds, lines, forgets;                               /* likewise */
    /* what gave way at a ceiling, ever, by the ceiling */
    uint64_t visitors_evicted, carts_evicted, ids_evicted, orders_evicted, tails_settled_early;
    uint64_t lines_evicted;         /* carts, for want of lines */
    uint64_t events_settled_early;  /* for want of events, of one visitor with too many, or of what they hold */
    uint64_t customer_days_evicted; /* customers, for want of days */
    uint64_t lines_left_out, refunds_evicted, refunds_left_out;
    uint64_t cart_words, cart_words_left_out; /* texts of carts; that there was no room for since the start */
    uint64_t extras_left_out; /* of sessions with too many of a kind */
    uint64_t extras_evicted;  /* visitors whose extras gave way */
    uint64_t tickets, comments; /* in memory now */
    uint64_t tickets_evicted, comments_evicted, ticket_replies_left_out; /* ever */
    uint64_t customers_evicted, customer_days_left_out;
    uint64_t aliases;         /* in memory now: ids of visitors who had another one before midnight */
    uint64_t aliases_evicted; /* ever */
};
struct fold_counts fold_counts(const struct fold *f);

/* What may be in memory of each: the options, or the least that one record can need where that is more. Of
 * comments: of all sites together. */
struct fold_limits {
    uint32_t visitors, carts, ids, orders, refunds, tails, tail_events, lines, extras;
    uint32_t customers, customer_days, tickets, comments, forgets;
};
struct fold_limits fold_limits(const struct fold *f);

#endif
