/* Handover: what an owner that was fenced had answered and could not write, as groups (segment.h) in a
 * hash of the shard, for the owner after it. Calls of one thread on one link. */
#ifndef FOOTFALL_REDIS_HANDOVER_H
#define FOOTFALL_REDIS_HANDOVER_H

#include "redis_entry.h"
#include "redis_keys.h"
#include "redis_link.h"
#include "segment.h"

/* One group of it. */
struct redis_handover {
    uint64_t epoch; /* whose */
    uint64_t first, last;
    struct redis_id copy; /* epoch 0, or they are copies of strays of this one, which are all of it up to copy.n */
};

/* Leaves a whole group, header and records, of the owner of an epoch; copy as above. One of the same records that is
 * there already stays. */
enum redis_trouble redis_handover_put(struct redis_link *l, const struct redis_keys *k, uint64_t epoch,
                                      struct redis_id copy, struct ff_span group);

/* How many groups there are; those that cannot be read are counted, too. */
enum redis_trouble redis_handover_count(struct redis_link *l, const struct redis_keys *k, uint64_t *n);

/* Takes the first group: of the lowest epoch, and of that the one with the lowest first record. *out says which,
 * *group is its header and *bytes its records, borrowed until the link's next call. One that is damaged is
 * put aside in another hash, and said in the log. *found: there was one. */
enum redis_trouble redis_handover_next(struct redis_link *l, const struct redis_keys *k, struct redis_handover *out,
                                       struct segment_group *group, struct ff_span *bytes, bool *found);

/* Removes a group: what was in it is in the journal. */
enum redis_trouble redis_handover_drop(struct redis_link *l, const struct redis_keys *k,
                                       const struct redis_handover *which);

#endif
