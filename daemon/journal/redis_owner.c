#include "redis_owner.h"

#include "redis_gather.h"
#include "redis_owner_land.h"
#include "redis_socket.h"
#include "segment.h"

#include <assert.h>
#include <poll.h>
#include <string.h>

/* Ceiling of what waits for Redis. */
#define PENDING_MAX ((size_t)96 << 20)
/* Failures after which a drain, and a handover, give up. */
#define TRIES 3
/* A drain looks at least so often whether it is done. */
#define DRAIN_WAIT_MS 1000

int redis_owner_init(struct redis_owner *o, struct redis_link *link, const struct redis_keys *keys, uint64_t epoch,
                     uint64_t last, ff_dur timeout, struct spill *spill)
{
    *o = (struct redis_owner){.link = link, .keys = keys, .timeout = timeout, .look_due = true,
                              .backoff = REDIS_OWNER_BACKOFF, .heard = -1};
    redis_outage_init(&o->outage, spill);
    int error = redis_beat_init(&o->beat, REDIS_OWNER_BEAT);
    if (error == 0) {
        error = redis_worker_init(&o->worker, link);
        if (error < 0)
            redis_beat_fini(&o->beat);
    }
    if (error < 0) {
        redis_outage_fini(&o->outage);
        return error;
    }
    o->flight.keys = keys;
    pending_init(&o->queue, PENDING_MAX);
    redis_owner_begin(o, epoch, last);
    error = redis_beat_watch(&o->beat, o->worker.news_fd);
    if (error == 0 && spill)
        error = redis_beat_watch(&o->beat, spill_news_fd(spill));
    if (error < 0)
        redis_owner_fini(o);
    return error;
}

void redis_owner_fini(struct redis_owner *o)
{
    redis_worker_fini(&o->worker);
    pending_fini(&o->queue);
    redis_outage_fini(&o->outage);
    redis_beat_fini(&o->beat);
}

void redis_owner_begin(struct redis_owner *o, uint64_t epoch, uint64_t last)
{
    assert(!o->queue.head && !redis_owner_busy(o));
    o->epoch = epoch;
    o->begin = o->last = o->acked = o->durable = last;
    o->sent = 0;
}

enum ff_status redis_owner_append(struct redis_owner *o, uint64_t seq, struct ff_span body)
{
    assert(seq == o->last + 1);
    if (o->mode == REDIS_MODE_FENCED)
        return FF_STORE_FENCED;
    const enum ff_status st = pending_add(&o->queue, seq, body);
    if (st == FF_OK)
        o->last = seq;
    return st;
}

bool redis_owner_crowded(const struct redis_owner *o)
{
    return o->queue.bytes >= PENDING_MAX / 2;
}

static void look_ask(struct redis_owner *o)
{
    o->look_due = false;
    o->look_at = redis_clock() + REDIS_OWNER_BEAT / 2; /* so the beat a whole one later is not before it */
    o->flight.errand = REDIS_ERRAND_LOOK;
    if (o->mode == REDIS_DIRECT)
        redis_owner_send(o, o->timeout);
    else
        redis_owner_ask(o, REDIS_PATIENCE);
}

/* Sends the queue's first group. It takes no more from then on, also when it must be sent again. */
static void append_ask(struct redis_owner *o, ff_mono now)
{
    struct pending_group *g = o->queue.head;
    const struct segment_group header = {
        .count = g->count,
        .bytes = (uint32_t)(g->used - SEGMENT_GROUP_HEADER),
        .first = g->first,
        .durable = g->first - 1,
    };
    segment_group_put(g->bytes, &header);
    if (o->queue.unwritten == g)
        pending_wrote(&o->queue);
    const bool stray = o->stray.took.epoch && pending_last(g) == o->stray.last;
    o->flight.id = (struct redis_id){o->epoch, pending_last(g)};
    o->flight.acked = redis_owner_acked(o);
    o->flight.took = stray ? o->stray.took : (struct redis_id){0, 0};
    o->flight.group = ff_span_of((const char *)g->bytes, g->used);
    o->sent = o->flight.id.n;
    o->flight.errand = REDIS_ERRAND_APPEND;
    o->sent_at = now;
    redis_owner_send(o, o->timeout);
}

/* At once, or when there is a little more to send. All that was sent before is acknowledged. */
static void append_step(struct redis_owner *o)
{
    const ff_mono now = redis_clock();
    const ff_mono at = o->hurry ? now : redis_gather_until(o->sent_at, now, o->last - o->acked);
    if (at > now)
        redis_beat_once(&o->beat, at);
    else
        append_ask(o, now);
}

static void drain_ask(struct redis_owner *o, enum redis_errand errand, uint64_t from, uint64_t upto)
{
    o->flight.drain = (struct redis_drain){
        .keys = o->keys,
        .spill = o->outage.spill,
        .epoch = o->epoch,
        .from = from,
        .upto = upto,
        .sent = o->sent > o->acked ? o->sent : 0,
        .stray = o->stray,
        .seq = o->acked,
    };
    o->flight.errand = errand;
    redis_owner_ask(o, REDIS_PATIENCE);
}

/* Whether a group of the queue is on its way. */
static bool flying(const struct redis_owner *o)
{
    return redis_owner_busy(o) && o->flight.errand == REDIS_ERRAND_APPEND;
}

/* What waits goes to the spill, while that is where it belongs. */
static void queue_spill(struct redis_owner *o)
{
    struct redis_outage *outage = &o->outage;
    if (!outage->spill || !redis_mode_spills(o->mode) || flying(o))
        return;
    if (o->queue.head || outage->refused != FF_OK)
        redis_outage_take(outage, &o->queue, o->epoch, &o->stray);
}

static void handover_step(struct redis_owner *o)
{
    if (o->handed >= o->to_hand || o->failures >= TRIES || (o->failures > 0 && !o->look_due))
        return;
    o->look_due = false;
    if (spill_settled(o->outage.spill) >= o->to_hand)
        drain_ask(o, REDIS_ERRAND_HANDOVER, o->handed + 1, o->to_hand);
}

static bool nearly_over(const struct redis_owner *o)
{
    const struct redis_outage *outage = &o->outage;
    return outage->disk == FF_OK && (o->quick || spill_half_full(outage->spill)) && !redis_outage_parted(outage, &o->queue);
}

/* All that the disk has goes to the stream. What is not there then is little, if Redis is quick; if it is not, a spill
 * is emptied all the same before it is full of what Redis has long had. While the disk fails nothing waits for it in
 * memory: what comes is refused. */
static void drain_step(struct redis_owner *o)
{
    uint64_t from, upto;
    if (redis_outage_due(&o->outage, &from, &upto))
        drain_ask(o, REDIS_ERRAND_DRAIN, from, upto);
    else if (redis_outage_over(&o->outage) && !redis_outage_parted(&o->outage, &o->queue))
        redis_owner_happened(o, REDIS_EVENT_DRAINED);
    else if (nearly_over(o))
        redis_owner_happened(o, REDIS_EVENT_NEARLY);
}

/* Begins the next errand, if none is under way and there is one. */
static void errand_step(struct redis_owner *o)
{
    if (redis_owner_busy(o))
        return;
    if (o->mode == REDIS_MODE_FENCED) {
        handover_step(o);
        return;
    }
    if (o->mode == REDIS_DIRECT && !redis_link_connected(o->link)) { /* a verb has found it broken */
        redis_owner_failed(o, REDIS_AWAY);
        queue_spill(o);
    }
    if (o->look_due) {
        look_ask(o);
        return;
    }
    if (o->mode == REDIS_DRAINING || o->mode == REDIS_CLOSING)
        drain_step(o);
    if (o->mode == REDIS_DIRECT && o->queue.head && !redis_owner_busy(o))
        append_step(o);
}

/* Without a spill, records wait in memory while Redis takes none, and there may be more than it holds. */
static enum ff_status owner_status(const struct redis_owner *o)
{
    if (o->mode == REDIS_MODE_FENCED)
        return FF_STORE_FENCED;
    if (o->outage.spill)
        return redis_mode_spills(o->mode) ? o->outage.refused : FF_OK;
    return o->trouble == REDIS_LOST_DATA ? FF_STORE_AWAY : redis_trouble_status(o->trouble);
}

enum ff_status redis_owner_flush(struct redis_owner *o)
{
    queue_spill(o);
    errand_step(o);
    return owner_status(o);
}

/* The next one is not after the answer that is waited for is due. */
static void beat(struct redis_owner *o)
{
    const ff_mono now = redis_clock();
    if (o->mode != REDIS_DIRECT) {
        o->look_due = true;
        return;
    }
    o->look_due = o->look_due || now >= o->look_at;
    if (!o->toiled && !o->worker.busy)
        redis_worker_send_home(&o->worker);
    o->toiled = false;
    const ff_dur left = o->begun ? redis_link_due(o->link) - now : REDIS_OWNER_BEAT;
    const ff_dur next = left < FF_MILLISECOND ? FF_MILLISECOND : left < REDIS_OWNER_BEAT ? left : REDIS_OWNER_BEAT;
    if (o->beat.every != next)
        redis_beat_set(&o->beat, next);
}

enum ff_status redis_owner_poll(struct redis_owner *o, uint64_t *durable)
{
    redis_owner_land(o);
    redis_beat_once_take(&o->beat);
    if (redis_beat_take(&o->beat))
        beat(o);
    if (!redis_owner_busy(o) && o->heard >= 0)
        redis_link_listen(o->link);
    const enum ff_status disk = redis_outage_poll(&o->outage);
    if (disk != FF_OK && o->mode == REDIS_MODE_FENCED)
        o->failures = TRIES; /* what the disk has not, it will not have; the rest stays there */
    if (disk != FF_OK && o->mode == REDIS_CLOSING)
        redis_owner_happened(o, REDIS_EVENT_TROUBLE);
    if (disk == FF_OK) /* else it is told, and tried again by the next flush: here it would be, for ever, at once */
        queue_spill(o);
    errand_step(o);
    const uint64_t spilled = o->mode == REDIS_MODE_FENCED ? 0 : redis_outage_durable(&o->outage);
    if (spilled > o->durable)
        o->durable = spilled;
    *durable = o->durable;
    redis_owner_check(o);
    return owner_status(o);
}

void redis_owner_health(const struct redis_owner *o, struct ff_store_health *out)
{
    const struct redis_outage *outage = &o->outage;
    const char *degraded = outage->spill ? redis_mode_degraded(o->mode) : NULL;
    *out = (struct ff_store_health){
        .state = redis_trouble_name(o->trouble),
        .degraded = degraded && o->trouble != REDIS_OK ? "spilling" : degraded,
        .spilled_bytes = outage->spill ? spill_bytes(outage->spill) : 0,
        .full = o->trouble == REDIS_OOM,
    };
    if (o->no_file && o->trouble == REDIS_OK) {
        out->state = "no_aof";
        out->degraded = out->degraded ? out->degraded : "Redis keeps no append-only file";
    }
    out->spilled_records = outage->left;
    if (outage->running)
        out->spilled_records += spill_last(outage->spill) - outage->place;
}

/* Until no errand is under way, for so long at most. */
static bool idle_wait(struct redis_owner *o, ff_dur most)
{
    const ff_mono deadline = redis_clock() + most;
    while (o->begun) {
        const ff_mono due = redis_link_due(o->link);
        redis_socket_wait(redis_link_fd(o->link), POLLIN, due < deadline ? due : deadline);
        redis_owner_land(o);
        if (o->begun && redis_clock() >= deadline)
            return false;
    }
    if (!redis_worker_wait(&o->worker, deadline - redis_clock()))
        return false;
    redis_owner_land(o);
    return true;
}

enum redis_trouble redis_owner_link(struct redis_owner *o, bool lost, ff_dur patience)
{
    const enum redis_mode wanted = lost ? REDIS_LOST : REDIS_DIRECT;
    if (o->mode == wanted && (!lost || o->answers) && !idle_wait(o, patience))
        return REDIS_AWAY;
    if (o->mode != wanted || (lost && !o->answers))
        return o->trouble != REDIS_OK ? o->trouble : REDIS_AWAY;
    o->answers = redis_link_connected(o->link);
    redis_link_patience(o->link, patience);
    return o->answers ? REDIS_OK : REDIS_AWAY;
}

enum redis_trouble redis_owner_link_to_trim(struct redis_owner *o, ff_dur patience)
{
    if (o->mode != REDIS_SPILLING || o->trouble != REDIS_OOM)
        return redis_owner_link(o, false, patience);
    if (!idle_wait(o, patience))
        return REDIS_AWAY;
    if (o->mode == REDIS_LOST || o->mode == REDIS_MODE_FENCED || !redis_link_connected(o->link))
        return REDIS_AWAY;
    redis_link_patience(o->link, patience);
    return REDIS_OK;
}

void redis_owner_mended(struct redis_owner *o, uint64_t epoch)
{
    assert(o->mode == REDIS_LOST && !redis_owner_busy(o));
    while (o->queue.unwritten)
        pending_wrote(&o->queue);
    pending_release(&o->queue, o->last);
    redis_owner_begin(o, epoch, o->last);
    o->claimed = 0;
    redis_seen_begin(&o->seen, epoch, o->last);
    redis_owner_happened(o, REDIS_EVENT_MENDED);
}

/* Whether there is nothing left that a drain is for. */
static bool drained(const struct redis_owner *o)
{
    return o->mode == REDIS_MODE_FENCED ? o->handed >= o->to_hand || o->failures >= TRIES : o->durable == o->last;
}

void redis_owner_drain(struct redis_owner *o)
{
    struct pollfd news = {.fd = o->beat.news_fd, .events = POLLIN};
    uint64_t durable;
    o->hurry = true;
    redis_owner_flush(o);
    for (int failures = 0; !drained(o) && failures < TRIES;) {
        poll(&news, 1, DRAIN_WAIT_MS);
        const enum ff_status st = redis_owner_poll(o, &durable);
        failures += st != FF_OK && st != FF_STORE_FENCED;
    }
    o->hurry = false;
}
