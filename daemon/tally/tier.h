/* Tier: the buckets of one site in one resolution, in a ring of slots. A bucket is made on the
 * first fact for it and freed when it expires; the ring is long enough that no two buckets that
 * live at the same time want the same slot. */
#ifndef FOOTFALL_TIER_H
#define FOOTFALL_TIER_H

#include "bucket.h"

#include <stddef.h>

struct tier {
    enum tier_kind kind;
    const struct zone *zone; /* borrowed */
    struct cell_stock *stock; /* borrowed: of its buckets' cells */
    size_t slots;
    struct bucket **slot;
    struct bucket *last; /* the one last found by tier_at, or NULL */
};

/* room: the longest time from the start of the oldest bucket alive to the start of the newest.
 * False when out of memory, and then there is nothing to free. */
bool tier_init(struct tier *t, enum tier_kind kind, const struct zone *zone, struct cell_stock *stock,
               ff_dur room);
void tier_fini(struct tier *t);

/* Frees the buckets that begin before kept. */
void tier_expire(struct tier *t, ff_wall kept);

/* The stretch of time of the bucket that holds `at`. */
struct zone_span tier_span(enum tier_kind kind, const struct zone *zone, ff_wall at);

/* The bucket that holds `at`, made where there is none. */
struct bucket *tier_at(struct tier *t, ff_wall at);

/* The slot of the bucket that starts at `at` (its start, from tier_span). From the slot of the oldest
 * bucket kept, or an older one, once around the ring, the buckets stand in order of time. */
size_t tier_slot(const struct tier *t, ff_wall at);

/* Puts a bucket made elsewhere, whose span is one of tier_span, in its place; what is there already
 * takes it in. The tier owns it hereafter, and its cells come under the tier's stock. */
void tier_put(struct tier *t, struct bucket *b);

/* Adds all of from, a bucket made elsewhere, to the bucket that holds `at`; tier_add_cells adds a
 * dimension of its cells only, if the tier keeps that. */
void tier_add(struct tier *t, ff_wall at, const struct bucket *from);
void tier_add_cells(struct tier *t, ff_wall at, const struct bucket *from, enum ff_dimension dimension);

/* The bucket of exactly that span (from tier_span), or NULL when nothing was added to it. */
const struct bucket *tier_find(const struct tier *t, struct zone_span span);

#endif
