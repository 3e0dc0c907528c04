/* Net: the only room with sockets. One loop; HTTP/1.1 requests and datagrams come out of it as
 * whole messages, replies go in by handle, in any order and at any time. */
#ifndef FOOTFALL_NET_H
#define FOOTFALL_NET_H

#include "footfall/span.h"
#include "footfall/status.h"
#include "footfall/time.h"

#include <stdbool.h>
#include <stdint.h>

struct net;

enum net_method { NET_GET, NET_HEAD, NET_POST, NET_DELETE, NET_OPTIONS, NET_OTHER };

/* Names a request that has not been answered yet; stale ones are recognised and ignored. */
struct net_handle {
    uint32_t conn, generation, slot;
};

/* A complete request, borrowed for the call. All spans are {NULL, 0} where not given. */
struct net_request {
    int listener;           /* the number that net_listen_http gave */
    enum net_method method;
    struct ff_span path;    /* before the '?', as sent */
    struct ff_span query;   /* behind it */
    struct ff_span body;    /* with NET_PADDING readable bytes behind it */
    struct ff_span content_type, content_encoding, origin, host, authorization, if_none_match,
        user_agent, forwarded; /* header values; forwarded: X-Forwarded-For, of several the last */
};
#define NET_PADDING 64

/* One datagram, borrowed for the call, with NET_PADDING readable bytes behind its payload. */
struct net_datagram {
    struct ff_span payload;
};

struct net_reply {
    int status;                /* 200, 204, 400, ... */
    struct ff_span content_type; /* {NULL, 0}: no body */
    struct ff_span body;       /* copied */
    struct ff_span headers;    /* further header lines, each ending in \r\n; copied. Length, type
                                  and Connection are net's own */
    bool close;                /* close the connection behind it */
};

/* What net tells its owner. ctx is the owner's. None of them may free the net or call net_turn. */
struct net_events {
    /* A request; must be answered by net_reply now or later, exactly once. */
    void (*request)(void *ctx, struct net_handle handle, const struct net_request *request);
    void (*datagrams)(void *ctx, const struct net_datagram *datagrams, size_t n);
    /* After each turn of the loop in which anything was read: the moment to flush. */
    void (*turn)(void *ctx);
    void *ctx;
};

struct net_options {
    size_t max_body;         /* bytes of a request's body; more is answered 413 */
    size_t max_header;       /* bytes of request line and headers in all; more is answered 431 */
    uint32_t max_connections; /* more are accepted and closed at once, counted */
    ff_dur idle_timeout;     /* keep-alive without a request */
    ff_dur request_timeout;  /* from a request's first byte to its last */
    const char *const *udp_allow; /* "10.0.0.0/8", "::1/128", ...; NULL-terminated; NULL: nobody.
                                     Borrowed until the last net_listen_udp */
};

/* Owned by the caller; NULL when out of memory. */
struct net *net_new(const struct net_options *options, const struct net_events *events);
void net_free(struct net **n);

/* Listens on "ADDR:PORT" or "[ADDR]:PORT" (port 0: any free one). Gives the listener's number
 * (>= 0), or -1 with a sentence in why. */
int net_listen_http(struct net *n, const char *address, char *why, size_t size);
int net_listen_udp(struct net *n, const char *address, char *why, size_t size);

/* Where a listener really listens, "127.0.0.1:40123". Borrowed until net_free. */
const char *net_address(const struct net *n, int listener);

/* Answers a request. Copies all. A handle whose connection has gone is ignored. Replies of a
 * connection are written in the order of its requests, gathered into one write a turn. */
void net_reply(struct net *n, struct net_handle handle, const struct net_reply *reply);

/* Calls fn(ctx) when fd is readable; when a signal came; every interval (> 0). Until net_free,
 * which must come before fd is closed. 0, or -1 when out of memory or of the 32 places. */
int net_watch(struct net *n, int fd, void (*fn)(void *ctx), void *ctx);
int net_signal(struct net *n, int signal, void (*fn)(void *ctx), void *ctx);
int net_every(struct net *n, ff_dur interval, void (*fn)(void *ctx), void *ctx);

/* Runs the loop until net_stop has done its work; then all connections are closed. */
void net_run(struct net *n);

/* One turn of the loop, of which net_run is made: waits (when wait) until something is due, reads,
 * tells, sends what was answered. False once the stop is complete. */
bool net_turn(struct net *n, bool wait);

/* Begins to stop: no connection is accepted and no request read any more; requests that came
 * are answered; the loop returns when the last reply is written or after grace. */
void net_stop(struct net *n, ff_dur grace);

/* Counters of the room, for /metrics and the log. Requests that net answered itself are among
 * bad_requests (400, 413, 431) or timed_out (408), not among requests. */
struct net_counts {
    uint64_t accepted, closed, refused_connections, requests, bad_requests, timed_out;
    uint64_t datagrams, datagrams_refused, datagrams_truncated, datagrams_dropped_by_kernel;
    uint32_t open;
};
struct net_counts net_counts(const struct net *n);

#endif
