#include "lines.h"

#include "words.h"

/* Sku hashes only meet within one cart; any constant scope does. */
#define SKU_SCOPE 1

/* Merges two ordered chains into one; of equal skus those of the first come first. */
static uint32_t lines_merge(struct fold *f, uint32_t first, uint32_t second)
{
    uint32_t merged = 0, *end = &merged;
    while (first && second) {
        uint32_t *next = line_at(f, second)->sku < line_at(f, first)->sku ? &second : &first;
        *end = *next;
        end = &line_at(f, *end)->next;
        *next = *end;
    }
    *end = first ? first : second;
    return merged;
}

static uint32_t lines_from_item(struct fold *f, const struct ff_item *item)
{
    uint32_t number = pool_take(&f->lines);
    assert(number);
    *line_at(f, number) = (struct line){
        .sku = hash_id(&f->seed, SKU_SCOPE, item->text[FF_ITEM_SKU]),
        .price = item->price,
        .has_price = item->has_price,
        .quantity = item->quantity,
        .sku_text = words_take(f->options.words, item->text[FF_ITEM_SKU]),
        .name = words_take(f->options.words, item->text[FF_ITEM_NAME]),
    };
    return number;
}

/* A merge sort as the items come: runs[i] is an ordered chain of 2^i of them, or none, and older
 * than those of runs[i - 1]. */
uint32_t lines_from_items(struct fold *f, const struct ff_item *items, uint32_t count)
{
    if (count == 0)
        return 0;
    uint32_t runs[33], chain = 0;
    size_t used = 0; /* of the runs */
    for (uint32_t n = 0; n < count; n++) {
        uint32_t run = lines_from_item(f, &items[n]);
        size_t i = 0;
        for (; i < used && runs[i]; i++) {
            run = lines_merge(f, runs[i], run);
            runs[i] = 0;
        }
        runs[i] = run;
        used += i == used;
    }
    for (size_t i = 0; i < used; i++)
        chain = lines_merge(f, runs[i], chain);
    return chain;
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
        words_hold(f->options.words, l->sku_text);
        words_hold(f->options.words, l->name);
        *end = number;
        end = &l->next;
    }
    return first;
}

void lines_let_go(struct fold *f, const struct line *l)
{
    words_drop(f->options.words, l->sku_text);
    words_drop(f->options.words, l->name);
}

/* Gives back one line that is in no chain any more. */
static void line_free(struct fold *f, uint32_t number)
{
    lines_let_go(f, line_at(f, number));
    pool_give(&f->lines, number);
}

void lines_free(struct fold *f, uint32_t *chain)
{
    while (*chain) {
        uint32_t next = line_at(f, *chain)->next;
        line_free(f, *chain);
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

/* From a place in an ordered chain onward, the place of the first number whose sku is not less: that
 * of the line with this sku, or where it would stand. */
static uint32_t *lines_seek(const struct fold *f, uint32_t *place, uint64_t sku)
{
    while (*place && line_at(f, *place)->sku < sku)
        place = &line_at(f, *place)->next;
    return place;
}

static bool lines_found(const struct fold *f, const uint32_t *place, uint64_t sku)
{
    return *place && line_at(f, *place)->sku == sku;
}

/* The line is called so from now on; nothing where no name is given. */
static void line_rename(struct fold *f, struct line *l, uint32_t name)
{
    if (name == WORD_NONE)
        return;
    words_hold(f->options.words, name);
    words_drop(f->options.words, l->name);
    l->name = name;
}

/* Adds one item at its place in the cart's chain; a price or a name that is not given is the line's, else
 * that of the line the cart had (NULL: none). */
static void lines_add_one(struct fold *f, struct cart *c, uint32_t *place, const struct line *item,
                          const struct line *old)
{
    if (!lines_found(f, place, item->sku)) {
        if (c->line_count == CART_LINES_MAX) {
            f->counts.lines_left_out++;
            return;
        }
        uint32_t fresh = pool_take(&f->lines);
        assert(fresh);
        *line_at(f, fresh) = (struct line){
            .sku = item->sku, .price = old ? old->price : 0, .next = *place, .sku_text = item->sku_text};
        words_hold(f->options.words, item->sku_text);
        line_rename(f, line_at(f, fresh), old ? old->name : WORD_NONE);
        *place = fresh;
        c->line_count++;
    }
    struct line *l = line_at(f, *place);
    l->quantity += item->quantity;
    if (item->has_price)
        l->price = item->price;
    line_rename(f, l, item->name);
}

void lines_add(struct fold *f, struct cart *c, uint32_t items)
{
    uint32_t *place = &c->lines;
    for (; items; items = line_at(f, items)->next) {
        const struct line *item = line_at(f, items);
        place = lines_seek(f, place, item->sku);
        if (item->quantity > 0)
            lines_add_one(f, c, place, item, NULL);
    }
}

/* Takes out the line whose number stands at this place of the cart's chain. */
static void lines_drop(struct fold *f, struct cart *c, uint32_t *place)
{
    uint32_t gone = *place;
    *place = line_at(f, gone)->next;
    line_free(f, gone);
    c->line_count--;
}

void lines_remove(struct fold *f, struct cart *c, uint32_t items)
{
    uint32_t *place = &c->lines;
    for (; items; items = line_at(f, items)->next) {
        const struct line *item = line_at(f, items);
        place = lines_seek(f, place, item->sku);
        if (!lines_found(f, place, item->sku))
            continue;
        line_at(f, *place)->quantity -= item->quantity;
        if (line_at(f, *place)->quantity <= 0)
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
    uint32_t old = c->lines, *before = &old, *place = &c->lines;
    c->lines = 0;
    c->line_count = 0;
    for (; items; items = line_at(f, items)->next) {
        const struct line *item = line_at(f, items);
        before = lines_seek(f, before, item->sku);
        place = lines_seek(f, place, item->sku);
        lines_add_one(f, c, place, item, lines_found(f, before, item->sku) ? line_at(f, *before) : NULL);
    }
    lines_free(f, &old);
    lines_drop_none(f, c);
}
