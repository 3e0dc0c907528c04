/* Customers: what fold knows of who bought, for those who ask (metrics.md, "Customers"). Days are local
 * dates of the site, windows whole local days. */
#ifndef FOOTFALL_CUSTOMERS_H
#define FOOTFALL_CUSTOMERS_H

#include "footfall/money.h"
#include "footfall/time.h"

#include <stdbool.h>
#include <stdint.h>

/* The customers of a window. */
struct ff_customers {
    ff_wall from, to;    /* widened to whole local days, from not before the first that is kept by the day */
    int64_t start, end;  /* active at its edges; what lies ahead of now is as of now */
    int64_t new, reactivated, lost;
    int64_t ever, repeat; /* customers with 1, with 2 or more orders, over all orders before `to` */
    double buyers;       /* distinct customers that bought in it: exact up to 2,048, else an estimate */
    double returning;    /* of them, those that had bought before it or did more than once in it: likewise */
};

/* Those who were kept: bought in the 365 local days before an instant's and in the 365 from it on. */
struct ff_kept {
    ff_wall from, to; /* the 365 days before */
    double customers; /* exact up to 2,048, else an estimate */
};

#define FF_LIFETIME_CURRENCIES 200 /* more than ISO 4217 has */

/* Orders of one currency. */
struct ff_lifetime_money {
    ff_currency currency;
    int64_t orders;
    ff_money_sum amount;
};

/* Some customers with all that is remembered of them. */
struct ff_lifetime {
    int64_t customers, orders;
    int64_t active;            /* of the customers, those that have not lapsed */
    __int128 lapsed_time;      /* microseconds from first to last order of the others, in all */
    uint16_t currencies;
    struct ff_lifetime_money money[FF_LIFETIME_CURRENCIES]; /* sorted by code, orders > 0 */
};

/* By what they spent in the site's currency: of n customers n / 3 are low, as many medium, the rest high. */
enum ff_spenders { FF_SPENDERS_LOW, FF_SPENDERS_MEDIUM, FF_SPENDERS_HIGH, FF_SPENDERS };

struct ff_lifetimes {
    ff_wall as_of;       /* what is said holds then; a whole millisecond */
    ff_wall first_order; /* the shop's first; FF_NEVER: there was none */
    ff_dur active_for;   /* whole days */
    struct ff_lifetime by[FF_SPENDERS];
};

/* One of them. */
struct ff_customer {
    struct ff_lifetime spent;
    ff_wall first, last; /* orders */
};

/* Customers by the local month of their first order. */
struct ff_cohort {
    int32_t month;     /* months since January 1970 */
    int64_t customers;
    uint32_t n;        /* months from the one after it up to the current one */
    const int64_t *buyers; /* how many of them bought in each; borrowed for the call */
};

/* Takes one; the next is asked for while it gives true. */
typedef bool ff_cohort_fn(void *ctx, const struct ff_cohort *c);

#endif
