/* Landing: how an owner's errands begin, what came of them, and what it means for it. Private to redis_owner*.c. */
#ifndef FOOTFALL_REDIS_OWNER_LAND_H
#define FOOTFALL_REDIS_OWNER_LAND_H

#include "redis_owner.h"

/* Between two looks at a shard that is well. */
#define REDIS_OWNER_BEAT FF_SECOND
/* Between the first two looks at one that is not: doubled from failure to failure. */
#define REDIS_OWNER_BACKOFF (50 * FF_MILLISECOND)

/* Begins an errand (o->flight, but for its timeout): here, if it is short, else it is the worker's. */
void redis_owner_send(struct redis_owner *o, ff_dur timeout);

/* Gives an errand to the worker. */
void redis_owner_ask(struct redis_owner *o, ff_dur timeout);

/* Takes what came of the errand under way, if it is over. */
void redis_owner_land(struct redis_owner *o);

/* A command was not carried out, or nobody knows whether: a look tells what became of it. */
void redis_owner_failed(struct redis_owner *o, enum redis_trouble t);

/* The mode after the event, with what it begins with. */
void redis_owner_happened(struct redis_owner *o, enum redis_event event);

/* What is acknowledged, as an id of the epoch. */
struct redis_id redis_owner_acked(const struct redis_owner *o);

/* Asserts what always holds. */
void redis_owner_check(const struct redis_owner *o);

#endif
