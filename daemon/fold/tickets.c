#include "tickets.h"

#include "act.h"
#include "emit.h"

#include <string.h>

bool tickets_init(struct tickets *t, uint32_t cap)
{
    *t = (struct tickets){.births = 0};
    t->by_touch = (struct chain){&t->pool, offsetof(struct ticket, by_touch), 0, 0};
    bool mapped = pool_init(&t->pool, cap, sizeof(struct ticket));
    return table_init(&t->by_key, cap) && mapped;
}

void tickets_fini(struct tickets *t)
{
    pool_fini(&t->pool);
    table_fini(&t->by_key);
}

static struct ticket *ticket_at(const struct tickets *t, uint32_t number)
{
    return pool_at(&t->pool, number);
}

/* --- finding -------------------------------------------------------------------------------- */

/* The oldest ticket that an event may belong to. There may be several of a key: history is imported in any
 * order, and an id used again after so long is another ticket's. */
struct ticket_search {
    const struct tickets *tickets;
    struct hash128 key;
    ff_wall arrival;
    ff_dur window;
    uint32_t *found;
};

/* Looks at all of the key: no match ends the search. */
static bool ticket_consider(const void *ctx, uint32_t number)
{
    const struct ticket_search *s = ctx;
    const struct ticket *t = ticket_at(s->tickets, number);
    bool its = t->key.lo == s->key.lo && t->key.hi == s->key.hi && s->arrival >= t->since - s->window &&
               s->arrival <= t->until + s->window;
    if (its && (!*s->found || t->born < ticket_at(s->tickets, *s->found)->born))
        *s->found = number;
    return false;
}

static uint32_t tickets_find(const struct fold *f, struct hash128 key, ff_wall arrival)
{
    uint32_t found = 0;
    struct ticket_search s = {&f->tickets, key, arrival, f->options.support_remember, &found};
    table_find(&f->tickets.by_key, key.hi, ticket_consider, &s);
    return found;
}

static void tickets_drop(struct tickets *t, uint32_t number)
{
    table_remove(&t->by_key, ticket_at(t, number)->key.hi, number);
    chain_remove(&t->by_touch, number);
    pool_give(&t->pool, number);
}

static uint32_t tickets_add(struct tickets *t, struct hash128 key, uint16_t site, ff_wall arrival)
{
    if (pool_left(&t->pool) == 0) {
        tickets_drop(t, t->by_touch.oldest);
        t->evicted++;
    }
    uint32_t number = pool_take(&t->pool);
    struct ticket *ticket = ticket_at(t, number);
    *ticket = (struct ticket){.key = key, .born = ++t->births, .since = arrival, .until = arrival,
                              .opened = FF_NEVER, .last = FF_NEVER, .site = site};
    table_add(&t->by_key, key.hi, number);
    chain_add(&t->by_touch, number);
    return number;
}

/* --- what happens to one -------------------------------------------------------------------- */

/* How many of the replies are from before the opening: all, while there is none. */
static unsigned ticket_early(const struct ticket *t)
{
    unsigned n = 0;
    while (n < t->reply_count && (t->opened == FF_NEVER || t->replies[n] < t->opened))
        n++;
    return n;
}

/* Lets go of the replies that can never be the first, and of early ones that there are too many of. */
static void ticket_trim(struct tickets *all, struct ticket *t)
{
    unsigned early = ticket_early(t), n = early < t->reply_count ? early + 1 : early;
    if (early > TICKET_EARLY) {
        memmove(&t->replies[TICKET_EARLY], &t->replies[early], (n - early) * sizeof *t->replies);
        n -= early - TICKET_EARLY;
        all->replies_left_out += early - TICKET_EARLY;
    }
    t->reply_count = (uint8_t)n;
}

static void ticket_open(struct tickets *all, struct ticket *t, ff_wall at)
{
    if (t->opened == FF_NEVER || at < t->opened)
        t->opened = at;
    if (at >= t->last) {
        t->last = at;
        t->resolved = false;
    }
    ticket_trim(all, t);
}

static void ticket_reply(struct tickets *all, struct ticket *t, ff_wall at)
{
    unsigned i = 0;
    while (i < t->reply_count && t->replies[i] < at)
        i++;
    if (i < t->reply_count && t->replies[i] == at)
        return;
    memmove(&t->replies[i + 1], &t->replies[i], (t->reply_count - i) * sizeof *t->replies);
    t->replies[i] = at;
    t->reply_count++;
    ticket_trim(all, t);
}

static void ticket_resolve(struct ticket *t, ff_wall at)
{
    if (at < t->last)
        return;
    t->last = at;
    t->resolved = true;
}

/* --- what it is counted as ------------------------------------------------------------------ */

static const enum ff_counter ticket_counters[] = {
    FF_COUNT_TICKETS_OPENED, FF_COUNT_TICKETS_ANSWERED, FF_COUNT_TICKETS_RESOLVED,
    FF_COUNT_TICKETS_OPEN,   FF_COUNT_RESPONSE_TIME,    FF_COUNT_RESOLUTION_TIME,
};
#define TICKET_COUNTERS (sizeof ticket_counters / sizeof *ticket_counters)

struct contribution {
    ff_wall at;
    int64_t by[TICKET_COUNTERS];
};

/* Nothing without an opening. */
static struct contribution ticket_counts(const struct ticket *t)
{
    struct contribution c = {.at = t->opened};
    if (t->opened == FF_NEVER)
        return c;
    unsigned early = ticket_early(t);
    bool answered = early < t->reply_count;
    c.by[0] = 1; /* in the order of ticket_counters */
    c.by[1] = answered;
    c.by[2] = t->resolved;
    c.by[3] = !t->resolved;
    c.by[4] = answered ? t->replies[early] - t->opened : 0;
    c.by[5] = t->resolved ? t->last - t->opened : 0;
    return c;
}

static void ticket_emit(const struct pen *p, const struct contribution *before, const struct contribution *now)
{
    for (size_t i = 0; i < TICKET_COUNTERS; i++) {
        bool stays = before->at == now->at;
        emit_count(p, ticket_counters[i], before->at, stays ? 0 : -before->by[i]);
        emit_count(p, ticket_counters[i], now->at, now->by[i] - (stays ? before->by[i] : 0));
    }
}

static void ticket_touch(struct tickets *all, uint32_t number, ff_wall arrival, ff_wall received)
{
    struct ticket *t = ticket_at(all, number);
    if (arrival < t->since)
        t->since = arrival;
    if (arrival > t->until)
        t->until = arrival;
    t->received = received;
    chain_touch(&all->by_touch, number);
}

void tickets_take(const struct pen *p, const struct ff_record *r)
{
    struct fold *f = p->fold;
    struct tickets *all = &f->tickets;
    struct hash128 key = hash_id_wide(&f->seed, f->sites[p->site].scope, r->beacon.text[FF_TEXT_TICKET]);
    ff_wall at = act_time(r), arrival = r->imported ? at : r->arrival;
    uint32_t number = tickets_find(f, key, arrival);
    if (!number)
        number = tickets_add(all, key, p->site, arrival);
    struct ticket *t = ticket_at(all, number);
    ticket_touch(all, number, arrival, r->received);
    struct contribution before = ticket_counts(t);
    if (r->beacon.type == FF_SUPPORT_OPEN)
        ticket_open(all, t, at);
    else if (r->beacon.type == FF_SUPPORT_REPLY)
        ticket_reply(all, t, at);
    else
        ticket_resolve(t, at);
    struct contribution now = ticket_counts(t);
    ticket_emit(p, &before, &now);
}

/* An arrival is never more than the slack after its receipt. */
void tickets_expire(struct fold *f, ff_wall now)
{
    struct tickets *all = &f->tickets;
    ff_wall limit = now - f->options.support_remember - RECALL_SLACK;
    while (all->by_touch.oldest && ticket_at(all, all->by_touch.oldest)->received < limit)
        tickets_drop(all, all->by_touch.oldest);
}
