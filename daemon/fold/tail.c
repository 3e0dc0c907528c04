#include "tail.h"

#include "act.h"
#include "audit.h"
#include "course.h"

bool tail_is_late(const struct fold *f, const struct visitor *v, ff_wall t, ff_wall received)
{
    ff_dur lateness = f->options.session_lateness;
    if (v->newest == FF_NEVER || t >= v->newest)
        return false;
    if (!v->tail || t < v->newest - lateness)
        return true;
    const struct tail *tail = tail_at(f, v->tail);
    return received - tail->newest_received > lateness ||
           (tail->settled && t < settled_at(f, tail->settled)->to);
}

/* There is room for one of each tail. */
static struct settled *tail_new_settled(struct fold *f, struct tail *t)
{
    t->settled = pool_take(&f->settled);
    assert(t->settled);
    return settled_at(f, t->settled);
}

/* A new tail begins behind all that is in the head: that is settled for good. */
static struct tail *tail_of(struct fold *f, uint32_t visitor)
{
    struct visitor *v = visitor_at(f, visitor);
    if (!v->tail) {
        v->tail = pool_take(&f->tails);
        assert(v->tail);
        struct tail *t = tail_at(f, v->tail);
        t->visitor = visitor;
        if (v->newest != FF_NEVER)
            *tail_new_settled(f, t) = (struct settled){course_share(f, &v->head), v->newest};
        chain_add(&f->tails_by_age, v->tail);
    }
    return tail_at(f, v->tail);
}

static struct waymark *waymark_at(const struct fold *f, const struct tail *t)
{
    return pool_at(&f->waymarks, t->waymark);
}

static void waymark_drop(struct fold *f, struct tail *t)
{
    if (!t->waymark)
        return;
    course_release(f, &waymark_at(f, t)->course);
    pool_give(&f->waymarks, t->waymark);
    t->waymark = 0;
}

static const struct course *tail_settled(const struct fold *f, const struct tail *t)
{
    static const struct course nothing;
    return t->settled ? &settled_at(f, t->settled)->course : &nothing;
}

/* Moves the waymark on, from the settled course where there is none, until WAYMARK_ACTS are behind
 * it. Without room in the pool there is none. */
static void waymark_move(struct fold *f, struct tail *t)
{
    if (t->since < WAYMARK_ACTS)
        t->since++;
    if (t->since < WAYMARK_ACTS || t->count <= 2 * WAYMARK_ACTS)
        return;
    t->since = 0;
    if (!t->waymark && (t->waymark = pool_take(&f->waymarks)))
        *waymark_at(f, t) = (struct waymark){course_share(f, tail_settled(f, t)), t->first, t->count};
    if (!t->waymark)
        return;
    struct pen silent = {.fold = f, .site = visitor_at(f, t->visitor)->site};
    struct waymark *w = waymark_at(f, t);
    for (; w->behind > WAYMARK_ACTS; w->behind--) {
        course_fold(&silent, &w->course, act_at(f, w->act));
        w->act = act_at(f, w->act)->next;
    }
}

/* Links the act in at a place, before the next one there, if any. */
static void tail_link_at(struct fold *f, struct tail *t, uint32_t *place, uint32_t next, uint32_t number)
{
    struct act *a = act_at(f, number);
    a->next = next;
    *place = number;
    t->count++;
    if (t->waymark) /* one that the act comes before is dropped by then */
        waymark_at(f, t)->behind++;
    if (!next)
        t->last = number;
    if (t->first == number)
        t->first_time = a->time;
}

/* Behind all there are: of those nothing is read, as they have left the cache. */
static void tail_link_last(struct fold *f, struct tail *t, uint32_t number)
{
    tail_link_at(f, t, t->last ? &act_at(f, t->last)->next : &t->first, 0, number);
}

/* Behind all that are not after it. */
static void tail_link(struct fold *f, struct tail *t, uint32_t number)
{
    const struct act *a = act_at(f, number);
    uint32_t *place = &t->first;
    if (t->waymark && act_at(f, waymark_at(f, t)->act)->time <= a->time)
        place = &act_at(f, waymark_at(f, t)->act)->next;
    while (*place && act_at(f, *place)->time <= a->time)
        place = &act_at(f, *place)->next;
    tail_link_at(f, t, place, *place, number);
}

/* The first act joins the settled course. */
static void tail_settle_first(struct fold *f, struct tail *t)
{
    struct pen silent = {.fold = f, .site = visitor_at(f, t->visitor)->site};
    uint32_t number = t->first;
    struct act *a = act_at(f, number);
    struct settled *settled = t->settled ? settled_at(f, t->settled) : tail_new_settled(f, t);
    course_fold(&silent, &settled->course, a);
    settled->to = a->time;
    if (t->waymark && waymark_at(f, t)->act == number)
        waymark_drop(f, t);
    t->first = a->next;
    if (t->first)
        t->first_time = act_at(f, t->first)->time;
    else
        t->last = 0;
    t->count--;
    act_free(f, number);
}

/* Settles what nothing can come before any more, and what the tail has no room for. */
static void tail_settle(struct fold *f, struct tail *t)
{
    ff_wall to = visitor_at(f, t->visitor)->newest - f->options.session_lateness;
    while (t->first && t->first_time <= to)
        tail_settle_first(f, t);
    while (t->count > TAIL_ACTS_MAX) {
        tail_settle_first(f, t);
        f->counts.events_settled_early++;
    }
}

/* A point of the story before which an act of this time changes nothing. */
struct point {
    const struct course *course;
    uint32_t act; /* the next one; 0: all of the tail's follow */
};

static struct point tail_point_before(struct fold *f, struct tail *t, ff_wall time)
{
    if (t->waymark && act_at(f, waymark_at(f, t)->act)->time <= time)
        return (struct point){&waymark_at(f, t)->course, waymark_at(f, t)->act};
    waymark_drop(f, t); /* the act comes before it */
    return (struct point){tail_settled(f, t), 0};
}

/* Folds onto the course the acts from the point on. Gives what came of the one asked about. */
static bool tail_fold_from(const struct pen *p, struct course *c, const struct tail *t, struct point from,
                           uint32_t asked)
{
    return course_fold_all(p, c, from.act ? from.act : t->first, asked);
}

/* Retracts all that the acts from the point on have added, as if nothing were known of them. */
static void tail_retract(const struct pen *p, struct visitor *v, struct point from)
{
    const struct tail *t = tail_at(p->fold, v->tail);
    struct pen retract = *p;
    retract.sign = (int8_t)-p->sign;
    course_release(p->fold, &v->head);
    struct course undone = course_share(p->fold, from.course);
    tail_fold_from(&retract, &undone, t, from, 0);
    course_release(p->fold, &undone);
}

/* Nothing follows the act: it becomes the visitor's newest. After a silence longer than the lateness
 * all before it is settled, whether or not the tail has gone yet. */
static bool tail_append(const struct pen *p, uint32_t visitor, uint32_t act, ff_wall received)
{
    struct fold *f = p->fold;
    struct visitor *v = visitor_at(f, visitor);
    struct act *a = act_at(f, act);
    if (v->tail && received - tail_at(f, v->tail)->newest_received > f->options.session_lateness)
        tail_drop(f, visitor);
    struct tail *t = tail_of(f, visitor);
    v->newest = a->time;
    t->newest_received = received;
    chain_touch(&f->tails_by_age, v->tail);
    tail_link_last(f, t, act);
    bool folded = course_fold(p, &v->head, a);
    tail_settle(f, t);
    waymark_move(f, t);
    return folded;
}

bool tail_take(const struct pen *p, uint32_t visitor, uint32_t act, ff_wall received)
{
    struct fold *f = p->fold;
    struct visitor *v = visitor_at(f, visitor);
    struct act *a = act_at(f, act);
    audit_act(f, visitor, a);
    if (v->newest == FF_NEVER || a->time >= v->newest)
        return tail_append(p, visitor, act, received);
    struct tail *t = tail_at(f, v->tail);
    struct point from = tail_point_before(f, t, a->time);
    tail_retract(p, v, from);
    tail_link(f, t, act);
    v->head = course_share(f, from.course);
    bool folded = tail_fold_from(p, &v->head, t, from, act);
    tail_settle(f, t);
    return folded;
}

void tail_take_late(const struct pen *p, uint32_t visitor, uint32_t act)
{
    struct fold *f = p->fold;
    struct visitor *v = visitor_at(f, visitor);
    struct act *a = act_at(f, act);
    audit_act(f, visitor, a);
    course_fold(p, &v->head, a);
    if (!v->tail) {
        act_free(f, act);
        return;
    }
    tail_link_last(f, tail_at(f, v->tail), act);
    tail_settle(f, tail_at(f, v->tail));
}

void tail_drop(struct fold *f, uint32_t visitor)
{
    struct visitor *v = visitor_at(f, visitor);
    if (!v->tail)
        return;
    struct tail *t = tail_at(f, v->tail);
    while (t->first) {
        uint32_t number = t->first;
        t->first = act_at(f, number)->next;
        act_free(f, number);
    }
    waymark_drop(f, t);
    if (t->settled) {
        course_release(f, &settled_at(f, t->settled)->course);
        pool_give(&f->settled, t->settled);
    }
    chain_remove(&f->tails_by_age, v->tail);
    pool_give(&f->tails, v->tail);
    v->tail = 0;
}

/* Lateness is judged by each record's own receipt, and records of several ingest threads come a
 * little out of the order of theirs: tails are kept for this much longer, so that it never matters
 * when exactly they go. */
#define TAIL_SLACK (10 * FF_SECOND)

void tail_expire(struct fold *f, ff_wall now)
{
    ff_wall limit = now - f->options.session_lateness - TAIL_SLACK;
    uint32_t oldest;
    while ((oldest = f->tails_by_age.oldest) && tail_at(f, oldest)->newest_received < limit)
        tail_drop(f, tail_at(f, oldest)->visitor);
}
