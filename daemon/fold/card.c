#include "card.h"

#include "cart.h"
#include "course.h"
#include "rack.h"
#include "words.h"

/* When the cart before the visitor's last one is judged: it lives no longer, so it is open no more. */
#define FOREVER INT64_MAX

void card_drop(struct fold *f, struct card *card)
{
    words_drop(&f->cart_words, card->visitor);
    words_drop(&f->cart_words, card->customer);
    words_drop(&f->cart_words, card->page);
    *card = (struct card){0};
}

static bool card_in_order(const struct visitor *v, const struct ff_record *r)
{
    return v->newest == FF_NEVER || r->beacon.time >= v->newest;
}

static void card_take_one(struct fold *f, uint32_t number, ff_wall as_of, struct card_held *held)
{
    if (!number)
        return;
    struct cart *c = cart_at(f, number);
    rack_take(f, number);
    *held = (struct card_held){c->card, c->opened, c->last, c->value, cart_state_at(f, c, as_of),
                               c->converted, c->emptied, true};
    c->card = (struct card){0};
}

void card_take(struct fold *f, uint32_t visitor, const struct ff_record *r, struct card_hand *hand)
{
    const struct visitor *v = visitor_at(f, visitor);
    uint32_t number = v->head.cart;
    hand->folds = course_touches_cart(r->beacon.type) || (number && !card_in_order(v, r));
    hand->of[0].there = hand->of[1].there = false;
    if (!hand->folds || !number)
        return;
    card_take_one(f, number, r->received, &hand->of[0]);
    card_take_one(f, cart_at(f, number)->before, FOREVER, &hand->of[1]);
}

/* The held card of this cart. One that was opened at another time is the visitor's last cart all the same
 * when that is looked for: an event out of order has moved its opening. */
static struct card_held *card_find(struct card_hand *hand, const struct cart *c, bool last)
{
    for (int i = 0; i < 2; i++)
        if (hand->of[i].there && hand->of[i].opened == c->opened)
            return &hand->of[i];
    return last && hand->of[0].there ? &hand->of[0] : NULL;
}

static void card_word(struct fold *f, uint32_t *word, struct ff_span text)
{
    if (text.n == 0)
        return;
    uint32_t taken = words_take(&f->cart_words, text);
    words_drop(&f->cart_words, *word);
    *word = taken;
}

static bool card_changed(const struct card_held *held, const struct cart *c)
{
    return !held || held->last != c->last || held->converted != c->converted ||
           held->emptied != c->emptied || held->value != c->value;
}

/* What the record, which has changed the cart, means to who acts on carts. All of it goes by the record's
 * own receipt: with several ingest threads that is a little out of order. */
static void card_announce(const struct fold *f, struct cart *c, const struct card_held *held, bool last,
                          const struct ff_record *r)
{
    struct card *card = &c->card;
    enum cart_state is = cart_state_at(f, c, last ? r->received : FOREVER);
    bool again = false;
    if (held && held->state == CART_ABANDONED) {
        again = c->last - held->last >= f->options.cart_abandon_after;
        if (card->state == CART_OPEN) {
            card->state = CART_ABANDONED;
            card->at = held->last + f->options.cart_abandon_after;
        }
    }
    if (r->imported) {
        card->state = CART_UNLISTED;
        card->at = 0;
        card->seq = 0;
    } else if (is != card->state || (is == CART_ABANDONED && again)) {
        card->state = (uint8_t)is;
        card->at = is == CART_UNLISTED ? 0 : r->received;
        card->seq = is == CART_UNLISTED ? 0 : r->seq;
    }
}

/* A new card's id; never 0. */
static uint64_t card_id(const struct fold *f, const struct visitor *v, const struct cart *c, uint64_t seq)
{
    uint64_t of[] = {v->key, (uint64_t)c->opened, seq};
    uint64_t id = hash_id(&f->seed, f->sites[v->site].scope, ff_span_of((const char *)of, sizeof of));
    return id ? id : 1;
}

static void card_give_one(struct fold *f, uint32_t visitor, const struct ff_record *r, struct card_hand *hand,
                          uint32_t number, bool last)
{
    if (!number)
        return;
    const struct visitor *v = visitor_at(f, visitor);
    struct cart *c = cart_at(f, number);
    struct card_held *held = card_find(hand, c, last);
    if (held) {
        c->card = held->card;
        held->there = false;
    } else {
        c->card = (struct card){.id = card_id(f, v, c, r->seq), .site = v->site};
        card_word(f, &c->card.visitor, r->beacon.text[FF_TEXT_VISITOR]);
    }
    if (card_changed(held, c))
        card_announce(f, c, held, last, r);
    rack_put(f, number, last ? f->now : FOREVER);
}

/* As whom the visitor was last seen, and where: up to the purchase. Not once the cart is past recovery. */
static void card_see(struct fold *f, const struct visitor *v, const struct ff_record *r)
{
    struct cart *c = cart_at(f, v->head.cart);
    if (r->beacon.time - c->last > f->options.cart_recover_within)
        return;
    card_word(f, &c->card.customer, r->beacon.text[FF_TEXT_CUSTOMER]);
    if (r->beacon.time >= v->newest && !c->converted)
        card_word(f, &c->card.page, r->beacon.page);
}

void card_give(struct fold *f, uint32_t visitor, const struct ff_record *r, struct card_hand *hand)
{
    const struct visitor *v = visitor_at(f, visitor);
    uint32_t number = v->head.cart;
    if (hand->folds && number) {
        card_give_one(f, visitor, r, hand, cart_at(f, number)->before, false);
        card_give_one(f, visitor, r, hand, number, true);
    }
    for (int i = 0; i < 2; i++)
        if (hand->of[i].there)
            card_drop(f, &hand->of[i].card);
    if (number)
        card_see(f, v, r);
}

static void card_forget_in(struct fold *f, struct card *card, uint64_t customer)
{
    if (card->customer <= WORD_OTHER ||
        hash_id(&f->seed, f->sites[card->site].customer_scope, words_text(&f->cart_words, card->customer)) != customer)
        return;
    words_drop(&f->cart_words, card->customer);
    card->customer = WORD_NONE;
}

/* Every visitor's last cart is in the list of those that give way. */
void card_forget(struct fold *f, uint64_t customer)
{
    for (uint32_t number = f->carts_by_touch.oldest; number; number = chain_at(&f->carts_by_touch, number)->newer)
        for (uint32_t i = number; i; i = cart_at(f, i)->before)
            card_forget_in(f, &cart_at(f, i)->card, customer);
}

void card_rack(struct fold *f, uint32_t visitor, ff_wall t)
{
    uint32_t number = visitor_at(f, visitor)->head.cart;
    if (!number)
        return;
    rack_put(f, number, t);
    if (cart_at(f, number)->before)
        rack_put(f, cart_at(f, number)->before, FOREVER);
}
