/* Door: one loop with listeners, and what its messages need on their way to the state and back;
 * private to house*.c. */
#ifndef FOOTFALL_HOUSE_DOOR_H
#define FOOTFALL_HOUSE_DOOR_H

#include "house_counts.h"
#include "house_judge.h"
#include "house_reply.h"
#include "house_visitor.h"
#include "house_waiting.h"

#include "access.h"
#include "canon.h"
#include "fold.h"
#include "intake.h"
#include "lane.h"
#include "net.h"

#include <pthread.h>
#include <stdatomic.h>

struct house;

/* Bytes that hold the header lines of any answer. */
#define HEADERS_SIZE (ACCESS_CORS_SIZE + 512)

/* The CORS headers of the last answer, and room for others behind them. */
struct door_cors {
    char origin[ORIGIN_INLINE];
    size_t origin_n;
    size_t n; /* bytes of lines that are for that origin; 0: they are for another one */
    char lines[HEADERS_SIZE];
};

/* Messages of one beacon each that have come in this turn and are checked, but not given to the state yet: it takes
 * less time to fetch what it needs of memory for several than for one after the other. Whom their answers go to
 * is in the ring already, behind all that wait: what was written a moment ago is not copied, as a copy in larger
 * pieces than were written waits until all writes before it have left the processor. */
struct gathering {
    struct ff_record *records; /* the intake's, as many as n */
    struct ff_span body[FOLD_EXPECT]; /* in the door's bodies, so many bytes in all */
    size_t bytes;
    uint32_t n;
};

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
    char ids[FOLD_EXPECT][VISITOR_TEXTS]; /* of visitors that were derived */
    char *bodies;            /* DOOR_BODIES bytes to encode records in */
    char *list;              /* refusals of the message at hand */
    size_t list_size, list_bytes;
    struct door_cors cors;
    struct gathering gathering; /* of the state's own door */
    struct door_judge judge;
    struct door_counts counts;
    struct beacon_counts *beacons; /* one a site, then one for no known site; what is taken: the state's door */
    struct door_figures figures;   /* copied from the above, for the state to read */
    _Atomic uint32_t handed_over;  /* turn of the scrapes that the copy is for */

    /* Of an ingest thread. */
    pthread_t thread;
    bool started;
    _Atomic bool ended;
    struct lane_result parcel; /* the state's: of the parcel being taken */
};

/* house_door.c: a door's side. */
bool door_init(struct door *d, struct house *h);
void door_fini(struct door *d);

/* The wall clock. */
ff_wall clock_now(void);

/* The same, forced to go forward. */
ff_wall door_now(struct door *d);

/* Bytes of the records that are taken together. */
#define DOOR_BODIES (FOLD_EXPECT * RECORD_MAX)

/* Why no message is taken now, before any of it is looked at. */
enum ff_status door_admits(const struct door *d);

/* Before beacons that have just come are checked. */
void door_begin(struct door *d);

/* What is wrong with a beacon becomes its fault. slot: its place among those that are given together. */
void door_check(struct door *d, struct sender *from, struct ff_record *r, uint32_t slot);

/* Counts what became of beacon number index of a message. */
void door_count(struct door *d, struct waiting *w, uint32_t index, const struct ff_beacon *b, enum ff_status status);

/* What must live until the answer goes out: the refusals (but for a picture), and the origin. */
void door_keep_list(const struct door *d, struct waiting *w);
void door_keep_origin(struct waiting *w, const struct client *client);

/* Gives decoded beacons to the state. */
void door_take(struct door *d, struct sender *from, const struct intake_batch *batch, struct waiting *w);

/* The same of one request, and its answer into the ring. */
void door_finish(struct door *d, const struct client *client, struct sender *from, const struct intake_batch *batch,
                 enum waiting_kind kind);

/* house_message.c: what comes in. Requests for /v1/events, /v1/import and /v1/pixel.gif; datagrams. */
void door_events(struct door *d, const struct client *client, const struct net_request *request);
void door_import(struct door *d, const struct client *client, const struct net_request *request);
void door_pixel(struct door *d, const struct client *client, const struct net_request *request);
void door_datagrams(void *door, const struct net_datagram *datagrams, size_t n);

/* house_message.c: gives the state what has been gathered: at the end of a turn, and before anything that is to see it. */
void door_give_gathered(struct door *d);

/* The place of a message behind all that wait and are gathered; there is room. */
struct waiting *door_place(struct door *d);

/* Puts a message behind all whose answers wait; there is room, and nothing is gathered. Takes over what it owns. */
void door_wait(struct door *d, const struct waiting *w);

/* Answers what waits for no more than is durable now; where the store has failed, all that waits is
 * told so. */
void door_release(struct door *d);

/* Takes what the state has said of this door's parcels, then as door_release. */
void door_hear(struct door *d);

/* house_listen.c: where it listens; false after logging why. */

/* Beacons, at the addresses of the configuration, or at the same as those of another door. */
bool door_listen(struct door *d, const struct door *like);

/* The state's own door: what is asked, and also beacons where there are no ingest threads. */
bool door_listen_own(struct door *d);

/* house_query.c: the routes, and what is asked. */
void door_request(void *door, struct net_handle handle, const struct net_request *request);

/* house_forget.c: DELETE /v1/visitors/ID, and its answer once the note of `since` is durable. */
void forget_answer(struct door *d, const struct client *client, const struct net_request *request);
void forget_reply(struct door *d, const struct client *client, ff_wall since);

/* house_web.c: the tracker script. */
void door_tracker(struct door *d, const struct client *client, const struct net_request *request);

#endif
