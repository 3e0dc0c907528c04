/* Table: an open-addressing index from 64-bit hashes to entries of somebody's array. It holds places
 * (1 and up), not keys: the owner compares keys. Its memory is mapped at its cap, but it uses only
 * as many slots as it needs: when three quarters are taken, their number doubles, and when less than an
 * eighth is, it halves. The entries move over a few with each that is added or removed, and the memory
 * that a large table grows into is there before, so that no single call takes long. */
#ifndef FOOTFALL_TABLE_H
#define FOOTFALL_TABLE_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A slot is 0 when free, else tag << 32 | place, the tag being the hash's upper half. The home
 * of a slot is tag & mask, so a slot can be moved without its owner's key. */
struct table {
    uint64_t *slots;  /* where entries are added */
    size_t mask;      /* slots - 1; a power of two less one, at most 2^32 - 1 */
    uint64_t *old;    /* half or twice as many slots, whose entries are moving over; or NULL */
    size_t old_mask;
    size_t old_next;  /* the next slot to move, the first of a run; old_left are still to be seen */
    size_t old_left;
    size_t used;
    size_t cap;       /* entries it may hold */
    size_t most;      /* slots at the cap */
    uint64_t *region[2]; /* most slots each; slots lie in one, old in the other */
};

/* Maps a table for at most cap (1 to 2^31) entries. False when the address space is refused. */
bool table_init(struct table *t, size_t cap);
void table_fini(struct table *t);

/* The first probe of a hash; touching it early hides the cache miss. */
static inline const uint64_t *table_probe(const struct table *t, uint64_t hash)
{
    return &t->slots[(hash >> 32) & t->mask];
}

typedef bool table_same(const void *ctx, uint32_t place);

static inline uint32_t table_find_in(const uint64_t *slots, size_t mask, uint64_t hash,
                                     table_same *same, const void *ctx)
{
    uint64_t tag = hash >> 32;
    for (size_t i = tag & mask; slots[i]; i = (i + 1) & mask)
        if (slots[i] >> 32 == tag && same(ctx, (uint32_t)slots[i]))
            return (uint32_t)slots[i];
    return 0;
}

/* The place under this hash for which same(ctx, place) holds, or 0: of several, the first added. */
static inline uint32_t table_find(const struct table *t, uint64_t hash, table_same *same, const void *ctx)
{
    uint32_t place = t->old ? table_find_in(t->old, t->old_mask, hash, same, ctx) : 0;
    return place ? place : table_find_in(t->slots, t->mask, hash, same, ctx);
}

/* Before n entries are added to an empty table: as many slots as they will need, at once, and the memory of
 * these. More than the cap counts as the cap. */
void table_reserve(struct table *t, size_t n);

/* Adds a place (not 0, not yet there under this hash); the table must not be full. */
void table_add(struct table *t, uint64_t hash, uint32_t place);

/* Removes a place that is there. */
void table_remove(struct table *t, uint64_t hash, uint32_t place);

#endif
