/* Counts: what a door counts as it goes, for GET /metrics; private to house*.c. They are written by the
 * door's own thread alone, which hands a copy of them over when it is asked to. */
#ifndef FOOTFALL_HOUSE_COUNTS_H
#define FOOTFALL_HOUSE_COUNTS_H

#include "footfall/beacon.h"
#include "agents.h"
#include "net.h"

struct door;

/* How messages come. */
enum transport { TRANSPORT_HTTP, TRANSPORT_UDP, TRANSPORTS };

/* Durations by their length. */
#define DURATION_BOUNDS 19
extern const ff_dur duration_bounds[DURATION_BOUNDS]; /* rising */
struct durations {
    uint64_t n[DURATION_BOUNDS + 1]; /* up to that bound and above the one before; above all */
    ff_dur sum;
};
void durations_add(struct durations *d, ff_dur took);

/* A site's beacons, by their type (FF_TYPE_NONE: not known) and what became of them. */
struct beacon_counts {
    uint64_t by[FF_TYPE_COUNT][FF_STATUS_COUNT];
};

struct door_counts {
    uint64_t refused[TRANSPORTS][FF_STATUS_COUNT]; /* messages of which nothing was taken, whole */
    uint64_t fields_ignored, texts_cut;            /* in beacons */
    uint64_t agents_known, agents_looked_at;       /* user agents, by whether their judgement was remembered */
    struct durations answers; /* from a message, of which something was taken, to its answer */
};

/* A door's counts as they were at one moment. */
struct door_figures {
    struct net_counts net;
    struct door_counts counts;
    uint64_t waiting;              /* answers */
    struct beacon_counts *beacons; /* owned; as those of the door */
    uint64_t (*bots)[BOT_COUNT];   /* owned; as those of the door's judge */
};

/* Makes the parts of a door that count: its beacons, one row a site and then one for those of no known
 * site, and its figures. False: out of address space. To be ended with counts_fini in each case. */
bool counts_init(struct door *d);
void counts_fini(struct door *d);

/* Counts a beacon that was refused; its site where canon has found it. */
void counts_refuse(struct door *d, const struct ff_beacon *b, enum ff_status status);

/* Brings the door's figures up to date: in its own thread, or when that has ended. */
void counts_take(struct door *d);

#endif
