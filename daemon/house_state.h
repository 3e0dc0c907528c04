/* The house itself, private to house*.c: all state of the daemon hangs from it, on main's stack. */
#ifndef FOOTFALL_HOUSE_STATE_H
#define FOOTFALL_HOUSE_STATE_H

#include "house.h"
#include "house_waiting.h"

#include "access.h"
#include "answer.h"
#include "canon.h"
#include "config.h"
#include "fold.h"
#include "intake.h"
#include "journal.h"
#include "lane.h"
#include "net.h"
#include "tally.h"
#include "zone.h"

#include <pthread.h>
#include <stdatomic.h>

/* Bytes of the largest answer to a query. */
#define HOUSE_ANSWER_MAX ((size_t)16 << 20)

/* A door: one loop with listeners, and all that a message needs on its way to the state. The state's
 * own door (stats, and beacons when there are no ingest threads) hands records over directly; the
 * door of an ingest thread does so through its lane. */
struct door {
    struct house *house;
    struct net *net;
    struct intake *intake;
    struct canon *canon;
    struct lane *lane;       /* NULL: this is the state's own door */
    int http, udp, stats;    /* listeners; -1: not here */
    ff_wall now;             /* as last read; never steps back */
    struct waiting_ring waiting;
    char *record;            /* RECORD_MAX bytes to encode in */
    char *list;              /* refusals of the message at hand */
    size_t list_size, list_bytes;
    uint64_t outcomes[FF_STATUS_COUNT]; /* of what never came to the state */

    /* Of an ingest thread. */
    pthread_t thread;
    bool started;
    _Atomic bool ended;
    struct lane_result parcel; /* the state's: of the parcel being taken */
};

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

/* house_door.c: a door's side. */
bool door_init(struct door *d, struct house *h);
void door_fini(struct door *d);

/* The wall clock, forced to go forward. */
ff_wall door_now(struct door *d);

/* What comes in. Requests for /v1/events, /v1/import and /v1/pixel.gif; datagrams. */
void door_events(struct door *d, const struct client *client, const struct net_request *request);
void door_import(struct door *d, const struct client *client, const struct net_request *request);
void door_pixel(struct door *d, const struct client *client, const struct net_request *request);
void door_datagrams(void *door, const struct net_datagram *datagrams, size_t n);

/* Answers what waits for no more than is durable now; where the store has failed, all that waits is
 * told so. */
void door_release(struct door *d);

/* Takes what the state has said of this door's parcels, then as door_release. */
void door_hear(struct door *d);

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

/* Beacons, at the addresses of the configuration, or at the same as those of another door. */
bool door_listen(struct door *d, const struct door *like);

/* The state's own door: what is asked, and also beacons where there are no ingest threads. */
bool door_listen_own(struct door *d);

/* house_access.c: who may send what; false after logging why. */
bool house_make_access(struct house *h);
void house_free_access(struct house *h);

/* house_query.c: the routes, and what is asked. */
void door_request(void *door, struct net_handle handle, const struct net_request *request);

/* house_reply.c: answers. Each adds the CORS headers that the client needs to the header lines that
 * are given ("" for none). */
void door_reply(struct door *d, const struct client *client, int status, const char *content_type,
                struct ff_span body, const char *headers);

/* {"error", "code"} for a status that concerns the whole request; note: instead of its prose, or NULL. */
void door_refuse(struct door *d, const struct client *client, enum ff_status status, const char *note);

/* The answer to a message whose fate is known; then w holds nothing any more. */
void door_answer(struct door *d, struct waiting *w, enum ff_status store);

/* For net's own answers: the CORS headers. */
size_t door_net_headers(void *door, int listener, struct ff_span origin, char *out, size_t size);

#endif
