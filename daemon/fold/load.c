/* A fold from its image, into an empty one. Nothing that is read is believed: values are checked where
 * they are got (encode.c), counts end where the image ends, and what there is no room for is read over. */
#include "act.h"
#include "audit.h"
#include "card.h"
#include "cart.h"
#include "course.h"
#include "encode.h"
#include "extras.h"
#include "encode_texts.h"
#include "forget.h"
#include "lines.h"
#include "said.h"
#include "session.h"
#include "session_image.h"
#include "story.h"
#include "tail.h"

#include <string.h>

struct loading {
    struct fold *fold;
    struct image_in *in;
    const uint16_t *site_map;
    uint16_t site_count;
    struct fold_options rules; /* that what is read was counted by; durations only */
    bool same_rules;           /* as those in force */
    struct cart_names carts; /* of the visitor that is read; the number is 0 of one that is not kept */
    bool tails;              /* what is read is no visitor's head: its carts have no cards */
    bool keep;               /* what is read is kept; false from where there is no room on */
    struct words_in words, cart_words;
    bool carts_full, tails_full, extras_full; /* there was no room for one: nor is there for those that are older */
};

static bool load_section(struct loading *l, const char name[4])
{
    uint32_t version;
    return image_section(l->in, name, SECTION_VERSION, &version) &&
           image_check(l->in, version == SECTION_VERSION);
}

/* Before the first advance there is nothing. */
static uint32_t load_count(struct loading *l)
{
    return (uint32_t)image_uint_upto(l->in, l->fold->now == FF_NEVER ? 0 : UINT32_MAX);
}

/* A new thing of this pool, or 0: it is not kept. */
static uint32_t load_take(struct loading *l, struct pool *p)
{
    uint32_t number = l->keep ? pool_take(p) : 0;
    l->keep = number != 0;
    return number;
}

/* --- ids, orders, refunds ------------------------------------------------------------------- */

union remembered {
    struct recall_entry entry;
    struct order order;
    struct waiting_refund refund;
    struct alias alias;
};

typedef void entry_get(struct image_in *in, struct recall_entry *e);

/* So many are read before the first of them is put, that their places in the table are at hand by then. */
#define READ_AHEAD 32

static void load_remembered(struct loading *l, struct recall *r, union remembered *m, ff_wall *near,
                            entry_get *get)
{
    memset(m, 0, sizeof *m);
    if (!recall_entry_get(l->in, &m->entry, near))
        return;
    recall_expect(r, m->entry.key);
    if (get)
        get(l->in, &m->entry);
}

static void load_remember(struct recall *r, const union remembered *m)
{
    struct recall_entry *e = recall_put(r, m->entry.key, m->entry.arrival, m->entry.received);
    memcpy(e, m, r->size);
    if (e->received == FF_NEVER)
        recall_forget(r, e);
}

/* Where there is less room than there was, the oldest give way and are counted, as ever. */
static bool load_recall(struct loading *l, const char name[4], struct recall *r, entry_get *get)
{
    if (!load_section(l, name))
        return false;
    r->evicted = image_uint(l->in);
    uint32_t left = load_count(l);
    recall_reserve(r, left);
    ff_wall near = l->fold->now;
    while (left > 0 && l->in->ok) {
        union remembered ahead[READ_AHEAD];
        uint32_t n = left < READ_AHEAD ? left : READ_AHEAD;
        for (uint32_t i = 0; i < n; i++)
            load_remembered(l, r, &ahead[i], &near, get);
        for (uint32_t i = 0; i < n && l->in->ok; i++)
            load_remember(r, &ahead[i]);
        left -= n;
    }
    return l->in->ok;
}

/* --- carts ---------------------------------------------------------------------------------- */

/* What a chain of lines is: at most so many, skus told apart or not, no more of one than this. */
struct lines_rule {
    uint32_t most;
    bool once;
    int64_t quantity;
};

static const struct lines_rule cart_lines = {CART_LINES_MAX, true, INT64_MAX};
static const struct lines_rule act_lines = {FF_MAX_ITEMS, false, INT32_MAX};

/* A chain that keeps to the rule, in the order of the skus, owned by the caller: as much of it as is kept.
 * Counts the lines that were read and sums them up. */
static uint32_t load_lines(struct loading *l, const struct lines_rule *rule, uint32_t *n, ff_money_sum *value)
{
    uint32_t first = 0, *end = &first;
    struct line line = {0};
    *n = 0;
    *value = 0;
    for (uint64_t before = 0; line_get(l->in, &line); before = line.sku) {
        bool ordered = *n == 0 || line.sku > before || (line.sku == before && !rule->once);
        if (!image_check(l->in, ordered && *n < rule->most && line.quantity <= rule->quantity))
            break;
        ++*n;
        *value += (ff_money_sum)line.price * line.quantity;
        uint32_t number = load_take(l, &l->fold->lines);
        line_texts_get(l->in, &l->cart_words, &line);
        if (!number) {
            lines_let_go(l->fold, &line);
            continue;
        }
        *line_at(l->fold, number) = line;
        *end = number;
        end = &line_at(l->fold, number)->next;
    }
    return first;
}

/* One that has been named; in the place of one before another, it has none before it. */
static uint32_t load_named_cart(struct loading *l, uint64_t i, bool before)
{
    uint32_t number = l->keep ? l->carts.number[i] : 0;
    if (!number || !image_check(l->in, !before || !cart_at(l->fold, number)->before))
        return 0;
    return cart_share(l->fold, number);
}

/* A cart and those before it, `depth` of them at most: its number, or 0 when there is none or it is not
 * kept. *c: one that was not named before, kept or not; else all zero. */
static uint32_t load_cart(struct loading *l, unsigned depth, ff_wall near, struct cart *c)
{
    struct cart older;
    ff_money_sum value;
    *c = (struct cart){0};
    uint64_t word = image_uint_upto(l->in, depth == 0 ? CART_NONE : CART_NAMED + l->carts.n - 1);
    if (word == CART_NONE)
        return 0;
    if (word >= CART_NAMED)
        return load_named_cart(l, word - CART_NAMED, depth == 1);
    c->refs = 1;
    c->before = load_cart(l, depth - 1, near, &older);
    cart_get(l->in, c, near);
    card_get(l->in, &l->cart_words, &c->card, near);
    image_check(l->in, !l->tails || !c->card.id);
    c->lines = load_lines(l, &cart_lines, &c->line_count, &value);
    image_check(l->in, c->line_count == 0 || c->value == value);
    uint32_t number = load_take(l, &l->fold->carts);
    if (number) {
        *cart_at(l->fold, number) = *c;
    } else {
        lines_free(l->fold, &c->lines);
        cart_release(l->fold, &c->before);
        card_drop(l->fold, &c->card);
    }
    l->carts.number[l->carts.n++] = number;
    return number;
}

#define CARTS_DEEP 2 /* a course's cart and the one before it */

/* --- visitors ------------------------------------------------------------------------------- */

struct load_match {
    const struct fold *fold;
    uint64_t key;
};

static bool load_same(const void *ctx, uint32_t number)
{
    const struct load_match *m = ctx;
    return visitor_at(m->fold, number)->key == m->key;
}

static uint32_t load_find(const struct fold *f, uint64_t key)
{
    struct load_match match = {f, key};
    return table_find(&f->visitors_by_key, key, load_same, &match);
}

/* Queues the visitor as if all that time changes were due now: what is not is queued anew. */
static void load_watch(struct fold *f, uint32_t number)
{
    struct visitor *v = visitor_at(f, number);
    struct due_entry now = {f->now, (uint64_t)v->born << 32 | number};
    if (v->head.session.begun) {
        v->live = true;
        f->sites[v->site].live++;
        due_add(&f->live_due, now);
    }
    if (v->head.cart) {
        v->cart_queued = true;
        due_add(&f->cart_due, now);
    }
    story_pass(f, f->now);
}

/* The carts of a visitor's head: in the list of those that give way, and on their racks. */
static void load_show_carts(struct fold *f, uint32_t number)
{
    const struct visitor *v = visitor_at(f, number);
    cart_list_oldest(f, v->head.cart, number);
    for (uint32_t i = v->head.cart; i; i = cart_at(f, i)->before)
        cart_at(f, i)->card.site = v->site;
    card_rack(f, number, f->now);
}

/* Behind all that have been placed. With each event of a visitor that has a cart both are touched: the
 * order of the carts is that of their visitors. */
static void load_place(struct loading *l, const struct visitor *v)
{
    struct fold *f = l->fold;
    if (!image_check(l->in, !load_find(f, v->key)))
        return;
    uint32_t number = pool_take(&f->visitors);
    struct visitor *placed = visitor_at(f, number);
    *placed = *v;
    placed->born = ++f->births;
    audit_forget(f, number);
    table_add(&f->visitors_by_key, v->key, number);
    chain_add_oldest(&f->visitors_by_touch, number);
    if (v->head.cart)
        load_show_carts(f, number);
    if (v->head.session.extras) {
        placed->extras_listed = true;
        chain_add_oldest(&f->extras_by_touch, number);
    }
    load_watch(f, number);
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

static bool load_visitors(struct loading *l)
{
    if (!load_section(l, SECTION_VISITORS))
        return false;
    uint32_t n = load_count(l);
    table_reserve(&l->fold->visitors_by_key, n);
    int32_t near = 0;
    for (uint32_t i = 0; i < n && l->in->ok; i++)
        load_visitor(l, &near);
    return l->in->ok;
}

/* --- tails ---------------------------------------------------------------------------------- */

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

static void load_tail(struct loading *l)
{
    struct fold *f = l->fold;
    struct tail none = {0};
    uint32_t number = load_find(f, image_u64(l->in));
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

static bool load_tails(struct loading *l)
{
    if (!load_section(l, SECTION_TAILS))
        return false;
    uint32_t n = load_count(l);
    l->tails = true;
    for (uint32_t i = 0; i < n && l->in->ok; i++)
        load_tail(l);
    return l->in->ok;
}

static bool load_begin(struct loading *l)
{
    if (!load_section(l, SECTION_FOLD) || !image_check(l->in, image_uint(l->in) == l->site_count))
        return false;
    l->fold->now = now_get(l->in);
    rules_get(l->in, &l->rules);
    l->same_rules = rules_same(&l->rules, &l->fold->options);
    counts_get(l->in, &l->fold->counts);
    l->fold->options.words->left_out += image_uint(l->in); /* beside what an image of others has left out by now */
    l->fold->cart_words.left_out = image_uint(l->in);
    return l->in->ok;
}

bool fold_load(struct fold *f, struct image_in *in, const uint16_t *site_map, uint16_t site_count)
{
    assert(f->now == FF_NEVER && f->visitors.used == 0);
    struct loading l = {.fold = f, .in = in, .site_map = site_map, .site_count = site_count};
    words_in_begin(&l.words, f->options.words);
    words_in_begin(&l.cart_words, &f->cart_words);
    bool ok = load_begin(&l) && load_recall(&l, SECTION_IDS, &f->ids, NULL) &&
              load_recall(&l, SECTION_ORDERS, &f->orders, order_get) &&
              load_recall(&l, SECTION_REFUNDS, &f->refunds, waiting_refund_get) &&
              load_recall(&l, SECTION_ALIASES, &f->aliases, alias_get) &&
              load_visitors(&l) && load_tails(&l) &&
              tickets_load(f, in, site_map, site_count) && comments_load(f, in, site_map, site_count) &&
              customers_load(f, in, site_map, site_count) && forget_load(f, in);
    words_in_end(&l.words);
    words_in_end(&l.cart_words);
    emit_flush(f);
    return ok;
}
