#include "loading.h"

#include "audit.h"
#include "card.h"
#include "cart.h"
#include "extras.h"
#include "session.h"
#include "session_image.h"
#include "story.h"

/* The carts of a visitor's head: in the list of those that give way, and on their racks. */
static void load_show_carts(struct fold *f, uint32_t number)
{
    const struct visitor *v = visitor_at(f, number);
    cart_list_oldest(f, v->head.cart, number);
    for (uint32_t i = v->head.cart; i; i = cart_at(f, i)->before)
        cart_at(f, i)->card.site = v->site;
    card_rack(f, number, f->now);
}

/* Those that wait to be found by their keys: by now what they need of the table is at hand. */
static void load_key(struct loading *l)
{
    struct fold *f = l->fold;
    for (uint32_t i = 0; i < l->unkeyed; i++) {
        uint32_t number = f->visitors.used - l->unkeyed + 1 + i; /* they were taken one after another */
        uint64_t key = visitor_at(f, number)->key;
        if (!image_check(l->in, !story_find(f, key)))
            break;
        table_add(&f->visitors_by_key, key, number);
    }
    l->unkeyed = 0;
}

/* Behind all that have been placed. With each event of a visitor that has a cart both are touched: the
 * order of the carts is that of their visitors. */
static void load_place(struct loading *l, const struct visitor *v)
{
    struct fold *f = l->fold;
    uint32_t number = pool_take(&f->visitors);
    struct visitor *placed = visitor_at(f, number);
    assert(number == f->visitors.used);
    *placed = *v;
    placed->born = ++f->births;
    audit_forget(f, number);
    __builtin_prefetch(table_probe(&f->visitors_by_key, v->key), 1);
    if (++l->unkeyed == LOAD_AHEAD)
        load_key(l);
    chain_add_oldest(&f->visitors_by_touch, number);
    if (v->head.cart)
        load_show_carts(f, number);
    if (v->head.session.extras) {
        placed->extras_listed = true;
        chain_add_oldest(&f->extras_by_touch, number);
    }
    story_resume(f, number);
}

/* A cart goes out of memory; one still open is counted as abandoned from now on. */
static void load_leave_cart(struct fold *f, uint16_t site, const struct cart *c)
{
    ff_wall due = cart_due(f, c);
    struct pen pen = {.fold = f, .site = site, .sign = 1};
    if (due > f->now)
        cart_pass(&pen, c, f->now, due);
}

/* Takes out of the counters what the cart was counted as by the rules then, and counts it by those now. */
static void load_judge_cart(struct loading *l, uint16_t site, const struct cart *c)
{
    struct fold *f = l->fold;
    ff_dur now = f->options.cart_abandon_after;
    struct pen retract = {.fold = f, .site = site, .sign = -1}, count = {.fold = f, .site = site, .sign = 1};
    f->options.cart_abandon_after = l->rules.cart_abandon_after;
    cart_pass(&retract, c, FF_NEVER, f->now);
    f->options.cart_abandon_after = now;
    cart_pass(&count, c, FF_NEVER, f->now);
}

/* What its session has beside numbers. Where there is no room for the extras, those of older ones give way, too. */
static void load_head(struct loading *l, struct session *s, bool room)
{
    l->keep = room && !l->extras_full;
    if (session_rest_get(l->in, &l->words, l->fold, s, &l->keep) == 0 || l->keep || !room)
        return;
    uint32_t chain = s->extras;
    extras_free(l->fold, &chain);
    s->extras = 0;
    l->extras_full = true;
    l->fold->counts.extras_evicted++;
}

static void load_visitor(struct loading *l, int32_t *near)
{
    struct fold *f = l->fold;
    struct visitor v = {0};
    struct cart cart;
    visitor_get(l->in, &v, *near);
    *near = v.touched;
    if (!image_check(l->in, v.site < l->site_count))
        return;
    v.site = l->site_map[v.site];
    bool known = v.site != UINT16_MAX, room = known && pool_left(&f->visitors) > 0;
    load_head(l, &v.head.session, room);
    l->keep = room && !l->carts_full;
    l->carts.n = 0;
    v.head.cart = load_cart(l, CARTS_DEEP, v.newest, &cart);
    if (!room || !l->in->ok)
        session_release(f, &v.head.session);
    if (!known || !l->in->ok)
        return;
    if (cart.refs > 0 && !l->same_rules)
        load_judge_cart(l, v.site, &cart);
    if (cart.refs > 0 && !v.head.cart) {
        load_leave_cart(f, v.site, &cart);
        l->carts_full = true;
        f->counts.carts_evicted += room;
    }
    if (room)
        load_place(l, &v);
    else
        f->counts.visitors_evicted++;
}

bool load_visitors(struct loading *l)
{
    if (!load_section(l, SECTION_VISITORS))
        return false;
    uint32_t n = load_count(l);
    table_reserve(&l->fold->visitors_by_key, n);
    int32_t near = 0;
    for (uint32_t i = 0; i < n && l->in->ok; i++)
        load_visitor(l, &near);
    load_key(l);
    story_resumed(l->fold);
    return l->in->ok;
}
