/* Inside of net: what its files share. Nothing outside the room (but its tests) includes this. */
#ifndef FOOTFALL_NET_INSIDE_H
#define FOOTFALL_NET_INSIDE_H

#include "cidr.h"
#include "conn.h"
#include "gunzip.h"
#include "loop.h"
#include "peers.h"
#include "proxy.h"

#define NET_LISTENERS 8
#define NET_WATCHES 32
#define NET_SPARE 16 /* connections beyond max_connections, of listeners that are trusted */
#define NET_SWEEP_EVERY (FF_SECOND / 2)
#define NET_STOP_PATIENCE (FF_SECOND / 5) /* a stop waits so long for a first request, */
#define NET_STOP_EVERY (FF_SECOND / 20)   /* and looks so often what it need not wait for */
#define NET_ACCEPT_PAUSE (FF_SECOND / 10)   /* after running out of descriptors */
/* Nobody waits for the answer to a datagram: where they come faster than this they are read together. */
#define NET_GATHER FF_MILLISECOND
#define NET_COMPLAIN_EVERY (30 * FF_SECOND) /* and how often that is logged */
#define NET_FOREVER INT64_MAX               /* a deadline that does not come */

struct udp;

struct listener {
    struct net *net;
    int fd;
    bool adopted; /* others may hold the socket, too */
    bool trusted; /* its clients are not limited by address */
    bool expects_proxy; /* connections of trusted proxies begin with the PROXY protocol, */
    int proxy_version;  /* of this version, or 0: of either */
    struct loop_event *event;
    struct udp *udp; /* NULL: HTTP */
    ff_mono read_at; /* of udp: when datagrams came last */
    char address[64];
};

/* How far a stop has come: what is below has been read for the last time. */
struct stop {
    bool asked, begun;
    ff_mono at;       /* when grace ends */
    ff_mono patience; /* when waiting for requests ends */
    int listeners;
    uint32_t conns;
};

struct net {
    struct net_options options;
    struct net_events events;
    struct message_limits limits;
    ff_mono (*clock)(void); /* tests put theirs here */
    ff_mono now;            /* of this turn; valid when now_read */
    bool now_read;
    bool active; /* something was read in this turn, or this part of it */
    int told;    /* requests in this part of the turn, large ones counting as several */
    bool paused;
    bool short_of_room; /* of descriptors: accept_timer runs */
    ff_mono paused_at;
    struct stop stop;
    ff_mono swept;
    ff_mono complain_at; /* before it, running out of descriptors is not logged again */
    struct loop *loop;
    uint32_t places;    /* options.max_connections and NET_SPARE */
    struct conn *conns; /* that many of them */
    ff_mono *deadlines; /* beside them, dense, for the sweep; NET_FOREVER: none */
    uint32_t *unused;   /* stack of free places below `top` */
    uint32_t unused_n, top;
    struct conn_list dirty, resume, resume_next;
    struct conn_list parked; /* have something to read, but there is a pause */
    char *works; /* NET_WORKS times NET_WORK_BYTES and padding: most requests live and die here */
    int work;    /* the one that is read into next */
    struct netbuf_pool pool;
    struct gunzip *gunzip;
    struct peers *peers; /* NULL: addresses are not limited */
    struct cidr *proxies; /* owned: trusted ones, proxy_n of them */
    size_t proxy_n;
    struct listener listeners[NET_LISTENERS];
    int listener_n;
    struct loop_event *sweep_timer, *accept_timer, *stop_timer, *gather_timer;
    struct loop_event *watches[NET_WATCHES];
    int watch_n;
    struct net_counts counts;
};

/* Whether a stop has read a connection for the last time. */
static inline bool conn_is_stopped(const struct conn *c)
{
    return c->net->stop.begun && conn_was_stopped(c);
}

#define NET_WORK_SIZE ((size_t)NET_WORK_BYTES + NET_PADDING)

/* The buffer that is read into next. */
static inline char *net_work(const struct net *n)
{
    return n->works + (size_t)n->work * NET_WORK_SIZE;
}

/* The clock, read once a turn. */
ff_mono net_now(struct net *n);

/* Where very many requests come together, each part of a turn ends as the turn itself does, so that the first ones do
 * not wait for the last ones' work. Not within anything that goes on with a connection afterwards. */
void net_end_part(struct net *n);

/* listen.c: a new listener's number, or -1 with a sentence in why. Adopting takes fd over when it
 * succeeds. */
int listen_open(struct net *n, const char *address, bool datagrams, char *why, size_t size);
int listen_adopt(struct net *n, int fd, bool datagrams, char *why, size_t size);
void listen_close(struct listener *l);
/* Takes what has come, before it is closed for good. */
void listen_finish(struct listener *l);
/* Goes on with datagrams that a pause has cut off. */
void listen_resume(struct listener *l);
/* Reads datagrams again that have been left to gather. */
void listen_gathered(void *net);
/* Accepts again after a lack of descriptors; listens again after a pause. */
void listen_find_room(void *net);
void listen_go_on(struct net *n);

/* udp.c: a receiver for fd (borrowed) with room for datagrams of `largest` bytes; NULL when out of
 * memory. `allow` is NULL-terminated and parsed now; a bad one is named in why. */
struct udp *udp_new(int fd, size_t largest, const char *const *allow, char *why, size_t size);
void udp_free(struct udp **u);
/* Hands over what was left behind, then receives what is there, within the bounds of a turn; as
 * soon as *paused is true, what has been received is left behind. True: all there was. */
bool udp_read(struct udp *u, const struct net_events *events, struct net_counts *counts,
              const bool *paused);
/* Whether a pause has left something behind. */
bool udp_has_rest(const struct udp *u);
/* Datagrams that the kernel has dropped for want of room since udp_new. */
uint64_t udp_kernel_drops(struct udp *u);

#endif
