#include "tier.h"

#include <assert.h>
#include <stdlib.h>

/* Local hours begin on quarters of an hour UTC, but where the clock is put forward or back; there
 * a cut hour of some minutes lies between two others, and rounding up still tells them apart. */
#define HOUR_SLOT (15 * FF_MINUTE)

static struct zone_span minute_span(const struct zone *zone, ff_wall at)
{
    (void)zone;
    ff_wall start = ff_floor_to(at, FF_MINUTE);
    return (struct zone_span){start, start + FF_MINUTE};
}

static int64_t minute_key(const struct zone *zone, ff_wall start)
{
    (void)zone;
    return start / FF_MINUTE;
}

static int64_t hour_key(const struct zone *zone, ff_wall start)
{
    (void)zone;
    return ff_floor_to(start + HOUR_SLOT - 1, HOUR_SLOT) / HOUR_SLOT;
}

/* The kinds of tiers: which span holds an instant; the number of the bucket that starts there,
 * no two of which are equal; and the least time in which that number grows by one. */
static const struct tier_row {
    struct zone_span (*span)(const struct zone *zone, ff_wall at);
    int64_t (*key)(const struct zone *zone, ff_wall start);
    ff_dur least;
} tier_table[TIER_KINDS] = {
    [TIER_MINUTE] = {minute_span, minute_key, FF_MINUTE},
    [TIER_HOUR] = {zone_hour, hour_key, HOUR_SLOT},
    [TIER_DAY] = {zone_day, zone_date, 23 * FF_HOUR},
};

bool tier_init(struct tier *t, enum tier_kind kind, const struct zone *zone, struct cell_stock *stock,
               ff_dur room)
{
    size_t slots = (size_t)(room / tier_table[kind].least) + 4;
    *t = (struct tier){.kind = kind, .zone = zone, .stock = stock, .slots = slots};
    t->slot = calloc(slots, sizeof(*t->slot));
    return t->slot != NULL;
}

void tier_fini(struct tier *t)
{
    for (size_t i = 0; t->slot && i < t->slots; i++)
        bucket_free(&t->slot[i]);
    free(t->slot);
    *t = (struct tier){0};
}

void tier_expire(struct tier *t, ff_wall kept)
{
    t->last = NULL;
    for (size_t i = 0; i < t->slots; i++)
        if (t->slot[i] && t->slot[i]->span.start < kept)
            bucket_free(&t->slot[i]);
}

struct zone_span tier_span(enum tier_kind kind, const struct zone *zone, ff_wall at)
{
    return tier_table[kind].span(zone, at);
}

static size_t slot_of(const struct tier *t, int64_t key)
{
    int64_t rest = key % (int64_t)t->slots;
    return (size_t)(rest < 0 ? rest + (int64_t)t->slots : rest);
}

struct bucket *tier_at(struct tier *t, ff_wall at)
{
    if (t->last && at >= t->last->span.start && at < t->last->span.end)
        return t->last;
    struct zone_span span = tier_span(t->kind, t->zone, at);
    int64_t key = tier_table[t->kind].key(t->zone, span.start);
    struct bucket **slot = &t->slot[slot_of(t, key)];
    if (!*slot)
        *slot = bucket_new(key, span);
    assert((*slot)->key == key);
    t->last = *slot;
    return *slot;
}

size_t tier_slot(const struct tier *t, ff_wall at)
{
    return slot_of(t, tier_table[t->kind].key(t->zone, at));
}

static void merge_cells(struct tier *t, struct bucket *to, const struct bucket *from, enum ff_dimension d)
{
    if (from->cells && from->cells->rows[d] && cells_most(d, t->kind) > 0)
        cells_merge(bucket_cells(to, t->stock, t->kind), from->cells, d);
}

static void merge(struct tier *t, struct bucket *to, const struct bucket *from)
{
    bucket_merge(to, from);
    for (int d = 0; d < FF_DIMENSIONS; d++)
        merge_cells(t, to, from, d);
}

void tier_add(struct tier *t, ff_wall at, const struct bucket *from)
{
    merge(t, tier_at(t, at), from);
}

void tier_add_cells(struct tier *t, ff_wall at, const struct bucket *from, enum ff_dimension dimension)
{
    merge_cells(t, tier_at(t, at), from, dimension);
}

void tier_put(struct tier *t, struct bucket *b)
{
    b->key = tier_table[t->kind].key(t->zone, b->span.start);
    struct bucket **slot = &t->slot[slot_of(t, b->key)];
    if (!*slot) {
        *slot = b;
        if (b->cells)
            cells_adopt(&b->cells, t->stock);
        return;
    }
    assert((*slot)->key == b->key);
    merge(t, *slot, b);
    bucket_free(&b);
}

const struct bucket *tier_find(const struct tier *t, struct zone_span span)
{
    int64_t key = tier_table[t->kind].key(t->zone, span.start);
    const struct bucket *b = t->slot[slot_of(t, key)];
    return b && b->key == key ? b : NULL;
}
