/* Request: what comes out of net, whole messages borrowed for a call, and what goes back into it. */
#ifndef FOOTFALL_NET_REQUEST_H
#define FOOTFALL_NET_REQUEST_H

#include "footfall/span.h"

#include <stdbool.h>
#include <stdint.h>

enum net_method { NET_GET, NET_HEAD, NET_POST, NET_DELETE, NET_OPTIONS, NET_OTHER };

/* Names a request that has not been answered yet; stale ones are recognised and ignored. */
struct net_handle {
    uint32_t conn, generation, slot;
};

/* What a browser says of itself, and why it asks: the values of Sec-CH-UA, Sec-CH-UA-Mobile and so on. */
struct net_signs {
    struct ff_span ch_brands, ch_mobile, ch_platform, ch_form_factors, sec_purpose, purpose, x_moz;
};

/* A complete request, borrowed for the call. All spans are {NULL, 0} where not given. */
struct net_request {
    int listener;           /* the number that net_listen_http gave */
    enum net_method method;
    struct ff_span path;    /* before the '?', as sent */
    struct ff_span query;   /* behind it; with NET_PADDING readable bytes behind it */
    struct ff_span body;    /* the same; of gzip what it holds,
                               and content_encoding is {NULL, 0} then */
    struct ff_span content_type, content_encoding, origin, host, authorization, if_none_match, accept,
        accept_encoding, user_agent, access_request_method, access_request_headers, dnt, gpc;
                            /* header values; access_...: Access-Control-Request-... of a preflight;
                               gpc: Sec-GPC */
    struct net_signs signs;
    struct ff_span head;    /* the request line and all header lines */
    bool stays;             /* path, query and body stay where they are until NET_STAYS further requests have been
                               told, or the end of the turn; else for the call */
    uint64_t *note;         /* NET_NOTE words that the owner may write, kept for as long as the connection sends the
                               same header lines (but for Content-Length), and all 0 at first; NULL: nothing is
                               kept of these */
    const uint8_t *address; /* 16 bytes: who is at the other end of the connection, or behind it by the
                               PROXY protocol, IPv4 as ::ffff:a.b.c.d; NULL: not known */
};
#define NET_PADDING 64
#define NET_NOTE 6
#define NET_STAYS 15

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
    /* After each turn of the loop in which anything was read, and within one after many requests: the moment to flush. */
    void (*turn)(void *ctx);
    void *ctx;
};

#endif
