#include "cells.h"

#include "audit.h"

void cells_emit(const struct pen *p, ff_wall at, const struct ff_cell_ref *refs, size_t n, struct cells_by by)
{
    struct fold *f = p->fold;
    if (p->sign == 0 || n == 0 || (!by.fields && !by.money) || !f->sink.cells)
        return;
    int64_t negative[FF_ROW_FIELDS_MAX];
    struct ff_cells c = {.at = at, .site = p->site, .n = (uint16_t)n, .refs = refs, .by = by.by, .fields = by.fields};
    if (by.money) {
        c.currency = by.money->currency;
        c.amount = p->sign * by.money->amount;
        c.things = p->sign * by.money->things;
    }
    if (p->sign < 0) {
        for (uint32_t left = by.fields; left; left &= left - 1)
            negative[__builtin_ctz(left)] = -by.by[__builtin_ctz(left)];
        c.by = negative;
    }
    if (!audit_takes_cells(p, &c))
        f->sink.cells(f->sink.ctx, &c);
}

/* Once more: its first field. */
static void cells_emit_one(const struct pen *p, ff_wall at, enum ff_dimension dimension, uint32_t word)
{
    static const int64_t one = 1;
    struct ff_cell_ref ref = {word, (uint8_t)dimension};
    cells_emit(p, at, &ref, 1, (struct cells_by){.by = &one, .fields = FF_FIELD(0)});
}

_Static_assert(FF_ROW_VIEWS == 0 && FF_ROW_EVENTS == 0, "what an event adds to its own row is the first field");

void cells_page_view(const struct pen *p, const struct ff_beacon *b)
{
    cells_emit_one(p, b->time, FF_BY_PAGE, p->fold->said.word);
}

/* One without results is a row of its term in both dimensions. */
void cells_search(const struct pen *p, const struct ff_beacon *b)
{
    bool zero = ff_has(b, FF_HAS(RESULTS)) && b->number[FF_NUMBER_RESULTS] == 0;
    struct ff_cell_ref refs[] = {{p->fold->said.word, FF_BY_SEARCH_TERM}, {p->fold->said.word, FF_BY_ZERO_RESULT_TERM}};
    static const int64_t by[] = {[FF_ROW_SEARCHES] = 1, [FF_ROW_ZERO_RESULTS] = 1};
    uint32_t fields = FF_FIELD(FF_ROW_SEARCHES) | (zero ? FF_FIELD(FF_ROW_ZERO_RESULTS) : 0);
    cells_emit(p, b->time, refs, zero ? 2 : 1, (struct cells_by){by, fields, NULL});
}

void cells_step(const struct pen *p, const struct ff_beacon *b)
{
    cells_emit_one(p, b->time, FF_BY_CHECKOUT_STEP, p->fold->said.word);
}

void cells_custom(const struct pen *p, const struct ff_beacon *b)
{
    cells_emit_one(p, b->time, FF_BY_CUSTOM, p->fold->said.word);
}

/* The field that counts the items of an event. */
static enum ff_row_product cells_item_field(enum ff_type type)
{
    return type == FF_PURCHASE ? FF_ROW_ITEM_PURCHASED : type == FF_ADD_TO_CART ? FF_ROW_ITEM_ADDED : FF_ROW_ITEM_VIEWS;
}

static void cells_item(const struct pen *p, ff_wall at, const struct ff_item *item, struct cells_by by)
{
    struct words *words = p->fold->options.words;
    uint32_t sku = words_take(words, item->text[FF_ITEM_SKU]);
    uint32_t category = words_take(words, item->text[FF_ITEM_CATEGORY]);
    struct ff_cell_ref refs[] = {{sku, FF_BY_PRODUCT}, {category, FF_BY_CATEGORY}};
    cells_emit(p, at, refs, 2, by);
    words_drop(words, sku);
    words_drop(words, category);
}

void cells_items(const struct pen *p, const struct ff_beacon *b, ff_currency currency)
{
    bool purchase = b->type == FF_PURCHASE;
    enum ff_row_product field = cells_item_field(b->type);
    int64_t by[FF_ROW_PRODUCT_FIELDS];
    uint32_t fields = FF_FIELD(field) | (purchase ? FF_FIELD(FF_ROW_ITEM_QUANTITY) : 0);
    by[field] = 1;
    for (uint32_t i = 0; i < b->item_count; i++) {
        const struct ff_item *item = &b->items[i];
        by[FF_ROW_ITEM_QUANTITY] = item->quantity;
        struct cells_money money = {currency, item->has_price ? (ff_money_sum)item->price * item->quantity : 0, 1};
        cells_item(p, b->time, item, (struct cells_by){by, fields, purchase ? &money : NULL});
    }
}
