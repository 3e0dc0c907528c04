/* Shop: a fold with the sites of the desk, to ask about its visitors and their carts. */
#ifndef FOOTFALL_TEST_SHOP_H
#define FOOTFALL_TEST_SHOP_H

#include "desk.h"

#include "fold.h"
#include "hash.h"
#include "words.h"

struct shop {
    struct desk *desk;
    struct words words;
    struct fold *fold;
    uint64_t seq;
};

static inline void shop_ignore(void *ctx, const struct ff_fact *facts, size_t n)
{
    (void)ctx;
    (void)facts;
    (void)n;
}

static int shop_open(void **state)
{
    static const struct fold_site sites[] = {{"shop", FF_CURRENCY('E', 'U', 'R')}, {"other", FF_CURRENCY('U', 'S', 'D')}};
    struct shop *s = calloc(1, sizeof *s);
    if (!s || desk_open(state) != 0 || !words_init(&s->words, 1000, &(struct hash_seed){{1, 2}}))
        return -1;
    s->desk = *state;
    struct fold_options options = {
        .sites = sites, .site_count = 2, .words = &s->words, .session_timeout = 30 * FF_MINUTE,
        .session_max_length = FF_DAY, .session_lateness = 5 * FF_MINUTE, .session_remember = 90 * FF_DAY,
        .cart_abandon_after = FF_HOUR, .cart_recover_within = 7 * FF_DAY, .dedupe_window = FF_DAY,
        .orders_dedupe = 90 * FF_DAY, .max_age = 72 * FF_HOUR, .max_visitors = 1000, .max_carts = 1000,
        .max_ids = 64, .max_orders = 64, .max_tails = 64, .max_tail_events = 2000, .max_lines = 65536, .max_cart_words = 1000,
    };
    struct hash_seed seed = {{1, 2}};
    struct ff_fact_sink sink = {.take = shop_ignore};
    s->fold = fold_new(&options, &seed, &sink);
    s->desk->ctx.fold = s->fold;
    *state = s;
    return s->fold ? 0 : -1;
}

static int shop_close(void **state)
{
    struct shop *s = *state;
    void *desk = s->desk;
    fold_free(&s->fold);
    words_fini(&s->words);
    free(s);
    return desk_close(&desk);
}

/* A visitor puts one thing in the cart, so long before NOW. */
static inline void shop_add(struct shop *s, const char *visitor, const char *sku, ff_dur before)
{
    struct ff_item item = {.quantity = 2, .price = 25 * FF_MONEY_ONE / 10, .has_price = true};
    item.text[FF_ITEM_SKU] = ff_span_text(sku);
    struct ff_record r = {.seq = ++s->seq, .received = NOW - before, .arrival = NOW - before};
    r.beacon = (struct ff_beacon){.type = FF_ADD_TO_CART, .time = r.received, .items = &item, .item_count = 1,
                                  .has = FF_HAS(TYPE) | FF_HAS(TIME) | FF_HAS(VISITOR) | FF_HAS(ITEMS)};
    r.beacon.text[FF_TEXT_VISITOR] = ff_span_text(visitor);
    fold_apply(s->fold, &r, NULL);
}

/* Asks at NOW. */
static inline const char *shop_ask(struct shop *s, const char *path, const char *query)
{
    fold_advance(s->fold, NOW);
    return desk_ask(s->desk, path, query);
}

#endif
