/* Flight: what the worker of an owner is asked to do for it, one errand at a time, and what came of it. */
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
    bool needs_file;               /* LOOK: Redis is to have an append-only file: asked of each new connection */
    bool no_file;                  /* it said that it has none; then it is asked with each look */
};

/* A job for the worker; ctx is a struct redis_flight. */
enum redis_trouble redis_flight_run(struct redis_link *link, void *ctx);

#endif
