/* What queries read of customers: the fold's doors, and what was computed of their lifetimes a moment ago. */
#include "house_state.h"

#include <stdlib.h>

#define LIFETIMES_AGE FF_MINUTE
#define LIFETIMES_STEP 200000 /* persons: some 25 ms */

static void customers_window(void *house, uint16_t site, ff_wall from, ff_wall to, struct ff_customers *out)
{
    const struct house *h = house;
    fold_customers(h->shard.fold, site, from, to, out);
}

static void customers_kept(void *house, uint16_t site, ff_wall t, struct ff_kept *out)
{
    const struct house *h = house;
    fold_kept_customers(h->shard.fold, site, t, out);
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
}
