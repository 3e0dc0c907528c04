/* The fold as an image. Two folds that are the same by law 2 give the same bytes: nothing that is written
 * depends on the numbers of pools. What the rest tells (who is live, what is due and when, whose cart
 * was touched last) is not written. */
#include "act.h"
#include "encode.h"
#include "encode_recall.h"
#include "extras.h"
#include "encode_texts.h"
#include "encode_visit.h"
#include "forget.h"
#include "session_image.h"

struct saving {
    const struct fold *fold;
    struct image_out *out;
    struct cart_names carts;
    struct words_out words, cart_words;
};

typedef void entry_put(struct image_out *out, const struct recall_entry *e);

/* Oldest first. Those forgotten keep their places: at the ceiling it matters when they go. Only the
 * oldest of all do not, since nothing gives way before them. */
static void save_recall(const struct saving *s, const char name[4], const struct recall *r, entry_put *put)
{
    uint32_t first = recall_first(r), left = r->length;
    for (; first && recall_at(r, first)->received == FF_NEVER; left--)
        first = recall_next(r, first);
    ff_wall near = s->fold->now;
    image_put_section(s->out, name, SECTION_VERSION);
    image_put_uint(s->out, r->evicted);
    image_put_uint(s->out, left);
    for (uint32_t place = first; place; place = recall_next(r, place)) {
        const struct recall_entry *e = recall_at(r, place);
        recall_entry_put(s->out, e, &near);
        if (put && e->received != FF_NEVER)
            put(s->out, e);
    }
}

static void save_lines(struct saving *s, uint32_t chain)
{
    for (; chain; chain = line_at(s->fold, chain)->next) {
        line_put(s->out, line_at(s->fold, chain));
        line_texts_put(s->out, &s->cart_words, line_at(s->fold, chain));
    }
    line_put_end(s->out);
}

static void save_cart(struct saving *s, uint32_t number, ff_wall near)
{
    unsigned i = 0;
    while (i < s->carts.n && s->carts.number[i] != number)
        i++;
    image_put_uint(s->out, !number ? CART_NONE : i == s->carts.n ? CART_FOLLOWS : CART_NAMED + i);
    if (!number || i < s->carts.n)
        return;
    const struct cart *c = cart_at(s->fold, number);
    save_cart(s, c->before, near); /* that one has none before it: the depth is 2 */
    cart_put(s->out, c, near);
    card_put(s->out, &s->cart_words, &c->card, near);
    save_lines(s, c->lines);
    s->carts.number[s->carts.n++] = number;
}

/* Newest first: a load with less room takes what there is room for, and the oldest have given way. */
static void save_visitors(struct saving *s)
{
    const struct fold *f = s->fold;
    int32_t near = 0;
    image_put_section(s->out, SECTION_VISITORS, SECTION_VERSION);
    image_put_uint(s->out, f->visitors.used);
    for (uint32_t number = f->visitors_by_touch.newest; number;) {
        const struct visitor *v = visitor_at(f, number);
        visitor_put(s->out, v, near);
        session_rest_put(s->out, &s->words, f, &v->head.session);
        s->carts.n = 0;
        save_cart(s, v->head.cart, v->newest);
        near = v->touched;
        number = chain_at(&f->visitors_by_touch, number)->older;
    }
}

static void save_course(struct saving *s, const struct course *c, ff_wall near)
{
    session_put(s->out, &c->session, near);
    session_rest_put(s->out, &s->words, s->fold, &c->session);
    save_cart(s, c->cart, near);
}

static void save_acts(struct saving *s, uint32_t chain, ff_wall near)
{
    ff_wall before = FF_NEVER;
    for (; chain; chain = act_at(s->fold, chain)->next) {
        const struct act *a = act_at(s->fold, chain);
        act_put(s->out, a, near, before);
        before = a->time;
        if (!a->rested && act_place((enum ff_type)a->type) == ACT_WORD)
            words_put(&s->words, s->out, a->word);
        if (!a->rested)
            continue;
        act_rest_put(s->out, act_rest(s->fold, a), a, near);
        if (!a->late)
            said_put(s->out, &s->words, act_said(s->fold, a));
        save_lines(s, act_rest(s->fold, a)->lines);
    }
}

/* The head's carts are named already. How many that is tells a load whether it has them, and how many its
 * extras are the same of these. */
static void save_tail(struct saving *s, const struct tail *t)
{
    const struct fold *f = s->fold;
    const struct visitor *v = visitor_at(f, t->visitor);
    const struct waymark *w = t->waymark ? pool_at(&f->waymarks, t->waymark) : NULL;
    s->carts.n = 0;
    if (v->head.cart && cart_at(f, v->head.cart)->before)
        s->carts.number[s->carts.n++] = cart_at(f, v->head.cart)->before;
    if (v->head.cart)
        s->carts.number[s->carts.n++] = v->head.cart;
    image_put_u64(s->out, v->key);
    image_put_uint(s->out, s->carts.n);
    image_put_uint(s->out, extras_count(f, v->head.session.extras));
    const struct settled *settled = t->settled ? settled_at(f, t->settled) : NULL;
    tail_put(s->out, t, settled ? settled->to : FF_NEVER, w ? w->behind : 0, v->newest);
    if (settled)
        save_course(s, &settled->course, v->newest);
    if (w)
        save_course(s, &w->course, v->newest);
    save_acts(s, t->first, v->newest);
}

/* In the order of their age, newest first: another one than that of their visitors. */
static void save_tails(struct saving *s)
{
    image_put_section(s->out, SECTION_TAILS, SECTION_VERSION);
    image_put_uint(s->out, s->fold->tails.used);
    for (uint32_t number = s->fold->tails_by_age.newest; number;) {
        const struct tail *t = tail_at(s->fold, number);
        save_tail(s, t);
        number = chain_at(&s->fold->tails_by_age, number)->older;
    }
}

void fold_save(const struct fold *f, struct image_out *out)
{
    struct saving s = {.fold = f, .out = out};
    words_out_begin(&s.words, f->options.words, out);
    words_out_begin(&s.cart_words, &f->cart_words, out);
    image_put_section(out, SECTION_FOLD, SECTION_VERSION);
    image_put_uint(out, f->options.site_count);
    now_put(out, f->now);
    rules_put(out, &f->options);
    counts_put(out, &f->counts);
    image_put_uint(out, f->options.words->left_out);
    image_put_uint(out, f->cart_words.left_out);
    save_recall(&s, SECTION_IDS, &f->ids, NULL);
    save_recall(&s, SECTION_ORDERS, &f->orders, order_put);
    save_recall(&s, SECTION_REFUNDS, &f->refunds, waiting_refund_put);
    save_recall(&s, SECTION_ALIASES, &f->aliases, alias_put);
    save_visitors(&s);
    save_tails(&s);
    words_out_end(&s.words);
    words_out_end(&s.cart_words);
    tickets_save(f, out);
    comments_save(f, out);
    customers_save(f, out);
    forget_save(f, out);
}
