#include "state.h"

#include "cells_image.h"
#include "hash.h"
#include "image.h"
#include "memory.h"

#include <assert.h>
#include <string.h>

/* The image, section taly:
 *
 *   what is counted: a hash of the names of counters and dimensions (u64), the number of purses
 *   the clock, in minutes since 1970; the facts dropped as too old, as too far
 *   differences that were added to (other), for each reason; the texts of all cells (cells_save.c)
 *   the number of sites; of each, and of each tier from minutes to days:
 *     the start of the oldest bucket kept, in minutes before the clock
 *     the buckets in order of time, but for empty ones:
 *       1 + minutes from the end of the one before (from the oldest kept) to its start
 *       its length in minutes
 *       what it holds (bucket.h, distinct.h); its cells (cells_save.c)
 *     0
 *
 * A counter, purse, dimension or field more, or another order of them, needs another VERSION. */
#define VERSION 3
static const char section[4] = "taly";

#define CLOCK_MOST ((uint64_t)253402214400 / 60) /* minutes: the last day of the year 9999 */
#define KEPT_MOST (200 * 366 * FF_DAY)           /* from the clock to where a tier begins */

/* No bucket of a tier is longer. */
static const ff_dur longest[TIER_KINDS] = {
    [TIER_MINUTE] = FF_MINUTE,
    [TIER_HOUR] = FF_HOUR,
    [TIER_DAY] = 2 * FF_DAY,
};

static uint64_t counters_mark(void)
{
    static const char names[] =
#define X(name) #name " "
        FF_COUNTER_TABLE(X)
#undef X
#define X(name, by, kind, class) #name ":" #kind " "
        FF_DIMENSION_TABLE(X);
#undef X
    return hash_bytes(names, sizeof(names) - 1).lo;
}

static void save_tier(const struct tally *t, const struct tier *tier, ff_wall kept,
                      const struct cell_texts *texts, struct image_out *out)
{
    image_put_int(out, (t->minute - kept) / FF_MINUTE);
    ff_wall at = kept;
    size_t slot = tier_slot(tier, kept);
    for (size_t i = 0; i < tier->slots; i++, slot = (slot + 1) % tier->slots) {
        const struct bucket *b = tier->slot[slot];
        if (!b || bucket_is_empty(b))
            continue;
        assert(b->span.start >= at);
        image_put_uint(out, 1 + (uint64_t)((b->span.start - at) / FF_MINUTE));
        image_put_uint(out, (uint64_t)((b->span.end - b->span.start) / FF_MINUTE));
        bucket_save(b, out);
        cells_save(b->cells, texts, out);
        at = b->span.end;
    }
    image_put_uint(out, 0);
}

static void note_texts(const struct tally *t, struct cell_texts *texts)
{
    cell_texts_begin(texts, t->stock.words);
    for (uint16_t i = 0; i < t->sites; i++)
        for (int kind = 0; kind < TIER_KINDS; kind++) {
            const struct tier *tier = &t->site[i].tier[kind];
            for (size_t slot = 0; slot < tier->slots; slot++)
                if (tier->slot[slot])
                    cell_texts_note(texts, tier->slot[slot]->cells);
        }
}

void tally_save(struct tally *t, struct image_out *out)
{
    alike_settle(t->alike);
    struct cell_texts texts;
    note_texts(t, &texts);
    image_put_section(out, section, VERSION);
    image_put_u64(out, counters_mark());
    image_put_uint(out, FF_PURSES);
    image_put_uint(out, (uint64_t)(t->minute / FF_MINUTE));
    image_put_uint(out, t->too_old);
    image_put_uint(out, t->too_far);
    for (int reason = 0; reason < TALLY_LEFT_REASONS; reason++)
        image_put_uint(out, t->stock.left_out[reason]);
    cell_texts_save(&texts, out);
    image_put_uint(out, t->sites);
    for (uint16_t i = 0; i < t->sites; i++)
        for (int kind = 0; kind < TIER_KINDS; kind++)
            save_tier(t, &t->site[i].tier[kind], t->site[i].kept[kind], &texts, out);
    cell_texts_end(&texts);
}

/* The buckets of one tier of a site, as the image has them. */
struct saved_tier {
    ff_wall kept;
    struct bucket **bucket; /* n of them, owned, in order of time */
    size_t n, room;
};

static void saved_push(struct saved_tier *s, struct bucket *b)
{
    if (s->n == s->room) {
        s->room = s->room ? 2 * s->room : 64;
        struct bucket **more = memory_zeroed(s->room, sizeof(struct bucket *));
        if (s->n)
            memcpy(more, s->bucket, s->n * sizeof(struct bucket *));
        free(s->bucket);
        s->bucket = more;
    }
    s->bucket[s->n++] = b;
}

static void saved_fini(struct saved_tier *s)
{
    for (size_t i = 0; i < s->n; i++)
        bucket_free(&s->bucket[i]);
    free(s->bucket);
}

/* Facts lie before this. */
static ff_wall limit_of(const struct tally *t)
{
    return t->minute + FF_MINUTE + TALLY_AHEAD;
}

/* What an image is read with: the texts of its cells, and what these stand under until they are placed. */
struct reading {
    struct cell_texts texts;
    struct cell_stock stock;
};

static void load_tier(const struct tally *t, enum tier_kind kind, struct saved_tier *s,
                      struct reading *r, struct image_in *in)
{
    int64_t back = image_int(in);
    if (!image_check(in, back >= -KEPT_MOST / FF_MINUTE && back <= KEPT_MOST / FF_MINUTE))
        return;
    s->kept = t->minute - back * FF_MINUTE;
    uint64_t gap, most = 2 * KEPT_MOST / FF_MINUTE;
    for (ff_wall at = s->kept; (gap = image_uint_upto(in, most)) != 0;) {
        struct zone_span span = {.start = at + (ff_wall)(gap - 1) * FF_MINUTE};
        ff_dur length = (ff_dur)image_uint_upto(in, (uint64_t)(longest[kind] / FF_MINUTE));
        if (!image_check(in, length > 0 && span.start < limit_of(t)))
            return;
        at = span.end = span.start + length * FF_MINUTE;
        struct bucket *b = bucket_new(0, span);
        saved_push(s, b);
        bucket_load(b, in);
        cells_load(&b->cells, &r->stock, kind, &r->texts, in);
        image_check(in, !bucket_is_empty(b));
    }
}

static bool same_span(struct zone_span a, struct zone_span b)
{
    return a.start == b.start && a.end == b.end;
}

/* Whether the buckets of all tiers are those of the site's zone as it is now. */
static bool fits_zone(const struct zone *zone, const struct saved_tier saved[TIER_KINDS])
{
    for (int kind = 0; kind < TIER_KINDS; kind++) {
        const struct saved_tier *s = &saved[kind];
        for (size_t i = 0; i < s->n; i++) {
            struct zone_span span = s->bucket[i]->span;
            if (!same_span(span, tier_span(kind, zone, span.start)))
                return false;
        }
    }
    return true;
}

static ff_wall later(ff_wall a, ff_wall b)
{
    return a > b ? a : b;
}

static ff_wall round_up(enum tier_kind kind, const struct zone *zone, ff_wall at)
{
    struct zone_span span = tier_span(kind, zone, at);
    return span.start == at ? at : span.end;
}

/* Minutes and hours are whole from where those of the image are; days before the oldest of the
 * image may still come, from an import. */
static void set_since(struct tally_site *s, const struct saved_tier saved[TIER_KINDS])
{
    ff_wall hours = round_up(TIER_DAY, s->zone, saved[TIER_HOUR].kept);
    ff_wall minutes = round_up(TIER_HOUR, s->zone, saved[TIER_MINUTE].kept);
    s->since[TIER_HOUR] = later(s->since[TIER_HOUR], hours);
    s->since[TIER_MINUTE] = later(s->since[TIER_MINUTE], later(minutes, s->since[TIER_HOUR]));
}

static void place_all(struct tally_site *site, struct saved_tier saved[TIER_KINDS])
{
    for (int kind = 0; kind < TIER_KINDS; kind++) {
        struct saved_tier *s = &saved[kind];
        for (size_t i = 0; i < s->n; i++) {
            if (s->bucket[i]->span.start < site->kept[kind])
                continue;
            tier_put(&site->tier[kind], s->bucket[i]);
            s->bucket[i] = NULL;
        }
    }
}

/* Where a bucket of another zone goes whole: to its middle. */
static ff_wall middle(const struct bucket *b, ff_wall limit)
{
    ff_wall at = b->span.start + (b->span.end - b->span.start) / 2;
    return at < limit ? at : limit - 1;
}

/* Adds the bucket, of that tier in another zone, to it and the coarser ones. */
static void add_anew(struct tally_site *site, int kind, const struct bucket *b, ff_wall limit)
{
    ff_wall at = middle(b, limit);
    for (; kind < TIER_KINDS; kind++)
        if (at >= site->kept[kind])
            tier_add(&site->tier[kind], at, b);
}

/* Adds likewise, of a bucket of which there are finer ones, the cells that those have not. */
static void add_cells_anew(struct tally_site *site, int kind, const struct bucket *b, ff_wall limit)
{
    ff_wall at = middle(b, limit);
    for (int d = 0; b->cells && d < FF_DIMENSIONS; d++)
        for (int to = kind; cells_most(d, kind - 1) == 0 && to < TIER_KINDS; to++)
            if (at >= site->kept[to])
                tier_add_cells(&site->tier[to], at, b, d);
}

/* Of each instant the finest bucket is added anew: together they hold every fact once, and as each
 * goes to one instant, the hours and days that they make are nested. The same for cells, whose finest
 * buckets may be hours. */
static void place_anew(struct tally_site *site, const struct saved_tier saved[TIER_KINDS],
                       ff_wall limit)
{
    ff_wall finer = limit; /* from here on there are finer ones */
    for (int kind = 0; kind < TIER_KINDS; kind++) {
        const struct saved_tier *s = &saved[kind];
        size_t i = 0;
        for (; i < s->n && s->bucket[i]->span.start < finer; i++)
            add_anew(site, kind, s->bucket[i], limit);
        for (; kind == TIER_HOUR && i < s->n; i++)
            add_cells_anew(site, kind, s->bucket[i], limit);
        finer = s->kept;
    }
}

/* Reads a site; number: what it is now, or UINT16_MAX. */
static void load_site(struct tally *t, struct reading *r, struct image_in *in, uint16_t number)
{
    struct saved_tier saved[TIER_KINDS] = {0};
    for (int kind = 0; kind < TIER_KINDS && in->ok; kind++)
        load_tier(t, kind, &saved[kind], r, in);
    image_check(in, saved[TIER_DAY].kept <= saved[TIER_HOUR].kept &&
                        saved[TIER_HOUR].kept <= saved[TIER_MINUTE].kept);
    if (in->ok && number != UINT16_MAX) {
        assert(number < t->sites);
        struct tally_site *site = &t->site[number];
        set_since(site, saved);
        tally_expire_site(t, site);
        if (fits_zone(site->zone, saved))
            place_all(site, saved);
        else
            place_anew(site, saved, limit_of(t));
    }
    for (int kind = 0; kind < TIER_KINDS; kind++)
        saved_fini(&saved[kind]);
}

static void load_sites(struct tally *t, struct image_in *in, const uint16_t *site_map, uint16_t site_count)
{
    struct reading r = {.stock = {.words = t->stock.words, .bytes_most = UINT64_MAX}};
    cell_texts_load(&r.texts, t->stock.words, in);
    image_check(in, image_uint(in) == site_count);
    for (uint16_t i = 0; i < t->sites; i++)
        tally_expire_site(t, &t->site[i]);
    for (uint16_t i = 0; i < site_count && in->ok; i++)
        load_site(t, &r, in, site_map[i]);
    cell_texts_end(&r.texts);
}

bool tally_load(struct tally *t, struct image_in *in, const uint16_t *site_map, uint16_t site_count)
{
    uint32_t version;
    assert(t->minute == 0);
    image_section(in, section, VERSION, &version);
    image_check(in, version == VERSION);
    image_check(in, image_u64(in) == counters_mark() && image_uint(in) == FF_PURSES);
    t->minute = (ff_wall)image_uint_upto(in, CLOCK_MOST) * FF_MINUTE;
    t->too_old = image_uint(in);
    t->too_far = image_uint(in);
    for (int reason = 0; reason < TALLY_LEFT_REASONS; reason++)
        t->stock.left_out[reason] = image_uint(in);
    load_sites(t, in, site_map, site_count);
    return in->ok;
}
