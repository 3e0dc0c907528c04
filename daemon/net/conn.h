/* Conn: a connection, from accept to close. conn.c has its life and what goes out, conn_input.c
 * what comes in. */
#ifndef FOOTFALL_NET_CONN_H
#define FOOTFALL_NET_CONN_H

#include "loop.h"
#include "message.h"
#include "net.h"
#include "netbuf.h"
#include "pipeline.h"

#define NET_WORK_BYTES 65536         /* read from one connection in one turn, at most */
#define NET_WORKS (NET_STAYS + 1)    /* buffers for that, used in turn */
#define NET_TURN_REQUESTS 64         /* parsed for one connection in one turn, at most, */
#define NET_REQUEST_BYTES 1024       /* so much of a body, inflated, counting as a further one */
#define NET_PART_REQUESTS 64         /* told, of all connections, before what has come of them is sent */
#define NET_REPLY_BYTES (256 * 1024) /* unsent replies at which a connection is read no further */
#define NET_LINGER_TIME (2 * FF_SECOND)    /* how long a closed side is drained, */
#define NET_LINGER_BYTES (4 * 1024 * 1024) /* and how much of it */

enum conn_phase {
    CONN_FREE,
    CONN_OPEN,   /* requests and replies */
    CONN_LINGER, /* all is sent, and the sending side shut: what still comes is thrown away */
};

/* Its place in the table is its index. */
struct conn {
    struct net *net;
    uint32_t index, generation; /* the generation changes when it closes */
    int fd, listener;
    uint32_t peer; /* in net->peers; 0: its address is not looked at */
    uint8_t address[16]; /* whose it is, where known: the peer's, or by the PROXY protocol */
    bool known_address;
    bool proxied;        /* it begins with the PROXY protocol, which has not come whole */
    enum conn_phase phase;
    bool dirty, resumed, parked; /* it is on that list; stays true when it closes, till the list is
                                    done */
    bool eof;            /* the client sends nothing more */
    bool stalled;        /* whole requests may wait in `in` until replies have gone or the pause ends */
    bool blocked;        /* the kernel takes no more of our bytes now */
    bool broken;         /* nothing can be done but close */
    bool clean;          /* the client asked for the close and sent nothing behind it */
    bool stopped;        /* a stop reads it no more, and did so between two requests */
    bool owes_continue;  /* "100 Continue", once the replies before it are gone */
    struct loop_event *reader, *writer;
    struct netbuf in; /* the request under assembly and what followed it */
    struct message message;
    struct known *known; /* of its heads, from the second request on; or NULL */
    ff_mono since; /* open: when the present wait began; linger: when it began */
    size_t drained;
    struct pipeline pipeline; /* last: a new connection's slots are not touched */
};

struct conn_list {
    uint32_t *at;
    uint32_t n;
};

/* Takes over fd, which is closed with it, and the peer, which is left with it. address: 16 bytes, or NULL. */
void conn_open(struct net *n, int fd, int listener, uint32_t peer, const uint8_t *address);
void conn_close(struct conn *c);
/* The connection a handle names, or NULL when that request waits no more. */
struct conn *conn_find(struct net *n, struct net_handle handle);
void conn_answer(struct conn *c, uint32_t number, const struct net_reply *reply);
/* Sends what has gathered; lets what is past its deadline go; reads for the last time, unless its
 * first request is awaited. */
void conn_flush(struct conn *c);
void conn_expire(struct conn *c);
void conn_stop(struct conn *c);
/* A pause that took the connection `lost` of its time is over. */
void conn_unpark(struct conn *c, ff_dur lost);

/* Answers with an error of net's own making; origin is the request's, if known. */
void conn_fault(struct conn *c, uint32_t number, struct net_reply reply, struct ff_span origin);
/* The same in the place of a request that is not whole; nothing is read behind it. */
void conn_refuse(struct conn *c, enum ff_status why, struct ff_span origin);

/* After each step: closes what has come to its end, and sets what to wait for and how long. */
void conn_settle(struct conn *c);
void conn_set_deadline(struct conn *c);
void conn_mark_dirty(struct conn *c);
/* Forgets what came and was not whole. */
void conn_reset_input(struct conn *c);
void conn_list_add(struct conn_list *list, bool *on_list, uint32_t index);

/* Whether a stop, which has begun, has read it for the last time. */
bool conn_was_stopped(const struct conn *c);

/* conn_input.c: a request has begun and is not whole; another one may be handed out; bytes are
 * welcome. */
bool conn_is_partial(const struct conn *c);
bool conn_can_parse(const struct conn *c);
bool conn_wants_read(const struct conn *c);
/* What its reader calls. */
void conn_on_readable(void *conn);
void conn_read(struct conn *c);
/* Goes on with requests left over from the last turn. */
void conn_resume(struct conn *c);

#endif
