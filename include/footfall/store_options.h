/* How a store is opened, and how much of its journal it keeps. */
#ifndef FOOTFALL_STORE_OPTIONS_H
#define FOOTFALL_STORE_OPTIONS_H

#include "footfall/time.h"

#include <stdbool.h>
#include <stdint.h>

struct ff_io;

enum ff_durability {
    FF_DURABLE_DISK,    /* durable = survives loss of power, as far as the medium keeps its word */
    FF_DURABLE_PROCESS, /* durable = written to the operating system: survives the process */
};

/* Of a store that lies in Redis. All texts are borrowed for the call of open. */
struct ff_redis_options {
    const char *url;           /* redis://... or unix://... */
    const char *password_file; /* "": the password is the url's */
    const char *prefix;        /* of all keys */
    const char *shard;         /* whose journal it is */
    ff_dur timeout;            /* what records wait for may take so long */
    ff_dur start_within;       /* open waits so long for a server that is not there yet */
    uint64_t spill_max;        /* bytes of records that may wait beside it while it is away */
};

struct ff_store_options {
    const char *path;          /* directory of the store; made when missing (its parent must exist) */
    enum ff_durability durability;
    uint64_t segment_bytes;    /* a segment that has grown to this is closed and the next begun */
    const struct ff_io *io;    /* file operations; NULL: the system's (base/io.h) */
    const struct ff_redis_options *redis; /* of the Redis store; borrowed for the call of open */
    /* Opened beside its owner (a process that writes checkpoints, export, check): takes no lock, makes,
     * removes and cuts nothing but checkpoints, and what erase does. Only replay, first, get, news_fd (-1),
     * health, erase, close and the verbs of checkpoints may be called then. */
    bool beside;
};

/* How much of the journal behind the checkpoints is kept: what is older, and what is beyond, goes.
 * {FF_NEVER, UINT64_MAX} keeps all. */
struct ff_keep {
    ff_wall older;  /* a segment last written before this goes */
    uint64_t bytes; /* the oldest go until all segments together are no more than this */
};

#endif
