/* Hashes of ids: keyed ones for tables that senders must not be able to flood, and one plain
 * mark that is the same in every store, for distinct counts. */
#ifndef FOOTFALL_HASH_H
#define FOOTFALL_HASH_H

#include "footfall/span.h"

#include <stdint.h>

#define HASH_SEED_BYTES 16

/* A shard's secret, HASH_SEED_BYTES long. Whoever knows it can make collisions. */
struct hash_seed {
    uint64_t word[2];
};

struct hash128 {
    uint64_t lo, hi;
};

/* Keyed hash of id within a scope (a small number such as a site's hash): different scopes give
 * unrelated values. Pure. */
uint64_t hash_id(const struct hash_seed *seed, uint64_t scope, struct ff_span id);

/* The same with 128 bits, for ids whose collision would lose an event. */
struct hash128 hash_id_wide(const struct hash_seed *seed, uint64_t scope, struct ff_span id);

/* Unkeyed 64-bit hash of id within a scope: equal in every process and store. */
uint64_t hash_mark(uint64_t scope, struct ff_span id);

/* A checksum of bytes for ETags and the like; not keyed. */
struct hash128 hash_bytes(const void *p, size_t n);

/* The same for bytes that come piece by piece: equal to hash_bytes of all of them together. */
struct hasher;
struct hasher *hasher_new(void); /* NULL when out of memory; owned by the caller until hasher_end */
void hasher_add(struct hasher *h, const void *p, size_t n);
struct hash128 hasher_end(struct hasher **h);

/* Spreads a number over 64 bits (splitmix64's finaliser). */
static inline uint64_t hash_mix(uint64_t x)
{
    x ^= x >> 30;
    x *= UINT64_C(0xbf58476d1ce4e5b9);
    x ^= x >> 27;
    x *= UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

#endif
