/* Desk: two shops with their tally, to ask queries of. Berlin is site 0, UTC site 1. */
#ifndef FOOTFALL_TEST_DESK_H
#define FOOTFALL_TEST_DESK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "tally.h"
#include "words.h"
#include "zone.h"

#define NOW                                                                                        \
    (INT64_C(1792956200) * FF_SECOND) /* 2026-10-25T19:23:20Z, the day Berlin has 25 hours */

struct desk {
    struct zone *zone[2];
    struct answer_site site[2];
    struct words words; /* 1,000 of them at most */
    struct answer_context ctx;
    struct answer_out out;
    struct answer_customers customers;
    struct ff_customers window; /* what is answered of every window, but its edges */
    struct ff_kept kept;
    struct ff_lifetimes lifetimes;
    enum ff_status status;
    char body[1 << 20];
};

static int64_t desk_live(void *ctx, uint16_t site)
{
    (void)ctx;
    return 7 + site;
}

static void desk_window(void *ctx, uint16_t site, ff_wall from, ff_wall to, struct ff_customers *out)
{
    const struct desk *d = ctx;
    *out = d->window;
    out->from = zone_day(d->zone[site], from).start;
    out->to = zone_day(d->zone[site], to - 1).end;
}

static void desk_kept(void *ctx, uint16_t site, ff_wall t, struct ff_kept *out)
{
    (void)site;
    (void)t;
    *out = ((const struct desk *)ctx)->kept;
}

static const struct ff_lifetimes *desk_lifetimes(void *ctx, uint16_t site)
{
    (void)site;
    return &((const struct desk *)ctx)->lifetimes;
}

/* Two of them: 2026-01 and 2026-09, where the window has them. */
static void desk_cohorts(void *ctx, uint16_t site, ff_wall from, ff_wall to, ff_cohort_fn *take, void *take_ctx)
{
    static const int64_t buyers[] = {3, 0, 2};
    const struct ff_cohort cohorts[] = {{672, 5, 3, buyers}, {680, 9, 1, buyers}};
    static const ff_wall begins[] = {INT64_C(1767225600) * FF_SECOND, INT64_C(1788220800) * FF_SECOND};
    (void)ctx;
    (void)site;
    for (int i = 0; i < 2; i++)
        if (from <= begins[i] && to > begins[i] && !take(take_ctx, &cohorts[i]))
            return;
}

static int desk_open(void **state)
{
    static const char *const aliases[] = {"berlin", "ber lin", NULL};
    struct desk *d = calloc(1, sizeof(*d));
    d->zone[0] = zone_new("Europe/Berlin");
    d->zone[1] = zone_new("UTC");
    d->site[0] = (struct answer_site){"shop", aliases, d->zone[0], FF_CURRENCY('E', 'U', 'R')};
    d->site[1] = (struct answer_site){"other", NULL, d->zone[1], FF_CURRENCY('G', 'B', 'P')};
    const struct zone *const zones[] = {d->zone[0], d->zone[1]};
    struct tally_options options = {zones, 2, 50 * FF_HOUR, 62 * FF_DAY, 800 * FF_DAY, &d->words, UINT64_MAX};
    if (!words_init(&d->words, 1000, &(struct hash_seed){{1, 2}}))
        return -1;
    d->ctx = (struct answer_context){
        .sites = d->site, .site_count = 2, .tally = tally_new(&options), .live_visitors = desk_live, .now = NOW,
        .words = &d->words, .customers = &d->customers};
    d->customers = (struct answer_customers){d, desk_window, desk_kept, desk_lifetimes, desk_cohorts};
    tally_advance(d->ctx.tally, NOW);
    *state = d;
    return 0;
}

static int desk_close(void **state)
{
    struct desk *d = *state;
    tally_free(&d->ctx.tally);
    words_fini(&d->words);
    zone_free(&d->zone[0]);
    zone_free(&d->zone[1]);
    free(d);
    return 0;
}

/* Empties the tally, and makes it now. */
static inline void desk_move(struct desk *d, ff_wall now)
{
    const struct zone *const zones[] = {d->zone[0], d->zone[1]};
    struct tally_options options = {zones, 2, 50 * FF_HOUR, 62 * FF_DAY, 800 * FF_DAY, &d->words, UINT64_MAX};
    tally_free(&d->ctx.tally);
    d->ctx.tally = tally_new(&options);
    d->ctx.now = now;
    tally_advance(d->ctx.tally, now);
}

static inline void desk_count(struct desk *d, uint16_t site, ff_wall at, enum ff_counter which,
                              int64_t by)
{
    struct ff_fact f = {
        .at = at, .site = site, .kind = FF_FACT_COUNT, .which = (uint8_t)which, .by = by};
    tally_add(d->ctx.tally, &f, 1);
}

static inline void desk_pay(struct desk *d, uint16_t site, ff_wall at, ff_money amount)
{
    struct ff_fact f = {.at = at,
                        .site = site,
                        .kind = FF_FACT_MONEY,
                        .which = FF_PURSE_REVENUE,
                        .currency = FF_CURRENCY('E', 'U', 'R'),
                        .by = 1};
    f.amount = amount;
    tally_add(d->ctx.tally, &f, 1);
}

/* Adds to the fields of a value of a dimension, field by field from the first on: n of them. */
static inline void desk_cell(struct desk *d, uint16_t site, ff_wall at, enum ff_dimension dimension,
                             const char *value, const int64_t *by, size_t n, ff_currency currency,
                             ff_money amount)
{
    int64_t all[FF_ROW_FIELDS_MAX] = {0};
    memcpy(all, by, n * sizeof *by);
    struct ff_cell_ref ref = {words_take(&d->words, ff_span_text(value)), (uint8_t)dimension};
    struct ff_cells c = {
        .at = at, .site = site, .n = 1, .refs = &ref, .by = all, .fields = FF_FIELD(n) - 1,
        .currency = currency, .amount = amount, .things = amount};
    tally_add_cells(d->ctx.tally, &c);
    words_drop(&d->words, ref.word);
}

/* Asks, and gives the body as a string. */
static inline const char *desk_ask(struct desk *d, const char *path, const char *query)
{
    d->out = (struct answer_out){.body = d->body, .size = sizeof(d->body) - 1};
    d->status = answer_query(&d->ctx, ff_span_text(path), ff_span_text(query), &d->out);
    d->body[d->out.length] = '\0';
    return d->body;
}

static inline size_t desk_occurrences(const char *text, const char *of)
{
    size_t n = 0;
    for (const char *p = text; (p = strstr(p, of)); p++)
        n++;
    return n;
}

#endif
