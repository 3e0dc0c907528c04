#include "cells.h"

#include "audit.h"

/* How many fields a row of the dimension has. */
static size_t cells_fields(uint8_t dimension)
{
    static const uint8_t kinds[] = {
        [FF_ROW_SESSION] = FF_ROW_SESSION_FIELDS, [FF_ROW_PAGE] = FF_ROW_PAGE_FIELDS,
        [FF_ROW_PRODUCT] = FF_ROW_PRODUCT_FIELDS, [FF_ROW_TERM] = FF_ROW_TERM_FIELDS,
        [FF_ROW_EVENT] = FF_ROW_EVENT_FIELDS,     [FF_ROW_SURVEY] = FF_ROW_SURVEY_FIELDS,
    };
    static const uint8_t dimensions[] = {
#define X(name, by, kind, class) [FF_BY_##name] = FF_ROW_##kind,
        FF_DIMENSION_TABLE(X)
#undef X
    };
    return kinds[dimensions[dimension]];
}

void cells_emit(const struct pen *p, ff_wall at, const struct ff_cell_ref *refs, size_t n, const int64_t *by,
                ff_currency currency, ff_money_sum amount)
{
    struct fold *f = p->fold;
    if (p->sign == 0 || n == 0 || !f->sink.cells)
        return;
    int64_t negative[FF_ROW_FIELDS_MAX];
    size_t fields = cells_fields(refs->dimension), i = 0;
    while (i < fields && by[i] == 0)
        i++;
    if (i == fields && amount == 0)
        return;
    struct ff_cells c = {.at = at, .site = p->site, .n = (uint16_t)n, .refs = refs, .by = by,
                         .currency = currency, .amount = amount};
    if (p->sign < 0) {
        for (i = 0; i < fields; i++)
            negative[i] = -by[i];
        c.by = negative;
        c.amount = -amount;
    }
    if (!audit_takes_cells(p, &c, fields))
        f->sink.cells(f->sink.ctx, &c);
}

static void cells_emit_one(const struct pen *p, ff_wall at, enum ff_dimension dimension, uint32_t word,
                           const int64_t *by)
{
    struct ff_cell_ref ref = {word, (uint8_t)dimension};
    cells_emit(p, at, &ref, 1, by, 0, 0);
}

void cells_page_view(const struct pen *p, const struct ff_beacon *b)
{
    static const int64_t by[FF_ROW_PAGE_FIELDS] = {[FF_ROW_VIEWS] = 1};
    cells_emit_one(p, b->time, FF_BY_PAGE, p->fold->said.word, by);
}

/* One without results is a row of its term in both dimensions. */
void cells_search(const struct pen *p, const struct ff_beacon *b)
{
    bool zero = ff_has(b, FF_HAS(RESULTS)) && b->number[FF_NUMBER_RESULTS] == 0;
    struct ff_cell_ref refs[] = {{p->fold->said.word, FF_BY_SEARCH_TERM}, {p->fold->said.word, FF_BY_ZERO_RESULT_TERM}};
    int64_t by[FF_ROW_TERM_FIELDS] = {[FF_ROW_SEARCHES] = 1, [FF_ROW_ZERO_RESULTS] = zero};
    cells_emit(p, b->time, refs, zero ? 2 : 1, by, 0, 0);
}

static const int64_t one_event[FF_ROW_EVENT_FIELDS] = {[FF_ROW_EVENTS] = 1};

void cells_step(const struct pen *p, const struct ff_beacon *b)
{
    cells_emit_one(p, b->time, FF_BY_CHECKOUT_STEP, p->fold->said.word, one_event);
}

void cells_custom(const struct pen *p, const struct ff_beacon *b)
{
    cells_emit_one(p, b->time, FF_BY_CUSTOM, p->fold->said.word, one_event);
}

static void cells_item(const struct pen *p, ff_wall at, const struct ff_item *item, const int64_t *by,
                       ff_currency currency, ff_money_sum amount)
{
    struct words *words = p->fold->options.words;
    uint32_t sku = words_take(words, item->text[FF_ITEM_SKU]);
    uint32_t category = words_take(words, item->text[FF_ITEM_CATEGORY]);
    struct ff_cell_ref refs[] = {{sku, FF_BY_PRODUCT}, {category, FF_BY_CATEGORY}};
    cells_emit(p, at, refs, 2, by, currency, amount);
    words_drop(words, sku);
    words_drop(words, category);
}

void cells_items(const struct pen *p, const struct ff_beacon *b, ff_currency currency)
{
    bool purchase = b->type == FF_PURCHASE;
    int64_t by[FF_ROW_PRODUCT_FIELDS] = {[FF_ROW_ITEM_VIEWS] = b->type == FF_VIEW_ITEM,
                                         [FF_ROW_ITEM_ADDED] = b->type == FF_ADD_TO_CART,
                                         [FF_ROW_ITEM_PURCHASED] = purchase};
    for (uint32_t i = 0; i < b->item_count; i++) {
        const struct ff_item *item = &b->items[i];
        by[FF_ROW_ITEM_QUANTITY] = purchase ? item->quantity : 0;
        ff_money_sum amount = purchase && item->has_price ? (ff_money_sum)item->price * item->quantity : 0;
        cells_item(p, b->time, item, by, purchase ? currency : 0, amount);
    }
}
