#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_BYTES 16384
#define EVENTS 256
#define SAMPLES_MAX ((size_t)16 << 20)

struct lane {
    int fd;
    unsigned waiting; /* requests sent and not answered */
    int64_t due;      /* when they were to be sent */
    char *out;        /* what the kernel did not take at once, owned */
    size_t out_n, out_at;
    char in[READ_BYTES]; /* a header that is not whole */
    size_t in_n;
    size_t skip;         /* bytes of a body still to come */
};

struct stream {
    const struct stream_options *o;
    struct template_set *set;
    struct stamper *stamper;
    struct stream_result *r;
    struct lane *lanes;
    uint32_t *idle; /* stack of lanes without a request */
    uint32_t idle_n;
    int epoll;
    int64_t began, ends;
    int64_t looked; /* at the clock; 0: not yet */
    struct body joined; /* requests of one write */
    bool failed;
};

static bool complain(struct stream *s, const char *what)
{
    fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
    s->failed = true;
    return false;
}

/* The time. An open loop looks before and after whatever it asks of the kernel. */
static int64_t look(struct stream *s)
{
    int64_t now = latency_clock();
    if (s->looked && now - s->looked >= STREAM_GAP)
        spans_add(&s->r->gaps, s->looked, now);
    s->looked = now;
    return now;
}

static bool lane_open(struct stream *s, struct lane *l)
{
    int one = 1;
    l->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (l->fd < 0 || connect(l->fd, (const struct sockaddr *)&s->o->to, sizeof s->o->to) != 0)
        return complain(s, "connect");
    setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(l->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = l};
    l->in_n = l->skip = l->waiting = 0;
    return epoll_ctl(s->epoll, EPOLL_CTL_ADD, l->fd, &e) == 0 || complain(s, "epoll");
}

static void lane_close(struct lane *l)
{
    if (l->fd >= 0)
        close(l->fd);
    l->fd = -1;
    free(l->out);
    l->out = NULL;
}

static void lane_wait_to_write(struct stream *s, struct lane *l, bool on)
{
    struct epoll_event e = {.events = EPOLLIN | (on ? EPOLLOUT : 0), .data.ptr = l};
    epoll_ctl(s->epoll, EPOLL_CTL_MOD, l->fd, &e);
}

static void lane_write(struct stream *s, struct lane *l, const struct body *b)
{
    ssize_t sent = send(l->fd, b->p, b->n, MSG_NOSIGNAL);
    size_t n = sent < 0 ? 0 : (size_t)sent;
    if (n == b->n)
        return;
    l->out_n = b->n - n;
    l->out_at = 0;
    l->out = malloc(l->out_n);
    if (!l->out) {
        complain(s, "memory");
        return;
    }
    memcpy(l->out, b->p + n, l->out_n);
    lane_wait_to_write(s, l, true);
}

static void lane_write_rest(struct stream *s, struct lane *l)
{
    ssize_t sent = send(l->fd, l->out + l->out_at, l->out_n - l->out_at, MSG_NOSIGNAL);
    if (sent > 0)
        l->out_at += (size_t)sent;
    if (l->out_at < l->out_n)
        return;
    free(l->out);
    l->out = NULL;
    lane_wait_to_write(s, l, false);
}

/* Sends the next requests, as many as one write takes, due at that instant. */
static void lane_ask(struct stream *s, struct lane *l, int64_t due)
{
    uint64_t left = s->o->requests - s->r->sent;
    unsigned n = s->o->depth < left ? s->o->depth : (unsigned)left;
    if (n == 0 || (s->o->closes && !lane_open(s, l)))
        return;
    const struct body *b = template_next(s->set, s->stamper);
    if (n > 1) {
        s->joined.n = 0;
        body_raw(&s->joined, b->p, b->n);
        for (unsigned i = 1; i < n; i++) {
            b = template_next(s->set, s->stamper);
            body_raw(&s->joined, b->p, b->n);
        }
        b = &s->joined;
    }
    l->due = due;
    l->waiting = n;
    s->r->sent += n;
    lane_write(s, l, b);
}

/* All that was asked is answered. */
static void lane_rest(struct stream *s, struct lane *l, int64_t now)
{
    if (s->o->closes)
        lane_close(l);
    if (s->o->rate > 0)
        s->idle[s->idle_n++] = (uint32_t)(l - s->lanes);
    else if (now < s->ends)
        lane_ask(s, l, now);
}

static size_t content_length(const char *head, size_t n)
{
    static const char name[] = "\nContent-Length:";
    for (const char *p = head; (p = memchr(p, '\n', n - (size_t)(p - head))); p++)
        if ((size_t)(p - head) + sizeof name < n && strncasecmp(p, name, sizeof name - 1) == 0)
            return strtoul(p + sizeof name - 1, NULL, 10);
    return 0;
}

/* Takes one answer off the front of n bytes. Gives how many are gone; 0: its header is not whole. */
static size_t take_answer(struct stream *s, struct lane *l, const char *p, size_t n, int64_t now)
{
    const char *end = memmem(p, n, "\r\n\r\n", 4);
    if (!end || n < 13)
        return 0;
    size_t head = (size_t)(end - p) + 4, length = content_length(p, head);
    int status = atoi(p + 9);
    s->r->status[status > 0 && status < STREAM_STATUSES ? status : 0]++;
    s->r->faults += memmem(p, head, "\nX-Footfall-Error:", 18) != NULL;
    s->r->answered++;
    latency_add(&s->r->latency, l->due, now);
    l->waiting -= l->waiting > 0;
    size_t body = n - head < length ? n - head : length;
    l->skip = length - body;
    return head + body;
}

static void lane_take(struct stream *s, struct lane *l, int64_t now)
{
    size_t at = l->skip < l->in_n ? l->skip : l->in_n, gone;
    l->skip -= at;
    while (at < l->in_n && (gone = take_answer(s, l, l->in + at, l->in_n - at, now)) > 0)
        at += gone;
    l->in_n -= at;
    memmove(l->in, l->in + at, l->in_n);
}

static void lane_ended(struct stream *s, struct lane *l, int64_t now)
{
    bool in_order = s->o->closes && l->waiting == 0;
    s->r->broken += !in_order;
    lane_close(l);
    if (!s->o->closes && !lane_open(s, l))
        return;
    lane_rest(s, l, now);
}

static void lane_read(struct stream *s, struct lane *l)
{
    ssize_t got = recv(l->fd, l->in + l->in_n, READ_BYTES - l->in_n, 0);
    int64_t now = look(s);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        lane_ended(s, l, now);
        return;
    }
    l->in_n += (size_t)got;
    lane_take(s, l, now);
    /* A connection for one request is over when the server says so. */
    if (l->waiting == 0 && l->skip == 0 && !s->o->closes)
        lane_rest(s, l, now);
}

static void turn(struct stream *s, int timeout)
{
    struct epoll_event ready[EVENTS];
    int n = epoll_wait(s->epoll, ready, EVENTS, timeout);
    stamper_tick(s->stamper);
    for (int i = 0; i < n && !s->failed; i++) {
        struct lane *l = ready[i].data.ptr;
        if (l->fd >= 0 && l->out && (ready[i].events & EPOLLOUT))
            lane_write_rest(s, l);
        if (l->fd >= 0 && (ready[i].events & ~(uint32_t)EPOLLOUT))
            lane_read(s, l);
    }
}

static bool is_over(const struct stream *s)
{
    bool all = s->r->sent >= s->o->requests && s->r->answered >= s->r->sent;
    return s->failed || all || latency_clock() > s->ends;
}

static void run_closed(struct stream *s)
{
    for (unsigned i = 0; i < s->o->connections; i++)
        lane_ask(s, &s->lanes[i], s->began);
    while (!is_over(s))
        turn(s, 100);
}

/* Requests are due at an even pace; the clock of each runs from then on, also while it waits here
 * for a connection. Never sleeps: a late wake-up would be counted as the server's. */
static void run_open(struct stream *s)
{
    double pace = 1e9 / s->o->rate;
    for (uint32_t i = s->o->connections; i > 0; i--)
        s->idle[s->idle_n++] = i - 1;
    while (!is_over(s)) {
        int64_t now = look(s);
        int64_t due = s->began + (int64_t)(pace * (double)s->r->sent);
        while (s->r->sent < s->o->requests && s->idle_n > 0 && due <= now) {
            lane_ask(s, &s->lanes[s->idle[--s->idle_n]], due);
            due = s->began + (int64_t)(pace * (double)s->r->sent);
            now = look(s);
        }
        turn(s, 0);
    }
}

static bool stream_open(struct stream *s)
{
    const struct stream_options *o = s->o;
    size_t samples = o->requests < SAMPLES_MAX ? o->requests : SAMPLES_MAX;
    latency_init(&s->r->latency, samples);
    spans_init(&s->r->gaps, o->rate > 0 ? STREAM_GAPS : 1);
    s->lanes = calloc(o->connections, sizeof *s->lanes);
    s->idle = calloc(o->connections, sizeof *s->idle);
    s->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (!s->lanes || !s->idle || s->epoll < 0)
        return complain(s, "start");
    for (unsigned i = 0; i < o->connections; i++)
        s->lanes[i].fd = -1;
    for (unsigned i = 0; !o->closes && i < o->connections; i++)
        if (!lane_open(s, &s->lanes[i]))
            return false;
    return true;
}

bool stream_run(const struct stream_options *o, struct template_set *set, struct stamper *stamper,
                struct stream_result *out)
{
    *out = (struct stream_result){0};
    struct stream s = {.o = o, .set = set, .stamper = stamper, .r = out};
    if (stream_open(&s)) {
        s.began = latency_clock();
        s.ends = s.began + (int64_t)(o->seconds * 1e9);
        if (o->rate > 0)
            run_open(&s);
        else
            run_closed(&s);
        out->seconds = (double)(latency_clock() - s.began) / 1e9;
    }
    for (unsigned i = 0; s.lanes && i < o->connections; i++)
        lane_close(&s.lanes[i]);
    if (s.epoll >= 0)
        close(s.epoll);
    free(s.lanes);
    free(s.idle);
    body_fini(&s.joined);
    return !s.failed;
}
