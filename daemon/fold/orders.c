#include "orders.h"

static struct hash128 orders_key(const struct fold *f, const struct ff_beacon *b)
{
    return hash_id_wide(&f->seed, f->sites[b->site].scope, b->text[FF_TEXT_ORDER]);
}

void orders_forget(void *fold, struct recall_entry *e)
{
    struct fold *f = fold;
    struct order *order = (struct order *)e;
    while (order->pending) {
        uint32_t number = order->pending;
        order->pending = ((struct pending_refund *)pool_at(&f->pending, number))->next;
        pool_give(&f->pending, number);
    }
}

/* Counts the waiting refunds as what the order says they are. */
static void orders_settle(const struct pen *p, struct order *order, ff_money value, ff_currency currency)
{
    for (uint32_t i = order->pending; i;) {
        struct pending_refund *w = pool_at(&p->fold->pending, i);
        emit_money(p, FF_PURSE_REFUNDED, w->at, w->currency, -w->amount, -1);
        emit_money(p, FF_PURSE_REFUNDED, w->at, w->needs_currency ? currency : w->currency,
                   w->needs_amount ? value : w->amount, 1);
        i = w->next;
    }
}

static void orders_count(const struct pen *p, const struct ff_beacon *b, ff_currency currency)
{
    int64_t items = 0;
    for (uint32_t i = 0; i < b->item_count; i++)
        items += b->items[i].quantity;
    emit_count(p, FF_COUNT_ORDERS, b->time, 1);
    emit_count(p, FF_COUNT_ITEMS_SOLD, b->time, items);
    emit_money(p, FF_PURSE_REVENUE, b->time, currency, b->money[FF_AMOUNT_VALUE], 1);
}

enum ff_status orders_purchase(const struct pen *p, const struct ff_record *r)
{
    struct fold *f = p->fold;
    const struct ff_beacon *b = &r->beacon;
    struct hash128 key = orders_key(f, b);
    struct order *order = (struct order *)recall_find(&f->orders, key, r->arrival);
    if (order && order->known) {
        emit_count(p, FF_COUNT_ORDER_DUPLICATES, b->time, 1);
        f->counts.duplicate_orders++;
        return FF_DUPLICATE_ORDER;
    }
    ff_currency currency = b->currency ? b->currency : f->sites[b->site].currency;
    if (order)
        orders_settle(p, order, b->money[FF_AMOUNT_VALUE], currency);
    order = (struct order *)recall_put(&f->orders, key, r->arrival, r->received);
    order->value = b->money[FF_AMOUNT_VALUE];
    order->currency = currency;
    order->known = true;
    orders_count(p, b, currency);
    return FF_OK;
}

static ff_money_sum items_value(const struct ff_beacon *b)
{
    ff_money_sum sum = 0;
    for (uint32_t i = 0; i < b->item_count; i++)
        sum += (ff_money_sum)b->items[i].price * b->items[i].quantity;
    return sum;
}

static void orders_wait(struct fold *f, struct order *order, struct pending_refund refund)
{
    uint32_t number = pool_take(&f->pending);
    if (!number) {
        f->counts.refunds_left_out++;
        return;
    }
    refund.next = order->pending;
    *(struct pending_refund *)pool_at(&f->pending, number) = refund;
    order->pending = number;
}

void orders_refund(const struct pen *p, const struct ff_record *r)
{
    struct fold *f = p->fold;
    const struct ff_beacon *b = &r->beacon;
    struct hash128 key = orders_key(f, b);
    struct order *order = (struct order *)recall_find(&f->orders, key, r->arrival);
    bool known = order && order->known;
    struct pending_refund refund = {.at = b->time};
    refund.currency = b->currency ? b->currency : known ? order->currency : f->sites[b->site].currency;
    refund.needs_currency = !b->currency;
    if (ff_has(b, FF_HAS(VALUE)))
        refund.amount = b->money[FF_AMOUNT_VALUE];
    else if (b->item_count > 0)
        refund.amount = items_value(b);
    else if (known)
        refund.amount = order->value;
    else
        refund.needs_amount = true;
    emit_count(p, FF_COUNT_REFUNDS, b->time, 1);
    emit_money(p, FF_PURSE_REFUNDED, b->time, refund.currency, refund.amount, 1);
    if (known || !(refund.needs_amount || refund.needs_currency))
        return;
    if (!order)
        order = (struct order *)recall_put(&f->orders, key, r->arrival, r->received);
    orders_wait(f, order, refund);
}
