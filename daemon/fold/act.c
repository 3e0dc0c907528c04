#include "act.h"

#include "lines.h"

#define TERM_SCOPE 2

/* What of a beacon sessions and carts ask for. */
static const struct act_row {
    bool engaged, term, value, currency, items;
} act_table[FF_TYPE_COUNT] = {
    [FF_PAGE_VIEW] = {.engaged = true},
    [FF_PING] = {.engaged = true},
    [FF_SEARCH] = {.term = true},
    [FF_ADD_TO_CART] = {.currency = true, .items = true},
    [FF_REMOVE_FROM_CART] = {.currency = true, .items = true},
    [FF_UPDATE_CART] = {.currency = true, .items = true},
    [FF_VIEW_CART] = {.currency = true},
    [FF_BEGIN_CHECKOUT] = {.currency = true, .items = true},
    [FF_CHECKOUT_STEP] = {.currency = true},
    [FF_PURCHASE] = {.value = true, .currency = true},
};

ff_wall act_time(const struct ff_record *r)
{
    ff_wall t = r->beacon.time;
    return t > ACT_TIME_MAX ? ACT_TIME_MAX : t < ACT_TIME_MIN ? ACT_TIME_MIN : t;
}

static struct act_rest *act_add_rest(struct fold *f, struct act *a)
{
    a->rest = pool_take(&f->rests);
    assert(a->rest);
    return rest_at(f, a->rest);
}

/* The rare part of what is known; most acts have none. */
static void act_keep_rest(struct fold *f, struct act *a, const struct ff_beacon *b)
{
    const struct act_row *row = &act_table[b->type];
    bool items = row->items && b->item_count > 0, currency = row->currency && b->currency;
    if (!row->term && !row->value && !items && !currency)
        return;
    struct act_rest *rest = act_add_rest(f, a);
    if (row->term)
        rest->term = hash_id(&f->seed, TERM_SCOPE, b->term_key);
    if (row->value)
        rest->value = b->money[FF_AMOUNT_VALUE];
    if (currency)
        rest->currency = b->currency;
    if (items)
        rest->lines = lines_from_items(f, b->items, b->item_count);
}

uint32_t act_new(struct fold *f, const struct ff_record *r)
{
    const struct ff_beacon *b = &r->beacon;
    uint32_t number = pool_take(&f->acts);
    assert(number);
    struct act *a = act_at(f, number);
    a->time = act_time(r);
    a->type = b->type;
    a->passive = b->type == FF_CUSTOM && b->passive;
    if (act_table[b->type].engaged)
        a->engaged_ms = (uint32_t)b->number[FF_NUMBER_ENGAGED_MS];
    else
        act_keep_rest(f, a, b);
    return number;
}

uint32_t act_new_late(struct fold *f, const struct ff_record *r, ff_wall place)
{
    assert(r->beacon.type == FF_PURCHASE);
    uint32_t number = act_new(f, r);
    struct act *a = act_at(f, number);
    struct act_rest *rest = rest_at(f, a->rest);
    rest->late_time = a->time;
    rest->received = r->received;
    a->late = true;
    a->time = place;
    return number;
}

bool act_has_rest(const struct act *a)
{
    return !act_table[a->type].engaged && a->rest;
}

const struct act_rest *act_rest(const struct fold *f, const struct act *a)
{
    static const struct act_rest none;
    return act_has_rest(a) ? rest_at(f, a->rest) : &none;
}

uint32_t act_engaged_ms(const struct act *a)
{
    return act_table[a->type].engaged ? a->engaged_ms : 0;
}

void act_free(struct fold *f, uint32_t number)
{
    struct act *a = act_at(f, number);
    if (act_has_rest(a)) {
        lines_free(f, &rest_at(f, a->rest)->lines);
        pool_give(&f->rests, a->rest);
    }
    pool_give(&f->acts, number);
}
