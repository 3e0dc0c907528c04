/* Recall: remembers ids for a window, in the order they came; the oldest give way. Events and
 * orders are told apart from their repeats with it, and refunds find their orders. */
#ifndef FOOTFALL_RECALL_H
#define FOOTFALL_RECALL_H

#include "footfall/time.h"
#include "hash.h"
#include "table.h"

/* What every entry begins with; the owner's own fields follow it. */
struct recall_entry {
    struct hash128 key;
    ff_wall arrival;
    ff_wall received; /* FF_NEVER: forgotten before its time */
};

struct recall {
    struct table table;
    unsigned char *ring; /* cap entries of size bytes; place = ring position + 1 */
    size_t size;
    uint32_t cap;
    uint32_t oldest;     /* ring position */
    uint32_t length;     /* entries from oldest on */
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

/* What was remembered i-th, from the oldest (0) to the newest (length - 1); the forgotten ones that
 * have not gone yet are among them. */
const struct recall_entry *recall_nth(const struct recall *r, uint32_t i);

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
