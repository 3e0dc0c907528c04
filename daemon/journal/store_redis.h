/* The Redis store itself, private to store_redis*.c. */
#ifndef FOOTFALL_STORE_REDIS_H
#define FOOTFALL_STORE_REDIS_H

#include "redis_checkpoint.h"
#include "redis_handover.h"
#include "redis_kept.h"
#include "redis_owner.h"
#include "redis_start.h"

struct ff_store {
    struct redis_link *link;
    struct redis_keys keys;
    struct redis_owner owner; /* not beside it */
    bool beside;
    bool replayed;
    char by[REDIS_BY];
    struct redis_shard shard; /* epoch: the owner's; beside it, of whoever owned the shard when it was opened */
    struct redis_checkpoints checkpoints;
    struct redis_seen seen;   /* beside the owner: what was read */
    bool left_beside;         /* beside the owner: when it was opened there were records that wait to be taken in */
    struct redis_kept kept;
    bool mending;             /* the checkpoint being written is that of a store that has lost records */
    uint64_t mending_upto;    /* it is of all records up to this one; 0: there is nothing to be written */

    /* Strays: of the spill up to place left_taken all were taken in. What is on its way (owner.stray) is done
     * with once it is acknowledged: then left_given is taken, or the group handed is dropped. */
    uint64_t left_taken, left_given;
    bool left_kept;           /* some of it could not be read: it stays there */
    bool handed_whole;
    struct redis_handover handed;
};

/* The link for a verb of the calling thread: until the owner is called again. From the replay on beacons wait
 * behind the verb, which is patient no longer than they are and does not connect. */
enum redis_trouble store_redis_link(struct ff_store *s);

/* What was read and acknowledged by this process. */
struct redis_seen *store_redis_seen(struct ff_store *s);

/* store_redis_checkpoint.c, as the next four: verbs of ff_store_ops. */
enum ff_status store_redis_begin(struct ff_store *s, uint64_t seq);
enum ff_status store_redis_put(struct ff_store *s, struct ff_span block);
enum ff_status store_redis_commit(struct ff_store *s);
void store_redis_abort(struct ff_store *s);
bool store_redis_lost(const struct ff_store *s);

/* store_redis_strays.c: the verb, and whether it has anything to do. */
enum ff_status store_redis_strays(struct ff_store *s, ff_replay_fn fn, void *ctx);
bool store_redis_has_strays(const struct ff_store *s);

/* Whether there are any, also while what was given last is on its way. */
bool store_redis_awaits_strays(const struct ff_store *s);

#endif
