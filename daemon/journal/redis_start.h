/* Start: how a shard is taken over. Waits for a Redis that is not there yet or reads its data, and asks it
 * whether it keeps what it is given. */
#ifndef FOOTFALL_REDIS_START_H
#define FOOTFALL_REDIS_START_H

#include "footfall/store.h"
#include "redis_stream.h"

struct redis_start {
    struct redis_link *link;       /* not connected yet; connected after it */
    const struct redis_keys *keys;
    enum ff_durability durability;
    ff_dur within;                 /* Redis has so long to be there and well */
};

/* Connects and takes the shard over: *mine is the id of the entry that begins the new epoch, *last the seq of
 * the last record before it, by (size REDIS_BY) who the stream says has done so. What Redis is in while it
 * is waited for is logged, once a state; no longer than until SIGTERM or SIGINT is pending, where the caller has
 * blocked them. FF_STORE_AWAY and others with a sentence in why when it is not to be
 * had; FF_STORE_FAILED also when it is older than 6.2, and when it would not keep what it is given: without an
 * append-only file where durability is for the disk, or with a maxmemory-policy that throws data away. */
#define REDIS_BY 128
enum ff_status redis_start(const struct redis_start *s, struct redis_id *mine, uint64_t *last, char by[REDIS_BY],
                           char *why, size_t size);

#endif
