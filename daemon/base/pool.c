#include "pool.h"

#include "region.h"

#include <string.h>

static uint32_t pool_chunks(const struct pool *p)
{
    return p->cap / POOL_CHUNK + (p->cap % POOL_CHUNK > 0);
}

bool pool_init(struct pool *p, uint32_t cap, size_t size)
{
    assert(size >= sizeof(uint32_t));
    *p = (struct pool){.things = region_new(cap, size), .size = size, .cap = cap};
    p->chunks = region_new(pool_chunks(p), sizeof *p->chunks);
    if (!lowest_init(&p->room, pool_chunks(p)) || !p->chunks || !p->things)
        return false;
    for (uint32_t i = 0; i < pool_chunks(p); i++)
        lowest_add(&p->room, i);
    return true;
}

void pool_fini(struct pool *p)
{
    region_free(&p->things, p->cap, p->size);
    region_free(&p->chunks, pool_chunks(p), sizeof *p->chunks);
    lowest_fini(&p->room);
}

bool pool_init_beside(struct pool *p, struct pool *of, size_t size)
{
    assert(size % 8 == 0);
    *p = (struct pool){.things = region_new(of->cap, size), .size = size, .cap = of->cap, .beside = of->beside};
    of->beside = p;
    return p->things != NULL;
}

/* Takes the first of those given back. */
static uint32_t chunk_reuse(struct pool *p, uint32_t first, struct pool_chunk *c)
{
    uint32_t number = first + c->free;
    void *thing = pool_at(p, number);
    memcpy(&c->free, thing, sizeof c->free);
    memset(thing, 0, p->size);
    return number;
}

static uint32_t pool_next_chunk(struct pool *p)
{
    bool near = p->last <= p->used / POOL_CHUNK;
    if (near && p->chunks[p->last].free)
        return p->last;
    if (!p->first_known)
        p->first = lowest_first(&p->room);
    p->first_known = true;
    return p->first;
}

uint32_t pool_take(struct pool *p)
{
    if (p->used == p->cap)
        return 0;
    uint32_t i = pool_next_chunk(p), first = i * POOL_CHUNK;
    struct pool_chunk *c = &p->chunks[i];
    if (p->spare == i + 1)
        p->spare = 0;
    p->used++;
    if (++c->used == POOL_CHUNK) { /* the last may hold fewer: full, it is so with all the pool */
        lowest_remove(&p->room, i);
        p->first_known = false;
    }
    return c->free ? chunk_reuse(p, first, c) : first + ++c->reached;
}

static void chunk_forget(struct pool *p, uint32_t i)
{
    const uint32_t before = i * POOL_CHUNK, left = p->cap - before, n = left < POOL_CHUNK ? left : POOL_CHUNK;
    for (const struct pool *of = p; of; of = of->beside)
        region_forget(of->things + before * of->size, n * of->size);
    p->chunks[i] = (struct pool_chunk){.used = 0};
}

/* Chunk i has nothing in use any more. Of two such chunks the first will be needed first. */
static void pool_spare(struct pool *p, uint32_t i)
{
    uint32_t spare = p->spare;
    p->spare = spare && spare < i + 1 ? spare : i + 1;
    if (spare)
        chunk_forget(p, spare < i + 1 ? i : spare - 1);
}

void pool_give(struct pool *p, uint32_t number)
{
    uint32_t i = (number - 1) / POOL_CHUNK;
    struct pool_chunk *c = &p->chunks[i];
    assert(c->used > 0);
    memcpy(pool_at(p, number), &c->free, sizeof c->free);
    c->free = (uint16_t)(number - i * POOL_CHUNK);
    if (c->used-- == POOL_CHUNK) {
        lowest_add(&p->room, i);
        p->first_known = false;
    }
    p->used--;
    p->last = i;
    if (c->used == 0)
        pool_spare(p, i);
}
