/* The house itself, private to house*.c: all state of the daemon hangs from it, on main's stack. */
#ifndef FOOTFALL_HOUSE_STATE_H
#define FOOTFALL_HOUSE_STATE_H

#include "house.h"
#include "house_door.h"

#include "access.h"
#include "answer.h"
#include "config.h"
#include "fold.h"
#include "journal.h"
#include "tally.h"
#include "zone.h"

#include <stdatomic.h>

/* Bytes of the largest answer to a query. */
#define HOUSE_ANSWER_MAX ((size_t)16 << 20)

struct house {
    struct ff_config *config;
    struct house_source source;
    char *token; /* the stats listener asks for it; NULL: for none */

    struct zone **zones; /* one a site, as are the next three */
    struct canon_site *canon_sites;
    struct fold_site *fold_sites;
    struct answer_site *answer_sites;

    struct door own;
    struct door *doors; /* of the ingest threads */
    uint32_t door_count;

    int http_fd, udp_fd, stats_fd; /* sockets of the service manager; -1: none */
    bool udp_adopted;
    char addresses[256];           /* where it listens, as in the ready line */

    struct journal *journal;
    struct fold *fold;
    struct tally *tally;
    enum ff_status store_logged; /* state of the store, as last logged */
    char *answer;                /* HOUSE_ANSWER_MAX bytes to write answers in */
    uint64_t outcomes[FF_STATUS_COUNT]; /* what became of records since the start */

    /* What ingest threads see of the state. */
    _Atomic uint64_t durable;
    _Atomic int store_state; /* enum ff_status */
    _Atomic bool stopping;
    struct access *_Atomic access; /* replaced by a reload; the old ones are kept until the end */
    struct access **retired;
    size_t retired_count;
};

/* house_take.c: the state's side of what comes in. Time goes on for all state that depends on it. */
void house_advance(struct house *h, ff_wall t);

/* Writes one record down and folds it: FF_OK, FF_DUPLICATE, or why it cannot be taken. body is its
 * encoding, without seq. */
enum ff_status house_take(struct house *h, struct ff_record *r, struct ff_span body);

/* Takes the parcels that ingest threads have sent. */
void house_take_parcels(void *door);

/* Stops the state's loop when a stop was asked for and no ingest thread runs any more. */
void house_stop_if_alone(struct house *h);

/* Sends what the turn gathered to the store, and tells everybody how far all is durable. */
void house_flush(void *house);
void house_hear(void *house);

/* house_threads.c: the ingest threads. Made (and listening) first, started once the state is restored. */
bool threads_make(struct house *h);
bool threads_start(struct house *h);
void threads_ask_to_stop(struct house *h);
bool threads_ended(const struct house *h);
void threads_join(struct house *h);

/* house_listen.c: where doors listen. Like house_fail they give false after logging why. */
bool house_fail(const char *event, const char *why);

/* Takes over what the service manager has opened. */
bool house_take_sockets(struct house *h);
void house_close_sockets(struct house *h);

/* house_access.c: who may send what; false after logging why. */
bool house_make_access(struct house *h);
void house_free_access(struct house *h);

#endif
