/* Datagrams, in batches. */
#include "inside.h"

#include "region.h"

#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#define BATCH 64
#define BATCHES_A_TURN 4
#define WHOLE_DATAGRAM 65535 /* a receiver with room for any takes joined ones (GRO), too */

struct udp {
    int fd;
    size_t slot;  /* bytes of a datagram's place, padding included */
    char *memory; /* BATCH places */
    struct cidr *allow;
    size_t allow_n;
    uint32_t drops_seen; /* the kernel's counter when it was read last; it wraps */
    uint64_t drops;
    struct mmsghdr message[BATCH];
    struct iovec piece[BATCH];
    struct sockaddr_storage from[BATCH];
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control[BATCH];
    int got, at; /* messages received, and of them done with: the rest a pause has left behind */
    size_t done; /* bytes of message `at` that are gathered */
    struct net_datagram out[BATCH]; /* gathered for the owner */
    size_t out_n;
};

static bool allow_parse(struct udp *u, const char *const *allow, char *why, size_t size)
{
    size_t n = 0;
    while (allow && allow[n])
        n++;
    u->allow = calloc(n + 1, sizeof *u->allow);
    if (!u->allow)
        return false;
    for (; u->allow_n < n; u->allow_n++) {
        if (!cidr_parse(allow[u->allow_n], &u->allow[u->allow_n])) {
            snprintf(why, size, "%s: expected a range such as 10.0.0.0/8", allow[u->allow_n]);
            return false;
        }
    }
    return true;
}

static bool drops_read(int fd, uint32_t *out)
{
    uint32_t info[SK_MEMINFO_VARS] = {0};
    socklen_t size = sizeof info;
    if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &size) != 0)
        return false;
    *out = info[SK_MEMINFO_DROPS];
    return true;
}

struct udp *udp_new(int fd, size_t largest, const char *const *allow, char *why, size_t size)
{
    struct udp *u = calloc(1, sizeof *u);
    if (!u)
        return NULL;
    u->fd = fd;
    u->slot = largest + NET_PADDING;
    u->memory = region_new(BATCH, u->slot);
    if (!u->memory || !allow_parse(u, allow, why, size)) {
        udp_free(&u);
        return NULL;
    }
    drops_read(fd, &u->drops_seen);
    int one = 1;
    if (largest >= WHOLE_DATAGRAM)
        setsockopt(fd, SOL_UDP, UDP_GRO, &one, sizeof one); /* older kernels do without */
    for (size_t i = 0; i < BATCH; i++) {
        u->piece[i] = (struct iovec){u->memory + i * u->slot, largest};
        u->message[i].msg_hdr = (struct msghdr){
            .msg_name = &u->from[i],
            .msg_iov = &u->piece[i],
            .msg_iovlen = 1,
            .msg_control = &u->control[i],
        };
    }
    return u;
}

void udp_free(struct udp **u)
{
    if (!*u)
        return;
    region_free(&(*u)->memory, BATCH, (*u)->slot);
    free((*u)->allow);
    free(*u);
    *u = NULL;
}

/* The size of each datagram that the kernel has joined into this one, or all of it. */
static size_t segment_size(struct msghdr *header, size_t n)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
        int size;
        if (c->cmsg_level != SOL_UDP || c->cmsg_type != UDP_GRO)
            continue;
        memcpy(&size, CMSG_DATA(c), sizeof size);
        return size > 0 ? (size_t)size : n;
    }
    return n;
}

static void hand_over(struct udp *u, const struct net_events *events)
{
    if (u->out_n)
        events->datagrams(events->ctx, u->out, u->out_n);
    u->out_n = 0;
}

/* Whether message `at`, of so many pieces, is to be taken. */
static bool admit(struct udp *u, uint64_t pieces, struct net_counts *counts)
{
    if (!cidr_match(u->allow, u->allow_n, (struct sockaddr *)&u->from[u->at])) {
        counts->datagrams_refused += pieces;
        return false;
    }
    if (u->message[u->at].msg_hdr.msg_flags & MSG_TRUNC) {
        counts->datagrams_truncated += pieces;
        return false;
    }
    counts->datagrams += pieces;
    return true;
}

/* Gathers message `at`, and goes on to the next. False: there is no room for all of it. */
static bool gather(struct udp *u, struct net_counts *counts)
{
    if (u->out_n == BATCH)
        return false;
    const char *p = u->piece[u->at].iov_base;
    size_t n = u->message[u->at].msg_len, size = segment_size(&u->message[u->at].msg_hdr, n);
    bool take = u->done > 0 || admit(u, n > size ? (n + size - 1) / size : 1, counts);
    while (take) {
        if (u->out_n == BATCH)
            return false;
        size_t left = n - u->done, part = left < size ? left : size;
        u->out[u->out_n++].payload = ff_span_of(p + u->done, part);
        u->done += part;
        take = u->done < n;
    }
    u->at++;
    u->done = 0;
    return true;
}

/* Hands over all that was received. False: a pause has come. */
static bool deliver(struct udp *u, const struct net_events *events, struct net_counts *counts,
                    const bool *paused)
{
    while (u->at < u->got && !*paused)
        if (!gather(u, counts))
            hand_over(u, events);
    if (!*paused)
        hand_over(u, events);
    return !*paused;
}

static int receive(struct udp *u)
{
    for (size_t i = 0; i < BATCH; i++) {
        u->message[i].msg_hdr.msg_namelen = sizeof u->from[i];
        u->message[i].msg_hdr.msg_controllen = sizeof u->control[i];
    }
    int got = recvmmsg(u->fd, u->message, BATCH, MSG_DONTWAIT, NULL);
    u->got = got > 0 ? got : 0;
    u->at = 0;
    return u->got;
}

bool udp_read(struct udp *u, const struct net_events *events, struct net_counts *counts,
              const bool *paused)
{
    if (!deliver(u, events, counts, paused))
        return false;
    for (int turn = 0; turn < BATCHES_A_TURN; turn++) {
        int got = receive(u);
        if (!deliver(u, events, counts, paused))
            return false;
        if (got < BATCH)
            return true;
    }
    return false;
}

bool udp_has_rest(const struct udp *u)
{
    return u->at < u->got;
}

uint64_t udp_kernel_drops(struct udp *u)
{
    uint32_t now;
    if (drops_read(u->fd, &now)) {
        u->drops += (uint32_t)(now - u->drops_seen);
        u->drops_seen = now;
    }
    return u->drops;
}
