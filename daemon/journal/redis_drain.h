/* Drain: what is in the spill goes to Redis, one group after the other: to the stream, or for another owner to
 * the handover. Done in the worker's thread. */
#ifndef FOOTFALL_REDIS_DRAIN_H
#define FOOTFALL_REDIS_DRAIN_H

#include "redis_stray.h"
#include "redis_stream.h"
#include "spill.h"

struct redis_drain {
    /* What is wanted; all borrowed. */
    const struct redis_keys *keys;
    const struct spill *spill;
    uint64_t epoch;            /* the owner's: records of other epochs are passed over */
    uint64_t from, upto;       /* places in the spill; upto is settled */
    uint64_t sent;             /* a group that ended with this seq was sent, and may be there or come yet; 0: none.
                                * What is sent again is the same group, so that it is there once */
    struct redis_stray stray;

    /* What came of it. */
    uint64_t place;            /* all up to it is in Redis */
    uint64_t seq;              /* of the last record of them, or as it was before; in: the last that is there */
    uint64_t bytes;            /* of the groups */
    ff_dur slowest;            /* of the commands */
    enum ff_status spilled;    /* not FF_OK: the spill could not be read */
    char why[512];             /* then: a sentence */
};

/* Adds a group; when Redis refuses its id, a look tells what that means: REDIS_OK, it is there already;
 * REDIS_FENCED; REDIS_LOST_DATA. Else what redis_stream_append gives. */
enum redis_trouble redis_drain_append(struct redis_link *l, const struct redis_keys *k, struct redis_id id,
                                      struct redis_id acked, struct ff_span group, struct redis_id took);

/* Jobs for the worker; ctx is a struct redis_drain. Up to the first trouble, which is given, or to upto. */
enum redis_trouble redis_drain_to_stream(struct redis_link *l, void *ctx);
enum redis_trouble redis_drain_to_handover(struct redis_link *l, void *ctx);

#endif
