#include "rack.h"

#include "cart.h"

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

int rack_compare(const struct rack_key *a, const struct rack_key *b)
{
    int order = ORDER(a->at, b->at);
    if (order == 0)
        order = ORDER(a->seq, b->seq);
    return order ? order : ORDER(a->id, b->id);
}

/* A cart that a record has left open has been abandoned by time alone. */
struct rack_key rack_key(const struct fold *f, const struct cart *c)
{
    bool by_time = c->rack == CART_ABANDONED && c->card.state == CART_OPEN;
    return (struct rack_key){by_time ? c->last + f->options.cart_abandon_after : c->card.at, c->card.seq,
                              c->card.id};
}

enum cart_state cart_state_at(const struct fold *f, const struct cart *c, ff_wall t)
{
    if (c->converted)
        return c->gap ? CART_RECOVERED : CART_UNLISTED;
    if (c->emptied)
        return CART_UNLISTED;
    return t >= c->last + f->options.cart_abandon_after ? CART_ABANDONED : CART_OPEN;
}

static uint32_t *rack_root(const struct fold *f, uint16_t site, enum cart_state state)
{
    return &f->sites[site].racks[state];
}

/* Which of two carts lies above the other in the tree: as good as chance, and always the same. */
static bool rack_above(uint32_t a, uint32_t b)
{
    uint64_t x = hash_mix(a), y = hash_mix(b);
    return x != y ? x > y : a > b;
}

/* A cart that looks for its place. No two have the same, unless an image was forged: then their numbers
 * tell them apart. */
struct seeker {
    struct rack_key key;
    uint32_t number;
};

/* Whether the cart stands before the seeker. */
static bool rack_before(const struct fold *f, uint32_t number, const struct seeker *s)
{
    struct rack_key key = rack_key(f, cart_at(f, number));
    int order = rack_compare(&key, &s->key);
    return order ? order < 0 : number < s->number;
}

/* Parts a tree into what stands before the seeker and the rest. */
static void rack_split(const struct fold *f, uint32_t tree, const struct seeker *s, uint32_t *before,
                        uint32_t *rest)
{
    while (tree) {
        struct cart *c = cart_at(f, tree);
        if (rack_before(f, tree, s)) {
            *before = tree;
            before = &c->by_rack.later;
            tree = c->by_rack.later;
        } else {
            *rest = tree;
            rest = &c->by_rack.sooner;
            tree = c->by_rack.sooner;
        }
    }
    *before = *rest = 0;
}

/* One tree of two, where all of the first stand before all of the second. */
static uint32_t rack_join(const struct fold *f, uint32_t first, uint32_t second)
{
    uint32_t tree = 0, *place = &tree;
    while (first && second) {
        if (rack_above(first, second)) {
            *place = first;
            place = &cart_at(f, first)->by_rack.later;
            first = *place;
        } else {
            *place = second;
            place = &cart_at(f, second)->by_rack.sooner;
            second = *place;
        }
    }
    *place = first ? first : second;
    return tree;
}

void rack_put(struct fold *f, uint32_t number, ff_wall t)
{
    struct cart *c = cart_at(f, number);
    enum cart_state state = cart_state_at(f, c, t);
    assert(c->rack == CART_UNLISTED);
    if (state == CART_UNLISTED || c->card.state == CART_UNLISTED)
        return;
    c->rack = (uint8_t)state;
    struct seeker s = {rack_key(f, c), number};
    uint32_t *place = rack_root(f, c->card.site, state);
    while (*place && rack_above(*place, number)) {
        struct cart *above = cart_at(f, *place);
        place = rack_before(f, *place, &s) ? &above->by_rack.later : &above->by_rack.sooner;
    }
    uint32_t sooner, later;
    rack_split(f, *place, &s, &sooner, &later);
    c->by_rack.sooner = sooner;
    c->by_rack.later = later;
    *place = number;
}

void rack_take(struct fold *f, uint32_t number)
{
    struct cart *c = cart_at(f, number);
    if (c->rack == CART_UNLISTED)
        return;
    struct seeker s = {rack_key(f, c), number};
    uint32_t *place = rack_root(f, c->card.site, (enum cart_state)c->rack);
    while (*place != number) {
        assert(*place);
        struct cart *above = cart_at(f, *place);
        place = rack_before(f, *place, &s) ? &above->by_rack.later : &above->by_rack.sooner;
    }
    *place = rack_join(f, c->by_rack.sooner, c->by_rack.later);
    c->rack = CART_UNLISTED;
}

uint32_t rack_after(const struct fold *f, uint16_t site, enum cart_state state, const struct rack_key *place)
{
    uint32_t found = 0, number = *rack_root(f, site, state);
    while (number) {
        const struct cart *c = cart_at(f, number);
        struct rack_key key = rack_key(f, c);
        bool behind = rack_compare(&key, place) > 0;
        if (behind)
            found = number;
        number = behind ? c->by_rack.sooner : c->by_rack.later;
    }
    return found;
}
