#include "recall.h"

#include "region.h"

#include <string.h>

bool recall_init(struct recall *r, uint32_t cap, size_t size, ff_dur window)
{
    assert(cap > 0 && size >= sizeof(struct recall_entry));
    *r = (struct recall){.size = size, .cap = cap, .window = window};
    r->ring = region_new(cap, size);
    return r->ring && table_init(&r->table, cap);
}

void recall_fini(struct recall *r)
{
    region_free(&r->ring, r->cap, r->size);
    table_fini(&r->table);
}

static struct recall_entry *recall_at(const struct recall *r, uint32_t position)
{
    return (struct recall_entry *)(r->ring + (size_t)position * r->size);
}

struct recall_match {
    const struct recall *recall;
    struct hash128 key;
    ff_wall arrival;
};

static bool recall_same(const void *ctx, uint32_t place)
{
    const struct recall_match *m = ctx;
    const struct recall_entry *e = recall_at(m->recall, place - 1);
    if (e->key.lo != m->key.lo || e->key.hi != m->key.hi)
        return false;
    ff_dur apart = m->arrival > e->arrival ? m->arrival - e->arrival : e->arrival - m->arrival;
    return apart <= m->recall->window;
}

struct recall_entry *recall_find(const struct recall *r, struct hash128 key, ff_wall arrival)
{
    struct recall_match m = {r, key, arrival};
    uint32_t place = table_find(&r->table, key.hi, recall_same, &m);
    return place ? recall_at(r, place - 1) : NULL;
}

void recall_reserve(struct recall *r, uint32_t n)
{
    table_reserve(&r->table, n);
}

void recall_expect(const struct recall *r, struct hash128 key)
{
    __builtin_prefetch(table_probe(&r->table, key.hi), 1);
}

const struct recall_entry *recall_nth(const struct recall *r, uint32_t i)
{
    assert(i < r->length);
    return recall_at(r, (uint32_t)(((uint64_t)r->oldest + i) % r->cap));
}

struct recall_count {
    const struct recall *recall;
    struct hash128 key;
    uint32_t *n;
};

/* No match until there are RECALL_MANY. */
static bool recall_counts(const void *ctx, uint32_t place)
{
    const struct recall_count *c = ctx;
    const struct recall_entry *e = recall_at(c->recall, place - 1);
    return e->key.lo == c->key.lo && e->key.hi == c->key.hi && ++*c->n >= RECALL_MANY;
}

bool recall_has_many(const struct recall *r, struct hash128 key)
{
    uint32_t n = 0;
    struct recall_count c = {r, key, &n};
    return table_find(&r->table, key.hi, recall_counts, &c) != 0;
}

/* Takes the entry out of the table; its place in the ring stays until it is the oldest. */
void recall_forget(struct recall *r, struct recall_entry *e)
{
    size_t position = (size_t)((unsigned char *)e - r->ring) / r->size;
    table_remove(&r->table, e->key.hi, (uint32_t)position + 1);
    e->received = FF_NEVER;
}

static void recall_drop_oldest(struct recall *r)
{
    struct recall_entry *e = recall_at(r, r->oldest);
    if (e->received != FF_NEVER)
        recall_forget(r, e);
    r->oldest = r->oldest + 1 == r->cap ? 0 : r->oldest + 1;
    r->length--;
}

struct recall_entry *recall_put(struct recall *r, struct hash128 key, ff_wall arrival, ff_wall received)
{
    if (r->length == r->cap) {
        r->evicted += recall_at(r, r->oldest)->received != FF_NEVER;
        recall_drop_oldest(r);
    }
    uint32_t position = (uint32_t)(((uint64_t)r->oldest + r->length) % r->cap);
    r->length++;
    struct recall_entry *e = recall_at(r, position);
    memset(e, 0, r->size);
    *e = (struct recall_entry){key, arrival, received};
    table_add(&r->table, key.hi, position + 1);
    return e;
}

void recall_expire(struct recall *r, ff_wall now)
{
    ff_wall limit = now - r->window - RECALL_SLACK;
    while (r->length > 0 && recall_at(r, r->oldest)->received < limit)
        recall_drop_oldest(r);
}
