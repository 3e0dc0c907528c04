#include "datagrams.h"

#include "latency.h"

#include <errno.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BURST 32 /* datagrams sent with one call */

struct burst {
    char bytes[BURST * 1024];
    struct iovec piece[BURST];
    struct mmsghdr message[BURST];
    size_t size; /* of one datagram; all are alike */
};

static bool complain(const char *what)
{
    fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
    return false;
}

static bool burst_fill(struct burst *b, struct template_set *set, struct stamper *s, unsigned n)
{
    stamper_tick(s);
    for (unsigned i = 0; i < n; i++) {
        const struct body *one = template_next(set, s);
        if (one->n > sizeof b->bytes / BURST)
            return complain("a datagram is too large");
        b->size = one->n;
        b->piece[i] = (struct iovec){b->bytes + i * b->size, b->size};
        b->message[i].msg_hdr = (struct msghdr){.msg_iov = &b->piece[i], .msg_iovlen = 1};
        memcpy(b->piece[i].iov_base, one->p, one->n);
    }
    return true;
}

static bool send_apart(int fd, struct burst *b, unsigned n)
{
    for (unsigned at = 0; at < n;) {
        int sent = sendmmsg(fd, b->message + at, n - at, 0);
        if (sent > 0)
            at += (unsigned)sent;
        else if (errno != EINTR && errno != ENOBUFS && errno != ECONNREFUSED)
            return complain("sendmmsg");
    }
    return true;
}

static bool send_joined(int fd, struct burst *b, unsigned n)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(uint16_t))];
    } control = {0};
    struct iovec all = {b->bytes, b->size * n};
    struct msghdr m = {.msg_iov = &all, .msg_iovlen = 1, .msg_control = &control,
                       .msg_controllen = sizeof control};
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    uint16_t size = (uint16_t)b->size;
    c->cmsg_level = SOL_UDP;
    c->cmsg_type = UDP_SEGMENT;
    c->cmsg_len = CMSG_LEN(sizeof size);
    memcpy(CMSG_DATA(c), &size, sizeof size);
    return sendmsg(fd, &m, 0) >= 0 || complain("sendmsg with UDP_SEGMENT");
}

static void wait_until(int64_t due)
{
    for (int64_t left; (left = due - latency_clock()) > 0;)
        if (left > 200000)
            usleep((useconds_t)((left - 100000) / 1000));
}

bool datagrams_run(const struct datagram_options *o, struct template_set *set, struct stamper *s,
                   struct datagram_result *out)
{
    struct burst b = {.size = 0};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&o->to, sizeof o->to) != 0)
        return complain("socket");
    int64_t began = latency_clock(), ends = began + (int64_t)(o->seconds * 1e9);
    *out = (struct datagram_result){0};
    bool ok = true;
    while (ok && out->sent < o->datagrams && latency_clock() < ends) {
        uint64_t left = o->datagrams - out->sent;
        unsigned n = left < BURST ? (unsigned)left : BURST;
        wait_until(began + (int64_t)(1e9 / o->rate * (double)out->sent));
        ok = burst_fill(&b, set, s, n) && (o->joined ? send_joined : send_apart)(fd, &b, n);
        out->sent += n;
    }
    out->seconds = (double)(latency_clock() - began) / 1e9;
    close(fd);
    return ok;
}
