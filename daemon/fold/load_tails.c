#include "loading.h"

#include "act.h"
#include "course.h"
#include "extras.h"
#include "lines.h"
#include "said.h"
#include "session_image.h"
#include "story.h"
#include "tail.h"

static const struct lines_rule act_lines = {FF_MAX_ITEMS, false, INT32_MAX};

static void load_course(struct loading *l, struct course *c, ff_wall near)
{
    struct cart cart;
    session_get(l->in, &c->session, near);
    session_rest_get(l->in, &l->words, l->fold, &c->session, &l->keep);
    c->cart = load_cart(l, CARTS_DEEP, near, &cart);
}

/* There is room for one of each tail. */
static void load_settled(struct loading *l, struct tail *t, ff_wall to, ff_wall near)
{
    struct course course;
    load_course(l, &course, near);
    t->settled = load_take(l, &l->fold->settled);
    if (t->settled)
        *settled_at(l->fold, t->settled) = (struct settled){course, to};
    else
        course_release(l->fold, &course);
}

/* Without room in the pool there is none. */
static struct waymark *load_waymark(struct loading *l, struct tail *t, uint32_t behind, ff_wall near)
{
    struct fold *f = l->fold;
    struct course course;
    load_course(l, &course, near);
    t->waymark = l->keep ? pool_take(&f->waymarks) : 0;
    if (!t->waymark) {
        course_release(f, &course);
        return NULL;
    }
    struct waymark *w = pool_at(&f->waymarks, t->waymark);
    *w = (struct waymark){course, 0, behind};
    return w;
}

/* What else is known of an act that has been read: its number, or 0 when it is not kept. */
static uint32_t load_rest(struct loading *l, const struct act *a, ff_wall near)
{
    struct act_rest rest = {0};
    uint32_t n;
    ff_money_sum value;
    act_rest_get(l->in, &rest, a, near);
    if (!a->late)
        said_get(l->in, &l->words, &rest.said);
    rest.lines = load_lines(l, &act_lines, &n, &value);
    uint32_t number = load_take(l, &l->fold->rests);
    if (number) {
        *rest_at(l->fold, number) = rest;
        return number;
    }
    lines_free(l->fold, &rest.lines);
    if (!a->late)
        said_drop(l->fold, &rest.said);
    return 0;
}

/* Reads an act behind all that the tail has; not kept, its number is 0. Gives its time. */
static ff_wall load_act(struct loading *l, struct tail *t, ff_wall near, ff_wall before)
{
    struct fold *f = l->fold;
    struct act none, *a = &none;
    uint32_t number = load_take(l, &f->acts);
    if (number) {
        *(t->last ? &act_at(f, t->last)->next : &t->first) = number;
        t->last = number;
        a = act_at(f, number);
    }
    if (act_get(l->in, a, near, before)) {
        a->rest = load_rest(l, a, near);
        a->rested = a->rest != 0;
    } else if (act_place((enum ff_type)a->type) == ACT_WORD) {
        a->word = words_get(&l->words, l->in);
        if (!number)
            words_drop(f->options.words, a->word);
    }
    if (number && t->first == number)
        t->first_time = a->time;
    return a->time;
}

static void load_story(struct loading *l, struct tail *t, ff_wall near)
{
    struct waymark *w = NULL;
    uint32_t behind;
    ff_wall before = FF_NEVER, settled_to;
    tail_get(l->in, t, &settled_to, &behind, near);
    if (settled_to != FF_NEVER)
        load_settled(l, t, settled_to, near);
    if (behind > 0)
        w = load_waymark(l, t, behind, near);
    for (uint32_t i = 0; i < t->count && l->in->ok; i++) {
        before = load_act(l, t, near, before);
        if (w && i == t->count - behind)
            w->act = t->last;
    }
}

/* The head's carts; whether they are as the image says. Where they had no room, the tail goes with
 * them: its acts speak of them. */
static bool load_name_carts(struct loading *l, const struct visitor *v)
{
    const struct fold *f = l->fold;
    l->carts = (struct cart_names){.n = (unsigned)image_uint_upto(l->in, CARTS_DEEP)};
    if (!v || !v->head.cart)
        return v && l->carts.n == 0;
    uint32_t before = cart_at(f, v->head.cart)->before;
    if (!image_check(l->in, l->carts.n == (before ? 2 : 1)))
        return false;
    l->carts.number[0] = before;
    l->carts.number[l->carts.n - 1] = v->head.cart;
    return true;
}

/* Whether the head's extras are as many as the image says: they may have had no room. */
static bool load_has_extras(struct loading *l, const struct visitor *v)
{
    uint64_t n = image_uint_upto(l->in, EXTRAS_CHAIN_MAX);
    uint32_t have = v ? extras_count(l->fold, v->head.session.extras) : 0;
    image_check(l->in, !v || n == have || have == 0);
    return n == have;
}

/* A new tail, older than those that were read before it; NULL when it is not kept. */
static struct tail *load_begin_tail(struct loading *l, uint32_t visitor)
{
    struct fold *f = l->fold;
    uint32_t number = load_take(l, &f->tails);
    if (!number)
        return NULL;
    visitor_at(f, visitor)->tail = number;
    tail_at(f, number)->visitor = visitor;
    chain_add_oldest(&f->tails_by_age, number);
    return tail_at(f, number);
}

/* Of the visitor with this key, or 0. Tails come in the order of their visitors as a rule, so it is looked for among the
 * next few before a table is asked, which misses the cache. */
#define MEET_AHEAD 4
static uint32_t load_meet(struct loading *l, uint64_t key)
{
    const struct fold *f = l->fold;
    uint32_t left = f->visitors.used - l->met, number = l->met;
    for (uint32_t i = 0; i < MEET_AHEAD && i < left; i++)
        if (visitor_at(f, ++number)->key == key)
            return l->met = number;
    number = story_find(f, key);
    l->met = number ? number : l->met;
    return number;
}

static void load_tail(struct loading *l)
{
    struct fold *f = l->fold;
    struct tail none = {0};
    uint32_t number = load_meet(l, image_u64(l->in));
    struct visitor *v = number ? visitor_at(f, number) : NULL;
    bool carts = load_name_carts(l, v), extras = load_has_extras(l, v);
    bool wanted = carts && extras && l->same_rules; /* else its acts were counted otherwise */
    if (!image_check(l->in, !v || !v->tail))
        return;
    l->keep = wanted && !l->tails_full;
    struct tail *t = load_begin_tail(l, number);
    load_story(l, t ? t : &none, v ? v->newest : 0);
    if (!wanted || l->keep)
        return;
    tail_drop(f, number);
    l->tails_full = true;
    f->counts.tails_settled_early++;
}

bool load_tails(struct loading *l)
{
    if (!load_section(l, SECTION_TAILS))
        return false;
    uint32_t n = load_count(l);
    l->tails = true;
    for (uint32_t i = 0; i < n && l->in->ok; i++)
        load_tail(l);
    return l->in->ok;
}
