/* A net with an owner that notes what it is told, and plain client sockets to talk to it. */
#ifndef FOOTFALL_TEST_NET_RIG_H
#define FOOTFALL_TEST_NET_RIG_H

#include "inside.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define RIG_REQUESTS 1024
#define RIG_TEXT (2 * 1024 * 1024)

static ff_mono rig_time;

static ff_mono rig_clock(void)
{
    return rig_time;
}

struct rig {
    struct net *net;
    int listener;
    bool hold;         /* do not answer at once */
    bool close;        /* answer with close */
    size_t reply_size; /* bytes of the body; 0: the request's own body */
    int requests, turns;
    int most, before;  /* requests between two ends of turns; those before the last one */
    struct net_handle handle[RIG_REQUESTS];
    char told[256];   /* the last request: "POST /path?query [type] body" */
    char coding[64];  /* its content encoding; "-": none */
    struct ff_span kept[RIG_REQUESTS]; /* the bodies of those that stay; else {NULL, 0} */
    unsigned sum[RIG_REQUESTS];        /* of these */
    char asked[256];  /* what its preflight asked for: "method|headers" */
    size_t body_n;
    unsigned body_sum;
};

static void rig_answer(struct rig *r, struct net_handle handle, const char *p, size_t n)
{
    static char large[RIG_TEXT];
    if (r->reply_size) {
        memset(large, 'x', r->reply_size);
        p = large;
        n = r->reply_size;
    }
    struct net_reply reply = {
        .status = n ? 200 : 204,
        .content_type = n ? FF_LITERAL("text/plain") : (struct ff_span){0},
        .body = ff_span_of(p, n),
        .close = r->close,
    };
    net_reply(r->net, handle, &reply);
}

static unsigned rig_sum(struct ff_span s)
{
    unsigned sum = 0;
    for (size_t i = 0; i < s.n; i++)
        sum = sum * 31 + (unsigned char)s.p[i];
    return sum;
}

/* What is to stay until now is there. Datagrams are only counted, so there may be more of them than places. */
static void rig_look_back(const struct rig *r)
{
    for (int i = r->requests - 1; i >= r->before && i >= r->requests - NET_STAYS && i < RIG_REQUESTS; i--)
        assert(rig_sum(r->kept[i]) == r->sum[i]);
}

static void rig_request(void *ctx, struct net_handle handle, const struct net_request *q)
{
    static const char *const method_table[] = {"GET", "HEAD", "POST", "DELETE", "OPTIONS", "OTHER"};
    struct rig *r = ctx;
    snprintf(r->told, sizeof r->told, "%s %.*s?%.*s [%.*s] %.*s", method_table[q->method],
             (int)q->path.n, q->path.p, (int)q->query.n, q->query.p, (int)q->content_type.n,
             q->content_type.p, (int)(q->body.n < 100 ? q->body.n : 100), q->body.p);
    snprintf(r->coding, sizeof r->coding, "%.*s", q->content_encoding.p ? (int)q->content_encoding.n : 1,
             q->content_encoding.p ? q->content_encoding.p : "-");
    snprintf(r->asked, sizeof r->asked, "%.*s|%.*s", (int)q->access_request_method.n,
             q->access_request_method.p, (int)q->access_request_headers.n,
             q->access_request_headers.p);
    r->body_n = q->body.n;
    r->body_sum = rig_sum(q->body);
    for (size_t i = 0; q->body.n && i < NET_PADDING; i++)
        (void)*(const volatile char *)(q->body.p + q->body.n + i); /* must be readable */
    assert(r->requests < RIG_REQUESTS);
    rig_look_back(r);
    r->kept[r->requests] = q->stays ? q->body : (struct ff_span){NULL, 0};
    r->sum[r->requests] = rig_sum(r->kept[r->requests]);
    r->handle[r->requests++] = handle;
    if (!r->hold)
        rig_answer(r, handle, q->body.n ? q->body.p : "hello", q->body.n ? q->body.n : 5);
}

static void rig_turn_end(void *ctx)
{
    struct rig *r = ctx;
    rig_look_back(r);
    r->turns++;
    if (r->requests - r->before > r->most)
        r->most = r->requests - r->before;
    r->before = r->requests;
}

static void rig_datagrams(void *ctx, const struct net_datagram *datagrams, size_t n)
{
    struct rig *r = ctx;
    r->requests += (int)n;
    snprintf(r->told, sizeof r->told, "%.*s", (int)datagrams[n - 1].payload.n,
             datagrams[n - 1].payload.p);
}

static const char *const rig_allow[] = {"127.0.0.0/8", "::1/128", NULL};

static struct net_options rig_options(void)
{
    return (struct net_options){
        .max_body = 1024 * 1024,
        .max_header = 8192,
        .max_connections = 100,
        .idle_timeout = 75 * FF_SECOND,
        .request_timeout = 10 * FF_SECOND,
        .udp_allow = rig_allow,
    };
}

static inline void rig_init(struct rig *r, const struct net_options *options)
{
    char why[200] = "";
    struct net_events events = {rig_request, rig_datagrams, rig_turn_end, r};
    memset(r, 0, sizeof *r);
    rig_time = 1000 * FF_SECOND;
    r->net = net_new(options, &events);
    assert(r->net);
    r->net->clock = rig_clock;
    r->listener = net_listen_http(r->net, "127.0.0.1:0", why, sizeof why);
    if (r->listener < 0)
        fprintf(stderr, "%s\n", why);
    assert(r->listener >= 0);
}

static inline void rig_fini(struct rig *r)
{
    net_free(&r->net);
}

static void rig_turns(struct rig *r, int n)
{
    while (n-- > 0)
        net_turn(r->net, false);
}

/* The port of a listener on loopback. */
static inline struct sockaddr_in rig_port(struct rig *r, int listener)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    a.sin_port = htons((uint16_t)atoi(strrchr(net_address(r->net, listener), ':') + 1));
    return a;
}

static inline int rig_connect(struct rig *r)
{
    struct sockaddr_in a = rig_port(r, r->listener);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    assert(fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a) == 0);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    rig_turns(r, 2);
    return fd;
}

/* Sends all of it, turning the net where the socket is full. */
static inline void rig_send(struct rig *r, int fd, const char *p, size_t n)
{
    for (int tries = 0; n && tries < 10000; tries++) {
        ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);
        if (sent > 0) {
            p += sent;
            n -= (size_t)sent;
        } else if (errno != EAGAIN) {
            return;
        }
        if (n)
            rig_turns(r, 1);
    }
}

static inline void rig_say(struct rig *r, int fd, const char *text)
{
    rig_send(r, fd, text, strlen(text));
    rig_turns(r, 3);
}

/* What the client has got so far, as a string borrowed until the next call; *closed (may be NULL)
 * is 1 when the other side has closed, 2 when it has reset, else 0. */
static inline const char *rig_hear_until(struct rig *r, int fd, int *closed)
{
    static char text[RIG_TEXT + 1];
    size_t n = 0;
    int end = 0;
    for (int quiet = 0; quiet < 5 && !end && n < RIG_TEXT;) {
        rig_turns(r, 1);
        ssize_t got = recv(fd, text + n, RIG_TEXT - n, 0);
        if (got > 0)
            n += (size_t)got;
        quiet = got > 0 ? 0 : quiet + 1;
        if (got == 0)
            end = 1;
        else if (got < 0 && errno != EAGAIN)
            end = 2;
    }
    text[n] = '\0';
    if (closed)
        *closed = end;
    return text;
}

static inline const char *rig_hear(struct rig *r, int fd)
{
    return rig_hear_until(r, fd, NULL);
}

#endif
