/* Judge: what lists say of a beacon when it comes in: its channel and source, its device and country, and
 * whether a person has sent it. It becomes a part of the record; private to house*.c.
 *
 * A judge is made from the configuration and the files that it names and never changes, so that all doors use
 * one. A reload makes another, which each door takes up in its own thread. */
#ifndef FOOTFALL_HOUSE_JUDGE_H
#define FOOTFALL_HOUSE_JUDGE_H

#include "footfall/beacon.h"

#include "agents.h"
#include "channels.h"
#include "fold.h"
#include "net.h"

#include <stdatomic.h>

struct door;
struct ff_config;
struct house;
struct judge;
struct sender;

/* Copies what it needs of the configuration; owned by the caller. NULL when a file cannot be read, is broken
 * or there is no memory: why (size bytes) is one line that begins with the file, where it is about one. */
struct judge *judge_new(const struct ff_config *c, char *why, size_t size);
void judge_free(struct judge **j);

/* A door's part of it. */
struct door_judge {
    const struct judge *now;
    _Atomic(const struct judge *) taken; /* the same, for the state to read */
    uint32_t turn;                       /* another one for each judge that was taken up */
    struct agents_cache *cache;          /* of verdicts by `now`, as the next; may be NULL */
    struct channels_cache *channels;
    uint64_t known, looked_at;           /* agents that the cache knew, and not, of the caches before this one */
    struct channel_verdict *verdicts;    /* FOLD_EXPECT: records borrow from them until they are given */
    uint64_t (*bots)[BOT_COUNT];         /* beacons of bots, one row a site */
};

/* Makes a door's part, with the house's judge; false: out of memory. To be ended in each case. */
bool door_judge_init(struct door *d);
void door_judge_fini(struct door *d);

/* Takes up the house's judge where that is another one. */
void door_judge_renew(struct door *d);

/* How many agents were judged so far from memory, and how many were not. */
void door_judge_counts(const struct door *d, uint64_t *known, uint64_t *looked_at);

/* What the headers of a request tell of who has sent it. */
struct agent_verdict door_judge_headers(const struct door *d, const struct net_request *request);

/* Judges a beacon that canon has passed and its sender has settled, ip being what it gave before that. Datagrams
 * and imports (a sender without access) are no bot's, nor is what comes with a key of its site and without an
 * agent. slot: its place among those that are given together. FF_OK, or FF_BOT, which is counted. */
enum ff_status door_judge_beacon(struct door *d, struct sender *from, struct ff_span ip, struct ff_beacon *b,
                                 uint32_t slot);

/* house_judges.c: makes the house's judge, and anew after a reload; false after logging why, and the one there
 * is stays. */
bool house_make_judge(struct house *h);
void house_free_judges(struct house *h);

/* Every second or so: frees those that no door has any more. */
void house_judges_sweep(struct house *h);

#endif
