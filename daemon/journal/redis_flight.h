/* Flight: what is asked of Redis for an owner, one errand at a time, and what came of it. Errands of one short command
 * are begun by the owner's thread, which does not wait for the answer; all else is for the worker. */
#ifndef FOOTFALL_REDIS_FLIGHT_H
#define FOOTFALL_REDIS_FLIGHT_H

#include "redis_drain.h"
#include "redis_stream.h"
#include "redis_worker.h"

/* What nobody waits for may take so long. */
#define REDIS_PATIENCE (5 * FF_SECOND)

enum redis_errand {
    REDIS_ERRAND_LOOK,     /* how the shard is; connects first where that is needed */
    REDIS_ERRAND_APPEND,   /* a group to the stream */
    REDIS_ERRAND_DRAIN,    /* what was spilled to the stream */
    REDIS_ERRAND_HANDOVER, /* what was spilled to the handover; connects, too */
};

/* Bytes of a group up to which an append is a short command. */
#define REDIS_FLIGHT_SHORT ((size_t)128 << 10)

/* The worker writes to nothing else while it is at it. */
struct redis_flight {
    enum redis_errand errand;
    const struct redis_keys *keys; /* borrowed */
    ff_dur timeout;                /* of each command */
    struct redis_id id;            /* APPEND: of the group */
    struct redis_id acked;         /* APPEND: what is acknowledged of the epoch */
    struct redis_id took;          /* APPEND: see redis_drain_append */
    struct ff_span group;          /* APPEND: borrowed from the queue's head */
    struct redis_drain drain;      /* DRAIN, HANDOVER */
    struct redis_look look;        /* LOOK: what it found */
    bool begun;                    /* a part of it was sent: the worker sends the rest */
    bool needs_file;               /* LOOK: Redis is to have an append-only file: asked of each new connection */
    bool no_file;                  /* it said that it has none; then it is asked with each look */
};

/* Sends it, if it is short. True: all is sent, redis_flight_ended is to be asked. False: it is for the worker, which
 * sends what is left of it, or finds the link broken. */
bool redis_flight_begin(struct redis_link *link, struct redis_flight *f);

/* Whether what was begun is over; then *t is what redis_flight_run would give, but REDIS_BELOW of an append, which the
 * worker is to send once more to find out what it means. */
bool redis_flight_ended(struct redis_link *link, struct redis_flight *f, enum redis_trouble *t);

/* A job for the worker; ctx is a struct redis_flight. */
enum redis_trouble redis_flight_run(struct redis_link *link, void *ctx);

#endif
