/* Facts: what fold says has changed, and tally adds up. A fact is a difference: counters only
 * ever get sums of facts, and retracting is asserting the negative. */
#ifndef FOOTFALL_FACT_H
#define FOOTFALL_FACT_H

#include "footfall/cell.h"
#include "footfall/money.h"
#include "footfall/time.h"

#include <stddef.h>
#include <stdint.h>

/* X(name): plain counters. The comment says what is counted and at which instant (metrics.md). */
#define FF_COUNTER_TABLE(X)                                                                      \
    /* event metrics, at the event's own time */                                                 \
    X(PAGEVIEWS)            /* page_view events */                                               \
    X(SEARCHES)             /* search events */                                                  \
    X(SEARCHES_COUNTED)     /* of them: reported a number of results */                          \
    X(SEARCHES_ZERO)        /* of them: reported 0 */                                            \
    X(ORDERS)               /* purchases */                                                      \
    X(ITEMS_SOLD)           /* sum of their quantities */                                        \
    X(ORDER_DUPLICATES)     /* purchases dropped for their order id */                           \
    X(REFUNDS)              /* refund events */                                                  \
    /* answers of surveys, at the event's own time: how many of each score */                    \
    X(CSAT_1) X(CSAT_2) X(CSAT_3) X(CSAT_4) X(CSAT_5)                                            \
    X(CES_1) X(CES_2) X(CES_3) X(CES_4) X(CES_5)                                                 \
    X(NPS_0) X(NPS_1) X(NPS_2) X(NPS_3) X(NPS_4) X(NPS_5)                                        \
    X(NPS_6) X(NPS_7) X(NPS_8) X(NPS_9) X(NPS_10)                                                \
    X(NPS_PROMOTERS)        /* by their own scale */                                             \
    X(NPS_DETRACTORS)                                                                            \
    /* session metrics, at the session's start */                                                \
    X(SESSIONS)                                                                                  \
    X(SESSIONS_NEW)         /* the visitor's first */                                            \
    X(SESSION_PAGEVIEWS)    /* page views of those sessions */                                   \
    X(SESSION_TIME)         /* microseconds from first to last event */                          \
    X(PAGE_TIME)            /* microseconds on pages whose time is known */                      \
    X(PAGE_TIME_PAGES)      /* page views whose time is known */                                 \
    X(BOUNCES)                                                                                   \
    X(ENGAGED)                                                                                   \
    X(SEARCH_SESSIONS)                                                                           \
    X(SEARCH_REFINEMENTS)                                                                        \
    X(SEARCH_EXITS)                                                                              \
    X(SEARCH_PURCHASED)     /* sessions with a search and a purchase */                          \
    X(VIEWED_ITEM)                                                                               \
    X(ADDED_TO_CART)                                                                             \
    X(BEGAN_CHECKOUT)                                                                            \
    X(PURCHASED)                                                                                 \
    /* cart metrics, at the cart's opening */                                                    \
    X(CARTS_OPENED)                                                                              \
    X(CARTS_OPEN)                                                                                \
    X(CARTS_CONVERTED)                                                                           \
    X(CARTS_ABANDONED)                                                                           \
    X(CARTS_EMPTIED)                                                                             \
    X(CARTS_RECOVERED)                                                                           \
    X(CHECKOUTS_STARTED)                                                                         \
    X(CHECKOUTS_COMPLETED)                                                                       \
    X(CHECKOUTS_ABANDONED)                                                                       \
    /* tickets, at their opening */                                                              \
    X(TICKETS_OPENED)                                                                            \
    X(TICKETS_ANSWERED)     /* have a reply */                                                   \
    X(TICKETS_RESOLVED)                                                                          \
    X(TICKETS_OPEN)                                                                              \
    X(RESPONSE_TIME)        /* microseconds to the first reply of those answered */              \
    X(RESOLUTION_TIME)      /* microseconds to the last resolution of those resolved */

enum ff_counter {
#define X(name) FF_COUNT_##name,
    FF_COUNTER_TABLE(X)
#undef X
    FF_COUNTERS
};

/* Sums of money per currency, each with the number of things summed: a currency "occurred" in a
 * window when that number is not 0. */
enum ff_purse {
    FF_PURSE_REVENUE,         /* value of purchases, at their time; the number is orders */
    FF_PURSE_REFUNDED,        /* amounts of refunds, at their time */
    FF_PURSE_ABANDONED_VALUE, /* what abandoned carts hold, at their opening */
    FF_PURSE_RECOVERED_VALUE, /* value of the purchases that recovered a cart, at its opening */
    FF_PURSE_RETENTION_SPEND, /* spend of that purpose, at its time */
    FF_PURSES
};

enum ff_fact_kind {
    FF_FACT_COUNT,   /* counter += by */
    FF_FACT_MONEY,   /* purse in currency += amount, its number += by */
    FF_FACT_VISITOR, /* visitor with this mark had a session event at this time; repeats change nothing */
};

struct ff_fact {
    ff_wall at;
    uint16_t site;  /* index of the site */
    uint8_t kind;   /* enum ff_fact_kind */
    uint8_t which;  /* enum ff_counter or enum ff_purse */
    ff_currency currency;
    int64_t by;
    union {
        ff_money_sum amount;
        uint64_t mark; /* 64-bit hash of site and visitor id, the same in every store and process */
    };
};

/* Where facts go: take() borrows n facts for the call, cells() one difference of cells. */
struct ff_fact_sink {
    void (*take)(void *ctx, const struct ff_fact *facts, size_t n);
    void *ctx;
    void (*cells)(void *ctx, const struct ff_cells *c); /* NULL: they are left out */
};

#endif
