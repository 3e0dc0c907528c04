#include "place.h"

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

void tally_expire_site(struct tally *t, struct tally_site *s)
{
    for (int kind = 0; kind < TIER_KINDS; kind++) {
        ff_wall kept = tier_span(keeps_whole[kind], s->zone, t->minute - t->keep[kind]).start;
        if (kept < s->since[kind])
            kept = s->since[kind];
        if (kept == s->kept[kind])
            continue;
        s->kept[kind] = kept;
        place_forget(t);
        alike_settle(t->alike);
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
    t->alike = alike_new();
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
    alike_free(&(*t)->alike);
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

static void count_dropped(struct tally *t, ff_wall at)
{
    if (at < t->minute)
        t->too_old++;
    else
        t->too_far++;
}

/* NULL: the tier keeps that instant no longer. */
static inline void add_fact(struct bucket *b, const struct ff_fact *f)
{
    if (b)
        bucket_add(b, f);
}

/* Of one site and instant. */
static void add_run(struct tally *t, const struct ff_fact *facts, size_t n)
{
    const struct place *p = place_of(t, facts->site, facts->at);
    for (const struct ff_fact *f = facts; f < facts + n; f++) {
        if (!p->any)
            count_dropped(t, f->at);
        add_fact(p->bucket[TIER_MINUTE], f);
        add_fact(p->bucket[TIER_HOUR], f);
        add_fact(p->bucket[TIER_DAY], f);
    }
}

void tally_add(void *tally, const struct ff_fact *facts, size_t n)
{
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && facts[end].at == facts[i].at && facts[end].site == facts[i].site;)
            end++;
        add_run(tally, &facts[i], end - i);
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

/* NULL: the tier has no such cells. */
static inline void add_cell(struct cells *cells, struct ff_cell_ref ref, const struct ff_cells *c)
{
    int64_t *row = cells && !c->currency ? cells_row(cells, ref) : NULL;
    if (row)
        cells_change_row(row, c->by, c->fields);
    else if (cells)
        cells_add_to(cells, ref, c);
}

/* Where the tier's cells of a difference are, NULL where it keeps none of it. */
static inline struct cells *cells_of(struct tally *t, const struct place *p, enum tier_kind kind)
{
    return p->bucket[kind] ? bucket_cells(p->bucket[kind], &t->stock, kind) : NULL;
}

void tally_add_cells(void *tally, const struct ff_cells *c)
{
    struct tally *t = tally;
    if (c->n == 0)
        return;
    const struct place *p = place_of(t, c->site, c->at);
    if (!p->any) {
        count_dropped(t, c->at);
        return;
    }
    bool minutes = cells_finest(c->refs[0].dimension) == TIER_MINUTE;
    struct cells *minute = minutes ? cells_of(t, p, TIER_MINUTE) : NULL;
    struct cells *coarse[] = {cells_of(t, p, TIER_HOUR), cells_of(t, p, TIER_DAY)};
    uint32_t i = alike_takes(c);
    if (i > 0)
        alike_add(t->alike, coarse, c, i);
    for (; i < c->n; i++) {
        add_cell(minute, c->refs[i], c);
        add_cell(coarse[0], c->refs[i], c);
        add_cell(coarse[1], c->refs[i], c);
    }
}

uint64_t tally_cells_left_out(const struct tally *t, enum tally_left_out reason)
{
    return t->stock.left_out[reason];
}

uint64_t tally_cells_bytes(const struct tally *t)
{
    return t->stock.bytes;
}
