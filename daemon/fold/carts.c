#include "carts.h"

#include "rack.h"
#include "words.h"

static struct ff_span carts_text(const struct fold *f, uint32_t word)
{
    return word <= WORD_OTHER ? (struct ff_span){NULL, 0} : words_text(f->options.words, word);
}

void carts_view(const struct fold *f, uint32_t number, struct cart_view *out)
{
    const struct cart *c = cart_at(f, number);
    struct rack_key key = rack_key(f, c);
    bool paid = c->converted && c->gap;
    *out = (struct cart_view){
        .place = {key.at, key.seq, key.id},
        .state = c->rack ? (enum cart_state)c->rack : cart_state_at(f, c, f->now),
        .visitor = carts_text(f, c->card.visitor),
        .customer = carts_text(f, c->card.customer),
        .last_page = carts_text(f, c->card.page),
        .opened = c->opened,
        .last = c->last,
        .value = paid ? c->paid : c->value,
        .currency = paid ? c->paid_currency : c->currency,
        .checkout = c->checkout,
        .converted = c->converted,
        .emptied = c->emptied,
        .lines = c->lines,
    };
}

bool carts_next(const struct fold *f, uint16_t site, enum cart_state state, const struct cart_place *after,
                ff_wall upto, struct cart_view *out)
{
    struct rack_key place = {after->at, after->seq, after->id};
    uint32_t number = rack_after(f, site, state, &place);
    if (!number)
        return false;
    carts_view(f, number, out);
    return out->place.at <= upto;
}

void carts_line(const struct fold *f, uint32_t *line, struct cart_line_view *out)
{
    const struct line *l = line_at(f, *line);
    *out = (struct cart_line_view){carts_text(f, l->sku_text), carts_text(f, l->name), l->quantity, l->price};
    *line = l->next;
}
