#include "tail.h"

#include "audit.h"
#include "course.h"
#include "lines.h"

bool tail_is_late(const struct fold *f, const struct visitor *v, ff_wall t, ff_wall received)
{
    ff_dur lateness = f->options.session_lateness;
    if (v->newest == FF_NEVER || t >= v->newest)
        return false;
    return !v->tail || t < v->newest - lateness || received - v->newest_received > lateness ||
           t < tail_at(f, v->tail)->settled_to;
}

/* A new tail begins behind all that is in the head: that is settled for good. */
static struct tail *tail_of(struct fold *f, uint32_t visitor)
{
    struct visitor *v = visitor_at(f, visitor);
    if (!v->tail) {
        v->tail = pool_take(&f->tails);
        assert(v->tail);
        *tail_at(f, v->tail) = (struct tail){
            .settled = course_share(f, &v->head), .settled_to = v->newest, .visitor = visitor};
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

/* Moves the waymark on, from the settled course where there is none, until WAYMARK_ACTS are behind
 * it. Without room in the pool there is none. */
static void waymark_move(struct fold *f, struct tail *t)
{
    if (++t->since < WAYMARK_ACTS || t->count <= 2 * WAYMARK_ACTS)
        return;
    t->since = 0;
    if (!t->waymark && (t->waymark = pool_take(&f->waymarks)))
        *waymark_at(f, t) = (struct waymark){course_share(f, &t->settled), t->first, t->count};
    if (!t->waymark)
        return;
    struct pen silent = {.fold = f, .site = visitor_at(f, t->visitor)->site};
    struct waymark *w = waymark_at(f, t);
    for (; w->behind > WAYMARK_ACTS; w->behind--) {
        course_fold(&silent, &w->course, act_at(f, w->act));
        w->act = act_at(f, w->act)->next;
    }
}

/* Links the act behind all that are not after it. */
static void tail_link(struct fold *f, struct tail *t, uint32_t number)
{
    struct act *a = act_at(f, number);
    uint32_t *place = &t->first;
    if (t->last && act_at(f, t->last)->time <= a->time)
        place = &act_at(f, t->last)->next;
    else if (t->waymark && act_at(f, waymark_at(f, t)->act)->time <= a->time)
        place = &act_at(f, waymark_at(f, t)->act)->next;
    while (*place && act_at(f, *place)->time <= a->time)
        place = &act_at(f, *place)->next;
    a->next = *place;
    *place = number;
    t->count++;
    if (t->waymark) /* one that the act comes before is dropped by then */
        waymark_at(f, t)->behind++;
    if (!a->next)
        t->last = number;
}

static void act_free(struct fold *f, uint32_t number)
{
    lines_free(f, &act_at(f, number)->lines);
    pool_give(&f->acts, number);
}

/* The first act joins the settled course. */
static void tail_settle_first(struct fold *f, struct tail *t)
{
    struct pen silent = {.fold = f, .site = visitor_at(f, t->visitor)->site};
    uint32_t number = t->first;
    struct act *a = act_at(f, number);
    course_fold(&silent, &t->settled, a);
    t->settled_to = a->time;
    if (t->waymark && waymark_at(f, t)->act == number)
        waymark_drop(f, t);
    t->first = a->next;
    if (!t->first)
        t->last = 0;
    t->count--;
    act_free(f, number);
}

/* Settles what nothing can come before any more, and what the tail has no room for. */
static void tail_settle(struct fold *f, struct tail *t)
{
    ff_wall to = visitor_at(f, t->visitor)->newest - f->options.session_lateness;
    while (t->first && act_at(f, t->first)->time <= to)
        tail_settle_first(f, t);
    while (t->count > TAIL_ACTS_MAX) {
        tail_settle_first(f, t);
        f->counts.tails_settled_early++;
    }
}

/* A point of the story before which an act of this time changes nothing. */
struct point {
    const struct course *course;
    uint32_t act; /* the next one */
};

static struct point tail_point_before(struct fold *f, struct tail *t, ff_wall time)
{
    if (t->waymark && act_at(f, waymark_at(f, t)->act)->time <= time)
        return (struct point){&waymark_at(f, t)->course, waymark_at(f, t)->act};
    waymark_drop(f, t); /* the act comes before it */
    return (struct point){&t->settled, t->first};
}

/* Retracts all that the acts from the point on have added, as if nothing were known of them. */
static void tail_retract(const struct pen *p, struct visitor *v, struct point from)
{
    struct pen retract = *p;
    retract.sign = (int8_t)-p->sign;
    course_release(p->fold, &v->head);
    struct course undone = course_share(p->fold, from.course);
    course_fold_all(&retract, &undone, from.act, 0);
    course_release(p->fold, &undone);
}

/* Nothing follows the act: it becomes the visitor's newest. After a silence longer than the lateness
 * all before it is settled, whether or not the tail has gone yet. */
static bool tail_append(const struct pen *p, uint32_t visitor, uint32_t act)
{
    struct fold *f = p->fold;
    struct visitor *v = visitor_at(f, visitor);
    struct act *a = act_at(f, act);
    if (v->tail && a->received - v->newest_received > f->options.session_lateness)
        tail_drop(f, visitor);
    struct tail *t = tail_of(f, visitor);
    v->newest = a->time;
    v->newest_received = a->received;
    chain_touch(&f->tails_by_age, v->tail);
    tail_link(f, t, act);
    bool folded = course_fold(p, &v->head, a);
    tail_settle(f, t);
    waymark_move(f, t);
    return folded;
}

bool tail_take(const struct pen *p, uint32_t visitor, uint32_t act)
{
    struct fold *f = p->fold;
    struct visitor *v = visitor_at(f, visitor);
    struct act *a = act_at(f, act);
    audit_act(f, visitor, a);
    if (v->newest == FF_NEVER || a->time >= v->newest)
        return tail_append(p, visitor, act);
    struct tail *t = tail_at(f, v->tail);
    struct point from = tail_point_before(f, t, a->time);
    bool at_first = from.course == &t->settled;
    tail_retract(p, v, from);
    tail_link(f, t, act);
    v->head = course_share(f, from.course);
    bool folded = course_fold_all(p, &v->head, at_first ? t->first : from.act, act);
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
    if (v->tail)
        tail_link(f, tail_at(f, v->tail), act);
    else
        act_free(f, act);
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
    course_release(f, &t->settled);
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
    while (f->tails_by_age.oldest) {
        uint32_t visitor = tail_at(f, f->tails_by_age.oldest)->visitor;
        if (visitor_at(f, visitor)->newest_received >= limit)
            return;
        tail_drop(f, visitor);
    }
}
