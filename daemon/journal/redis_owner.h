/* Owner: who owns a shard, and brings its records to the stream. Groups wait in a queue; one is on its way at
 * a time, in the worker's hands, while the next gathers. A group stays in the queue, and as it is, until
 * Redis has acknowledged it: what became of one that was not answered is asked before it is sent again
 * under the same id.
 *
 * Called by the thread that owns the store. */
#ifndef FOOTFALL_REDIS_OWNER_H
#define FOOTFALL_REDIS_OWNER_H

#include "footfall/store.h"
#include "pending.h"
#include "redis_seen.h"
#include "redis_stream.h"
#include "redis_worker.h"

/* What the worker is asked to do. It writes to nothing else while it is at it. */
struct redis_flight {
    enum redis_errand { REDIS_ERRAND_APPEND, REDIS_ERRAND_LOOK } errand;
    const struct redis_keys *keys; /* borrowed */
    struct redis_id id;            /* APPEND: of the group */
    struct ff_span group;          /* borrowed from the queue's head */
    ff_dur timeout;                /* of an APPEND */
    struct redis_look look;        /* LOOK: what it found */
};

struct redis_owner {
    struct redis_link *link;       /* borrowed; the worker's while it is busy */
    const struct redis_keys *keys; /* borrowed */
    ff_dur timeout;
    uint64_t epoch;
    struct pending queue;
    struct redis_worker worker;
    struct redis_flight flight;
    int news_fd;      /* epoll: on the worker's news and the beat */
    int beat_fd;      /* timer: when to look at the shard again */
    bool look_due;    /* the shard is to be looked at before more is sent */
    bool unsure;      /* what became of the queue's head, or of all that was acknowledged, is to be asked */
    uint64_t begin;   /* seq of the last record before the epoch */
    uint64_t last;    /* seq of the last record appended */
    uint64_t acked;   /* all up to it is acknowledged */
    struct redis_seen seen; /* what was read and acknowledged */
    uint64_t handover; /* groups that a former owner has left, as of the last look */
    enum redis_trouble trouble; /* REDIS_OK, or what Redis is in */
};

/* Starts the worker, for the owner of an epoch that begins behind record last. link is connected. 0 or a
 * negative errno. */
int redis_owner_init(struct redis_owner *o, struct redis_link *link, const struct redis_keys *keys, uint64_t epoch,
                     uint64_t last, ff_dur timeout);

/* Ends the worker; what is not acknowledged is forgotten. */
void redis_owner_fini(struct redis_owner *o);

/* Goes on as the owner of another epoch, which begins behind record last. Nothing is queued. */
void redis_owner_begin(struct redis_owner *o, uint64_t epoch, uint64_t last);

/* As the store's verbs of these names. */
enum ff_status redis_owner_append(struct redis_owner *o, uint64_t seq, struct ff_span body);
bool redis_owner_crowded(const struct redis_owner *o);
enum ff_status redis_owner_flush(struct redis_owner *o);
enum ff_status redis_owner_poll(struct redis_owner *o, uint64_t *durable);

/* Waits until the worker is idle, so that the calling thread may use the link until it calls the owner again;
 * connects where that is needed. REDIS_OK: it is connected. */
enum redis_trouble redis_owner_link(struct redis_owner *o);

/* Sends what is queued and waits for it, until all is acknowledged or it has failed a few times. */
void redis_owner_drain(struct redis_owner *o);

#endif
