#include "shard.h"

#include "config.h"
#include "journal.h"
#include "shard_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* Sites of one zone share it. The place of the first site with the zone of site i. */
static uint16_t zone_first(const struct ff_config *c, uint16_t i)
{
    uint16_t k = 0;
    while (strcmp(c->sites[k].timezone, c->sites[i].timezone) != 0)
        k++;
    return k;
}

static void shard_free_zones(struct shard *s)
{
    for (uint16_t i = 0; s->zones && i < s->config->site_count; i++)
        if (zone_first(s->config, i) == i)
            zone_free(&s->zones[i]);
    free(s->zones);
    s->zones = NULL;
}

static bool shard_make_zones(struct shard *s, char *why, size_t size)
{
    const struct ff_config *c = s->config;
    s->zones = calloc(c->site_count, sizeof *s->zones);
    for (uint16_t i = 0; s->zones && i < c->site_count; i++) {
        uint16_t first = zone_first(c, i);
        s->zones[i] = first < i ? s->zones[first] : zone_new(c->sites[i].timezone);
        if (!s->zones[i]) {
            snprintf(why, size, "the zone %s cannot be read", c->sites[i].timezone);
            return false;
        }
    }
    return s->zones != NULL;
}

bool shard_init(struct shard *s, const struct ff_config *c, bool beside, char *why, size_t size)
{
    *s = (struct shard){.config = c, .beside = beside, .now = FF_NEVER};
    snprintf(why, size, "out of memory");
    if (!shard_make_zones(s, why, size))
        return false;
    s->canon_sites = calloc(c->site_count, sizeof *s->canon_sites);
    s->fold_sites = calloc(c->site_count, sizeof *s->fold_sites);
    if (!s->canon_sites || !s->fold_sites)
        return false;
    for (uint16_t i = 0; i < c->site_count; i++) {
        const struct ff_config_site *site = &c->sites[i];
        s->canon_sites[i] = (struct canon_site){site->id, site->aliases, site->currency, config_gpc(c, i)};
        s->fold_sites[i] = (struct fold_site){site->id, site->currency};
    }
    struct canon_options canon = {s->canon_sites, c->site_count, c->ingest.max_age};
    s->canon = canon_new(&canon);
    return s->canon != NULL;
}

void shard_fini(struct shard *s)
{
    fold_free(&s->fold);
    tally_free(&s->tally);
    words_fini(&s->words);
    canon_free(&s->canon);
    if (s->config)
        shard_free_zones(s);
    free(s->canon_sites);
    free(s->fold_sites);
    *s = (struct shard){0};
}

bool shard_take_seed(struct shard *s, struct journal *j, bool make, char *why, size_t size)
{
    size_t n = 0;
    enum ff_status status = journal_get(j, SHARD_SEED, &s->seed, sizeof s->seed, &n);
    if (status == FF_OK && n == sizeof s->seed)
        return true;
    char place[CONFIG_WHY];
    shard_store_place(s->config, place, sizeof place);
    snprintf(why, size, "%.400s: the store's seed cannot be read", place);
    if (status != FF_NOT_FOUND || !make)
        return false;
    snprintf(why, size, "%.400s: the store's seed cannot be written", place);
    return getrandom(&s->seed, sizeof s->seed, 0) == (ssize_t)sizeof s->seed &&
           journal_put(j, SHARD_SEED, ff_span_of((const char *)&s->seed, sizeof s->seed)) == FF_OK;
}

static struct fold *shard_make_fold(struct shard *s)
{
    const struct ff_config *c = s->config;
    struct fold_options options = {
        .sites = s->fold_sites,
        .site_count = c->site_count,
        .zones = (const struct zone *const *)s->zones,
        .words = &s->words,
        .session_timeout = c->session.timeout,
        .session_max_length = c->session.max_length,
        .session_lateness = c->session.lateness,
        .session_remember = c->session.remember,
        .cart_abandon_after = c->cart.abandon_after,
        .cart_recover_within = c->cart.recover_within,
        .dedupe_window = c->dedupe.window,
        .orders_dedupe = c->orders.dedupe,
        .max_age = c->ingest.max_age,
        .max_visitors = c->limits.visitors,
        .max_carts = c->limits.carts,
        .max_ids = c->limits.ids,
        .max_orders = c->limits.orders,
        .max_tails = c->limits.tails,
        .max_tail_events = c->limits.tail_events,
        .max_lines = c->limits.cart_lines,
        .max_cart_words = c->limits.cart_words,
        .max_extras = c->limits.session_extras,
        .support_remember = c->support.remember,
        .max_tickets = c->limits.tickets,
        .max_comments = c->limits.comments,
        .customers_remember = c->customers.remember,
        .customers_active_for = c->customers.active_for,
        .max_customers = c->limits.customers,
        .max_customer_days = c->limits.customer_days,
        .max_forgets = c->limits.forgets,
    };
    struct ff_fact_sink sink = {tally_add, s->tally, tally_add_cells};
    return fold_new(&options, &s->seed, &sink);
}

bool shard_begin(struct shard *s)
{
    const struct ff_config *c = s->config;
    struct tally_options tally = {(const struct zone *const *)s->zones, c->site_count,
                                  c->tally.minutes, c->tally.hours, c->tally.days, &s->words,
                                  c->limits.breakdown_bytes};
    fold_free(&s->fold);
    tally_free(&s->tally);
    words_fini(&s->words);
    s->seq = 0;
    s->now = FF_NEVER;
    s->unknown_site = 0;
    s->erased = 0;
    s->missing = 0;
    s->tally = words_init(&s->words, c->limits.words + FOLD_WORDS, &s->seed) ? tally_new(&tally) : NULL;
    s->fold = s->tally ? shard_make_fold(s) : NULL;
    return s->fold != NULL;
}

void shard_note(struct shard *s, const struct ff_note *n)
{
    if (n->received > s->now)
        s->now = n->received;
    tally_advance(s->tally, n->received);
    fold_note(s->fold, n);
}

void shard_advance(struct shard *s, ff_wall t)
{
    if (t > s->now)
        s->now = t;
    tally_advance(s->tally, t);
    fold_advance(s->fold, t);
}
