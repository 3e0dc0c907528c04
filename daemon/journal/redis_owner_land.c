#include "redis_owner_land.h"

#include "log.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

/* The backoff ends with this. */
#define BACKOFF_LAST FF_SECOND

void redis_owner_check(const struct redis_owner *o)
{
    assert(o->acked <= o->last && o->durable <= o->last && o->acked <= o->durable);
    (void)o;
}

struct redis_id redis_owner_acked(const struct redis_owner *o)
{
    return (struct redis_id){o->epoch, o->acked > o->begin ? o->acked : 0};
}

/* Whether a look that works shows that it is over: what is refused outright is over when it is not any more. */
static bool passing(enum redis_trouble t)
{
    return t == REDIS_AWAY || t == REDIS_LOADING || t == REDIS_BUSY;
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

/* What a mode begins with. */
static void mode_begin(struct redis_owner *o)
{
    switch (o->mode) {
    case REDIS_DIRECT:
        redis_outage_end(&o->outage);
        if (o->outage.spill)
            redis_beat_watch(&o->beat, spill_news_fd(o->outage.spill));
        trouble_note(o, REDIS_OK);
        break;
    case REDIS_MODE_FENCED:
        trouble_note(o, REDIS_FENCED);
        o->handed = o->outage.place;
        o->to_hand = o->outage.running && o->durable >= o->outage.first + o->outage.ahead ? o->durable - o->outage.ahead
                                                                                          : o->handed;
        break;
    case REDIS_LOST:
        trouble_note(o, REDIS_LOST_DATA);
        break;
    default:
        break;
    }
}

void redis_owner_happened(struct redis_owner *o, enum redis_event event)
{
    const enum redis_mode before = o->mode, after = redis_mode_after(before, event);
    if (event == REDIS_EVENT_TROUBLE) {
        redis_beat_set(&o->beat, o->backoff);
        o->backoff = o->backoff * 2 < BACKOFF_LAST ? o->backoff * 2 : BACKOFF_LAST;
    } else if (before != after) {
        redis_beat_set(&o->beat, REDIS_OWNER_BEAT);
    }
    if (before == after)
        return;
    log_debug("journal", "redis_mode", "mode=%s before=%s", redis_mode_name(after), redis_mode_name(before));
    o->mode = after;
    mode_begin(o);
}

/* The records from first to seq are in the stream. */
static void acknowledged(struct redis_owner *o, uint64_t first, uint64_t seq, size_t bytes)
{
    if (seq <= o->acked)
        return;
    o->acked = seq;
    if (seq > o->durable)
        o->durable = seq;
    redis_seen_group(&o->seen, (struct redis_id){o->epoch, seq}, first, bytes);
    pending_release(&o->queue, seq);
    redis_outage_acked(&o->outage, seq);
    redis_owner_check(o);
}

/* What it acknowledges goes on counting as durable: it is told, and for people to mend. */
static void file_note(struct redis_owner *o)
{
    if (o->no_file == o->flight.no_file)
        return;
    o->no_file = o->flight.no_file;
    if (o->no_file)
        log_error("journal", "redis_no_aof", "server=\"%s\" why=\"appendonly is no: what it acknowledges would not survive it\"",
                  redis_link_server(o->link));
    else
        log_info("journal", "redis_aof", "server=\"%s\"", redis_link_server(o->link));
}

/* After a look: is the shard still ours, is all there that was acknowledged, and what became of what was sent. */
static void look_land(struct redis_owner *o)
{
    const struct redis_look *look = &o->flight.look;
    enum redis_verdict verdict = redis_stream_verdict(look, redis_owner_acked(o), redis_owner_acked(o));
    o->handover = look->handover;
    file_note(o);
    if (o->mode == REDIS_LOST)
        verdict = look->last.epoch > o->epoch && look->last.epoch > o->claimed ? REDIS_TAKEN : REDIS_GONE;
    if (verdict == REDIS_TAKEN || verdict == REDIS_GONE) {
        redis_owner_happened(o, verdict == REDIS_TAKEN ? REDIS_EVENT_FENCED : REDIS_EVENT_LOST);
        return;
    }
    acknowledged(o, o->acked + 1, look->last.n <= o->sent ? look->last.n : o->sent, 0);
    if (passing(o->trouble))
        trouble_note(o, REDIS_OK);
    redis_owner_happened(o, REDIS_EVENT_OURS);
}

static void works(struct redis_owner *o)
{
    o->backoff = REDIS_OWNER_BACKOFF;
    trouble_note(o, REDIS_OK);
}

/* What was spilled cannot be read: that is lost data, which only the live state still holds. */
static void drain_land(struct redis_owner *o, enum redis_trouble t)
{
    const struct redis_drain *d = &o->flight.drain;
    char quoted[600];
    o->sent = d->sent > o->sent ? d->sent : o->sent;
    o->quick = d->slowest < o->timeout / 2;
    acknowledged(o, o->acked + 1, d->seq, d->bytes);
    if (t != REDIS_OK)
        return;
    if (d->spilled == FF_OK) {
        works(o);
        return;
    }
    log_error("journal", "spill", "status=%s why=%s", ff_status_code(d->spilled),
              log_quoted(quoted, sizeof quoted, d->why, strlen(d->why)));
    redis_owner_happened(o, REDIS_EVENT_LOST);
}

static void handover_land(struct redis_owner *o, enum redis_trouble t)
{
    const struct redis_drain *d = &o->flight.drain;
    o->handed = d->place;
    o->failures += t != REDIS_OK || d->spilled != FF_OK;
    if (o->handed < o->to_hand)
        return;
    log_info("journal", "handed_over", "records=%" PRIu64, o->to_hand - o->outage.place);
    redis_outage_end(&o->outage);
}

/* The worker has failed to do what it was asked to. What it means, and what became of a group, a look tells. */
void redis_owner_failed(struct redis_owner *o, enum redis_trouble t)
{
    if (t == REDIS_READONLY)
        redis_link_close(o->link);
    if (t != REDIS_FENCED && t != REDIS_LOST_DATA && o->mode != REDIS_LOST && o->mode != REDIS_MODE_FENCED)
        trouble_note(o, t);
    if (t == REDIS_LOST_DATA)
        o->look_due = true;
    redis_owner_happened(o, t == REDIS_FENCED ? REDIS_EVENT_FENCED : REDIS_EVENT_TROUBLE);
}

/* From then on the link is the worker's, and what is to be heard of it, too. */
void redis_owner_ask(struct redis_owner *o, ff_dur timeout)
{
    if (o->heard >= 0 && o->heard == redis_link_fd(o->link))
        redis_beat_ignore(&o->beat, o->heard);
    o->heard = -1;
    o->toiled = true;
    o->flight.timeout = timeout;
    redis_worker_ask(&o->worker, redis_flight_run, &o->flight);
}

/* Whether there will be news of the link. */
static bool heard(struct redis_owner *o)
{
    const int fd = redis_link_fd(o->link);
    if (o->heard != fd)
        o->heard = fd >= 0 && redis_beat_watch(&o->beat, fd) == 0 ? fd : -1;
    return o->heard >= 0;
}

void redis_owner_send(struct redis_owner *o, ff_dur timeout)
{
    o->flight.timeout = timeout;
    o->flight.begun = false;
    o->begun = heard(o) && redis_flight_begin(o->link, &o->flight);
    if (!o->begun)
        redis_owner_ask(o, timeout);
    else if (redis_link_due(o->link) < o->beat.due)
        redis_beat_set(&o->beat, timeout);
}

/* Whether the errand under way is over, and with what. */
static bool ended(struct redis_owner *o, enum redis_trouble *t)
{
    if (!o->begun)
        return redis_worker_take(&o->worker, t);
    if (!redis_flight_ended(o->link, &o->flight, t))
        return false;
    o->begun = o->flight.begun = false; /* a worker that is to go on sends it anew */
    if (*t == REDIS_BELOW)
        redis_owner_ask(o, o->flight.timeout);
    return *t != REDIS_BELOW;
}

void redis_owner_land(struct redis_owner *o)
{
    enum redis_trouble t;
    if (!ended(o, &t))
        return;
    o->answers = t == REDIS_OK;
    o->flight.begun = false; /* also where there was no worker to go on with it */
    switch (o->flight.errand) {
    case REDIS_ERRAND_LOOK:
        if (t == REDIS_OK)
            look_land(o);
        break;
    case REDIS_ERRAND_APPEND:
        if (t == REDIS_OK) {
            acknowledged(o, o->queue.head->first, o->flight.id.n, o->flight.group.n);
            works(o);
        }
        break;
    case REDIS_ERRAND_DRAIN:
        drain_land(o, t);
        break;
    case REDIS_ERRAND_HANDOVER:
        handover_land(o, t);
        break;
    }
    if (t != REDIS_OK)
        redis_owner_failed(o, t);
}
