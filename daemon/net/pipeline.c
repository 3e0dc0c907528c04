#include "pipeline.h"

#include "reply.h"

#include <assert.h>
#include <stdlib.h>

static struct pipeline_slot *slot_of(struct pipeline *p, uint32_t number)
{
    return &p->slot[number % PIPELINE_SLOTS];
}

uint32_t pipeline_open(struct pipeline *p, unsigned flags)
{
    assert(pipeline_waiting(p) < PIPELINE_SLOTS && !p->last);
    *slot_of(p, p->next) = (struct pipeline_slot){.flags = (uint8_t)flags};
    return p->next++;
}

bool pipeline_is_open(const struct pipeline *p, uint32_t number)
{
    return !p->closing && number - p->first < pipeline_waiting(p) &&
           !p->slot[number % PIPELINE_SLOTS].held;
}

/* Drops what comes behind a reply that closes. */
static void pipeline_cut(struct pipeline *p)
{
    for (; p->first != p->next; p->first++) {
        free(slot_of(p, p->first)->held);
        slot_of(p, p->first)->held = NULL;
    }
    p->held = 0;
    p->last = p->closing = true;
}

static void slot_done(struct pipeline *p, bool closes)
{
    p->first++;
    if (closes)
        pipeline_cut(p);
}

/* Sends on the replies that waited for the one just gone. */
static bool pipeline_advance(struct pipeline *p, struct netbuf_pool *pool)
{
    while (p->first != p->next && slot_of(p, p->first)->held) {
        struct pipeline_slot *slot = slot_of(p, p->first);
        if (!netbuf_append(pool, &p->out, slot->held, slot->n))
            return false;
        p->held -= slot->n;
        free(slot->held);
        slot->held = NULL;
        slot_done(p, slot->closes);
    }
    return true;
}

static bool slot_hold(struct pipeline *p, struct pipeline_slot *slot, const struct net_reply *reply,
                      unsigned flags)
{
    char *held = malloc(reply_bound(reply));
    if (!held)
        return false;
    slot->held = held;
    slot->n = (uint32_t)reply_write(held, reply, flags);
    slot->closes = flags & REPLY_CLOSES;
    p->held += slot->n;
    return true;
}

bool pipeline_answer(struct pipeline *p, struct netbuf_pool *pool, uint32_t number,
                     const struct net_reply *reply)
{
    assert(pipeline_is_open(p, number));
    struct pipeline_slot *slot = slot_of(p, number);
    unsigned flags = slot->flags;
    if (reply->close || (p->last && number + 1 == p->next))
        flags |= REPLY_CLOSES;
    if (number != p->first)
        return slot_hold(p, slot, reply, flags);
    if (!netbuf_reserve(pool, &p->out, reply_bound(reply)))
        return false;
    p->out.end += reply_write(p->out.p + p->out.end, reply, flags);
    slot_done(p, flags & REPLY_CLOSES);
    return pipeline_advance(p, pool);
}

void pipeline_fini(struct pipeline *p, struct netbuf_pool *pool)
{
    pipeline_cut(p);
    netbuf_release(pool, &p->out);
    p->first = p->next = 0;
    p->last = p->closing = false;
}
