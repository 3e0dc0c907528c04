#include "state.h"

#include <assert.h>
#include <stdlib.h>

/* A tier keeps whole buckets of the next coarser one: minutes back to the start of the local hour,
 * hours to the start of the local day that holds the end of their keep. So every minute kept lies
 * in an hour kept, whose minutes are all kept, and any two edges of kept buckets can be tiled. */
static const enum tier_kind keeps_whole[TIER_KINDS] = {
    [TIER_MINUTE] = TIER_HOUR,
    [TIER_HOUR] = TIER_DAY,
    [TIER_DAY] = TIER_DAY,
};

/* The longest span that a keep is rounded to. */
static const ff_dur keeps_more[TIER_KINDS] = {
    [TIER_MINUTE] = FF_HOUR,
    [TIER_HOUR] = 2 * FF_DAY,
    [TIER_DAY] = 2 * FF_DAY,
};

void tally_expire_site(const struct tally *t, struct tally_site *s)
{
    for (int kind = 0; kind < TIER_KINDS; kind++) {
        ff_wall kept = tier_span(keeps_whole[kind], s->zone, t->minute - t->keep[kind]).start;
        if (kept < s->since[kind])
            kept = s->since[kind];
        if (kept == s->kept[kind])
            continue;
        s->kept[kind] = kept;
        tier_expire(&s->tier[kind], kept);
    }
}

static void expire(struct tally *t)
{
    for (uint16_t i = 0; i < t->sites; i++)
        tally_expire_site(t, &t->site[i]);
}

static bool site_init(struct tally *t, uint16_t i, const struct zone *zone)
{
    struct tally_site *s = &t->site[i];
    s->zone = zone;
    for (int kind = 0; kind < TIER_KINDS; kind++) {
        s->since[kind] = FF_NEVER;
        ff_dur room = t->keep[kind] + keeps_more[kind] + FF_MINUTE + TALLY_AHEAD;
        if (!tier_init(&s->tier[kind], kind, zone, &t->stock, room))
            return false;
    }
    return true;
}

/* Coarser tiers keep at least as long as finer ones, whatever was asked for. */
static void set_keep(struct tally *t, const struct tally_options *o)
{
    t->keep[TIER_MINUTE] = o->keep_minutes;
    t->keep[TIER_HOUR] = o->keep_hours > o->keep_minutes ? o->keep_hours : o->keep_minutes;
    t->keep[TIER_DAY] = o->keep_days > t->keep[TIER_HOUR] ? o->keep_days : t->keep[TIER_HOUR];
}

struct tally *tally_new(const struct tally_options *options)
{
    struct tally *t = calloc(1, sizeof(*t) + options->sites * sizeof(t->site[0]));
    if (!t)
        return NULL;
    set_keep(t, options);
    t->sites = options->sites;
    t->stock = (struct cell_stock){.words = options->words, .bytes_most = options->breakdown_bytes};
    for (uint16_t i = 0; i < t->sites; i++)
        if (!site_init(t, i, options->zones[i])) {
            tally_free(&t);
            return NULL;
        }
    expire(t);
    return t;
}

void tally_free(struct tally **t)
{
    if (!*t)
        return;
    for (uint16_t i = 0; i < (*t)->sites; i++)
        for (int kind = 0; kind < TIER_KINDS; kind++)
            tier_fini(&(*t)->site[i].tier[kind]);
    free(*t);
    *t = NULL;
}

void tally_advance(struct tally *t, ff_wall now)
{
    if (now < t->minute + FF_MINUTE)
        return;
    t->minute = ff_floor_to(now, FF_MINUTE);
    expire(t);
}

/* Where facts of one site and instant go; the tiers that no longer keep it have NULL. */
struct place {
    ff_wall at;
    uint16_t site;
    bool any;
    struct bucket *bucket[TIER_KINDS];
};

static void place_find(struct tally *t, struct place *p, uint16_t site, ff_wall at)
{
    assert(site < t->sites);
    *p = (struct place){.at = at, .site = site};
    if (at >= t->minute + FF_MINUTE + TALLY_AHEAD)
        return;
    struct tally_site *s = &t->site[site];
    for (int kind = 0; kind < TIER_KINDS; kind++)
        if (at >= s->kept[kind]) {
            p->bucket[kind] = tier_at(&s->tier[kind], at);
            p->any = true;
        }
}

static void count_dropped(struct tally *t, ff_wall at)
{
    if (at < t->minute)
        t->too_old++;
    else
        t->too_far++;
}

void tally_add(void *tally, const struct ff_fact *facts, size_t n)
{
    struct tally *t = tally;
    struct place p = {0};
    for (size_t i = 0; i < n; i++) {
        const struct ff_fact *f = &facts[i];
        if (i == 0 || f->at != p.at || f->site != p.site)
            place_find(t, &p, f->site, f->at);
        if (!p.any)
            count_dropped(t, f->at);
        for (int kind = 0; kind < TIER_KINDS; kind++)
            if (p.bucket[kind])
                bucket_add(p.bucket[kind], f);
    }
}

uint64_t tally_too_old(const struct tally *t)
{
    return t->too_old;
}

uint64_t tally_too_far(const struct tally *t)
{
    return t->too_far;
}

void tally_add_cells(void *tally, const struct ff_cells *c)
{
    struct tally *t = tally;
    struct place p;
    if (c->n == 0)
        return;
    place_find(t, &p, c->site, c->at);
    if (!p.any)
        count_dropped(t, c->at);
    for (int kind = 0; kind < TIER_KINDS; kind++)
        if (p.bucket[kind] && cells_most(c->refs[0].dimension, kind) > 0)
            cells_add(bucket_cells(p.bucket[kind], &t->stock, kind), c);
}

uint64_t tally_cells_left_out(const struct tally *t, enum tally_left_out reason)
{
    return t->stock.left_out[reason];
}

uint64_t tally_cells_bytes(const struct tally *t)
{
    return t->stock.bytes;
}
