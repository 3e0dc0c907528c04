/* History: random events of a few visitors, the same for the same seed. */
#ifndef FOOTFALL_TEST_HISTORY_H
#define FOOTFALL_TEST_HISTORY_H

#include "bench.h"

#include <stdio.h>

#define EVENTS_MAX 40
#define ITEMS_MAX 3

struct happening {
    struct ff_beacon beacon;
    struct ff_item items[ITEMS_MAX];
    char order[12];
    ff_wall comes;
};

struct history {
    uint64_t seed;
    struct happening events[EVENTS_MAX];
    int n;
};

BENCH uint64_t draw(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

BENCH int below(struct history *h, int n)
{
    return (int)(draw(&h->seed) % (uint64_t)n);
}

/* Gaps at, just below and just above every limit, and many small ones. */
BENCH ff_dur draw_gap(struct history *h)
{
    static const ff_dur limits[] = {30 * FF_MINUTE, FF_HOUR, 24 * FF_HOUR, 7 * FF_DAY, 90 * FF_DAY};
    switch (below(h, 12)) {
    case 0:
        return limits[below(h, 4)] + below(h, 3) - 1;
    case 1:
        return below(h, 20) ? 29 * FF_MINUTE : limits[4] + below(h, 3) - 1;
    case 2:
        return 0;
    case 3:
    case 4:
        return below(h, 12) * FF_MINUTE;
    default:
        return below(h, 9) * 20 * FF_SECOND;
    }
}

BENCH void draw_items(struct history *h, struct happening *e)
{
    static const char *const skus[] = {"a", "b", "c"};
    uint32_t n = (uint32_t)below(h, ITEMS_MAX + 1);
    for (uint32_t i = 0; i < n; i++) {
        int quantity = below(h, 3) + (e->beacon.type != FF_UPDATE_CART);
        e->items[i] = below(h, 3) ? bench_item(skus[below(h, 3)], quantity, MONEY(below(h, 9)))
                                  : bench_unpriced(skus[below(h, 3)], quantity);
    }
    e->beacon.items = e->items;
    e->beacon.item_count = n;
    if (below(h, 6) == 0)
        e->beacon = bench_in(e->beacon, below(h, 2) ? EUR : USD);
}

/* What is broken down: a page, where it came from, a step, a name, results. */
BENCH void draw_said(struct history *h, struct ff_beacon *b)
{
    static const char *const pages[] = {"", "/", "/shoes", "/basket"}, *const sources[] = {"news", "ads", "mail"};
    static const char *const names[] = {"", "shipping", "payment"};
    if (b->type == FF_PAGE_VIEW)
        b->page = ff_span_text(pages[below(h, 4)]);
    if (below(h, 3))
        b->origin = (struct ff_origin){.device = (uint8_t)below(h, 3), .country = (uint16_t)below(h, 3)};
    if (below(h, 4) == 0)
        b->origin.channel = (uint8_t)below(h, FF_CHANNEL_COUNT);
    if (below(h, 5) == 0)
        b->source = ff_span_text(sources[below(h, 3)]);
    if (below(h, 7) == 0)
        b->campaign = ff_span_text(sources[below(h, 3)]);
    if (b->type == FF_SEARCH && below(h, 2))
        *b = bench_with_results(*b, below(h, 2));
    if (b->type == FF_CHECKOUT_STEP || b->type == FF_CUSTOM)
        b->text[b->type == FF_CUSTOM ? FF_TEXT_NAME : FF_TEXT_STEP] = ff_span_text(names[below(h, 3)]);
}

BENCH void draw_answer(struct history *h, struct ff_beacon *e)
{
    static const struct {
        const char *kind, *scale;
        int low, high;
    } surveys[] = {{"csat", "5", 1, 5}, {"ces", "5", 1, 5}, {"nps", "5", 1, 5}, {"nps", "0-10", 0, 10}, {"nps", "1-10", 1, 10}};
    int i = below(h, 5);
    static const char *const topics[] = {"", "delivery", "returns"}, *const comments[] = {"", "", "too late", "good"};
    *e = bench_answer(*e, surveys[i].kind, surveys[i].scale, surveys[i].low + below(h, surveys[i].high - surveys[i].low + 1),
                      topics[below(h, 3)]);
    *e = bench_saying(*e, comments[below(h, 4)]);
}

BENCH void draw_event(struct history *h, struct happening *e, const char *visitor, ff_wall t)
{
    static const enum ff_type types[] = {
        FF_PAGE_VIEW, FF_PAGE_VIEW, FF_PING, FF_PING, FF_VIEW_ITEM, FF_SEARCH, FF_SEARCH,
        FF_ADD_TO_CART, FF_ADD_TO_CART, FF_ADD_TO_CART, FF_REMOVE_FROM_CART, FF_REMOVE_FROM_CART,
        FF_UPDATE_CART, FF_VIEW_CART, FF_BEGIN_CHECKOUT, FF_CHECKOUT_STEP, FF_PURCHASE, FF_PURCHASE,
        FF_REFUND, FF_SURVEY, FF_CUSTOM, FF_SUPPORT_OPEN, FF_SUPPORT_REPLY, FF_SUPPORT_RESOLVE,
    };
    static const char *const terms[] = {"x", "y", ""};
    enum ff_type type = types[below(h, sizeof types / sizeof *types)];
    e->beacon = bench_engaged(type, visitor, t, below(h, 2) ? 0 : below(h, 12000));
    e->beacon.passive = type == FF_CUSTOM && below(h, 2);
    e->beacon.term_key = ff_span_text(terms[below(h, 3)]);
    if (type == FF_PURCHASE) {
        snprintf(e->order, sizeof e->order, "o%d", h->n);
        e->beacon = bench_purchase(visitor, t, e->order, MONEY(1 + below(h, 90)));
    } else if (type == FF_REFUND) {
        snprintf(e->order, sizeof e->order, "o%d", below(h, EVENTS_MAX));
        e->beacon = bench_refund(t, e->order);
        if (below(h, 2))
            e->beacon = bench_with_value(e->beacon, MONEY(below(h, 20)));
    }
    static const char *const tickets[] = {"t0", "t1", "t2"};
    if (type == FF_SURVEY)
        draw_answer(h, &e->beacon);
    if (type >= FF_SUPPORT_OPEN && type <= FF_SUPPORT_RESOLVE)
        e->beacon = bench_support(type, t, tickets[below(h, 3)]);
    draw_items(h, e);
    draw_said(h, &e->beacon);
}

/* Of 1 to 8 visitors. Arrivals stray from the times by at most the lateness of 5 minutes; ties of
 * time keep their order. */
BENCH void draw_history(struct history *h, uint64_t seed, int visitors)
{
    static const char *const names[] = {"ann", "bob", "cyn", "dan", "eve", "fay", "gus", "hal"};
    h->seed = seed * UINT64_C(0x9e3779b97f4a7c15) | 1;
    h->n = 0;
    ff_wall t = BENCH_START;
    int n = 4 + below(h, EVENTS_MAX - 4);
    while (h->n < n) {
        struct happening *e = &h->events[h->n];
        ff_dur gap = draw_gap(h);
        t += gap;
        draw_event(h, e, names[below(h, visitors)], t);
        e->comes = t + below(h, 3) * below(h, 151) * FF_SECOND;
        if (gap == 0 && h->n > 0 && e->comes < e[-1].comes)
            e->comes = e[-1].comes;
        h->n++;
    }
}

#endif
