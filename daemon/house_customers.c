/* What queries read of customers: the fold's doors, and what was computed of their lifetimes a moment ago. */
#include "house_state.h"

#include <stdlib.h>

#define LIFETIMES_AGE FF_MINUTE

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

/* Made when they are first asked for, and anew when they are a minute old. */
static const struct ff_lifetimes *customers_lifetimes(void *house, uint16_t site)
{
    struct house *h = house;
    if (!h->lifetimes)
        h->lifetimes = calloc(h->config->site_count, sizeof *h->lifetimes);
    if (!h->lifetimes)
        return NULL;
    struct ff_lifetimes **l = &h->lifetimes[site];
    bool fresh = *l && h->shard.now < (*l)->as_of + LIFETIMES_AGE;
    if (!*l)
        *l = calloc(1, sizeof **l);
    if (*l && !fresh)
        fold_lifetimes(h->shard.fold, site, *l);
    return *l;
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
