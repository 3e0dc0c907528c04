#include "cart.h"

#include "act.h"
#include "card.h"
#include "lines.h"
#include "rack.h"

/* The counters that a cart adds to, in one run of enum ff_counter. */
#define CART_FIRST FF_COUNT_CARTS_OPENED
#define CART_COUNTERS (FF_COUNT_CHECKOUTS_ABANDONED - FF_COUNT_CARTS_OPENED + 1)
#define SLOT(name) (FF_COUNT_##name - CART_FIRST)

/* What a cart is counted as; all zeros for a cart that is not there yet. */
struct contribution {
    int64_t count[CART_COUNTERS];
    ff_money_sum abandoned, recovered;
    ff_currency abandoned_in, recovered_in; /* 0: not counted there */
};

static void cart_contribution(const struct fold *f, const struct cart *c, ff_wall now,
                              struct contribution *out)
{
    bool abandoned = !c->converted && !c->emptied && now >= c->last + f->options.cart_abandon_after;
    *out = (struct contribution){{0}, 0, 0, 0, 0};
    int64_t *n = out->count;
    n[SLOT(CARTS_OPENED)] = 1;
    n[SLOT(CARTS_CONVERTED)] = c->converted;
    n[SLOT(CARTS_EMPTIED)] = !c->converted && c->emptied;
    n[SLOT(CARTS_ABANDONED)] = abandoned;
    n[SLOT(CARTS_OPEN)] = !c->converted && !c->emptied && !abandoned;
    n[SLOT(CARTS_RECOVERED)] = c->converted && c->gap;
    n[SLOT(CHECKOUTS_STARTED)] = c->checkout;
    n[SLOT(CHECKOUTS_COMPLETED)] = c->checkout && c->converted;
    n[SLOT(CHECKOUTS_ABANDONED)] = c->checkout && abandoned;
    if (abandoned) {
        out->abandoned = c->value;
        out->abandoned_in = c->currency;
    }
    if (c->converted && c->gap) {
        out->recovered = c->paid;
        out->recovered_in = c->paid_currency;
    }
}

/* Takes an amount out of one currency and puts another into one, as one fact where it can. */
static void cart_emit_money(const struct pen *p, enum ff_purse purse, ff_wall at,
                            ff_money_sum before, ff_currency before_in, ff_money_sum after,
                            ff_currency after_in)
{
    if (before_in == after_in) {
        emit_money(p, purse, at, after_in, after - before, 0);
        return;
    }
    if (before_in)
        emit_money(p, purse, at, before_in, -before, -1);
    if (after_in)
        emit_money(p, purse, at, after_in, after, 1);
}

static void cart_emit(const struct pen *p, ff_wall opened, const struct contribution *before,
                      const struct contribution *after)
{
    for (int i = 0; i < CART_COUNTERS; i++)
        emit_count(p, (enum ff_counter)(CART_FIRST + i), opened, after->count[i] - before->count[i]);
    cart_emit_money(p, FF_PURSE_ABANDONED_VALUE, opened, before->abandoned, before->abandoned_in,
                    after->abandoned, after->abandoned_in);
    cart_emit_money(p, FF_PURSE_RECOVERED_VALUE, opened, before->recovered, before->recovered_in,
                    after->recovered, after->recovered_in);
}

void cart_pass(const struct pen *p, const struct cart *c, ff_wall before, ff_wall after)
{
    struct contribution was, is;
    cart_contribution(p->fold, c, before, &was);
    cart_contribution(p->fold, c, after, &is);
    cart_emit(p, c->opened, &was, &is);
}

ff_wall cart_due(const struct fold *f, const struct cart *c)
{
    return c->converted || c->emptied ? FF_NEVER : c->last + f->options.cart_abandon_after;
}

void cart_list(struct fold *f, uint32_t number, uint32_t visitor)
{
    struct cart *c = cart_at(f, number);
    if (c->listed)
        chain_touch(&f->carts_by_touch, number);
    else
        chain_add(&f->carts_by_touch, number);
    c->listed = true;
    c->visitor = visitor;
}

void cart_list_oldest(struct fold *f, uint32_t number, uint32_t visitor)
{
    struct cart *c = cart_at(f, number);
    assert(!c->listed);
    chain_add_oldest(&f->carts_by_touch, number);
    c->listed = true;
    c->visitor = visitor;
}

static void cart_unlist(struct fold *f, uint32_t number)
{
    struct cart *c = cart_at(f, number);
    if (c->listed)
        chain_remove(&f->carts_by_touch, number);
    c->listed = false;
}

uint32_t cart_oldest(struct fold *f)
{
    uint32_t number;
    while ((number = f->carts_by_touch.oldest)) {
        uint32_t visitor = cart_at(f, number)->visitor;
        if (visitor_at(f, visitor)->head.cart == number)
            return visitor;
        cart_unlist(f, number);
    }
    return 0;
}

uint32_t cart_share(struct fold *f, uint32_t number)
{
    if (number)
        cart_at(f, number)->refs++;
    return number;
}

void cart_release(struct fold *f, uint32_t *number)
{
    if (!*number)
        return;
    struct cart *c = cart_at(f, *number);
    assert(c->refs > 0);
    if (--c->refs == 0) {
        cart_release(f, &c->before); /* that one has none before it: the depth is 2 */
        lines_free(f, &c->lines);
        cart_unlist(f, *number);
        rack_take(f, *number);
        card_drop(f, &c->card);
        pool_give(&f->carts, *number);
    }
    *number = 0;
}

/* The cart behind *number, not shared with anybody: a copy where it was. */
static struct cart *cart_own(struct fold *f, uint32_t *number)
{
    struct cart *shared = cart_at(f, *number);
    if (shared->refs == 1)
        return shared;
    uint32_t copy = pool_take(&f->carts);
    assert(copy);
    struct cart *c = cart_at(f, copy);
    *c = *shared;
    c->refs = 1;
    c->listed = false;
    c->rack = CART_UNLISTED;
    c->card = (struct card){0}; /* the visitor's head keeps it */
    c->lines = lines_copy(f, shared->lines);
    cart_share(f, c->before);
    shared->refs--;
    *number = copy;
    return c;
}

/* The last cart becomes the one before; it cannot be filled any more, so its lines go. */
static struct cart *cart_open(struct fold *f, uint32_t *number, ff_wall t, ff_currency currency)
{
    if (*number) {
        struct cart *old = cart_own(f, number);
        cart_release(f, &old->before);
        lines_free(f, &old->lines);
    }
    uint32_t fresh = pool_take(&f->carts);
    assert(fresh);
    struct cart *c = cart_at(f, fresh);
    *c = (struct cart){.opened = t, .last = t, .currency = currency, .before = *number, .refs = 1};
    *number = fresh;
    return c;
}

static bool cart_live(const struct fold *f, const struct cart *c, ff_wall t)
{
    return !c->converted && t - c->last <= f->options.cart_recover_within;
}

static bool cart_opens(const struct fold *f, const struct act *a)
{
    return a->type == FF_ADD_TO_CART || a->type == FF_BEGIN_CHECKOUT ||
           (a->type == FF_UPDATE_CART && lines_any(f, act_rest(f, a)->lines));
}

/* A cart event at t: has the cart been abandoned since its last one? */
static void cart_touch(const struct fold *f, struct cart *c, ff_wall t)
{
    if (t - c->last >= f->options.cart_abandon_after && !c->emptied)
        c->gap = true;
    if (t > c->last)
        c->last = t;
}

static void cart_convert(struct fold *f, struct cart *c, const struct act *a, ff_currency site)
{
    const struct act_rest *rest = act_rest(f, a);
    c->converted = true;
    c->emptied = false;
    c->paid = rest->value;
    c->paid_currency = rest->currency ? rest->currency : site;
    if (c->gap) /* what was recovered can be asked for */
        return;
    lines_free(f, &c->lines);
    c->line_count = 0;
    c->value = 0;
}

static void cart_change_lines(struct fold *f, struct cart *c, const struct act *a)
{
    uint32_t items = act_rest(f, a)->lines;
    switch ((enum ff_type)a->type) {
    case FF_ADD_TO_CART:
        lines_add(f, c, items);
        break;
    case FF_REMOVE_FROM_CART:
        lines_remove(f, c, items);
        break;
    case FF_UPDATE_CART:
        lines_replace(f, c, items);
        break;
    case FF_BEGIN_CHECKOUT:
        c->checkout = true;
        if (items)
            lines_replace(f, c, items);
        break;
    default:
        break;
    }
}

/* Lines left out are counted like facts: not again when the act is folded again. */
static void cart_fill(const struct pen *p, struct cart *c, const struct act *a)
{
    struct fold *f = p->fold;
    uint32_t lines_before = c->line_count;
    uint64_t left_out = f->counts.lines_left_out;
    ff_currency currency = act_rest(f, a)->currency;
    if (currency)
        c->currency = currency;
    cart_change_lines(f, c, a);
    f->counts.lines_left_out = left_out + (f->counts.lines_left_out - left_out) * (uint64_t)p->sign;
    if (c->line_count > 0)
        c->emptied = false;
    else if (lines_before > 0)
        c->emptied = true;
    c->value = lines_value(f, c->lines);
}

/* The cart that a late purchase converts: the one that was live at its time, else the one that is
 * live now. Gives the place of its number, or NULL. */
static uint32_t *cart_of_late(struct fold *f, uint32_t *cart, const struct act_rest *late)
{
    if (!*cart)
        return NULL;
    struct cart *c = cart_at(f, *cart);
    ff_wall t = late->late_time;
    if (c->opened <= t && cart_live(f, c, t))
        return cart;
    const struct cart *before = c->before ? cart_at(f, c->before) : NULL;
    if (before && before->opened <= t && cart_live(f, before, t))
        return &cart_own(f, cart)->before;
    return cart_live(f, c, late->received) ? cart : NULL;
}

static void cart_fold_late(const struct pen *p, uint32_t *cart, const struct act *a)
{
    struct fold *f = p->fold;
    const struct act_rest *late = act_rest(f, a);
    uint32_t *number = cart_of_late(f, cart, late);
    if (!number)
        return;
    struct cart *c = cart_own(f, number);
    struct contribution before, after;
    cart_contribution(f, c, f->now, &before);
    cart_touch(f, c, late->late_time);
    cart_convert(f, c, a, f->sites[p->site].currency);
    cart_contribution(f, c, f->now, &after);
    cart_emit(p, c->opened, &before, &after);
}

void cart_fold(const struct pen *p, uint32_t *cart, const struct act *a)
{
    struct fold *f = p->fold;
    if (a->late) {
        cart_fold_late(p, cart, a);
        return;
    }
    struct contribution before = {{0}, 0, 0, 0, 0}, after;
    struct cart *c;
    if (*cart && cart_live(f, cart_at(f, *cart), a->time)) {
        c = cart_own(f, cart);
        cart_contribution(f, c, f->now, &before);
        cart_touch(f, c, a->time);
    } else if (cart_opens(f, a)) {
        c = cart_open(f, cart, a->time, f->sites[p->site].currency);
    } else {
        return;
    }
    if (a->type == FF_PURCHASE)
        cart_convert(f, c, a, f->sites[p->site].currency);
    else
        cart_fill(p, c, a);
    cart_contribution(f, c, f->now, &after);
    cart_emit(p, c->opened, &before, &after);
}
