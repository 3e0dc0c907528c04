#include "hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

/* XXH3 with a seed is fast and well mixed but no pseudo-random function: the seed keeps a sender
 * who cannot see the process from choosing collisions, which is what the tables need. */
uint64_t hash_id(const struct hash_seed *seed, uint64_t scope, struct ff_span id)
{
    return XXH3_64bits_withSeed(id.p, id.n, seed->word[0] ^ hash_mix(scope + seed->word[1]));
}

struct hash128 hash_id_wide(const struct hash_seed *seed, uint64_t scope, struct ff_span id)
{
    XXH128_hash_t h =
        XXH3_128bits_withSeed(id.p, id.n, seed->word[1] ^ hash_mix(scope + seed->word[0]));
    return (struct hash128){h.low64, h.high64};
}

uint64_t hash_mark(uint64_t scope, struct ff_span id)
{
    return XXH3_64bits_withSeed(id.p, id.n, hash_mix(scope));
}

struct hash128 hash_bytes(const void *p, size_t n)
{
    XXH128_hash_t h = XXH3_128bits(p, n);
    return (struct hash128){h.low64, h.high64};
}

struct hasher *hasher_new(void)
{
    XXH3_state_t *state = XXH3_createState();
    if (state)
        XXH3_128bits_reset(state);
    return (struct hasher *)state;
}

void hasher_add(struct hasher *h, const void *p, size_t n)
{
    XXH3_128bits_update((XXH3_state_t *)h, p, n);
}

struct hash128 hasher_end(struct hasher **h)
{
    XXH128_hash_t digest = XXH3_128bits_digest((XXH3_state_t *)*h);
    XXH3_freeState((XXH3_state_t *)*h);
    *h = NULL;
    return (struct hash128){digest.low64, digest.high64};
}
