/* Inside of net: what its files share. Nothing outside the room (but its tests) includes this. */
#ifndef FOOTFALL_NET_INSIDE_H
#define FOOTFALL_NET_INSIDE_H

#include "cidr.h"
#include "loop.h"
#include "message.h"
#include "net.h"
#include "netbuf.h"
#include "pipeline.h"

#define NET_LISTENERS 8
#define NET_WATCHES 32
#define NET_WORK_BYTES 65536         /* read from one connection in one turn, at most */
#define NET_TURN_REQUESTS 64         /* parsed for one connection in one turn, at most */
#define NET_REPLY_BYTES (256 * 1024) /* unsent replies at which a connection is read no further */
#define NET_LINGER_TIME (2 * FF_SECOND)    /* how long a closed side is drained, */
#define NET_LINGER_BYTES (4 * 1024 * 1024) /* and how much of it */
#define NET_SWEEP_EVERY (FF_SECOND / 2)
#define NET_ACCEPT_PAUSE (FF_SECOND / 10)   /* after running out of descriptors */
#define NET_COMPLAIN_EVERY (30 * FF_SECOND) /* and how often that is logged */
#define NET_FOREVER INT64_MAX               /* a deadline that does not come */

enum conn_phase {
    CONN_FREE,
    CONN_OPEN,   /* requests and replies */
    CONN_LINGER, /* all is sent, and the sending side shut: what still comes is thrown away */
};

/* A connection. Its place in the table is its index. */
struct conn {
    struct net *net;
    uint32_t index, generation; /* the generation changes when it closes */
    int fd, listener;
    enum conn_phase phase;
    bool dirty, resumed; /* it is on that list; stays true when it closes, till the list is done */
    bool eof;            /* the client sends nothing more */
    bool stalled;        /* whole requests may wait in `in` until replies have gone */
    bool blocked;        /* the kernel takes no more of our bytes now */
    bool broken;         /* nothing can be done but close */
    bool clean;          /* the client asked for the close and sent nothing behind it */
    bool owes_continue;  /* "100 Continue", once the replies before it are gone */
    struct loop_event *reader, *writer;
    struct netbuf in; /* the request under assembly and what followed it */
    struct message message;
    struct pipeline pipeline;
    ff_mono since; /* open: when the present wait began; linger: when it began */
    size_t drained;
};

struct conn_list {
    uint32_t *at;
    uint32_t n;
};

struct udp;

struct listener {
    struct net *net;
    int fd;
    struct loop_event *event;
    struct udp *udp; /* NULL: HTTP */
    char address[64];
};

struct net {
    struct net_options options;
    struct net_events events;
    struct message_limits limits;
    ff_mono (*clock)(void); /* tests put theirs here */
    ff_mono now;            /* of this turn; valid when now_read */
    bool now_read;
    bool active; /* something was read in this turn */
    bool stop_asked, stopping;
    ff_mono stop_at;
    ff_dur grace;
    ff_mono swept;
    ff_mono complain_at; /* before it, running out of descriptors is not logged again */
    struct loop *loop;
    struct conn *conns; /* options.max_connections of them */
    ff_mono *deadlines; /* beside them, dense, for the sweep; NET_FOREVER: none */
    uint32_t *unused;   /* stack of free places below `top` */
    uint32_t unused_n, top;
    struct conn_list dirty, resume, resume_next;
    char *work; /* NET_WORK_BYTES and padding: most requests live and die here */
    struct netbuf_pool pool;
    struct listener listeners[NET_LISTENERS];
    int listener_n;
    struct loop_event *sweep_timer, *accept_timer;
    struct loop_event *watches[NET_WATCHES];
    int watch_n;
    struct net_counts counts;
};

/* The clock, read once a turn. */
ff_mono net_now(struct net *n);

/* conn.c: takes over fd, which is closed with it, also when this fails. */
void conn_open(struct net *n, int fd, int listener);
void conn_close(struct conn *c);
/* The connection a handle names, or NULL when that request waits no more. */
struct conn *conn_find(struct net *n, struct net_handle handle);
void conn_answer(struct conn *c, uint32_t number, const struct net_reply *reply);
/* Goes on with requests left over from the last turn; sends what has gathered; lets what is past
 * its deadline go; reads for the last time. */
void conn_resume(struct conn *c);
void conn_flush(struct conn *c);
void conn_expire(struct conn *c);
void conn_stop(struct conn *c);

/* listen.c */
int listen_open(struct net *n, const char *address, bool datagrams, char *why, size_t size);
void listen_close(struct listener *l);
/* Accepts again after a pause. */
void listen_go_on(void *net);

/* udp.c: a receiver for fd (borrowed) with room for datagrams of `largest` bytes; NULL when out of
 * memory. `allow` is NULL-terminated and parsed now; a bad one is named in why. */
struct udp *udp_new(int fd, size_t largest, const char *const *allow, char *why, size_t size);
void udp_free(struct udp **u);
/* Receives what is there, within the bounds of a turn. */
void udp_read(struct udp *u, const struct net_events *events, struct net_counts *counts);
/* Datagrams that the kernel has dropped for want of room since udp_new. */
uint64_t udp_kernel_drops(struct udp *u);

#endif
