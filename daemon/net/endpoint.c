#include "endpoint.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 4096
#define UDP_QUEUE_BYTES (4 * 1024 * 1024)

static bool port_parse(const char *text, in_port_t *out)
{
    size_t n = strlen(text);
    if (n < 1 || n > 5 || strspn(text, "0123456789") != n)
        return false;
    unsigned long port = strtoul(text, NULL, 10);
    *out = htons((uint16_t)port);
    return port <= UINT16_MAX;
}

bool endpoint_parse(const char *text, union endpoint *out)
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
    *out = (union endpoint){.any.sa_family = six ? AF_INET6 : AF_INET};
    if (inet_pton(out->any.sa_family, host,
                  six ? (void *)&out->six.sin6_addr : &out->four.sin_addr) != 1)
        return false;
    return port_parse(colon + 1, six ? &out->six.sin6_port : &out->four.sin_port);
}

void endpoint_print(const union endpoint *e, char *out, size_t size)
{
    char host[INET6_ADDRSTRLEN];
    bool six = e->any.sa_family == AF_INET6;
    inet_ntop(e->any.sa_family, six ? (const void *)&e->six.sin6_addr : &e->four.sin_addr, host,
              sizeof host);
    snprintf(out, size, six ? "[%s]:%u" : "%s:%u", host,
             ntohs(six ? e->six.sin6_port : e->four.sin_port));
}

/* TCP_NODELAY is passed on to the connections that are accepted. */
static void socket_set_up(int fd, bool datagrams)
{
    int one = 1, queue = UDP_QUEUE_BYTES;
    if (!datagrams)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    else if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &queue, sizeof queue) != 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &queue, sizeof queue);
}

static bool socket_bind(int fd, union endpoint *e, bool datagrams, bool shared)
{
    int one = 1;
    if (!datagrams) /* for datagrams it would mean that another process may listen there, too */
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    socklen_t size = e->any.sa_family == AF_INET6 ? sizeof e->six : sizeof e->four;
    if (shared && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one) != 0)
        return false;
    return bind(fd, &e->any, size) == 0 && (datagrams || listen(fd, BACKLOG) == 0) &&
           getsockname(fd, &e->any, &size) == 0;
}

int endpoint_open(union endpoint *e, bool datagrams, bool shared)
{
    int kind = (datagrams ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK | SOCK_CLOEXEC;
    int fd = socket(e->any.sa_family, kind, 0);
    if (fd < 0)
        return -1;
    socket_set_up(fd, datagrams);
    if (socket_bind(fd, e, datagrams, shared))
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

/* A number that the kernel knows of a socket, or -1. */
static int socket_ask(int fd, int option)
{
    int value = -1;
    socklen_t size = sizeof value;
    return getsockopt(fd, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

const char *endpoint_adopt(int fd, bool datagrams, union endpoint *out)
{
    int family = socket_ask(fd, SO_DOMAIN);
    socklen_t size = sizeof *out;
    memset(out, 0, sizeof *out);
    if (socket_ask(fd, SO_TYPE) != (datagrams ? SOCK_DGRAM : SOCK_STREAM))
        return datagrams ? "a datagram socket" : "a stream socket";
    if (family != AF_INET && family != AF_INET6)
        return "an IPv4 or IPv6 socket";
    if (!datagrams && socket_ask(fd, SO_ACCEPTCONN) != 1)
        return "a socket that listens";
    int flags = fcntl(fd, F_GETFL);
    if (getsockname(fd, &out->any, &size) != 0 || flags < 0 ||
        fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
        return "a socket that can be used";
    socket_set_up(fd, datagrams);
    return NULL;
}
