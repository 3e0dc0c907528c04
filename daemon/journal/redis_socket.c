#include "redis_socket.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

ff_mono redis_clock(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * FF_SECOND + t.tv_nsec / 1000;
}

int redis_socket_wait(int fd, short events, ff_mono deadline)
{
    struct pollfd p = {.fd = fd, .events = events};
    for (;;) {
        const ff_dur left = deadline - redis_clock();
        const int n = poll(&p, 1, left <= 0 ? 0 : (int)((left + FF_MILLISECOND - 1) / FF_MILLISECOND));
        if (n > 0)
            return p.revents;
        if (n < 0 && errno != EINTR)
            return POLLERR;
        if (n == 0 && left <= 0)
            return 0;
    }
}

/* 0 once the connection stands, or a positive errno. */
static int connected(int fd, const struct sockaddr *to, socklen_t n, ff_mono deadline)
{
    if (connect(fd, to, n) == 0)
        return 0;
    if (errno != EINPROGRESS)
        return errno;
    if (!redis_socket_wait(fd, POLLOUT, deadline))
        return ETIMEDOUT;
    int error = 0;
    socklen_t size = sizeof error;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 ? errno : error;
}

/* A descriptor, or a negative errno. */
static int address_open(const struct sockaddr *to, socklen_t n, ff_mono deadline)
{
    const int fd = socket(to->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    const int error = connected(fd, to, n, deadline);
    if (error) {
        close(fd);
        return -error;
    }
    if (to->sa_family != AF_UNIX) {
        const int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    }
    return fd;
}

static int local_open(const struct redis_url *url, ff_mono deadline)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    _Static_assert(sizeof to.sun_path >= sizeof url->path, "a path that was taken fits");
    memcpy(to.sun_path, url->path, sizeof url->path);
    return address_open((const struct sockaddr *)&to, sizeof to, deadline);
}

/* The first of the addresses that answers. */
static int any_open(const struct addrinfo *found, ff_mono deadline)
{
    int fd = -EHOSTUNREACH;
    for (const struct addrinfo *a = found; a && fd < 0; a = a->ai_next)
        fd = address_open(a->ai_addr, a->ai_addrlen, deadline);
    return fd;
}

int redis_socket_open(const struct redis_url *url, ff_mono deadline, char *text, size_t size)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    int fd;
    if (url->path[0]) {
        fd = local_open(url, deadline);
    } else {
        const int error = getaddrinfo(url->host, url->port, &hints, &found);
        if (error) {
            snprintf(text, size, "%s", gai_strerror(error));
            return -1;
        }
        fd = any_open(found, deadline);
        freeaddrinfo(found);
    }
    if (fd >= 0)
        return fd;
    char reason[128];
    snprintf(text, size, "%s", strerror_r(-fd, reason, sizeof reason));
    return -1;
}
