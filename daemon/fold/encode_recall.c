#include "encode_recall.h"

#include "encode.h"

/* An event's arrival is its receipt, but in an import. */
enum entry_kind { ENTRY_FORGOTTEN, ENTRY_LIVE, ENTRY_IMPORTED };

void recall_entry_put(struct image_out *out, const struct recall_entry *e, ff_wall *near)
{
    enum entry_kind kind = e->received == FF_NEVER ? ENTRY_FORGOTTEN
                           : e->arrival == e->received ? ENTRY_LIVE : ENTRY_IMPORTED;
    image_put_uint(out, kind);
    if (kind == ENTRY_FORGOTTEN)
        return;
    image_put_u64(out, e->key.lo);
    image_put_u64(out, e->key.hi);
    wall_put(out, e->received, *near);
    if (kind == ENTRY_IMPORTED)
        wall_put(out, e->arrival, e->received);
    *near = e->received;
}

bool recall_entry_get(struct image_in *in, struct recall_entry *e, ff_wall *near)
{
    enum entry_kind kind = (enum entry_kind)image_uint_upto(in, ENTRY_IMPORTED);
    *e = (struct recall_entry){.received = FF_NEVER};
    if (kind == ENTRY_FORGOTTEN)
        return false;
    e->key.lo = image_u64(in);
    e->key.hi = image_u64(in);
    e->received = wall_get(in, *near);
    e->arrival = kind == ENTRY_IMPORTED ? wall_get(in, e->received) : e->received;
    *near = e->received;
    return true;
}

void order_put(struct image_out *out, const struct recall_entry *e)
{
    const struct order *o = (const struct order *)e;
    image_put_int(out, o->value);
    image_put_uint(out, o->currency);
}

void order_get(struct image_in *in, struct recall_entry *e)
{
    struct order *o = (struct order *)e;
    o->value = money_get(in);
    o->currency = currency_get(in);
}

void waiting_refund_put(struct image_out *out, const struct recall_entry *e)
{
    const struct waiting_refund *w = (const struct waiting_refund *)e;
    image_put_uint(out, w->needs_amount | w->needs_currency << 1);
    wall_put(out, w->at, w->entry.arrival);
    sum_put(out, w->amount);
    image_put_uint(out, w->currency);
}

void waiting_refund_get(struct image_in *in, struct recall_entry *e)
{
    struct waiting_refund *w = (struct waiting_refund *)e;
    uint64_t needs = image_uint_upto(in, 3);
    w->needs_amount = needs & 1;
    w->needs_currency = needs >> 1;
    w->at = wall_get(in, w->entry.arrival);
    w->amount = sum_get(in);
    w->currency = currency_get(in);
}
