#include "redis_outage.h"

#include "segment.h"

#include <assert.h>

void redis_outage_init(struct redis_outage *o, struct spill *spill)
{
    *o = (struct redis_outage){.spill = spill};
    if (spill)
        o->left = o->place = spill_last(spill);
}

void redis_outage_fini(struct redis_outage *o)
{
    spill_close(&o->spill);
}

static bool is_copied(const struct redis_stray *stray, uint64_t seq)
{
    return stray->took.epoch && seq >= stray->first && seq <= stray->last;
}

/* Adds a record that is not there yet. */
static enum ff_status record_take(struct redis_outage *o, uint64_t epoch, const struct redis_stray *stray,
                                  const struct segment_record *r)
{
    struct spill_copy copy = {0};
    if (o->running && r->seq <= o->seq)
        return FF_OK;
    if (is_copied(stray, r->seq))
        copy = (struct spill_copy){stray->took.epoch, stray->took.n, stray->last};
    enum ff_status st = spill_add(o->spill, epoch, r->seq, copy, r->body);
    if (st != FF_OK)
        return st;
    if (!o->running) {
        o->running = true;
        o->first = spill_last(o->spill);
        o->ahead = r->seq - spill_last(o->spill);
        o->place = spill_last(o->spill) - 1;
    }
    o->seq = r->seq;
    assert(o->seq - o->ahead == spill_last(o->spill));
    return FF_OK;
}

static enum ff_status group_take(struct redis_outage *o, const struct pending_group *g, uint64_t epoch,
                                 const struct redis_stray *stray)
{
    const size_t bodies = g->used - SEGMENT_GROUP_HEADER - g->count * segment_record_size(0);
    const bool begun = o->running && g->first <= o->seq;
    enum ff_status st = begun ? FF_OK : spill_fits(o->spill, g->count, bodies, is_copied(stray, g->first));
    const unsigned char *p = g->bytes + SEGMENT_GROUP_HEADER;
    for (uint32_t i = 0; i < g->count && st == FF_OK; i++) {
        struct segment_record r;
        p += segment_record_at(&r, p);
        st = record_take(o, epoch, stray, &r);
    }
    return st;
}

enum ff_status redis_outage_take(struct redis_outage *o, struct pending *queue, uint64_t epoch,
                                 const struct redis_stray *stray)
{
    enum ff_status st = FF_OK;
    assert(o->spill);
    while (queue->head && st == FF_OK) {
        const struct pending_group *g = queue->head;
        st = group_take(o, g, epoch, stray);
        if (st != FF_OK)
            break;
        if (queue->unwritten == g)
            pending_wrote(queue);
        pending_release(queue, pending_last(g));
    }
    o->disk = spill_flush(o->spill);
    return o->refused = st != FF_OK && st != FF_BUSY ? st : o->disk;
}

enum ff_status redis_outage_poll(struct redis_outage *o)
{
    uint64_t durable;
    if (!o->spill)
        return FF_OK;
    const enum ff_status st = spill_poll(o->spill, &durable);
    if (durable > o->durable)
        o->durable = durable;
    if (st != FF_OK)
        o->refused = o->disk = st;
    return st;
}

uint64_t redis_outage_durable(const struct redis_outage *o)
{
    return o->running && o->durable >= o->first ? o->durable + o->ahead : 0;
}

void redis_outage_acked(struct redis_outage *o, uint64_t seq)
{
    if (!o->running)
        return;
    const uint64_t upto = seq < o->seq ? seq : o->seq;
    if (upto > o->ahead + o->place)
        o->place = upto - o->ahead;
}

bool redis_outage_due(struct redis_outage *o, uint64_t *from, uint64_t *upto)
{
    if (!o->running)
        return false;
    *from = o->place + 1;
    *upto = spill_settled(o->spill);
    return *from <= *upto;
}

bool redis_outage_over(const struct redis_outage *o)
{
    return !o->running || o->place == spill_last(o->spill);
}

bool redis_outage_parted(const struct redis_outage *o, const struct pending *queue)
{
    return o->running && queue->head && queue->head->first <= o->seq;
}

static void spill_done(struct redis_outage *o)
{
    o->durable = o->place = 0;
    o->refused = spill_empty(o->spill);
    o->left = o->refused == FF_OK ? 0 : spill_last(o->spill);
}

void redis_outage_end(struct redis_outage *o)
{
    if (!o->spill)
        return;
    o->running = false;
    o->place = spill_last(o->spill);
    if (o->left == 0)
        spill_done(o);
}

void redis_outage_left_taken(struct redis_outage *o)
{
    o->left = 0;
    if (o->spill && !o->running)
        spill_done(o);
}
