#include "redis_drain.h"

#include "pending.h"
#include "redis_handover.h"
#include "segment.h"

#include <assert.h>
#include <time.h>

/* Room for the group that is gathered and the one that is sent, each of the longest record. */
#define GROUPS_MAX ((size_t)96 << 20)

typedef enum redis_trouble (*send_fn)(struct redis_link *l, struct redis_drain *d, struct redis_id id,
                                      struct ff_span group);

struct run {
    struct redis_drain *drain;
    struct redis_link *link;
    send_fn send;
    struct pending groups;
    uint64_t place; /* of the last record looked at */
    enum redis_trouble trouble;
};

static ff_mono now_mono(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * FF_SECOND + t.tv_nsec / 1000;
}

enum redis_trouble redis_drain_append(struct redis_link *l, const struct redis_keys *k, struct redis_id id,
                                      struct redis_id acked, struct ff_span group, struct redis_id took)
{
    char text[REDIS_ID_SIZE];
    struct redis_look look;
    const struct ff_span field = took.epoch ? redis_id_print(text, took) : ff_span_of(NULL, 0);
    enum redis_trouble t = redis_stream_append(l, k, id, group, field);
    if (t != REDIS_BELOW)
        return t;
    t = redis_stream_look(l, k, &look);
    if (t != REDIS_OK)
        return t;
    static const enum redis_trouble meaning[] = {
        [REDIS_WRITTEN] = REDIS_OK,
        [REDIS_UNWRITTEN] = REDIS_AWAY, /* it was refused, and would not be now: it is looked at anew */
        [REDIS_TAKEN] = REDIS_FENCED,
        [REDIS_GONE] = REDIS_LOST_DATA,
    };
    return meaning[redis_stream_verdict(&look, id, acked)];
}

static enum redis_trouble stream_send(struct redis_link *l, struct redis_drain *d, struct redis_id id,
                                      struct ff_span group)
{
    const bool stray = d->stray.took.epoch && id.n == d->stray.last;
    const struct redis_id acked = {d->epoch, d->seq};
    d->sent = id.n;
    return redis_drain_append(l, d->keys, id, acked, group, stray ? d->stray.took : (struct redis_id){0, 0});
}

static enum redis_trouble handover_send(struct redis_link *l, struct redis_drain *d, struct redis_id id,
                                        struct ff_span group)
{
    const bool stray = d->stray.took.epoch && id.n == d->stray.last;
    return redis_handover_put(l, d->keys, id.epoch, stray ? d->stray.took : (struct redis_id){0, 0}, group);
}

/* Sends the oldest group. */
static enum redis_trouble group_send(struct run *r)
{
    struct redis_drain *d = r->drain;
    struct pending_group *g = r->groups.head;
    const struct segment_group header = {
        .count = g->count,
        .bytes = (uint32_t)(g->used - SEGMENT_GROUP_HEADER),
        .first = g->first,
        .durable = g->first - 1,
    };
    segment_group_put(g->bytes, &header);
    const uint64_t last = pending_last(g);
    const ff_mono begun = now_mono();
    r->trouble = r->send(r->link, d, (struct redis_id){d->epoch, last}, ff_span_of((const char *)g->bytes, g->used));
    const ff_dur took = now_mono() - begun;
    if (took > d->slowest)
        d->slowest = took;
    if (r->trouble != REDIS_OK)
        return r->trouble;
    d->bytes += g->used;
    d->seq = last;
    pending_wrote(&r->groups);
    pending_release(&r->groups, last);
    return REDIS_OK;
}

/* All groups but the last one, which may take more, or all. */
static enum ff_status groups_send(struct run *r, bool all)
{
    while (r->groups.head && (all || r->groups.head->next || r->groups.head->closed)) {
        const uint64_t left = r->groups.tail == r->groups.head ? 0 : r->groups.tail->count;
        if (group_send(r) != REDIS_OK)
            return FF_STORE_AWAY;
        r->drain->place = r->place - left;
    }
    return FF_OK;
}

/* Whether a group must end with this record. */
static bool group_ends(const struct redis_drain *d, uint64_t seq)
{
    return seq == d->sent || (d->stray.took.epoch && seq == d->stray.last);
}

/* Of copies whose last is not among what is brought, none is for another owner: he takes what they are copies of. */
static bool is_torn(const struct run *r, const struct spill_record *record)
{
    return r->send == handover_send && record->copy.epoch &&
           record->place + (record->copy.upto - record->seq) > r->drain->upto;
}

/* A spill_fn. */
static enum ff_status record_take(void *run, const struct spill_record *record)
{
    struct run *r = run;
    struct redis_drain *d = r->drain;
    r->place = record->place;
    if (record->epoch != d->epoch || record->seq <= d->seq || is_torn(r, record))
        return FF_OK;
    if (d->stray.took.epoch && record->seq == d->stray.first)
        pending_whole(&r->groups);
    if (r->groups.tail && record->seq != pending_last(r->groups.tail) + 1)
        pending_close(&r->groups);
    enum ff_status st = pending_add(&r->groups, record->seq, record->body);
    if (st != FF_OK)
        return st;
    if (group_ends(d, record->seq))
        pending_close(&r->groups);
    return groups_send(r, false);
}

static enum redis_trouble drain_run(struct redis_link *l, struct redis_drain *d, send_fn send)
{
    struct run r = {.drain = d, .link = l, .send = send};
    pending_init(&r.groups, GROUPS_MAX);
    d->place = d->from - 1;
    d->bytes = 0;
    d->slowest = 0;
    d->spilled = spill_each(d->spill, d->from, d->upto, record_take, &r, d->why, sizeof d->why);
    if (d->spilled == FF_OK)
        d->spilled = groups_send(&r, true);
    if (d->spilled == FF_OK)
        d->place = d->upto;
    pending_fini(&r.groups);
    if (r.trouble != REDIS_OK)
        d->spilled = FF_OK; /* it was read; what it was read for went wrong */
    return r.trouble;
}

enum redis_trouble redis_drain_to_stream(struct redis_link *l, void *ctx)
{
    return drain_run(l, ctx, stream_send);
}

enum redis_trouble redis_drain_to_handover(struct redis_link *l, void *ctx)
{
    return drain_run(l, ctx, handover_send);
}
