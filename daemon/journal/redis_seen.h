/* Seen: what this process has read of a shard's stream or written to it, as far as a checkpoint written by it
 * must tell. Pure. */
#ifndef FOOTFALL_REDIS_SEEN_H
#define FOOTFALL_REDIS_SEEN_H

#include "redis_entry.h"
#include "redis_took.h"

/* All zero: nothing. */
struct redis_seen {
    struct redis_id id;         /* of the highest entry */
    uint64_t first, last;       /* the records in it; for one that begins an epoch, both the last before it */
    uint64_t bytes;             /* of all groups */
    struct redis_took took;
};

/* An entry was read. One that is not above all that were seen only tells what it took. */
void redis_seen_entry(struct redis_seen *s, const struct redis_entry *e);

/* A group of bytes bytes with the records from first on was written as entry id. */
void redis_seen_group(struct redis_seen *s, struct redis_id id, uint64_t first, size_t bytes);

/* An epoch was begun behind record last. */
void redis_seen_begin(struct redis_seen *s, uint64_t epoch, uint64_t last);

/* The epoch of the entry that holds record seq, or of one before it that begins behind it; 0: not known. No entry
 * of a lower epoch holds a record above seq. */
uint64_t redis_seen_epoch(const struct redis_seen *s, uint64_t seq);

#endif
