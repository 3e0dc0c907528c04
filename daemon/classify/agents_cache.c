#include "agents_cache.h"

#include "region.h"

#include <stdlib.h>

/* An entry is a hash whose lowest byte has given way to the verdict, which is never 0. */
#define VERDICT_BITS UINT64_C(0xff)
#define DEVICE_SHIFT 4

_Static_assert(FF_DEVICE_COUNT << DEVICE_SHIFT <= 256 && BOT_COUNT <= 1 << DEVICE_SHIFT,
               "a verdict fits into a byte");

struct agents_cache {
    uint64_t *entries; /* pairs; of each the newer one first */
    size_t pairs;      /* a power of two */
    struct hash_seed seed;
    uint64_t hits, misses;
};

struct agents_cache *agents_cache_new(size_t agents, const struct hash_seed *seed)
{
    struct agents_cache *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->seed = *seed;
    c->pairs = 1;
    while (c->pairs < agents / 2 && c->pairs < SIZE_MAX / 64)
        c->pairs *= 2;
    c->entries = region_new(c->pairs * 2, sizeof *c->entries);
    if (!c->entries)
        agents_cache_free(&c);
    return c;
}

void agents_cache_free(struct agents_cache **c)
{
    if (!*c)
        return;
    region_free(&(*c)->entries, (*c)->pairs * 2, sizeof *(*c)->entries);
    free(*c);
    *c = NULL;
}

void agents_cache_counts(const struct agents_cache *c, uint64_t *hits, uint64_t *misses)
{
    *hits = c->hits;
    *misses = c->misses;
}

/* The pair of a hash, by its upper bits: the lowest are not kept. */
static uint64_t *pair_of(const struct agents_cache *c, uint64_t hash)
{
    return &c->entries[((hash >> 8) & (c->pairs - 1)) * 2];
}

bool agents_cache_find(struct agents_cache *c, struct ff_span agent, uint64_t *hash,
                       struct agent_verdict *out)
{
    *hash = hash_id(&c->seed, 0, agent);
    const uint64_t *pair = pair_of(c, *hash);
    for (int i = 0; i < 2; i++) {
        unsigned verdict = (unsigned)(pair[i] & VERDICT_BITS);
        if (verdict && (pair[i] & ~VERDICT_BITS) == (*hash & ~VERDICT_BITS)) {
            out->device = (enum ff_device)(verdict >> DEVICE_SHIFT);
            out->bot = (enum bot)(verdict & ((1u << DEVICE_SHIFT) - 1));
            c->hits++;
            return true;
        }
    }
    c->misses++;
    return false;
}

void agents_cache_keep(struct agents_cache *c, uint64_t hash, struct agent_verdict v)
{
    uint64_t *pair = pair_of(c, hash);
    pair[1] = pair[0];
    pair[0] = (hash & ~VERDICT_BITS) | (uint64_t)v.device << DEVICE_SHIFT | (uint64_t)v.bot;
}
