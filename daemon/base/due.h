/* Due: a queue of (instant, who) that gives out what has come due, earliest first, ties by who. */
#ifndef FOOTFALL_DUE_H
#define FOOTFALL_DUE_H

#include "footfall/time.h"

#include <stdbool.h>
#include <stddef.h>

struct due_entry {
    ff_wall at;
    uint64_t who;
};

/* A heap of four children each, which lie in one line of the cache, mapped at its cap. When it has
 * shrunk to a quarter, what it does not use is given back. */
struct due {
    struct due_entry *heap;   /* in the region, so that all children are aligned */
    struct due_entry *region;
    size_t n, cap;
    size_t reached; /* of the region, what may have been in use since its pages were fresh: entries */
};

bool due_init(struct due *d, size_t cap);
void due_fini(struct due *d);

/* Adds an entry; the queue must not be full. */
void due_add(struct due *d, struct due_entry e);

/* Adds an entry as due_add does, for due_settle to put in its place: to be called before anything else is asked. So many
 * that come together cost less. */
void due_push(struct due *d, struct due_entry e);
void due_settle(struct due *d);

/* Takes the earliest entry with at <= t into *out, or gives false. */
bool due_take(struct due *d, ff_wall t, struct due_entry *out);

/* Drops every entry for which keep(ctx, entry) is false. */
void due_sweep(struct due *d, bool (*keep)(void *ctx, struct due_entry e), void *ctx);

#endif
