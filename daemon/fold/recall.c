#include "recall.h"

/* What every block begins with; its entries follow, aligned for whatever they are. */
struct block {
    _Alignas(32) uint32_t next; /* the block put after this one */
};

static size_t block_size(const struct recall *r)
{
    return sizeof(struct block) + RECALL_BLOCK * r->size;
}

static uint32_t block_of(uint32_t place)
{
    return (place - 1) / RECALL_BLOCK + 1;
}

static uint32_t block_first(uint32_t block)
{
    return (block - 1) * RECALL_BLOCK + 1;
}

bool recall_init(struct recall *r, uint32_t cap, size_t size, ff_dur window)
{
    assert(cap > 0 && size >= sizeof(struct recall_entry));
    *r = (struct recall){.size = size, .cap = cap, .window = window};
    bool mapped = pool_init(&r->blocks, cap / RECALL_BLOCK + 2, block_size(r));
    return table_init(&r->table, cap) && mapped;
}

void recall_fini(struct recall *r)
{
    pool_fini(&r->blocks);
    table_fini(&r->table);
}

struct recall_entry *recall_at(const struct recall *r, uint32_t place)
{
    unsigned char *block = pool_at(&r->blocks, block_of(place));
    return (struct recall_entry *)(block + sizeof(struct block) + (place - 1) % RECALL_BLOCK * r->size);
}

uint32_t recall_first(const struct recall *r)
{
    return r->length > 0 ? r->oldest : 0;
}

uint32_t recall_next(const struct recall *r, uint32_t place)
{
    if (place == r->newest)
        return 0;
    if (place % RECALL_BLOCK > 0)
        return place + 1;
    const struct block *block = pool_at(&r->blocks, block_of(place));
    return block_first(block->next);
}

struct recall_match {
    const struct recall *recall;
    struct hash128 key;
    ff_wall arrival;
};

static bool recall_same(const void *ctx, uint32_t place)
{
    const struct recall_match *m = ctx;
    const struct recall_entry *e = recall_at(m->recall, place);
    if (e->key.lo != m->key.lo || e->key.hi != m->key.hi)
        return false;
    ff_dur apart = m->arrival > e->arrival ? m->arrival - e->arrival : e->arrival - m->arrival;
    return apart <= m->recall->window;
}

struct recall_entry *recall_find(const struct recall *r, struct hash128 key, ff_wall arrival)
{
    struct recall_match m = {r, key, arrival};
    uint32_t place = table_find(&r->table, key.hi, recall_same, &m);
    return place ? recall_at(r, place) : NULL;
}

void recall_reserve(struct recall *r, uint32_t n)
{
    table_reserve(&r->table, n);
}

void recall_expect(const struct recall *r, struct hash128 key)
{
    __builtin_prefetch(table_probe(&r->table, key.hi), 1);
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
    const struct recall_entry *e = recall_at(c->recall, place);
    return e->key.lo == c->key.lo && e->key.hi == c->key.hi && ++*c->n >= RECALL_MANY;
}

bool recall_has_many(const struct recall *r, struct hash128 key)
{
    uint32_t n = 0;
    struct recall_count c = {r, key, &n};
    return table_find(&r->table, key.hi, recall_counts, &c) != 0;
}

static uint32_t recall_place(const struct recall *r, const struct recall_entry *e)
{
    size_t bytes = (size_t)((const unsigned char *)e - r->blocks.things), block = bytes / block_size(r);
    size_t within = bytes % block_size(r) - sizeof(struct block);
    return (uint32_t)(block * RECALL_BLOCK + within / r->size + 1);
}

/* Takes the entry out of the table; its place stays until it is the oldest. */
void recall_forget(struct recall *r, struct recall_entry *e)
{
    table_remove(&r->table, e->key.hi, recall_place(r, e));
    e->received = FF_NEVER;
}

static void recall_drop_oldest(struct recall *r)
{
    uint32_t place = r->oldest;
    struct recall_entry *e = recall_at(r, place);
    if (e->received != FF_NEVER)
        recall_forget(r, e);
    r->length--;
    r->oldest = recall_next(r, place);
    if (block_of(r->oldest) != block_of(place) || r->length == 0)
        pool_give(&r->blocks, block_of(place));
}

/* The place of one more, whose entry is all zeros. */
static uint32_t recall_add(struct recall *r)
{
    if (r->length++ > 0 && r->newest % RECALL_BLOCK > 0)
        return ++r->newest;
    uint32_t number = pool_take(&r->blocks);
    assert(number);
    if (r->length == 1) {
        r->oldest = block_first(number);
    } else {
        struct block *last = pool_at(&r->blocks, block_of(r->newest));
        last->next = number;
    }
    r->newest = block_first(number);
    return r->newest;
}

struct recall_entry *recall_put(struct recall *r, struct hash128 key, ff_wall arrival, ff_wall received)
{
    if (r->length == r->cap) {
        r->evicted += recall_at(r, r->oldest)->received != FF_NEVER;
        recall_drop_oldest(r);
    }
    uint32_t place = recall_add(r);
    struct recall_entry *e = recall_at(r, place);
    *e = (struct recall_entry){key, arrival, received};
    table_add(&r->table, key.hi, place);
    return e;
}

void recall_expire(struct recall *r, ff_wall now)
{
    ff_wall limit = now - r->window - RECALL_SLACK;
    while (r->length > 0 && recall_at(r, r->oldest)->received < limit)
        recall_drop_oldest(r);
}
