#include "encode_visit.h"

#include "act.h"
#include "encode.h"
#include "origin_image.h"
#include "story.h"

/* More than any cart can come to hold; money for as many of as many lines can be added up. */
#define QUANTITY_MOST ((int64_t)1 << 56)

/* A session's marks as one number, which is 0 where there has been none. */
#define SESSION_SEARCHED (1u << 6)
#define SESSION_MARKS_MOST ((1u << 12) - 1)

static uint32_t session_marks(const struct session *s)
{
    if (!s->begun)
        return 0;
    return 1u | (uint32_t)s->first << 1 | (uint32_t)s->interacted << 2 | (uint32_t)s->added_to_cart << 3 |
           (uint32_t)s->began_checkout << 4 | (uint32_t)s->purchased << 5 |
           (s->searched ? SESSION_SEARCHED : 0) | (uint32_t)s->search_open << 7 |
           (uint32_t)s->item_views << 8 | (uint32_t)s->pages_after_search << 10;
}

static void session_mark(struct session *s, uint32_t marks)
{
    s->begun = marks & 1;
    s->first = marks >> 1 & 1;
    s->interacted = marks >> 2 & 1;
    s->added_to_cart = marks >> 3 & 1;
    s->began_checkout = marks >> 4 & 1;
    s->purchased = marks >> 5 & 1;
    s->searched = (marks & SESSION_SEARCHED) != 0;
    s->search_open = marks >> 7 & 1;
    s->item_views = marks >> 8 & 3;
    s->pages_after_search = marks >> 10 & 3;
}

void session_put(struct image_out *out, const struct session *s, ff_wall near)
{
    uint32_t marks = session_marks(s);
    image_put_uint(out, marks);
    if (!marks)
        return;
    wall_put(out, session_last(s), near);
    image_put_uint(out, s->length);
    image_put_uint(out, s->pageviews);
    if (s->pageviews > 0) {
        image_put_uint(out, s->length - s->last_page);
        image_put_uint(out, s->page_time);
    }
    image_put_uint(out, s->last_page_engaged);
    image_put_uint(out, s->engaged);
    image_put_uint(out, s->refinements);
    if (marks & SESSION_SEARCHED)
        image_put_u64(out, s->term);
    origin_put(out, s->origin);
}

void session_get(struct image_in *in, struct session *s, ff_wall near)
{
    uint32_t marks = (uint32_t)image_uint_upto(in, SESSION_MARKS_MOST);
    *s = (struct session){.begun = false};
    if (!marks)
        return;
    session_mark(s, marks);
    image_check(in, (marks & 1) && s->item_views <= 2 && s->pages_after_search <= 2);
    ff_wall last = wall_get(in, near);
    s->length = image_uint_upto(in, SESSION_LENGTH_MAX);
    s->start = last - (ff_dur)s->length;
    s->pageviews = (uint32_t)image_uint_upto(in, UINT32_MAX);
    if (s->pageviews > 0) {
        s->last_page = s->length - image_uint_upto(in, s->length);
        s->page_time = image_uint_upto(in, s->last_page);
    }
    s->last_page_engaged = image_uint_upto(in, SESSION_ENGAGED_MAX);
    s->engaged = image_uint_upto(in, SESSION_ENGAGED_FROM);
    s->refinements = (uint32_t)image_uint_upto(in, UINT32_MAX);
    if (s->searched)
        s->term = image_u64(in);
    s->origin = origin_get(in);
}

void extra_put(struct image_out *out, const struct extra *e)
{
    image_put_uint(out, e->kind + 1);
    if (e->kind != EXTRA_ORDERS)
        return;
    image_put_uint(out, e->what);
    image_put_uint(out, e->n);
    sum_put(out, e->amount);
}

void extra_put_end(struct image_out *out)
{
    image_put_uint(out, 0);
}

bool extra_get(struct image_in *in, struct extra *e)
{
    uint32_t kind = (uint32_t)image_uint_upto(in, EXTRA_KINDS);
    if (kind == 0)
        return false;
    *e = (struct extra){.kind = kind - 1};
    if (e->kind != EXTRA_ORDERS)
        return true;
    e->what = currency_get(in);
    e->n = (uint32_t)image_uint_upto(in, UINT32_MAX);
    e->amount = sum_get(in);
    return image_check(in, e->what != 0 && e->n > 0);
}

void visitor_put(struct image_out *out, const struct visitor *v, int32_t near)
{
    image_put_u64(out, v->key);
    image_put_uint(out, v->site);
    image_put_int(out, (int64_t)v->touched - near);
    wall_put(out, v->newest, v->touched * FF_MINUTE);
    session_put(out, &v->head.session, v->newest);
}

void visitor_get(struct image_in *in, struct visitor *v, int32_t near)
{
    v->key = image_u64(in);
    v->site = (uint16_t)image_uint_upto(in, UINT16_MAX);
    v->touched = (int32_t)int_within(in, int_within(in, image_int(in), INT32_MAX) + near, ENCODE_FAR / FF_MINUTE);
    v->newest = wall_get(in, v->touched * FF_MINUTE);
    session_get(in, &v->head.session, v->newest);
}

enum cart_mark { CART_EMPTIED = 1, CART_CONVERTED = 2, CART_CHECKOUT = 4, CART_GAP = 8, CART_MARKS_MOST = 15 };

void cart_put(struct image_out *out, const struct cart *c, ff_wall near)
{
    image_put_uint(out, (c->emptied ? CART_EMPTIED : 0u) | (c->converted ? CART_CONVERTED : 0u) |
                        (c->checkout ? CART_CHECKOUT : 0u) | (c->gap ? CART_GAP : 0u));
    wall_put(out, c->last, near);
    wall_put(out, c->opened, c->last);
    sum_put(out, c->value);
    image_put_uint(out, c->currency);
    if (!c->converted)
        return;
    image_put_int(out, c->paid);
    image_put_uint(out, c->paid_currency);
}

void cart_get(struct image_in *in, struct cart *c, ff_wall near)
{
    uint64_t marks = image_uint_upto(in, CART_MARKS_MOST);
    c->emptied = marks & CART_EMPTIED;
    c->converted = marks & CART_CONVERTED;
    c->checkout = marks & CART_CHECKOUT;
    c->gap = marks & CART_GAP;
    c->last = wall_get(in, near);
    c->opened = wall_get(in, c->last);
    c->value = sum_get(in);
    c->currency = currency_get(in);
    if (!c->converted)
        return;
    c->paid = money_get(in);
    c->paid_currency = currency_get(in);
}

enum line_kind { LINE_NONE, LINE_UNPRICED, LINE_PRICED };

void line_put(struct image_out *out, const struct line *l)
{
    image_put_uint(out, l->has_price ? LINE_PRICED : LINE_UNPRICED);
    image_put_u64(out, l->sku);
    image_put_int(out, l->quantity);
    image_put_int(out, l->price);
}

void line_put_end(struct image_out *out)
{
    image_put_uint(out, LINE_NONE);
}

bool line_get(struct image_in *in, struct line *l)
{
    uint64_t kind = image_uint_upto(in, LINE_PRICED);
    if (kind == LINE_NONE)
        return false;
    l->has_price = kind == LINE_PRICED;
    l->sku = image_u64(in);
    l->quantity = int_within(in, image_int(in), QUANTITY_MOST);
    l->price = money_get(in);
    return in->ok;
}

/* An act's type and what else is put of it, as one number. */
enum act_mark { ACT_PASSIVE = 1, ACT_LATE = 2, ACT_REST = 4, ACT_MARKS = 8 };

void act_put(struct image_out *out, const struct act *a, ff_wall near, ff_wall before)
{
    image_put_uint(out, a->type * (uint64_t)ACT_MARKS + (a->passive ? ACT_PASSIVE : 0) + (a->late ? ACT_LATE : 0) +
                        (a->rested ? ACT_REST : 0));
    image_put_uint(out, (uint64_t)(before == FF_NEVER ? near - a->time : a->time - before));
    if (!a->rested && act_place((enum ff_type)a->type) == ACT_ENGAGED_MS)
        image_put_uint(out, a->engaged_ms);
    if (!a->late)
        origin_put(out, a->origin);
}

bool act_get(struct image_in *in, struct act *a, ff_wall near, ff_wall before)
{
    uint32_t kind = (uint32_t)image_uint_upto(in, FF_TYPE_COUNT * ACT_MARKS - 1);
    enum ff_type type = (enum ff_type)(kind / ACT_MARKS);
    bool late = kind & ACT_LATE;
    bool rest = kind & ACT_REST;
    image_check(in, type != FF_TYPE_NONE && story_takes(type) && (!late || (type == FF_PURCHASE && rest)));
    ff_dur gap = dur_get(in);
    ff_wall time = before == FF_NEVER ? near - gap : before + gap;
    image_check(in, time <= near && time >= ACT_TIME_MIN && time <= ACT_TIME_MAX);
    *a = (struct act){.time = time, .type = type, .passive = kind & ACT_PASSIVE, .late = late};
    if (!rest && act_place(type) == ACT_ENGAGED_MS)
        a->engaged_ms = (uint32_t)image_uint_upto(in, UINT32_MAX);
    if (!late)
        a->origin = origin_get(in);
    return rest && in->ok;
}

void act_rest_put(struct image_out *out, const struct act_rest *rest, const struct act *a, ff_wall near)
{
    image_put_uint(out, rest->currency);
    if (a->type == FF_SEARCH)
        image_put_u64(out, rest->term);
    if (a->type == FF_PURCHASE)
        image_put_int(out, rest->value);
    if (!a->late) {
        image_put_uint(out, a->type == FF_SEARCH ? rest->zero : rest->engaged_ms);
        return;
    }
    wall_put(out, rest->late_time, near);
    wall_put(out, rest->received, near);
}

void act_rest_get(struct image_in *in, struct act_rest *rest, const struct act *a, ff_wall near)
{
    rest->currency = currency_get(in);
    if (a->type == FF_SEARCH)
        rest->term = image_u64(in);
    if (a->type == FF_PURCHASE)
        rest->value = money_get(in);
    if (!a->late) {
        uint32_t n = (uint32_t)image_uint_upto(in, a->type == FF_SEARCH ? 1 : UINT32_MAX);
        *(a->type == FF_SEARCH ? &rest->zero : &rest->engaged_ms) = n;
        return;
    }
    rest->late_time = wall_get(in, near);
    rest->received = wall_get(in, near);
}

void tail_put(struct image_out *out, const struct tail *t, ff_wall settled_to, uint32_t behind, ff_wall near)
{
    wall_put(out, t->newest_received, near);
    maybe_put(out, settled_to, near);
    image_put_uint(out, t->count);
    image_put_uint(out, behind);
    image_put_uint(out, t->since);
}

void tail_get(struct image_in *in, struct tail *t, ff_wall *settled_to, uint32_t *behind, ff_wall near)
{
    t->newest_received = wall_get(in, near);
    *settled_to = maybe_get(in, near);
    t->count = (uint16_t)image_uint_upto(in, TAIL_ACTS_MAX);
    *behind = (uint32_t)image_uint_upto(in, t->count);
    t->since = (uint16_t)image_uint_upto(in, WAYMARK_ACTS);
}
