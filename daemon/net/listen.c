/* Listeners, and taking connections from them. */
#include "inside.h"

#include "endpoint.h"
#include "log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ACCEPTS_A_TURN 64
#define LARGEST_DATAGRAM 65535
#define LAST_READS 64 /* of a datagram socket: more than its queue can hold */

/* Out of descriptors: a listener that stays readable would make the loop spin. */
static void listen_lack_room(struct net *n, int error)
{
    n->short_of_room = true;
    for (int i = 0; i < n->listener_n; i++)
        if (n->listeners[i].event && !n->listeners[i].udp)
            loop_enable(n->listeners[i].event, false);
    loop_enable(n->accept_timer, true);
    if (net_now(n) < n->complain_at)
        return;
    n->complain_at = net_now(n) + NET_COMPLAIN_EVERY;
    log_warning("net", "accept_paused", "error=\"%s\" open=%u", strerror(error), n->counts.open);
}

void listen_go_on(struct net *n)
{
    for (int i = 0; i < n->listener_n; i++)
        if (n->listeners[i].event && (n->listeners[i].udp || !n->short_of_room))
            loop_enable(n->listeners[i].event, true);
}

void listen_find_room(void *net)
{
    struct net *n = net;
    n->short_of_room = false;
    loop_enable(n->accept_timer, false);
    listen_go_on(n);
}

static bool is_want_of_room(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

/* Whether a connection that has just been accepted may stay, and as whose. */
static bool listen_admit(struct listener *l, const struct sockaddr *from, bool proxy, uint32_t *peer)
{
    struct net *n = l->net;
    *peer = 0;
    if (n->counts.open >= n->options.max_connections + (l->trusted ? NET_SPARE : 0)) {
        n->counts.refused_connections++;
        return false;
    }
    if (l->trusted || proxy || !n->peers)
        return true;
    *peer = peers_enter(n->peers, from);
    n->counts.refused_by_address += !*peer;
    return *peer != 0;
}

/* Accepts one connection. False: there is none now. */
static bool listen_accept(struct listener *l)
{
    struct net *n = l->net;
    union endpoint from;
    socklen_t size = sizeof from;
    int fd = accept4(l->fd, &from.any, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0 && is_want_of_room(errno))
        listen_lack_room(n, errno);
    if (fd < 0)
        return errno == ECONNABORTED || errno == EINTR; /* that client's affair */
    uint32_t peer;
    uint8_t address[16];
    bool known = cidr_address(&from.any, address);
    bool proxy = known && cidr_match_address(n->proxies, n->proxy_n, address);
    if (listen_admit(l, &from.any, proxy, &peer))
        conn_open(n, fd, (int)(l - n->listeners), peer, known ? address : NULL);
    else
        close(fd);
    return true;
}

static void listen_on_readable(void *ctx)
{
    struct listener *l = ctx;
    if (l->net->paused)
        loop_enable(l->event, false);
    for (int i = 0; i < ACCEPTS_A_TURN && !l->net->paused && listen_accept(l); i++)
        ;
}

/* True: all there was. */
static bool listen_receive(struct listener *l)
{
    struct net *n = l->net;
    uint64_t before = n->counts.datagrams;
    bool all = udp_read(l->udp, &n->events, &n->counts, &n->paused);
    n->active |= n->counts.datagrams != before;
    return all;
}

/* A wake-up for every datagram costs more than the datagram. */
static void listen_gather(struct listener *l)
{
    struct net *n = l->net;
    ff_mono before = l->read_at;
    l->read_at = net_now(n);
    if (l->read_at - before > NET_GATHER)
        return;
    loop_enable(l->event, false);
    loop_enable(n->gather_timer, true);
}

void listen_gathered(void *net)
{
    struct net *n = net;
    loop_enable(n->gather_timer, false);
    listen_go_on(n);
}

static void listen_on_datagrams(void *ctx)
{
    struct listener *l = ctx;
    if (l->net->paused)
        loop_enable(l->event, false);
    else if (listen_receive(l) && !l->net->paused)
        listen_gather(l);
}

void listen_resume(struct listener *l)
{
    if (l->udp && !l->net->paused && udp_has_rest(l->udp))
        listen_receive(l);
}

void listen_finish(struct listener *l)
{
    struct net *n = l->net;
    if (l->udp) {
        for (int i = 0; i < LAST_READS && !n->paused && !listen_receive(l); i++)
            ;
        if (n->paused)
            return; /* comes again */
        n->counts.datagrams_dropped_by_kernel += udp_kernel_drops(l->udp);
    } else if (!l->adopted && l->fd >= 0) {
        for (uint32_t i = 0; i < n->places && listen_accept(l); i++)
            ;
    }
    listen_close(l);
}

static bool listener_start(struct listener *l, bool datagrams, char *why, size_t size)
{
    struct net *n = l->net;
    snprintf(why, size, "%s: out of memory", l->address);
    if (datagrams)
        l->udp = udp_new(l->fd, LARGEST_DATAGRAM, n->options.udp_allow, why, size);
    if (datagrams && !l->udp)
        return false;
    l->event = loop_reader(n->loop, l->fd, datagrams ? listen_on_datagrams : listen_on_readable, l);
    return l->event != NULL;
}

/* A listener for a socket that is ready. Its number, or -1; the socket is not closed then. */
static int listener_add(struct net *n, int fd, const union endpoint *e, bool datagrams, char *why,
                        size_t size)
{
    struct listener *l = &n->listeners[n->listener_n];
    *l = (struct listener){.net = n, .fd = fd};
    endpoint_print(e, l->address, sizeof l->address);
    if (listener_start(l, datagrams, why, size))
        return n->listener_n++;
    l->fd = -1;
    listen_close(l);
    return -1;
}

static bool has_place(const struct net *n, const char *name, char *why, size_t size)
{
    if (n->listener_n < NET_LISTENERS)
        return true;
    snprintf(why, size, "%s: more than %d listeners", name, NET_LISTENERS);
    return false;
}

int listen_open(struct net *n, const char *address, bool datagrams, char *why, size_t size)
{
    union endpoint e;
    if (!has_place(n, address, why, size))
        return -1;
    if (!endpoint_parse(address, &e)) {
        snprintf(why, size, "%s: expected ADDR:PORT or [ADDR]:PORT", address);
        return -1;
    }
    int fd = endpoint_open(&e, datagrams, n->options.reuse_port);
    if (fd < 0) {
        snprintf(why, size, "%s: cannot listen: %s", address, strerror(errno));
        return -1;
    }
    int number = listener_add(n, fd, &e, datagrams, why, size);
    if (number < 0)
        close(fd);
    return number;
}

int listen_adopt(struct net *n, int fd, bool datagrams, char *why, size_t size)
{
    union endpoint e;
    char name[32];
    snprintf(name, sizeof name, "descriptor %d", fd);
    if (!has_place(n, name, why, size))
        return -1;
    const char *expected = endpoint_adopt(fd, datagrams, &e);
    if (expected) {
        snprintf(why, size, "%s: expected %s", name, expected);
        return -1;
    }
    int number = listener_add(n, fd, &e, datagrams, why, size);
    if (number >= 0)
        n->listeners[number].adopted = true;
    return number;
}

void listen_close(struct listener *l)
{
    loop_event_free(&l->event);
    udp_free(&l->udp);
    if (l->fd >= 0)
        close(l->fd);
    l->fd = -1;
}
