/* Recall: remembers ids for a window, in the order they came; the oldest give way. Events and
 * orders are told apart from their repeats with it, and refunds find their orders. */
#ifndef FOOTFALL_RECALL_H
#define FOOTFALL_RECALL_H

#include "footfall/time.h"
#include "hash.h"
#include "pool.h"
#include "table.h"

/* What every entry begins with; the owner's own fields follow it. */
struct recall_entry {
    struct hash128 key;
    ff_wall arrival;
    ff_wall received; /* FF_NEVER: forgotten before its time */
};

/* Entries lie in blocks, one after another as they are put; a block goes when the last of its entries
 * does, and the memory of the blocks is that of a pool. So what is held is what is remembered, however
 * much has been. */
#define RECALL_BLOCK 128u

/* An entry is known by its place: its place in its block, behind those in the blocks of lower numbers;
 * from 1 on. */
struct recall {
    struct table table;
    struct pool blocks;
    size_t size;
    uint32_t cap;
    uint32_t oldest, newest; /* places; nothing while the length is 0 */
    uint32_t length;         /* entries from oldest to newest */
    ff_dur window;
    uint64_t evicted;    /* entries that gave way before their window was over */
};

/* False when the address space is refused. size >= sizeof(struct recall_entry). */
bool recall_init(struct recall *r, uint32_t cap, size_t size, ff_dur window);
void recall_fini(struct recall *r);

/* The first entry that was put under this key with an arrival at most the window away from this
 * one, or NULL. (The same key may be there several times, further apart: history is imported in
 * any order, and again.) */
struct recall_entry *recall_find(const struct recall *r, struct hash128 key, ff_wall arrival);

/* Remembers the key with this arrival, besides what is remembered of it already; the owner's fields
 * are all zero. Valid until the next recall_put or recall_expire. */
struct recall_entry *recall_put(struct recall *r, struct hash128 key, ff_wall arrival, ff_wall received);

/* Before n keys are put where none is: makes room for them at once. */
void recall_reserve(struct recall *r, uint32_t n);

/* Fetches early what a recall_put of this key will need. */
void recall_expect(const struct recall *r, struct hash128 key);

/* The places from the oldest to the newest, ending with 0; the forgotten ones that have not gone yet are
 * among them. And what lies there. */
uint32_t recall_first(const struct recall *r);
uint32_t recall_next(const struct recall *r, uint32_t place);
struct recall_entry *recall_at(const struct recall *r, uint32_t place);

/* Whether RECALL_MANY or more entries of this key are remembered, whenever they came: each costs
 * every look-up of the key a step, so that their owner should take no more. */
#define RECALL_MANY 1000
bool recall_has_many(const struct recall *r, struct hash128 key);

/* Forgets one entry now. */
void recall_forget(struct recall *r, struct recall_entry *e);

/* Forgets what was received more than the window (and the slack) before now: an arrival is never
 * more than the slack after its receipt, so such an entry is out of its window by arrival, too. */
#define RECALL_SLACK (2 * FF_MINUTE)
void recall_expire(struct recall *r, ff_wall now);

#endif
