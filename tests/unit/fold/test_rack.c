#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench.h"
#include "rack.h"

#define MANY 400

/* Carts of site 0, made by hand. */
struct stand {
    struct bench b;
    uint32_t number[MANY];
    struct rack_key key[MANY];
    bool there[MANY];
};

static uint64_t draw(uint64_t *seed)
{
    *seed += UINT64_C(0x9e3779b97f4a7c15);
    return hash_mix(*seed);
}

static void stand_open(struct stand *s, uint64_t *seed)
{
    struct fold_options o = bench_options();
    o.max_carts = MANY;
    bench_open_with(&s->b, o);
    fold_advance(s->b.fold, T(0));
    for (int i = 0; i < MANY; i++) {
        s->number[i] = pool_take(&s->b.fold->carts);
        assert_true(s->number[i] > 0);
        /* Many at one instant, some by one record, too. */
        s->key[i] = (struct rack_key){T(draw(seed) % 20), draw(seed) % 3, (uint64_t)i + 1};
        *cart_at(s->b.fold, s->number[i]) = (struct cart){
            .opened = T(0), .last = T(0), .refs = 1,
            .card = {.id = s->key[i].id, .at = s->key[i].at, .seq = s->key[i].seq, .state = CART_OPEN}};
        s->there[i] = false;
    }
}

/* The place of the first of those there behind a key, or -1. */
static int stand_first(const struct stand *s, const struct rack_key *after)
{
    int found = -1;
    for (int i = 0; i < MANY; i++)
        if (s->there[i] && rack_compare(&s->key[i], after) > 0 &&
            (found < 0 || rack_compare(&s->key[i], &s->key[found]) < 0))
            found = i;
    return found;
}

static void assert_in_order(const struct stand *s)
{
    struct rack_key place = {.at = FF_NEVER};
    for (;;) {
        int want = stand_first(s, &place);
        uint32_t got = rack_after(s->b.fold, 0, CART_OPEN, &place);
        assert_int_equal(got, want < 0 ? 0 : s->number[want]);
        if (want < 0)
            return;
        place = s->key[want];
    }
}

static void carts_stand_in_their_order_whatever_comes_and_goes(void **state)
{
    (void)state;
    static struct stand s;
    uint64_t seed = 7;
    stand_open(&s, &seed);
    for (int round = 0; round < 4000; round++) {
        int i = (int)(draw(&seed) % MANY);
        /* Fewer and more of them, by turns. */
        bool put = draw(&seed) % 4 < (round / 1000 % 2 ? 1u : 3u);
        if (put && !s.there[i])
            rack_put(s.b.fold, s.number[i], T(10));
        else if (!put)
            rack_take(s.b.fold, s.number[i]);
        s.there[i] = put;
        if (round % 250 == 249)
            assert_in_order(&s);
    }
    bench_close(&s.b);
}

static void a_cart_stands_under_what_it_is_at_that_instant(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    uint32_t number = pool_take(&b.fold->carts);
    struct cart *c = cart_at(b.fold, number);
    const struct cart fresh = {.opened = T(0), .last = T(0), .card = {.id = 5, .at = T(3), .seq = 9, .state = CART_OPEN}};
    static const struct {
        bool converted, gap, emptied, imported;
        ff_wall t;
        enum cart_state state;
        ff_wall at;
    } rows[] = {
        {.t = T(59), .state = CART_OPEN, .at = T(3)},
        {.t = T(60), .state = CART_ABANDONED, .at = T(60)}, /* when it was due */
        {.t = T(6000), .state = CART_ABANDONED, .at = T(60)},
        {.t = T(60), .converted = true, .gap = true, .state = CART_RECOVERED, .at = T(3)},
        {.t = T(60), .converted = true, .state = CART_UNLISTED},
        {.t = T(60), .emptied = true, .state = CART_UNLISTED},
        {.t = T(60), .imported = true, .state = CART_UNLISTED},
        {.t = T(10), .imported = true, .state = CART_UNLISTED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        *c = fresh;
        c->converted = rows[i].converted;
        c->gap = rows[i].gap;
        c->emptied = rows[i].emptied;
        if (rows[i].imported)
            c->card.state = CART_UNLISTED;
        rack_put(b.fold, number, rows[i].t);
        assert_int_equal(c->rack, rows[i].state);
        struct rack_key first = {.at = FF_NEVER};
        for (enum cart_state s = CART_OPEN; s < CART_STATES; s++)
            assert_int_equal(rack_after(b.fold, 0, s, &first), s == rows[i].state ? number : 0);
        assert_int_equal(rack_after(b.fold, 1, CART_OPEN, &first), 0);
        if (c->rack != CART_UNLISTED)
            assert_true(rack_key(b.fold, c).at == rows[i].at && rack_key(b.fold, c).seq == 9);
        rack_take(b.fold, number);
        assert_int_equal(c->rack, CART_UNLISTED);
        rack_take(b.fold, number); /* of one that stands nowhere: nothing */
    }
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(carts_stand_in_their_order_whatever_comes_and_goes),
        cmocka_unit_test(a_cart_stands_under_what_it_is_at_that_instant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
