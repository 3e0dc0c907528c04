/* Where doors listen. */
#include "house_state.h"

#include "log.h"
#include "service.h"

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

bool house_fail(const char *event, const char *why)
{
    log_error("house", event, "why=\"%s\"", why);
    return false;
}

/* At the end of a turn of the state's loop, what came in is on its way to the store; an ingest
 * thread has sent its parcels by then. */
static void door_on_turn(void *door)
{
    struct door *d = door;
    if (!d->lane) {
        door_give_gathered(d);
        house_flush(d->house);
    }
}

static bool door_make_net(struct door *d)
{
    const struct ff_config *c = d->house->config;
    struct net_options options = {
        .max_body = c->ingest.max_body,
        .max_header = c->ingest.max_header,
        .max_connections = c->limits.connections,
        .max_connections_per_address = c->limits.connections_per_address,
        .requests_per_second = c->limits.requests_per_second,
        .idle_timeout = c->ingest.idle_timeout,
        .request_timeout = c->ingest.request_timeout,
        .udp_allow = c->ingest.udp_allow,
        .trusted_proxies = c->ingest.trusted_proxies,
        .reuse_port = d->lane != NULL,
        .headers = door_net_headers,
    };
    struct net_events events = {
        .request = door_request, .datagrams = door_datagrams, .turn = door_on_turn, .ctx = d};
    d->net = net_new(&options, &events);
    return d->net ? true : house_fail("memory", "out of memory");
}

enum { SOCKET_HTTP, SOCKET_UDP, SOCKET_STATS, SOCKETS };

bool house_take_sockets(struct house *h)
{
    struct service_socket rows[SOCKETS] = {
        [SOCKET_HTTP] = {"http", SOCK_STREAM, -1},
        [SOCKET_UDP] = {"udp", SOCK_DGRAM, -1},
        [SOCKET_STATS] = {"stats", SOCK_STREAM, -1},
    };
    char why[CONFIG_WHY];
    if (!service_sockets_take(rows, SOCKETS, why, sizeof why))
        return house_fail("sockets", why);
    h->http_fd = rows[SOCKET_HTTP].fd;
    h->udp_fd = rows[SOCKET_UDP].fd;
    h->stats_fd = rows[SOCKET_STATS].fd;
    return true;
}

void house_close_sockets(struct house *h)
{
    const int fds[] = {h->http_fd, h->udp_fd, h->stats_fd};
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

/* Every door shares the service manager's listening socket by a copy of its own. */
static int listen_http(struct net *n, int fd, const char *address, char *why, size_t size)
{
    if (fd < 0)
        return net_listen_http(n, address, why, size);
    int copy = dup(fd);
    if (copy < 0) {
        snprintf(why, size, "the service manager's socket cannot be shared");
        return -1;
    }
    int listener = net_adopt_http(n, copy, why, size);
    if (listener < 0)
        close(copy);
    return listener;
}

static int listen_udp(struct net *n, int *fd, const char *address, char *why, size_t size)
{
    if (*fd < 0)
        return net_listen_udp(n, address, why, size);
    int listener = net_adopt_udp(n, *fd, why, size);
    if (listener >= 0)
        *fd = -1; /* now the net's */
    return listener;
}

/* As net wants to be told it. */
static int proxy_version(enum ff_proxy proxy)
{
    return proxy == FF_PROXY_V1 ? 1 : proxy == FF_PROXY_V2 ? 2 : 0;
}

/* A datagram socket that was handed over is read by the first door alone. */
bool door_listen(struct door *d, const struct door *like)
{
    struct house *h = d->house;
    const struct ff_config *c = h->config;
    const char *http = like ? net_address(like->net, like->http) : c->ingest.http;
    const char *udp = like ? net_address(like->net, like->udp) : c->ingest.udp;
    char why[CONFIG_WHY];
    if (!like)
        h->udp_adopted = h->udp_fd >= 0;
    if (!d->net && !door_make_net(d))
        return false;
    if ((d->http = listen_http(d->net, h->http_fd, http, why, sizeof why)) < 0)
        return house_fail("listen", why);
    if (c->ingest.proxy_protocol != FF_PROXY_NO)
        net_expect_proxy(d->net, d->http, proxy_version(c->ingest.proxy_protocol));
    if (like && h->udp_adopted)
        return true;
    if ((d->udp = listen_udp(d->net, &h->udp_fd, udp, why, sizeof why)) < 0)
        return house_fail("listen", why);
    return true;
}

/* A socket that was handed over may be bound to anything. */
static bool stats_is_private(const struct door *d)
{
    const char *address = net_address(d->net, d->stats);
    return d->house->token || strncmp(address, "127.", 4) == 0 || strncmp(address, "[::1]:", 6) == 0;
}

bool door_listen_own(struct door *d)
{
    struct house *h = d->house;
    char why[CONFIG_WHY];
    if (!door_make_net(d))
        return false;
    if (h->config->ingest.threads == 0 && !door_listen(d, NULL))
        return false;
    d->stats = listen_http(d->net, h->stats_fd, h->config->stats.http, why, sizeof why);
    if (d->stats < 0)
        return house_fail("listen", why);
    net_trust(d->net, d->stats);
    return stats_is_private(d)
               ? true
               : house_fail("listen", "the stats socket is not on loopback, and stats.token_file is not set");
}
