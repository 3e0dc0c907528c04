#include "story.h"

#include "act.h"
#include "audit.h"
#include "card.h"
#include "cart.h"
#include "course.h"
#include "extras.h"
#include "rack.h"
#include "session.h"
#include "tail.h"

/* Visitors with a session event in this last stretch are live. */
#define LIVE_FOR (5 * FF_MINUTE)

/* What one record can need of the pools at most: an act, what else is known of it, and its items; a
 * copy of a full cart for the settled course, the waymark, the head and one being replayed, each with
 * the cart before it; the extras of each of these, and of one that is audited. There are as many of struct act_rest as acts: who has room for one has for both. */
#define RESERVE_ACTS 2
#define RESERVE_CARTS 12
#define RESERVE_LINES (3 * CART_LINES_MAX + FF_MAX_ITEMS)
#define RESERVE_EXTRAS (5 * EXTRAS_CHAIN_MAX)

static uint64_t story_who(const struct visitor *v, uint32_t number)
{
    return (uint64_t)v->born << 32 | number;
}

/* The visitor that an entry of a due queue speaks of, or NULL when it is gone. */
static struct visitor *story_of_who(const struct fold *f, uint64_t who)
{
    struct visitor *v = visitor_at(f, (uint32_t)who);
    return v->born == who >> 32 ? v : NULL;
}

static bool story_who_lives(void *ctx, struct due_entry e)
{
    return story_of_who(ctx, e.who) != NULL;
}

/* Good for 4,000 years. What is forgotten is so old that a minute is nothing. */
static int32_t story_minute(ff_wall t)
{
    return (int32_t)(ff_floor_to(t, FF_MINUTE) / FF_MINUTE);
}

/* At most one entry of each queue is a living visitor's, and the queues hold twice as many. */
static void story_queue(struct fold *f, struct due *queue, ff_wall at, uint32_t number)
{
    if (queue->n == queue->cap)
        due_sweep(queue, story_who_lives, f);
    due_add(queue, (struct due_entry){at, story_who(visitor_at(f, number), number)});
}

/* The carts leave memory, and the tail with them: its acts speak of them. One still open is counted
 * as abandoned from now on. */
static void story_drop_carts(struct fold *f, uint32_t number)
{
    struct visitor *v = visitor_at(f, number);
    if (!v->head.cart)
        return;
    tail_drop(f, number);
    const struct cart *c = cart_at(f, v->head.cart);
    ff_wall due = cart_due(f, c);
    struct pen pen = {.fold = f, .site = v->site, .sign = 1};
    if (due != FF_NEVER && due > f->now)
        cart_pass(&pen, c, f->now, due);
    cart_release(f, &v->head.cart);
    audit_forget(f, number);
}

/* Lists those with extras by their last touch. */
static void story_list_extras(struct fold *f, uint32_t number)
{
    struct visitor *v = visitor_at(f, number);
    bool some = v->head.session.extras != 0;
    if (v->extras_listed && some)
        chain_touch(&f->extras_by_touch, number);
    else if (v->extras_listed)
        chain_remove(&f->extras_by_touch, number);
    else if (some)
        chain_add(&f->extras_by_touch, number);
    v->extras_listed = some;
}

/* The extras of its session leave memory, and the tail with them. What they were counted as stays. */
static void story_drop_extras(struct fold *f, uint32_t number)
{
    tail_drop(f, number);
    extras_free(f, &visitor_at(f, number)->head.session.extras);
    story_list_extras(f, number);
    audit_forget(f, number);
}

static void story_drop_visitor(struct fold *f, uint32_t number)
{
    struct visitor *v = visitor_at(f, number);
    tail_drop(f, number);
    story_drop_carts(f, number);
    session_release(f, &v->head.session);
    story_list_extras(f, number);
    audit_forget(f, number);
    if (v->live)
        f->sites[v->site].live--;
    table_remove(&f->visitors_by_key, v->key, number);
    chain_remove(&f->visitors_by_touch, number);
    v->born = 0;
    pool_give(&f->visitors, number);
}

/* The oldest tail settles before its time, with its events. False: there is none. */
static bool story_settle_oldest(struct fold *f)
{
    if (!f->tails_by_age.oldest)
        return false;
    const struct tail *t = tail_at(f, f->tails_by_age.oldest);
    f->counts.events_settled_early += t->count;
    tail_drop(f, t->visitor);
    return true;
}

/* The same, for want of a tail. */
static void story_free_tail(struct fold *f)
{
    tail_drop(f, tail_at(f, f->tails_by_age.oldest)->visitor);
    f->counts.tails_settled_early++;
}

/* For want of what `evicted` counts. */
static bool story_evict_oldest_cart(struct fold *f, uint64_t *evicted)
{
    uint32_t number = cart_oldest(f);
    if (!number)
        return false;
    story_drop_carts(f, number);
    ++*evicted;
    return true;
}

static bool story_evict_oldest_extras(struct fold *f)
{
    uint32_t number = f->extras_by_touch.oldest;
    if (!number)
        return false;
    story_drop_extras(f, number);
    f->counts.extras_evicted++;
    return true;
}

static bool story_needs_tail(const struct fold *f, const struct visitor *v)
{
    return !v->tail && pool_left(&f->tails) < 1;
}

/* Makes room for whatever one record of the visitor can need; the oldest give way. The pools are
 * never smaller than the reserve (fold_new), so emptying them always suffices. */
static void story_reserve(struct fold *f, uint32_t number)
{
    const struct visitor *v = visitor_at(f, number);
    if (story_needs_tail(f, v))
        story_free_tail(f);
    while (pool_left(&f->acts) < RESERVE_ACTS)
        if (!story_settle_oldest(f))
            break;
    while (pool_left(&f->carts) < RESERVE_CARTS)
        if (!story_evict_oldest_cart(f, &f->counts.carts_evicted) && !story_settle_oldest(f))
            break;
    while (pool_left(&f->lines) < RESERVE_LINES)
        if (!story_evict_oldest_cart(f, &f->counts.lines_evicted) && !story_settle_oldest(f))
            break;
    while (pool_left(&f->extras) < RESERVE_EXTRAS)
        if (!story_evict_oldest_extras(f) && !story_settle_oldest(f))
            break;
}

struct story_match {
    const struct fold *fold;
    uint64_t key;
};

static bool story_same(const void *ctx, uint32_t number)
{
    const struct story_match *m = ctx;
    return visitor_at(m->fold, number)->key == m->key;
}

uint32_t story_find(const struct fold *f, uint64_t key)
{
    struct story_match match = {f, key};
    return table_find(&f->visitors_by_key, key, story_same, &match);
}

void story_forget(struct fold *f, uint64_t key)
{
    uint32_t number = story_find(f, key);
    if (number)
        story_drop_visitor(f, number);
}

static uint32_t story_visitor(struct fold *f, uint64_t key, uint16_t site)
{
    uint32_t number = story_find(f, key);
    if (number)
        return number;
    if (pool_left(&f->visitors) < 1) {
        story_drop_visitor(f, f->visitors_by_touch.oldest);
        f->counts.visitors_evicted++;
    }
    number = pool_take(&f->visitors);
    assert(number);
    struct visitor *v = visitor_at(f, number);
    v->key = key;
    v->site = site;
    v->newest = FF_NEVER;
    v->born = ++f->births ? f->births : ++f->births; /* never 0 */
    audit_begin(f, number);
    table_add(&f->visitors_by_key, key, number);
    chain_add(&f->visitors_by_touch, number);
    return number;
}

/* After a change of the head: what time will change of it is queued. */
static void story_watch(struct fold *f, uint32_t number)
{
    struct visitor *v = visitor_at(f, number);
    story_list_extras(f, number);
    ff_wall last = session_last(&v->head.session);
    if (!v->live && last != FF_NEVER && last + LIVE_FOR >= f->now) {
        v->live = true;
        f->sites[v->site].live++;
        story_queue(f, &f->live_due, last + LIVE_FOR + 1, number);
    }
    if (!v->head.cart)
        return;
    cart_list(f, v->head.cart, number);
    ff_wall due = cart_due(f, cart_at(f, v->head.cart));
    if (!v->cart_queued && due > f->now) {
        v->cart_queued = true;
        story_queue(f, &f->cart_due, due, number);
    }
}

void story_resume(struct fold *f, uint32_t number)
{
    struct visitor *v = visitor_at(f, number);
    ff_wall last = session_last(&v->head.session);
    if (last != FF_NEVER && last + LIVE_FOR + 1 > f->now) {
        v->live = true;
        f->sites[v->site].live++;
        due_push(&f->live_due, (struct due_entry){last + LIVE_FOR + 1, story_who(v, number)});
    }
    if (!v->head.cart)
        return;
    ff_wall due = cart_due(f, cart_at(f, v->head.cart));
    if (due > f->now) {
        v->cart_queued = true;
        due_push(&f->cart_due, (struct due_entry){due, story_who(v, number)});
    }
}

void story_resumed(struct fold *f)
{
    due_settle(&f->live_due);
    due_settle(&f->cart_due);
}

/* An event that comes after the story was settled: it counts by itself, and a purchase still
 * converts a cart. */
static void story_fold_late(const struct pen *p, uint32_t number, const struct ff_record *r)
{
    struct fold *f = p->fold;
    f->counts.late++;
    emit_visitor(p, r->beacon.time);
    if (r->beacon.type != FF_PURCHASE)
        return;
    tail_take_late(p, number, act_new_late(f, r, visitor_at(f, number)->newest));
}

enum ff_status story_fold(struct fold *f, const struct ff_record *r)
{
    uint32_t number = story_visitor(f, f->who.key, r->beacon.site);
    story_reserve(f, number);
    struct visitor *v = visitor_at(f, number);
    struct pen pen = {.fold = f, .mark = f->who.mark, .visitor = number,
                      .site = r->beacon.site, .sign = 1};
    v->touched = story_minute(r->received);
    chain_touch(&f->visitors_by_touch, number);
    enum ff_status status = FF_OK;
    struct card_hand cards;
    card_take(f, number, r, &cards);
    if (tail_is_late(f, v, act_time(r), r->received)) {
        story_fold_late(&pen, number, r);
        status = FF_LATE;
    } else if (!tail_take(&pen, number, act_new(f, r), r->received)) {
        status = FF_STRAY;
    }
    card_give(f, number, r, &cards);
    story_watch(f, number);
    audit_check(f, number);
    return status;
}

bool story_takes(enum ff_type type)
{
    switch (type) {
    case FF_REFUND:
    case FF_SUPPORT_OPEN:
    case FF_SUPPORT_REPLY:
    case FF_SUPPORT_RESOLVE:
    case FF_SPEND:
        return false;
    default:
        return true;
    }
}

static void story_pass_live(struct fold *f, uint32_t number, struct visitor *v, ff_wall t)
{
    ff_wall end = session_last(&v->head.session) + LIVE_FOR + 1;
    if (end > t) {
        story_queue(f, &f->live_due, end, number);
        return;
    }
    v->live = false;
    f->sites[v->site].live--;
}

/* The cart's contribution was right at f->now; what lay between that and t happens here. */
static void story_pass_cart(struct fold *f, uint32_t number, struct visitor *v, ff_wall t)
{
    v->cart_queued = false;
    if (!v->head.cart)
        return;
    const struct cart *c = cart_at(f, v->head.cart);
    ff_wall due = cart_due(f, c);
    rack_take(f, v->head.cart);
    rack_put(f, v->head.cart, t);
    if (due > t) {
        v->cart_queued = true;
        story_queue(f, &f->cart_due, due, number);
    } else if (due > f->now) {
        struct pen pen = {.fold = f, .visitor = number, .site = v->site, .sign = 1};
        cart_pass(&pen, c, f->now, t);
    }
}

void story_pass(struct fold *f, ff_wall t)
{
    struct due_entry e;
    struct visitor *v;
    while (due_take(&f->live_due, t, &e))
        if ((v = story_of_who(f, e.who)))
            story_pass_live(f, (uint32_t)e.who, v, t);
    while (due_take(&f->cart_due, t, &e))
        if ((v = story_of_who(f, e.who)))
            story_pass_cart(f, (uint32_t)e.who, v, t);
}

static ff_dur longer(ff_dur a, ff_dur b)
{
    return a > b ? a : b;
}

/* Later events of a visitor may come max_age after their time; until then its window is open. */
void story_expire(struct fold *f, ff_wall now)
{
    const struct fold_options *o = &f->options;
    ff_dur memory = longer(longer(o->session_remember, o->session_timeout), o->cart_recover_within);
    ff_dur slack = o->max_age + o->session_lateness + FF_HOUR;
    int32_t cart_limit = story_minute(now - o->cart_recover_within - slack);
    int32_t session_limit = story_minute(now - o->session_timeout - slack);
    int32_t visitor_limit = story_minute(now - memory - slack);
    tail_expire(f, now);
    uint32_t number;
    while ((number = cart_oldest(f)) && visitor_at(f, number)->touched < cart_limit)
        story_drop_carts(f, number);
    while ((number = f->extras_by_touch.oldest) && visitor_at(f, number)->touched < session_limit)
        story_drop_extras(f, number); /* nothing can extend the session any more */
    while ((number = f->visitors_by_touch.oldest) && visitor_at(f, number)->touched < visitor_limit)
        story_drop_visitor(f, number);
}
