/* Listeners: addresses, their sockets, and taking connections from them. */
#include "inside.h"

#include "log.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 4096
#define ACCEPTS_A_TURN 64
#define LARGEST_DATAGRAM 65535
#define UDP_QUEUE_BYTES (4 * 1024 * 1024)

union address {
    struct sockaddr any;
    struct sockaddr_in four;
    struct sockaddr_in6 six;
};

static bool port_parse(const char *text, in_port_t *out)
{
    size_t n = strlen(text);
    if (n < 1 || n > 5 || strspn(text, "0123456789") != n)
        return false;
    unsigned long port = strtoul(text, NULL, 10);
    *out = htons((uint16_t)port);
    return port <= UINT16_MAX;
}

/* "127.0.0.1:80" or "[::1]:80". */
static bool address_parse(const char *text, union address *out)
{
    char host[INET6_ADDRSTRLEN];
    const char *colon = strrchr(text, ':');
    bool six = *text == '[';
    if (!colon || (six && (colon == text || colon[-1] != ']')))
        return false;
    const char *from = text + six;
    size_t n = (size_t)(colon - six - from);
    if (n >= sizeof host)
        return false;
    memcpy(host, from, n);
    host[n] = '\0';
    *out = (union address){.any.sa_family = six ? AF_INET6 : AF_INET};
    if (inet_pton(out->any.sa_family, host,
                  six ? (void *)&out->six.sin6_addr : &out->four.sin_addr) != 1)
        return false;
    return port_parse(colon + 1, six ? &out->six.sin6_port : &out->four.sin_port);
}

static void address_print(const union address *a, char *out, size_t size)
{
    char host[INET6_ADDRSTRLEN];
    bool six = a->any.sa_family == AF_INET6;
    inet_ntop(a->any.sa_family, six ? (const void *)&a->six.sin6_addr : &a->four.sin_addr, host,
              sizeof host);
    snprintf(out, size, six ? "[%s]:%u" : "%s:%u", host,
             ntohs(six ? a->six.sin6_port : a->four.sin_port));
}

/* TCP_NODELAY is passed on to the connections that are accepted. */
static void socket_set_up(int fd, bool datagrams)
{
    int one = 1, queue = UDP_QUEUE_BYTES;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (!datagrams)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    else if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &queue, sizeof queue) != 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &queue, sizeof queue);
}

/* A bound socket, or -1; *address becomes what it is really bound to. */
static int socket_open(union address *address, bool datagrams)
{
    int kind = (datagrams ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK | SOCK_CLOEXEC;
    int fd = socket(address->any.sa_family, kind, 0);
    if (fd < 0)
        return -1;
    socket_set_up(fd, datagrams);
    socklen_t size =
        address->any.sa_family == AF_INET6 ? sizeof address->six : sizeof address->four;
    if (bind(fd, &address->any, size) == 0 && (datagrams || listen(fd, BACKLOG) == 0) &&
        getsockname(fd, &address->any, &size) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

/* Out of descriptors: a listener that stays readable would make the loop spin. */
static void listen_pause(struct net *n, int error)
{
    for (int i = 0; i < n->listener_n; i++)
        if (n->listeners[i].event && !n->listeners[i].udp)
            loop_enable(n->listeners[i].event, false);
    loop_enable(n->accept_timer, true);
    if (net_now(n) < n->complain_at)
        return;
    n->complain_at = net_now(n) + NET_COMPLAIN_EVERY;
    log_warning("net", "accept_paused", "error=\"%s\" open=%u", strerror(error), n->counts.open);
}

void listen_go_on(void *net)
{
    struct net *n = net;
    loop_enable(n->accept_timer, false);
    for (int i = 0; i < n->listener_n; i++)
        if (n->listeners[i].event)
            loop_enable(n->listeners[i].event, true);
}

static bool is_want_of_room(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

static void listen_on_readable(void *ctx)
{
    struct listener *l = ctx;
    struct net *n = l->net;
    for (int i = 0; i < ACCEPTS_A_TURN; i++) {
        int fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 && is_want_of_room(errno))
            listen_pause(n, errno);
        if (fd < 0)
            return; /* what failed otherwise is that client's affair */
        if (n->counts.open < n->options.max_connections) {
            conn_open(n, fd, (int)(l - n->listeners));
        } else {
            n->counts.refused_connections++;
            close(fd);
        }
    }
}

static void listen_on_datagrams(void *ctx)
{
    struct listener *l = ctx;
    uint64_t before = l->net->counts.datagrams;
    udp_read(l->udp, &l->net->events, &l->net->counts);
    l->net->active |= l->net->counts.datagrams != before;
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

int listen_open(struct net *n, const char *address, bool datagrams, char *why, size_t size)
{
    union address a;
    if (n->listener_n == NET_LISTENERS) {
        snprintf(why, size, "%s: more than %d listeners", address, NET_LISTENERS);
        return -1;
    }
    if (!address_parse(address, &a)) {
        snprintf(why, size, "%s: expected ADDR:PORT or [ADDR]:PORT", address);
        return -1;
    }
    struct listener *l = &n->listeners[n->listener_n];
    *l = (struct listener){.net = n, .fd = socket_open(&a, datagrams)};
    if (l->fd < 0) {
        snprintf(why, size, "%s: cannot listen: %s", address, strerror(errno));
        return -1;
    }
    address_print(&a, l->address, sizeof l->address);
    if (!listener_start(l, datagrams, why, size)) {
        listen_close(l);
        return -1;
    }
    return n->listener_n++;
}

void listen_close(struct listener *l)
{
    loop_event_free(&l->event);
    udp_free(&l->udp);
    if (l->fd >= 0)
        close(l->fd);
    l->fd = -1;
}
