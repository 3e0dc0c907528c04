#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench.h"
#include "lines.h"

#include <stdio.h>

struct shelf {
    struct bench b;
    struct cart cart;
};

static int open_shelf(void **state)
{
    struct shelf *s = calloc(1, sizeof *s);
    bench_open(&s->b);
    *state = s;
    return s ? 0 : -1;
}

static int close_shelf(void **state)
{
    struct shelf *s = *state;
    lines_free(s->b.fold, &s->cart.lines);
    assert_int_equal(s->b.fold->lines.used, 0);
    bench_close(&s->b);
    free(s);
    return 0;
}

typedef void (*change)(struct fold *f, struct cart *c, uint32_t items);

static void apply(struct shelf *s, change how, const struct ff_item *items, uint32_t n)
{
    uint32_t chain = lines_from_items(s->b.fold, items, n);
    how(s->b.fold, &s->cart, chain);
    lines_free(s->b.fold, &chain);
    assert_int_equal(chain, 0);
}

static void assert_lines(const struct shelf *s, uint32_t count, int64_t value)
{
    assert_int_equal(s->cart.line_count, count);
    assert_int_equal(s->b.fold->lines.used, count);
    assert_true(lines_value(s->b.fold, s->cart.lines) == MONEY(value));
}

static void items_keep_what_they_say(void **state)
{
    struct shelf *s = *state;
    struct ff_item items[] = {bench_item("a", 3, MONEY(5)), bench_unpriced("a", 0)};
    s->cart.lines = lines_from_items(s->b.fold, items, 2);
    const struct line *l = line_at(s->b.fold, s->cart.lines);
    assert_int_equal(l->quantity, 3);
    assert_int_equal(l->price, MONEY(5));
    assert_true(l->has_price);
    l = line_at(s->b.fold, l->next);
    assert_int_equal(l->quantity, 0);
    assert_false(l->has_price);
    assert_int_equal(l->next, 0);
    assert_int_equal(lines_from_items(s->b.fold, NULL, 0), 0);
}

static void items_are_ordered_by_sku_and_those_of_one_sku_as_they_came(void **state)
{
    struct shelf *s = *state;
    struct ff_item items[FF_MAX_ITEMS];
    char skus[50][4];
    for (uint32_t n = 0; n <= FF_MAX_ITEMS; n += n < 20 ? 1 : 49) {
        for (uint32_t i = 0; i < n; i++) {
            snprintf(skus[i * 7 % 50], sizeof skus[0], "%d", (int)(i * 7 % 50));
            items[i] = bench_item(skus[i * 7 % 50], (int32_t)i, 0);
        }
        uint32_t chain = lines_from_items(s->b.fold, items, n), length = 0;
        for (uint32_t i = chain; i; i = line_at(s->b.fold, i)->next, length++) {
            const struct line *l = line_at(s->b.fold, i);
            const struct line *next = l->next ? line_at(s->b.fold, l->next) : NULL;
            assert_true(!next || l->sku < next->sku || (l->sku == next->sku && l->quantity < next->quantity));
        }
        assert_int_equal(length, n);
        lines_free(s->b.fold, &chain);
    }
}

/* Against an array of quantities and prices by sku. */
static void a_cart_holds_what_an_array_holds(void **state)
{
    struct shelf *s = *state;
    enum { SKUS = 12 };
    static const char *const skus[SKUS] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"};
    static const change changes[] = {lines_add, lines_remove, lines_replace};
    int64_t quantity[SKUS] = {0}, price[SKUS] = {0};
    uint64_t seed = 5;
    for (int round = 0; round < 3000; round++) {
        struct ff_item items[8];
        int64_t old_price[SKUS];
        seed = hash_mix(seed + (uint64_t)round);
        uint32_t n = (uint32_t)(seed % 9), how = (uint32_t)(seed >> 8) % 3;
        for (int k = 0; k < SKUS; k++) {
            old_price[k] = quantity[k] ? price[k] : 0;
            if (how == 2)
                quantity[k] = 0;
        }
        for (uint32_t i = 0; i < n; i++) {
            uint64_t x = hash_mix(seed + i + 1);
            int k = (int)(x % SKUS), pieces = (int)(x >> 8 & 3) + (how != 2);
            items[i] = x >> 16 & 1 ? bench_item(skus[k], pieces, MONEY(x >> 20 & 7)) : bench_unpriced(skus[k], pieces);
            if (quantity[k] == 0 && how != 2)
                price[k] = 0;
            quantity[k] += how == 1 ? -pieces : pieces;
            if (quantity[k] < 0)
                quantity[k] = 0;
            if (how != 1 && items[i].has_price)
                old_price[k] = price[k] = items[i].price;
            else if (how == 2)
                price[k] = old_price[k];
        }
        apply(s, changes[how], items, n);
        uint32_t count = 0;
        int64_t value = 0;
        for (int k = 0; k < SKUS; k++) {
            count += quantity[k] > 0;
            value += quantity[k] * price[k] / FF_MONEY_ONE;
        }
        assert_lines(s, count, value);
    }
}

static void a_copy_is_equal_and_apart(void **state)
{
    struct shelf *s = *state;
    struct ff_item items[] = {bench_item("a", 1, MONEY(5)), bench_item("b", 2, MONEY(1))};
    apply(s, lines_add, items, 2);
    uint32_t copy = lines_copy(s->b.fold, s->cart.lines);
    assert_true(lines_value(s->b.fold, copy) == MONEY(7));
    apply(s, lines_remove, items, 1);
    assert_true(lines_value(s->b.fold, copy) == MONEY(7));
    lines_free(s->b.fold, &copy);
    assert_int_equal(lines_copy(s->b.fold, 0), 0);
    assert_lines(s, 1, 2);
}

static void any_means_at_least_one_piece(void **state)
{
    struct shelf *s = *state;
    struct ff_item none[] = {bench_item("a", 0, MONEY(5)), bench_item("b", 0, MONEY(5))};
    assert_false(lines_any(s->b.fold, 0));
    s->cart.lines = lines_from_items(s->b.fold, none, 2);
    assert_false(lines_any(s->b.fold, s->cart.lines));
    line_at(s->b.fold, line_at(s->b.fold, s->cart.lines)->next)->quantity = 1;
    assert_true(lines_any(s->b.fold, s->cart.lines));
}

static void removing_takes_out_the_first_a_middle_and_the_last_line(void **state)
{
    struct shelf *s = *state;
    struct ff_item items[] = {bench_item("a", 1, MONEY(1)), bench_item("b", 1, MONEY(2)),
                              bench_item("c", 1, MONEY(4)), bench_item("d", 1, MONEY(8))};
    apply(s, lines_add, items, 4);
    apply(s, lines_remove, &items[1], 1);
    assert_lines(s, 3, 13);
    apply(s, lines_remove, &items[0], 1);
    assert_lines(s, 2, 12);
    apply(s, lines_remove, &items[3], 1);
    assert_lines(s, 1, 4);
    apply(s, lines_add, &items[3], 1);
    assert_lines(s, 2, 12);
}

static void replacing_keeps_prices_and_leaves_no_line_of_none(void **state)
{
    struct shelf *s = *state;
    struct ff_item items[] = {bench_item("a", 1, MONEY(1)), bench_item("b", 1, MONEY(2))};
    struct ff_item after[] = {bench_unpriced("c", 0), bench_unpriced("b", 5), bench_item("d", 0, MONEY(3))};
    apply(s, lines_add, items, 2);
    apply(s, lines_replace, after, 3);
    assert_lines(s, 1, 10);
    apply(s, lines_replace, after, 1);
    assert_lines(s, 0, 0);
    assert_int_equal(s->cart.lines, 0);
}

static struct ff_beacon thousand(struct ff_item *items, char (*skus)[8], int from, ff_wall t)
{
    for (int i = 0; i < FF_MAX_ITEMS; i++) {
        snprintf(skus[i], sizeof skus[i], "s%d", from + i);
        items[i] = bench_item(skus[i], 1, MONEY(1));
    }
    return bench_cart(FF_ADD_TO_CART, "v", t, items, FF_MAX_ITEMS);
}

static void skus_beyond_the_most_of_a_cart_are_left_out_and_counted_once(void **state)
{
    struct shelf *s = *state;
    static struct ff_item items[FF_MAX_ITEMS];
    static char skus[FF_MAX_ITEMS][8];
    for (int i = 0; i < 3; i++)
        bench_send(&s->b, thousand(items, skus, i * 700, T(2 * i)));
    assert_int_equal(fold_counts(s->b.fold).lines_left_out, 2 * 700 + FF_MAX_ITEMS - CART_LINES_MAX);
    bench_send_at(&s->b, bench_event(FF_VIEW_CART, "v", T(3)), T(4));
    bench_play(&s->b, "v", T(30), "p");
    assert_int_equal(fold_counts(s->b.fold).lines_left_out, 2 * 700 + FF_MAX_ITEMS - CART_LINES_MAX);
    fold_advance(s->b.fold, T(90));
    assert_int_equal(bench_money(&s->b, FF_PURSE_ABANDONED_VALUE, EUR, NULL),
                     MONEY(CART_LINES_MAX + 2 * (FF_MAX_ITEMS - 700)));
    bench_assert_empties(&s->b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(items_keep_what_they_say, open_shelf, close_shelf),
        cmocka_unit_test_setup_teardown(items_are_ordered_by_sku_and_those_of_one_sku_as_they_came, open_shelf,
                                        close_shelf),
        cmocka_unit_test_setup_teardown(a_cart_holds_what_an_array_holds, open_shelf, close_shelf),
        cmocka_unit_test_setup_teardown(a_copy_is_equal_and_apart, open_shelf, close_shelf),
        cmocka_unit_test_setup_teardown(any_means_at_least_one_piece, open_shelf, close_shelf),
        cmocka_unit_test_setup_teardown(removing_takes_out_the_first_a_middle_and_the_last_line, open_shelf, close_shelf),
        cmocka_unit_test_setup_teardown(replacing_keeps_prices_and_leaves_no_line_of_none, open_shelf, close_shelf),
        cmocka_unit_test_setup_teardown(skus_beyond_the_most_of_a_cart_are_left_out_and_counted_once, open_shelf,
                                        close_shelf),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
