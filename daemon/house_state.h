/* The house itself, private to house*.c: all state of the daemon hangs from it, on main's stack. */
#ifndef FOOTFALL_HOUSE_STATE_H
#define FOOTFALL_HOUSE_STATE_H

#include "house.h"

#include "answer.h"
#include "canon.h"
#include "config.h"
#include "fold.h"
#include "intake.h"
#include "journal.h"
#include "net.h"
#include "tally.h"
#include "zone.h"

/* Bytes of the largest answer to a query, and of the largest list of refusals. */
#define HOUSE_ANSWER_MAX ((size_t)16 << 20)

/* An answer that waits until all up to seq is durable. */
struct house_waiting {
    uint64_t seq;
    struct net_handle handle;
    int status;
    char *body; /* owned; NULL: none */
    size_t body_bytes;
};

/* Answers wait in the order of their seq: a ring, mapped at its cap. */
struct house_queue {
    struct house_waiting *ring;
    size_t first, n;
};
#define HOUSE_WAITING_MAX ((size_t)1 << 20)

struct house {
    struct ff_config *config;
    struct house_source source;
    char *token; /* the stats listener asks for it; NULL: for none */

    struct zone **zones; /* one a site, as are the next two */
    struct canon_site *canon_sites;
    struct fold_site *fold_sites;
    struct answer_site *answer_sites;

    struct net *net;
    struct intake *intake;
    struct canon *canon;
    struct journal *journal;
    struct fold *fold;
    struct tally *tally;
    int ingest_http, ingest_udp, stats_http; /* listeners */

    ff_wall now;                /* never steps back, not even over a restart */
    enum ff_status store_state; /* as last logged */
    struct house_queue waiting;
    char *record;               /* RECORD_MAX bytes to encode in */
    char *answer;               /* HOUSE_ANSWER_MAX bytes to write answers in */
    uint64_t outcomes[FF_STATUS_COUNT]; /* what became of the beacons since the start */
};

/* The wall clock, forced to go forward. */
ff_wall house_now(struct house *h);

/* Time goes on for all state that depends on it. */
void house_advance(struct house *h, ff_wall t);

/* house_ingest.c: what comes in. */
void house_events(struct house *h, struct net_handle handle, const struct net_request *request,
                  bool imported);
void house_datagrams(void *house, const struct net_datagram *datagrams, size_t n);

/* Answers whatever waits for no more than what is durable now; where the store has failed, all
 * that waits is told so. */
void house_release(struct house *h);
void house_queue_free(struct house *h);

/* house_query.c: what is asked; the routes. */
void house_request(void *house, struct net_handle handle, const struct net_request *request);

/* Answers with {"error", "code"} for a status that concerns the whole request. */
void house_refuse(struct house *h, struct net_handle handle, enum ff_status status, const char *note);

#endif
