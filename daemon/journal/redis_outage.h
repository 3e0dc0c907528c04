/* Outage: the records of an owner that go to the spill, from the first that Redis did not take until all of
 * them are there. Knows the spill and what of it is where; talks to nobody. Called by the thread that owns
 * the store. */
#ifndef FOOTFALL_REDIS_OUTAGE_H
#define FOOTFALL_REDIS_OUTAGE_H

#include "pending.h"
#include "redis_stray.h"
#include "spill.h"

struct redis_outage {
    struct spill *spill;    /* owned; NULL: there is none, and nothing is ever taken */
    uint64_t left;          /* places up to it hold what an earlier process left, and was not taken in yet */
    bool running;           /* records of this process are in it */
    uint64_t first;         /* place of the first of them */
    uint64_t ahead;         /* their seq - their place; they have no holes */
    uint64_t seq;           /* of the last of them */
    uint64_t place;         /* up to it they are in Redis */
    uint64_t durable;       /* up to it they are durable in the spill */
    enum ff_status refused; /* FF_OK, or why the spill takes nothing now */
    enum ff_status disk;    /* FF_OK, or what is wrong with the disk, which has not all that was taken */
};

/* Takes over an open spill, or NULL. */
void redis_outage_init(struct redis_outage *o, struct spill *spill);
void redis_outage_fini(struct redis_outage *o);

/* Moves the groups of the queue, of which none is on its way, into the spill, and brings it to the disk. FF_OK, or
 * why some are still in the queue or not on their way to the disk: to be called again, as it is while the
 * queue is not empty (the disk has much to do). Strays on their way among them stay known as such. */
enum ff_status redis_outage_take(struct redis_outage *o, struct pending *queue, uint64_t epoch,
                                 const struct redis_stray *stray);

/* Takes the news of the spill's disk: FF_OK, or what is wrong with it now, which take mends. */
enum ff_status redis_outage_poll(struct redis_outage *o);

/* Seq up to which all is durable in the spill; 0: none of this process. */
uint64_t redis_outage_durable(const struct redis_outage *o);

/* All up to a seq is in Redis. */
void redis_outage_acked(struct redis_outage *o, uint64_t seq);

/* The places that can be brought to Redis now: false, there are none. */
bool redis_outage_due(struct redis_outage *o, uint64_t *from, uint64_t *upto);

/* Whether all that was taken is in Redis. */
bool redis_outage_over(const struct redis_outage *o);

/* Whether a group of the queue is in the spill in part. */
bool redis_outage_parted(const struct redis_outage *o, const struct pending *queue);

/* All that was taken is in Redis, or is not needed any more. The spill is emptied unless something of an earlier
 * process is in it. */
void redis_outage_end(struct redis_outage *o);

/* What an earlier process has left was taken in. */
void redis_outage_left_taken(struct redis_outage *o);

#endif
