#include "orders.h"

#include "cells.h"

static struct hash128 orders_key(const struct fold *f, const struct ff_beacon *b)
{
    return hash_id_wide(&f->seed, f->sites[b->site].scope, b->text[FF_TEXT_ORDER]);
}

/* Counts the refunds that wait for this order as what it says they are. */
static void orders_settle(const struct pen *p, struct hash128 key, const struct order *order)
{
    struct recall *refunds = &p->fold->refunds;
    struct waiting_refund *w;
    while ((w = (struct waiting_refund *)recall_find(refunds, key, order->entry.arrival))) {
        emit_money(p, FF_PURSE_REFUNDED, w->at, w->currency, -w->amount, -1);
        emit_money(p, FF_PURSE_REFUNDED, w->at, w->needs_currency ? order->currency : w->currency,
                   w->needs_amount ? order->value : w->amount, 1);
        recall_forget(refunds, &w->entry);
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
    cells_items(p, b, currency);
}

enum ff_status orders_purchase(const struct pen *p, const struct ff_record *r)
{
    struct fold *f = p->fold;
    const struct ff_beacon *b = &r->beacon;
    struct hash128 key = orders_key(f, b);
    if (recall_find(&f->orders, key, r->arrival)) {
        emit_count(p, FF_COUNT_ORDER_DUPLICATES, b->time, 1);
        f->counts.duplicate_orders++;
        return FF_DUPLICATE_ORDER;
    }
    struct order *order = (struct order *)recall_put(&f->orders, key, r->arrival, r->received);
    order->value = b->money[FF_AMOUNT_VALUE];
    order->currency = b->currency ? b->currency : f->sites[b->site].currency;
    orders_settle(p, key, order);
    orders_count(p, b, order->currency);
    return FF_OK;
}

static ff_money_sum items_value(const struct ff_beacon *b)
{
    ff_money_sum sum = 0;
    for (uint32_t i = 0; i < b->item_count; i++)
        sum += (ff_money_sum)b->items[i].price * b->items[i].quantity;
    return sum;
}

static void orders_wait(struct fold *f, struct hash128 key, const struct ff_record *r,
                        struct waiting_refund refund)
{
    if (recall_has_many(&f->refunds, key)) {
        f->counts.refunds_left_out++;
        return;
    }
    struct recall_entry *e = recall_put(&f->refunds, key, r->arrival, r->received);
    refund.entry = *e;
    *(struct waiting_refund *)e = refund;
}

void orders_refund(const struct pen *p, const struct ff_record *r)
{
    struct fold *f = p->fold;
    const struct ff_beacon *b = &r->beacon;
    struct hash128 key = orders_key(f, b);
    const struct order *order = (struct order *)recall_find(&f->orders, key, r->arrival);
    struct waiting_refund refund = {.at = b->time};
    refund.currency = b->currency ? b->currency : order ? order->currency : f->sites[b->site].currency;
    refund.needs_currency = !b->currency;
    if (ff_has(b, FF_HAS(VALUE)))
        refund.amount = b->money[FF_AMOUNT_VALUE];
    else if (b->item_count > 0)
        refund.amount = items_value(b);
    else if (order)
        refund.amount = order->value;
    else
        refund.needs_amount = true;
    emit_count(p, FF_COUNT_REFUNDS, b->time, 1);
    emit_money(p, FF_PURSE_REFUNDED, b->time, refund.currency, refund.amount, 1);
    if (!order && (refund.needs_amount || refund.needs_currency))
        orders_wait(f, key, r, refund);
}
