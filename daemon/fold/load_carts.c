#include "loading.h"

#include "card.h"
#include "cart.h"
#include "encode_texts.h"
#include "lines.h"

static const struct lines_rule cart_lines = {CART_LINES_MAX, true, INT64_MAX};

uint32_t load_lines(struct loading *l, const struct lines_rule *rule, uint32_t *n, ff_money_sum *value)
{
    uint32_t first = 0, *end = &first;
    struct line line = {0};
    *n = 0;
    *value = 0;
    for (uint64_t before = 0; line_get(l->in, &line); before = line.sku) {
        bool ordered = *n == 0 || line.sku > before || (line.sku == before && !rule->once);
        if (!image_check(l->in, ordered && *n < rule->most && line.quantity <= rule->quantity))
            break;
        ++*n;
        *value += (ff_money_sum)line.price * line.quantity;
        uint32_t number = load_take(l, &l->fold->lines);
        line_texts_get(l->in, &l->cart_words, &line);
        if (!number) {
            lines_let_go(l->fold, &line);
            continue;
        }
        *line_at(l->fold, number) = line;
        *end = number;
        end = &line_at(l->fold, number)->next;
    }
    return first;
}

/* One that has been named; in the place of one before another, it has none before it. */
static uint32_t load_named_cart(struct loading *l, uint64_t i, bool before)
{
    uint32_t number = l->keep ? l->carts.number[i] : 0;
    if (!number || !image_check(l->in, !before || !cart_at(l->fold, number)->before))
        return 0;
    return cart_share(l->fold, number);
}

uint32_t load_cart(struct loading *l, unsigned depth, ff_wall near, struct cart *c)
{
    struct cart older;
    ff_money_sum value;
    *c = (struct cart){0};
    uint64_t word = image_uint_upto(l->in, depth == 0 ? CART_NONE : CART_NAMED + l->carts.n - 1);
    if (word == CART_NONE)
        return 0;
    if (word >= CART_NAMED)
        return load_named_cart(l, word - CART_NAMED, depth == 1);
    c->refs = 1;
    c->before = load_cart(l, depth - 1, near, &older);
    cart_get(l->in, c, near);
    card_get(l->in, &l->cart_words, &c->card, near);
    image_check(l->in, !l->tails || !c->card.id);
    c->lines = load_lines(l, &cart_lines, &c->line_count, &value);
    image_check(l->in, c->line_count == 0 || c->value == value);
    uint32_t number = load_take(l, &l->fold->carts);
    if (number) {
        *cart_at(l->fold, number) = *c;
    } else {
        lines_free(l->fold, &c->lines);
        cart_release(l->fold, &c->before);
        card_drop(l->fold, &c->card);
    }
    l->carts.number[l->carts.n++] = number;
    return number;
}
