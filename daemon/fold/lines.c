#include "lines.h"

/* Sku hashes only meet within one cart; any constant scope does. */
#define SKU_SCOPE 1

uint32_t lines_from_items(struct fold *f, const struct ff_item *items, uint32_t count)
{
    uint32_t first = 0, *end = &first;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t number = pool_take(&f->lines);
        assert(number);
        struct line *l = line_at(f, number);
        l->sku = hash_id(&f->seed, SKU_SCOPE, items[i].text[FF_ITEM_SKU]);
        l->price = items[i].price;
        l->has_price = items[i].has_price;
        l->quantity = items[i].quantity;
        *end = number;
        end = &l->next;
    }
    return first;
}

uint32_t lines_copy(struct fold *f, uint32_t chain)
{
    uint32_t first = 0, *end = &first;
    for (; chain; chain = line_at(f, chain)->next) {
        uint32_t number = pool_take(&f->lines);
        assert(number);
        struct line *l = line_at(f, number);
        *l = *line_at(f, chain);
        l->next = 0;
        *end = number;
        end = &l->next;
    }
    return first;
}

void lines_free(struct fold *f, uint32_t *chain)
{
    while (*chain) {
        uint32_t next = line_at(f, *chain)->next;
        pool_give(&f->lines, *chain);
        *chain = next;
    }
}

bool lines_any(const struct fold *f, uint32_t chain)
{
    for (; chain; chain = line_at(f, chain)->next)
        if (line_at(f, chain)->quantity > 0)
            return true;
    return false;
}

ff_money_sum lines_value(const struct fold *f, uint32_t chain)
{
    ff_money_sum sum = 0;
    for (; chain; chain = line_at(f, chain)->next)
        sum += (ff_money_sum)line_at(f, chain)->price * line_at(f, chain)->quantity;
    return sum;
}

/* The place of the number of the line with this sku, or of the 0 that ends the chain. */
static uint32_t *lines_find(const struct fold *f, uint32_t *chain, uint64_t sku)
{
    while (*chain && line_at(f, *chain)->sku != sku)
        chain = &line_at(f, *chain)->next;
    return chain;
}

/* Adds one item to the cart's lines; a price that is not given is the line's, else old_price. */
static void lines_add_one(struct fold *f, struct cart *c, const struct line *item, ff_money old_price)
{
    uint32_t *place = lines_find(f, &c->lines, item->sku);
    if (!*place) {
        if (c->line_count == CART_LINES_MAX) {
            f->counts.lines_left_out++;
            return;
        }
        *place = pool_take(&f->lines);
        assert(*place);
        *line_at(f, *place) = (struct line){.sku = item->sku, .price = old_price};
        c->line_count++;
    }
    struct line *l = line_at(f, *place);
    l->quantity += item->quantity;
    if (item->has_price)
        l->price = item->price;
}

void lines_add(struct fold *f, struct cart *c, uint32_t items)
{
    for (; items; items = line_at(f, items)->next)
        if (line_at(f, items)->quantity > 0)
            lines_add_one(f, c, line_at(f, items), 0);
}

/* Takes out the line whose number stands at this place of the cart's chain. */
static void lines_drop(struct fold *f, struct cart *c, uint32_t *place)
{
    uint32_t gone = *place;
    *place = line_at(f, gone)->next;
    pool_give(&f->lines, gone);
    c->line_count--;
}

void lines_remove(struct fold *f, struct cart *c, uint32_t items)
{
    for (; items; items = line_at(f, items)->next) {
        const struct line *item = line_at(f, items);
        uint32_t *place = lines_find(f, &c->lines, item->sku);
        if (!*place)
            continue;
        struct line *l = line_at(f, *place);
        l->quantity -= item->quantity;
        if (l->quantity <= 0)
            lines_drop(f, c, place);
    }
}

/* Takes out the lines with a quantity of 0, which brought at most a price. */
static void lines_drop_none(struct fold *f, struct cart *c)
{
    for (uint32_t *place = &c->lines; *place;)
        if (line_at(f, *place)->quantity > 0)
            place = &line_at(f, *place)->next;
        else
            lines_drop(f, c, place);
}

void lines_replace(struct fold *f, struct cart *c, uint32_t items)
{
    uint32_t old = c->lines;
    c->lines = 0;
    c->line_count = 0;
    for (; items; items = line_at(f, items)->next) {
        const struct line *item = line_at(f, items);
        const uint32_t *before = lines_find(f, &old, item->sku);
        lines_add_one(f, c, item, *before ? line_at(f, *before)->price : 0);
    }
    lines_free(f, &old);
    lines_drop_none(f, c);
}
