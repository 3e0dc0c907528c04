/* What queries read of customers: the fold's doors, and what was computed of their lifetimes a moment ago. */
#include "house_state.h"

#include <stdlib.h>

#define LIFETIMES_AGE FF_MINUTE
#define LIFETIMES_STEP 200000 /* persons: some 25 ms */

/* Dashboards ask for the same days again and again, and what is said of a year of days takes a while to sum up: it
 * is kept as long as its stamp says that it holds. */
#define CUSTOMERS_KEPT 256 /* answers, each in the place that its question gives it */

struct customers_answer {
    uint16_t site;
    bool used, kept; /* kept: the answer of customers_kept */
    ff_wall from, to;
    uint64_t stamp;
    union {
        struct ff_customers window;
        struct ff_kept who;
    };
};

/* Where the answer to a question is kept; *good: it is there. NULL: out of memory. */
static struct customers_answer *customers_answer(struct house *h, struct customers_answer asked, bool *good)
{
    *good = false;
    if (!h->customer_answers)
        h->customer_answers = calloc(CUSTOMERS_KEPT, sizeof *h->customer_answers);
    if (!h->customer_answers)
        return NULL;
    uint64_t mixed = hash_mix(hash_mix((uint64_t)asked.from) ^ (uint64_t)asked.to ^ asked.site ^ (uint64_t)asked.kept << 32);
    struct customers_answer *a = &h->customer_answers[mixed % CUSTOMERS_KEPT];
    asked.stamp = fold_customers_stamp(h->shard.fold, asked.site);
    *good = a->used && a->site == asked.site && a->kept == asked.kept && a->from == asked.from && a->to == asked.to &&
            a->stamp == asked.stamp;
    if (!*good)
        *a = asked;
    a->used = true;
    return a;
}

#define FAR_AHEAD (INT64_C(253402214400) * FF_SECOND) /* the last day of the year 9999 */

static void customers_window(void *house, uint16_t site, ff_wall from, ff_wall to, struct ff_customers *out)
{
    struct house *h = house;
    const struct zone *zone = h->shard.zones[site];
    if (from < 0 || to > FAR_AHEAD || from > to) {
        fold_customers(h->shard.fold, site, from, to, out);
        return;
    }
    bool good;
    struct zone_span last = zone_day(zone, to);
    struct customers_answer asked = {.site = site, .from = zone_day(zone, from).start,
                                     .to = last.start == to ? to : last.end}, *a = customers_answer(h, asked, &good);
    if (!good)
        fold_customers(h->shard.fold, site, asked.from, asked.to, a ? &a->window : out);
    if (a)
        *out = a->window;
}

static void customers_kept(void *house, uint16_t site, ff_wall t, struct ff_kept *out)
{
    struct house *h = house;
    bool good;
    struct customers_answer asked = {.site = site, .kept = true, .from = t}, *a = customers_answer(h, asked, &good);
    if (!good)
        fold_kept_customers(h->shard.fold, site, t, a ? &a->who : out);
    if (a)
        *out = a->who;
}

/* The first time a site is asked about all is done at once; later, while there are many, in steps, and what
 * was known is good until they are done. */
static const struct ff_lifetimes *customers_lifetimes(void *house, uint16_t site)
{
    struct house *h = house;
    if (!h->lifetimes)
        h->lifetimes = calloc(h->config->site_count, sizeof *h->lifetimes);
    if (!h->lifetimes)
        return NULL;
    struct ff_lifetimes *l = h->lifetimes[site];
    bool fresh = l && h->shard.now < l->as_of + LIFETIMES_AGE;
    if (fresh || (l && h->lifetimes_running))
        return l;
    if (!l)
        l = h->lifetimes[site] = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    bool once = l->as_of == 0 || fold_counts(h->shard.fold).customers <= LIFETIMES_STEP;
    fold_lifetimes_begin(h->shard.fold, site);
    h->lifetimes_site = site;
    h->lifetimes_running = !once;
    if (once)
        fold_lifetimes_step(h->shard.fold, UINT32_MAX, l);
    return l;
}

void house_customers_go_on(struct house *h)
{
    if (h->lifetimes_running &&
        fold_lifetimes_step(h->shard.fold, LIFETIMES_STEP, h->lifetimes[h->lifetimes_site]))
        h->lifetimes_running = false;
}

static void customers_cohorts(void *house, uint16_t site, ff_wall from, ff_wall to, ff_cohort_fn *take, void *ctx)
{
    const struct house *h = house;
    fold_cohorts(h->shard.fold, site, from, to, take, ctx);
}

void house_customers_begin(struct house *h)
{
    h->customers = (struct answer_customers){h, customers_window, customers_kept, customers_lifetimes,
                                             customers_cohorts};
}

void house_customers_end(struct house *h)
{
    for (uint16_t i = 0; h->lifetimes && i < h->config->site_count; i++)
        free(h->lifetimes[i]);
    free(h->lifetimes);
    free(h->customer_answers);
}
