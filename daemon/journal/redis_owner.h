/* Owner: who owns a shard, and brings its records to the stream. Groups wait in a queue; one is on its way at
 * a time, while the next gathers: sent by the thread itself, which hears of the answer as of other news, or in the worker's
 * hands. A group stays in the queue, and as it is, until Redis has acknowledged it. While Redis takes none they go to
 * the spill instead, and from there to the stream when it is back (redis_mode.h); a group whose outcome is not known is sent again as it was.
 *
 * Called by the thread that owns the store. */
#ifndef FOOTFALL_REDIS_OWNER_H
#define FOOTFALL_REDIS_OWNER_H

#include "footfall/store.h"
#include "pending.h"
#include "redis_beat.h"
#include "redis_flight.h"
#include "redis_mode.h"
#include "redis_outage.h"
#include "redis_seen.h"

struct redis_owner {
    struct redis_link *link;       /* borrowed; the worker's while it is busy */
    const struct redis_keys *keys; /* borrowed */
    ff_dur timeout;
    uint64_t epoch;
    struct pending queue;
    struct redis_outage outage;
    struct redis_worker worker;
    struct redis_flight flight;
    struct redis_beat beat;
    enum redis_mode mode;
    bool begun;         /* an errand's command was sent by this thread, its answer is waited for */
    int heard;          /* the link's descriptor, which is watched until it is closed; or -1 */
    ff_mono sent_at;    /* when the last append began */
    bool hurry;         /* what waits is waited for: groups are not gathered */
    ff_mono look_at;    /* in direct mode no beat before this has it looked at */
    bool toiled;        /* the worker had an errand since the last beat */
    bool look_due;      /* the shard is to be looked at before more is sent */
    bool quick;         /* the last drain's commands were */
    bool no_file;       /* Redis has no append-only file, and should */
    bool answers;       /* Redis did, when it was last asked */
    ff_dur backoff;     /* after the next failure it is looked at again this much later */
    uint64_t claimed;   /* lost: an epoch that this owner has begun for the checkpoint to be written; 0: none */
    uint64_t begin;     /* seq of the last record before the epoch */
    uint64_t last;      /* seq of the last record appended */
    uint64_t acked;     /* all up to it is acknowledged by Redis */
    uint64_t durable;   /* all up to it is durable, there or in the spill */
    uint64_t sent;      /* seq of the last record that was sent, whatever became of it */
    uint64_t handed;    /* fenced: place in the spill up to which all was handed over */
    uint64_t to_hand;   /* fenced: and is to be */
    unsigned failures;  /* fenced: of that */
    struct redis_stray stray; /* strays on their way */
    struct redis_seen seen; /* what was read and acknowledged */
    uint64_t handover;  /* groups that a former owner has left, as of the last look */
    enum redis_trouble trouble; /* REDIS_OK, or what Redis is in */
};

/* The owner of an epoch that begins behind record last. link is connected; the spill
 * (NULL: none, records wait in memory then) is the owner's from now on, also on failure. 0 or a negative errno. */
int redis_owner_init(struct redis_owner *o, struct redis_link *link, const struct redis_keys *keys, uint64_t epoch,
                     uint64_t last, ff_dur timeout, struct spill *spill);

/* Ends the worker; what is neither acknowledged nor spilled is forgotten. */
void redis_owner_fini(struct redis_owner *o);

/* Goes on as the owner of another epoch, which begins behind record last. Nothing is queued. */
void redis_owner_begin(struct redis_owner *o, uint64_t epoch, uint64_t last);

/* As the store's verbs of these names. */
enum ff_status redis_owner_append(struct redis_owner *o, uint64_t seq, struct ff_span body);
bool redis_owner_crowded(const struct redis_owner *o);
enum ff_status redis_owner_flush(struct redis_owner *o);
enum ff_status redis_owner_poll(struct redis_owner *o, uint64_t *durable);
void redis_owner_health(const struct redis_owner *o, struct ff_store_health *out);

/* Whether an errand is under way. */
static inline bool redis_owner_busy(const struct redis_owner *o)
{
    return o->begun || o->worker.busy;
}

/* Waits until no errand is under way, so that the calling thread may use the link until it calls the owner again, with
 * commands of that patience, which is how long is waited, too. It never connects: that is the worker's. Fails at
 * once while records do not go straight to Redis, but when lost is set and it has lost data and answers. */
enum redis_trouble redis_owner_link(struct redis_owner *o, bool lost, ff_dur patience);

/* The same while Redis is out of memory, too: for what makes room there. */
enum redis_trouble redis_owner_link_to_trim(struct redis_owner *o, ff_dur patience);

/* After lost data: a checkpoint of all up to the last record appended was written under a new epoch, which goes
 * on from there. */
void redis_owner_mended(struct redis_owner *o, uint64_t epoch);

/* Sends what is queued and waits for it, until all is durable or it has failed a few times; fenced, until what
 * is in the spill was handed over. */
void redis_owner_drain(struct redis_owner *o);

#endif
