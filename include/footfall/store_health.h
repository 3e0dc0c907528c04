/* How a store is, beside the status of its verbs. */
#ifndef FOOTFALL_STORE_HEALTH_H
#define FOOTFALL_STORE_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

/* How a store is, for people, dashboards and the house. All texts are constants. */
struct ff_store_health {
    /* What it is in, beside any status that refuses records: "ok"; of a store behind a connection, too: "away",
     * "loading", "oom", "readonly", "misconf", "noauth", "noperm", "no_aof", "lost_data", "fenced". */
    const char *state;
    const char *degraded;     /* what is wrong while records are taken all the same ("spilling"), or NULL */
    uint64_t spilled_records; /* that wait beside the store to be brought there */
    uint64_t spilled_bytes;   /* what these take */
    bool strays;              /* there are some to be taken in now: see strays */
    bool full;                /* it has no room left: what trim lets go would make some */
};

#endif
