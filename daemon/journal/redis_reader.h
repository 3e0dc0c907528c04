/* Reader: the records of a shard's stream in order. Takes a connected link of the calling thread. */
#ifndef FOOTFALL_REDIS_READER_H
#define FOOTFALL_REDIS_READER_H

#include "footfall/store.h"
#include "redis_keys.h"
#include "redis_link.h"
#include "redis_seen.h"

/* Gives fn every record with from <= seq <= upto (UINT64_MAX: to the end as it is when this begins); *last is the seq of the last one,
 * or from - 1 when there is no more. FF_STORE_CORRUPT when the journal begins after from, ends before
 * from - 1 or upto, or holds what it should not; FF_STORE_AWAY and others as the link has trouble; or what
 * fn gave. why (size bytes) says it in a sentence. Records that an owner has declared lost are left out,
 * which is logged. What was read is noted in seen. */
enum ff_status redis_read(struct redis_link *l, const struct redis_keys *k, uint64_t from, uint64_t upto,
                          ff_replay_fn fn, void *ctx, struct redis_seen *seen, uint64_t *last, char *why,
                          size_t size);

/* The seq of the oldest record the shard keeps, or of the next one when it keeps none. */
enum redis_trouble redis_read_first(struct redis_link *l, const struct redis_keys *k, uint64_t *first);

#endif
