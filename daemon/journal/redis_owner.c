#include "redis_owner.h"

#include "log.h"
#include "segment.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* Ceiling of what waits for Redis. */
#define PENDING_MAX ((size_t)96 << 20)
/* What nobody waits for may take so long. */
#define PATIENCE (5 * FF_SECOND)
/* Seconds between two looks at the shard. */
#define BEAT 1
/* Failures after which a drain gives up. */
#define DRAIN_TRIES 3

static void owner_check(const struct redis_owner *o)
{
    assert(o->acked <= o->last);
    assert(!o->queue.head || o->queue.head->first == o->acked + 1);
    (void)o;
}

static int watch(int epoll, int fd)
{
    struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e) < 0 ? -errno : 0;
}

static void descriptors_close(struct redis_owner *o)
{
    if (o->news_fd >= 0)
        close(o->news_fd);
    if (o->beat_fd >= 0)
        close(o->beat_fd);
}

static int descriptors_open(struct redis_owner *o)
{
    const struct itimerspec beat = {.it_interval.tv_sec = BEAT, .it_value.tv_sec = BEAT};
    o->news_fd = epoll_create1(EPOLL_CLOEXEC);
    o->beat_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (o->news_fd < 0 || o->beat_fd < 0 || timerfd_settime(o->beat_fd, 0, &beat, NULL) < 0)
        return -errno;
    return watch(o->news_fd, o->beat_fd);
}

int redis_owner_init(struct redis_owner *o, struct redis_link *link, const struct redis_keys *keys, uint64_t epoch,
                     uint64_t last, ff_dur timeout)
{
    *o = (struct redis_owner){.link = link, .keys = keys, .timeout = timeout, .look_due = true, .news_fd = -1, .beat_fd = -1};
    int error = descriptors_open(o);
    if (error == 0)
        error = redis_worker_init(&o->worker, link);
    if (error < 0) {
        descriptors_close(o);
        return error;
    }
    pending_init(&o->queue, PENDING_MAX);
    redis_owner_begin(o, epoch, last);
    error = watch(o->news_fd, o->worker.news_fd);
    if (error < 0)
        redis_owner_fini(o);
    return error;
}

void redis_owner_fini(struct redis_owner *o)
{
    redis_worker_fini(&o->worker);
    pending_fini(&o->queue);
    descriptors_close(o);
}

void redis_owner_begin(struct redis_owner *o, uint64_t epoch, uint64_t last)
{
    assert(!o->queue.head && !o->worker.busy);
    o->epoch = epoch;
    o->begin = o->last = o->acked = last;
}

/* Whether there is no way back. */
static bool over(const struct redis_owner *o)
{
    return o->trouble == REDIS_FENCED || o->trouble == REDIS_LOST_DATA;
}

static enum ff_status owner_status(const struct redis_owner *o)
{
    return redis_trouble_status(o->trouble);
}

enum ff_status redis_owner_append(struct redis_owner *o, uint64_t seq, struct ff_span body)
{
    assert(seq == o->last + 1);
    if (over(o))
        return owner_status(o);
    const enum ff_status st = pending_add(&o->queue, seq, body);
    if (st == FF_OK)
        o->last = seq;
    return st;
}

bool redis_owner_crowded(const struct redis_owner *o)
{
    return o->queue.bytes >= PENDING_MAX / 2;
}

/* In the worker's thread. */
static enum redis_trouble flight_run(struct redis_link *link, void *ctx)
{
    struct redis_flight *f = ctx;
    if (f->errand == REDIS_ERRAND_APPEND) {
        redis_link_patience(link, f->timeout);
        return redis_stream_append(link, f->keys, f->id, f->group, ff_span_of(NULL, 0));
    }
    enum redis_trouble t = REDIS_OK;
    if (!redis_link_connected(link))
        t = redis_link_connect(link, PATIENCE);
    redis_link_patience(link, PATIENCE);
    return t == REDIS_OK ? redis_stream_look(link, f->keys, &f->look) : t;
}

static void look_ask(struct redis_owner *o)
{
    o->look_due = false;
    o->flight = (struct redis_flight){.errand = REDIS_ERRAND_LOOK, .keys = o->keys};
    redis_worker_ask(&o->worker, flight_run, &o->flight);
}

/* Sends the queue's first group. It takes no more from then on, also when it must be sent again. */
static void append_ask(struct redis_owner *o)
{
    struct pending_group *g = o->queue.head;
    const struct segment_group header = {
        .count = g->count,
        .bytes = (uint32_t)(g->used - SEGMENT_GROUP_HEADER),
        .first = g->first,
        .durable = o->acked,
    };
    segment_group_put(g->bytes, &header);
    if (o->queue.unwritten == g)
        pending_wrote(&o->queue);
    o->flight = (struct redis_flight){
        .errand = REDIS_ERRAND_APPEND,
        .keys = o->keys,
        .id = {o->epoch, pending_last(g)},
        .group = ff_span_of((const char *)g->bytes, g->used),
        .timeout = o->timeout,
    };
    redis_worker_ask(&o->worker, flight_run, &o->flight);
}

/* Gives the worker what is next, if it is idle and there is anything. */
static void step(struct redis_owner *o)
{
    if (o->worker.busy || over(o))
        return;
    if (o->unsure || o->look_due)
        look_ask(o);
    else if (o->queue.head)
        append_ask(o);
}

static void trouble_note(struct redis_owner *o, enum redis_trouble t)
{
    if (t == o->trouble)
        return;
    char quoted[600];
    const char *why = redis_link_why(o->link);
    if (t == REDIS_OK)
        log_info("journal", "redis_back", "from=%s", redis_trouble_name(o->trouble));
    else
        log_error("journal", "redis_trouble", "state=%s before=%s why=%s", redis_trouble_name(t),
                  redis_trouble_name(o->trouble), log_quoted(quoted, sizeof quoted, why, strlen(why)));
    o->trouble = t;
}

/* The group that was on its way is in the stream. */
static void acknowledged(struct redis_owner *o)
{
    const struct pending_group *g = o->queue.head;
    o->acked = pending_last(g);
    redis_seen_group(&o->seen, (struct redis_id){o->epoch, o->acked}, g->first, g->used);
    pending_release(&o->queue, o->acked);
    owner_check(o);
}

/* Whether a look that works shows that it is over: what is refused outright is over when it is not any more. */
static bool passing(enum redis_trouble t)
{
    return t == REDIS_AWAY || t == REDIS_LOADING || t == REDIS_BUSY;
}

/* After a look: is the shard still ours, is all there that was acknowledged, and what became of the group that
 * was on its way. */
static void look_land(struct redis_owner *o)
{
    const struct pending_group *g = o->queue.head;
    const bool asked = o->unsure && g && o->queue.unwritten != g;
    const struct redis_id acked = {o->epoch, o->acked > o->begin ? o->acked : 0};
    const struct redis_id sent = asked ? (struct redis_id){o->epoch, pending_last(g)} : acked;
    const enum redis_verdict verdict = redis_stream_verdict(&o->flight.look, sent, acked);
    o->handover = o->flight.look.handover;
    if (verdict == REDIS_TAKEN || verdict == REDIS_GONE) {
        trouble_note(o, verdict == REDIS_TAKEN ? REDIS_FENCED : REDIS_LOST_DATA);
        return;
    }
    if (asked && verdict == REDIS_WRITTEN)
        acknowledged(o);
    o->unsure = false;
    if (!o->queue.head || passing(o->trouble))
        trouble_note(o, REDIS_OK);
}

/* The worker has failed to do what it was asked to. Whether a group was written, a look tells. */
static void failure_land(struct redis_owner *o, enum redis_trouble t)
{
    o->unsure = true;
    if (t == REDIS_READONLY)
        redis_link_close(o->link);
    if (t != REDIS_BELOW && t != REDIS_LOST_DATA)
        trouble_note(o, t);
}

/* Takes what the worker has done, if it has; false when it has failed to do it. */
static bool land(struct redis_owner *o)
{
    enum redis_trouble t;
    if (!redis_worker_take(&o->worker, &t))
        return true;
    if (t != REDIS_OK) {
        failure_land(o, t);
        return t == REDIS_BELOW || t == REDIS_LOST_DATA;
    }
    if (o->flight.errand == REDIS_ERRAND_LOOK) {
        look_land(o);
    } else {
        acknowledged(o);
        trouble_note(o, REDIS_OK);
    }
    return true;
}

enum ff_status redis_owner_flush(struct redis_owner *o)
{
    if (o->trouble == REDIS_OK)
        step(o);
    return owner_status(o);
}

/* What has failed is tried again with the next beat. */
enum ff_status redis_owner_poll(struct redis_owner *o, uint64_t *durable)
{
    uint64_t beats;
    if (read(o->beat_fd, &beats, sizeof beats) == (ssize_t)sizeof beats)
        o->look_due = true;
    if (land(o) || o->look_due)
        step(o);
    *durable = o->acked;
    return owner_status(o);
}

enum redis_trouble redis_owner_link(struct redis_owner *o)
{
    enum redis_trouble t = REDIS_OK;
    redis_worker_wait(&o->worker);
    land(o);
    if (!redis_link_connected(o->link))
        t = redis_link_connect(o->link, PATIENCE);
    redis_link_patience(o->link, PATIENCE);
    return t;
}

void redis_owner_drain(struct redis_owner *o)
{
    for (int failures = 0; o->acked < o->last && !over(o) && failures < DRAIN_TRIES;) {
        step(o);
        redis_worker_wait(&o->worker);
        failures += !land(o);
    }
}
