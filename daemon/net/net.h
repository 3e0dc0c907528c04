/* Net: the only room with sockets. One loop; HTTP/1.1 requests and datagrams come out of it as
 * whole messages, replies go in by handle, in any order and at any time.
 *
 * A net is used by one thread at a time, and several nets may run in several threads at once. Nets
 * are made by one thread, which may then hand each to its own. Nothing here may be called from
 * another thread: to reach a net, make a descriptor readable that it watches. */
#ifndef FOOTFALL_NET_H
#define FOOTFALL_NET_H

#include "footfall/status.h"
#include "footfall/time.h"
#include "request.h"

#include <stdbool.h>
#include <stdint.h>

struct net;

struct net_options {
    size_t max_body;         /* bytes of a request's body, also inflated; more is answered 413 */
    size_t max_header;       /* bytes of request line and headers in all; more is answered 431 */
    uint32_t max_connections; /* more are accepted and closed at once, counted */
    ff_dur idle_timeout;     /* keep-alive without a request */
    ff_dur request_timeout;  /* from a request's first byte to its last */
    const char *const *udp_allow; /* "10.0.0.0/8", "::1/128", ...; NULL-terminated; NULL: nobody.
                                     Borrowed until the last net_listen_udp */
    uint32_t max_connections_per_address; /* more are closed at once, counted; 0: no limit */
    uint32_t requests_per_second; /* of one address, and two seconds' worth of them at once; more
                                     are answered 429; 0: no limit. An IPv6 address is its /64 */
    const char *const *trusted_proxies; /* as udp_allow; borrowed until net_new has returned. They are spared
                                           the limits by address */
    bool reuse_port;         /* several nets (one a thread) listen on the same address: the first
                                may ask for port 0, the others for what net_address says */
    /* Writes further header lines, each ending in \r\n, for an answer that net makes itself (400,
     * 408, 413, 429, 431), and gives their length (0 when they do not fit). origin is the
     * request's, if it was read by then; ctx that of net_events. NULL: none. */
    size_t (*headers)(void *ctx, int listener, struct ff_span origin, char *out, size_t size);
};

/* Owned by the caller; NULL when out of memory, or for a trusted proxy that is no network. Raises the process's limit of descriptors as far as
 * it may. The limits are those of this net, whatever others do. */
struct net *net_new(const struct net_options *options, const struct net_events *events);
void net_free(struct net **n);

/* Listens on "ADDR:PORT" or "[ADDR]:PORT" (port 0: any free one). Gives the listener's number
 * (>= 0), or -1 with a sentence in why. */
int net_listen_http(struct net *n, const char *address, char *why, size_t size);
int net_listen_udp(struct net *n, const char *address, char *why, size_t size);

/* The same with a socket that somebody else has opened (and that listens, but for UDP): a service
 * manager, or another net, which then shares it by dup (TCP only: a datagram socket's drops would
 * count twice). Takes fd over, unless it fails. */
int net_adopt_http(struct net *n, int fd, char *why, size_t size);
int net_adopt_udp(struct net *n, int fd, char *why, size_t size);

/* Spares a listener the limits by address, and max_connections for a few: for the owner's own
 * people, who must get in when the house is full. */
void net_trust(struct net *n, int listener);

/* The connections of trusted proxies on a listener begin with the PROXY protocol, of this version or, 0, of
 * either: one that does not is answered 400. Nobody else's do. */
void net_expect_proxy(struct net *n, int listener, int version);

/* Whether the request comes from a trusted proxy. */
bool net_is_proxy(const struct net *n, const struct net_request *request);

/* Who sent the request: the address of its connection, or where that is a trusted proxy's, the right-most
 * of its X-Forwarded-For, or else its Forwarded, that is none of theirs. False: not known. */
bool net_client(const struct net *n, const struct net_request *request, uint8_t address[16]);

/* An address as text, IPv4 or IPv6, in the form of net_request. False: it is none. */
bool net_address_of(struct ff_span text, uint8_t address[16]);

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

/* Back-pressure: from now on no request and no datagram is told and no connection accepted, until
 * it is switched off again and goes on with what was left. Meanwhile replies are sent, watches,
 * signals and intervals called, and nobody is timed out for what we have not read. May be
 * called from within the events. A stop waits for the end of a pause, but not beyond its grace. */
void net_pause(struct net *n, bool on);

/* Runs the loop until net_stop has done its work; then all connections are closed. */
void net_run(struct net *n);

/* One turn of the loop, of which net_run is made: waits (when wait) until something is due, reads,
 * tells, sends what was answered. False once the stop is complete. */
bool net_turn(struct net *n, bool wait);

/* Begins to stop: what has come (connections that wait to be accepted, requests, datagrams) is
 * read, and nothing after it but for a request that has begun, or is a connection's first: that is
 * waited for, up to 200 ms. Requests are answered; the loop returns when the last reply is
 * written or after grace. Connections that wait on an adopted socket are left to its next owner. */
void net_stop(struct net *n, ff_dur grace);

/* Counters of the room, for /metrics and the log. Requests that net answered itself are among
 * bad_requests (400, 413, 431), timed_out (408) or limited (429), not among requests. */
struct net_counts {
    uint64_t accepted, closed, requests, bad_requests, timed_out;
    uint64_t refused_connections, refused_by_address; /* closed at once: too many; of one address */
    uint64_t limited, inflated; /* requests of an address over its rate; bodies of gzip */
    uint64_t datagrams, datagrams_refused, datagrams_truncated, datagrams_dropped_by_kernel;
    uint32_t open;
};
struct net_counts net_counts(const struct net *n);

#endif
