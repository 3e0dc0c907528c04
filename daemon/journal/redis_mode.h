/* Mode: where an owner's records go, and what moves it. Pure: one table.
 *
 *   DIRECT    to Redis; durable is what it has acknowledged
 *   SPILLING  Redis is away, or refuses: to the spill; durable is what is durable there
 *   DRAINING  Redis is back: the spill goes there, in order; what comes meanwhile goes to the spill, too
 *   CLOSING   nearly all of it is there: what comes meanwhile waits in memory for the rest
 *   LOST      Redis has lost what it had acknowledged: to the spill, until the whole state was written
 *   FENCED    another owner has the shard: nowhere; what is in the spill is left for it */
#ifndef FOOTFALL_REDIS_MODE_H
#define FOOTFALL_REDIS_MODE_H

#include "redis_trouble.h"

#include <stdbool.h>

enum redis_mode {
    REDIS_DIRECT,
    REDIS_SPILLING,
    REDIS_DRAINING,
    REDIS_CLOSING,
    REDIS_LOST,
    REDIS_MODE_FENCED,
    REDIS_MODES
};

/* What happens to it. */
enum redis_event {
    REDIS_EVENT_TROUBLE, /* a command was not carried out, or nobody knows whether */
    REDIS_EVENT_OURS,    /* Redis answers, has what it acknowledged, and nobody else has the shard */
    REDIS_EVENT_LOST,    /* it has lost some of that */
    REDIS_EVENT_FENCED,  /* a greater epoch is there */
    REDIS_EVENT_NEARLY,  /* what is left in the spill is little, and Redis quick */
    REDIS_EVENT_DRAINED, /* all of the spill is in the stream */
    REDIS_EVENT_MENDED,  /* the whole state was written */
    REDIS_EVENTS
};

/* The mode after the event; what cannot happen in a mode changes nothing. */
enum redis_mode redis_mode_after(enum redis_mode mode, enum redis_event event);

/* The event that a trouble (not REDIS_OK) of any command of the owner's is. */
enum redis_event redis_mode_event(enum redis_trouble t);

/* Whether records go to the spill. */
bool redis_mode_spills(enum redis_mode mode);

/* What health says of it while records are taken: "spilling" while they go to the disk, "draining" for the moment
 * in which they wait for what is there, NULL: nothing. */
const char *redis_mode_degraded(enum redis_mode mode);

/* For the log. */
const char *redis_mode_name(enum redis_mode mode);

#endif
