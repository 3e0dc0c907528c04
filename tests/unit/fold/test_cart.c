#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench.h"

/* --- opening, staying, leaving ------------------------------------------------------------- */

static void carts_open_at_the_events_that_open_them_and_no_others(void **state)
{
    (void)state;
    static const struct {
        char letter;
        int opens;
    } rows[] = {{'a', 1}, {'u', 1}, {'b', 1}, {'U', 0}, {'r', 0}, {'v', 0}, {'c', 0}, {'$', 0}, {'p', 0}, {'i', 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bench b;
        bench_open(&b);
        bench_play(&b, "v", T(0), (char[]){rows[i].letter, 0});
        if (bench_total(&b, FF_COUNT_CARTS_OPENED) != rows[i].opens)
            fail_msg("'%c' opened %lld", rows[i].letter, (long long)bench_total(&b, FF_COUNT_CARTS_OPENED));
        assert_total(&b, CARTS_OPEN, rows[i].opens);
        bench_finish(&b);
    }
}

static void a_cart_is_counted_once_and_at_its_opening(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(0), "paavrub");
    assert_total(&b, CARTS_OPENED, 1);
    assert_int_equal(bench_count(&b, 0, FF_COUNT_CARTS_OPENED, T(1)), 1);
    assert_int_equal(bench_count(&b, 0, FF_COUNT_CHECKOUTS_STARTED, T(1)), 1);
    bench_finish(&b);
}

static void a_cart_is_abandoned_from_exactly_the_hour_on(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(0), "a");
    fold_advance(b.fold, T(60) - 1);
    assert_total(&b, CARTS_OPEN, 1);
    assert_total(&b, CARTS_ABANDONED, 0);
    fold_advance(b.fold, T(60));
    assert_total(&b, CARTS_OPEN, 0);
    assert_total(&b, CARTS_ABANDONED, 1);
    int64_t carts;
    assert_int_equal(bench_money(&b, FF_PURSE_ABANDONED_VALUE, EUR, &carts), MONEY(10));
    assert_int_equal(carts, 1);
    bench_finish(&b);
}

static void any_cart_event_puts_abandonment_off(void **state)
{
    (void)state;
    static const char letters[] = "arvbcu";
    for (size_t i = 0; letters[i]; i++) {
        struct bench b;
        bench_open(&b);
        bench_play(&b, "v", T(0), "aa");
        bench_play(&b, "v", T(50), (char[]){letters[i], 0});
        fold_advance(b.fold, T(110) - 1);
        assert_total(&b, CARTS_OPEN, 1);
        fold_advance(b.fold, T(110));
        assert_total(&b, CARTS_ABANDONED, 1);
        bench_finish(&b);
    }
}

static void other_events_do_not_put_abandonment_off(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(0), "a");
    bench_play(&b, "v", T(50), "pisxy.");
    fold_advance(b.fold, T(60));
    assert_total(&b, CARTS_ABANDONED, 1);
    bench_finish(&b);
}

static void an_abandoned_cart_is_taken_up_again(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(0), "ab");
    fold_advance(b.fold, T(200));
    assert_total(&b, CHECKOUTS_ABANDONED, 1);
    bench_play(&b, "v", T(200), "v");
    assert_total(&b, CARTS_OPENED, 1);
    assert_total(&b, CARTS_OPEN, 1);
    assert_total(&b, CARTS_ABANDONED, 0);
    assert_total(&b, CHECKOUTS_ABANDONED, 0);
    assert_int_equal(bench_money(&b, FF_PURSE_ABANDONED_VALUE, EUR, NULL), 0);
    fold_advance(b.fold, T(260));
    assert_total(&b, CARTS_ABANDONED, 1);
    bench_finish(&b);
}

static void after_a_gap_of_exactly_the_recovery_it_is_the_same_cart(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(0), "a");
    bench_play(&b, "v", DAYS(7), "a");
    assert_total(&b, CARTS_OPENED, 1);
    fold_advance(b.fold, DAYS(8));
    assert_int_equal(bench_money(&b, FF_PURSE_ABANDONED_VALUE, EUR, NULL), MONEY(20));
    bench_finish(&b);
}

static void after_a_longer_gap_the_cart_stays_abandoned_and_the_next_opens(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(0), "a");
    bench_play(&b, "v", DAYS(7) + 1, "a");
    assert_total(&b, CARTS_OPENED, 2);
    assert_int_equal(bench_count(&b, 0, FF_COUNT_CARTS_ABANDONED, T(0)), 1);
    assert_int_equal(bench_count(&b, 0, FF_COUNT_CARTS_OPEN, DAYS(7) + 1), 1);
    bench_play(&b, "v", DAYS(7) + 5 * FF_MINUTE, "$");
    assert_total(&b, CARTS_CONVERTED, 1);
    assert_total(&b, CARTS_ABANDONED, 1);
    assert_total(&b, CARTS_RECOVERED, 0);
    bench_finish(&b);
}

static void a_dead_cart_is_touched_by_nothing(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(0), "a");
    bench_play(&b, "v", DAYS(8), "vrcU$");
    assert_total(&b, CARTS_OPENED, 1);
    assert_total(&b, CARTS_ABANDONED, 1);
    assert_int_equal(bench_money(&b, FF_PURSE_ABANDONED_VALUE, EUR, NULL), MONEY(10));
    bench_finish(&b);
}

static void a_recovery_shorter_than_abandonment_counts_as_that_long(void **state)
{
    (void)state;
    struct bench b;
    struct fold_options o = bench_options();
    o.cart_recover_within = 10 * FF_MINUTE;
    bench_open_with(&b, o);
    bench_play(&b, "v", T(0), "a");
    bench_play(&b, "v", T(30), "a");
    bench_play(&b, "v", T(200), "a");
    assert_total(&b, CARTS_OPENED, 2);
    assert_total(&b, CARTS_ABANDONED, 1);
    bench_finish(&b);
}

/* --- contents ------------------------------------------------------------------------------ */

struct step {
    enum ff_type type;
    const char *sku[3];
    int quantity[3];
    int price[3]; /* 0: none given */
};

static void play_steps(struct bench *b, const struct step *steps)
{
    for (int i = 0; steps[i].type; i++) {
        const struct step *s = &steps[i];
        struct ff_item items[3];
        uint32_t n = 0;
        for (; n < 3 && s->sku[n]; n++)
            items[n] = s->price[n] ? bench_item(s->sku[n], s->quantity[n], MONEY(s->price[n]))
                                   : bench_unpriced(s->sku[n], s->quantity[n]);
        bench_send(b, bench_cart(s->type, "v", T(i), items, n));
    }
}

/* A cart of these steps, left for two hours: what it holds, or that it is emptied. */
static void holds(const char *what, int value, const struct step *steps)
{
    struct bench b;
    bench_open(&b);
    play_steps(&b, steps);
    fold_advance(b.fold, T(120));
    int64_t emptied = bench_total(&b, FF_COUNT_CARTS_EMPTIED), abandoned = bench_total(&b, FF_COUNT_CARTS_ABANDONED);
    int64_t carts, got = bench_money(&b, FF_PURSE_ABANDONED_VALUE, EUR, &carts);
    if (emptied != (value < 0) || abandoned != (value >= 0) || carts != abandoned ||
        got != (value < 0 ? 0 : MONEY(value)))
        fail_msg("%s: emptied %lld, abandoned %lld with %lld", what, (long long)emptied, (long long)abandoned,
                 (long long)got);
    bench_finish(&b);
}

#define EMPTIED (-1)
#define ADD FF_ADD_TO_CART
#define REMOVE FF_REMOVE_FROM_CART
#define UPDATE FF_UPDATE_CART
#define CHECKOUT FF_BEGIN_CHECKOUT
#define STEPS(...) (const struct step[]){__VA_ARGS__, {0}}

static void adds_sum_up_and_the_last_given_price_counts(void **state)
{
    (void)state;
    holds("one", 6, STEPS({ADD, {"a"}, {2}, {3}}));
    holds("two skus", 11, STEPS({ADD, {"a", "b"}, {2, 1}, {3, 5}}));
    holds("added again", 9, STEPS({ADD, {"a"}, {2}, {3}}, {ADD, {"a"}, {1}, {3}}));
    holds("another price", 15, STEPS({ADD, {"a"}, {2}, {3}}, {ADD, {"a"}, {1}, {5}}));
    holds("no price keeps it", 9, STEPS({ADD, {"a"}, {2}, {3}}, {ADD, {"a"}, {1}, {0}}));
    holds("never a price", 0, STEPS({ADD, {"a"}, {2}, {0}}));
    holds("priced later", 9, STEPS({ADD, {"a"}, {2}, {0}}, {ADD, {"a"}, {1}, {3}}));
    holds("twice in one event", 20, STEPS({ADD, {"a", "a"}, {2, 3}, {3, 4}}));
}

static void removals_subtract_and_say_nothing_of_prices(void **state)
{
    (void)state;
    holds("some", 3, STEPS({ADD, {"a"}, {2}, {3}}, {REMOVE, {"a"}, {1}, {99}}));
    holds("more than there is", 5, STEPS({ADD, {"a", "b"}, {2, 1}, {3, 5}}, {REMOVE, {"a"}, {7}, {0}}));
    holds("what is not there", 6, STEPS({ADD, {"a"}, {2}, {3}}, {REMOVE, {"z"}, {1}, {0}}));
    holds("the last one", EMPTIED, STEPS({ADD, {"a"}, {2}, {3}}, {REMOVE, {"a"}, {2}, {0}}));
    holds("the last one, twice", EMPTIED, STEPS({ADD, {"a"}, {2}, {3}}, {REMOVE, {"a", "a"}, {1, 1}, {0}}));
    holds("a price does not outlive its line", 5,
          STEPS({ADD, {"a", "b"}, {1, 1}, {3, 5}}, {REMOVE, {"a"}, {1}, {0}}, {ADD, {"a"}, {1}, {0}}));
}

static void an_update_replaces_all(void **state)
{
    (void)state;
    holds("others go", 10, STEPS({ADD, {"a", "b"}, {2, 1}, {3, 5}}, {UPDATE, {"b"}, {2}, {0}}));
    holds("a new price", 8, STEPS({ADD, {"b"}, {1}, {5}}, {UPDATE, {"b"}, {2}, {4}}));
    holds("the same sku twice", 15, STEPS({ADD, {"b"}, {1}, {5}}, {UPDATE, {"b", "b"}, {2, 1}, {0}}));
    holds("none left", EMPTIED, STEPS({ADD, {"b"}, {1}, {5}}, {UPDATE, {"b"}, {0}, {5}}));
    holds("no items", EMPTIED, STEPS({ADD, {"b"}, {1}, {5}}, {UPDATE, {NULL}, {0}, {0}}));
    holds("an item of none beside others", 5,
          STEPS({ADD, {"a", "b"}, {1, 1}, {3, 5}}, {UPDATE, {"a", "b"}, {0, 1}, {0}}));
    holds("the price comes with an item of none", 14,
          STEPS({ADD, {"a"}, {1}, {3}}, {UPDATE, {"a", "a"}, {0, 2}, {7, 0}}));
    holds("opens", 4, STEPS({UPDATE, {"b"}, {2}, {2}}));
}

static void a_checkout_replaces_all_when_it_has_items(void **state)
{
    (void)state;
    holds("with items", 8, STEPS({ADD, {"a"}, {2}, {3}}, {CHECKOUT, {"b"}, {2}, {4}}));
    holds("keeps prices", 9, STEPS({ADD, {"a"}, {2}, {3}}, {CHECKOUT, {"a"}, {3}, {0}}));
    holds("without items", 6, STEPS({ADD, {"a"}, {2}, {3}}, {CHECKOUT, {NULL}, {0}, {0}}));
    holds("opens with nothing", 0, STEPS({CHECKOUT, {NULL}, {0}, {0}}));
    holds("was never filled, so cannot be emptied", 0, STEPS({CHECKOUT, {NULL}, {0}, {0}}, {UPDATE, {NULL}, {0}, {0}}));
}

static void an_emptied_cart_is_so_until_something_is_added_again(void **state)
{
    (void)state;
    holds("looked at", EMPTIED,
          STEPS({ADD, {"a"}, {1}, {3}}, {REMOVE, {"a"}, {1}, {0}}, {FF_VIEW_CART, {NULL}, {0}, {0}}));
    holds("checked out with nothing", EMPTIED,
          STEPS({ADD, {"a"}, {1}, {3}}, {REMOVE, {"a"}, {1}, {0}}, {CHECKOUT, {NULL}, {0}, {0}}));
    holds("filled again", 4, STEPS({ADD, {"a"}, {1}, {3}}, {REMOVE, {"a"}, {1}, {0}}, {ADD, {"b"}, {1}, {4}}));
    holds("filled by an update", 4, STEPS({ADD, {"a"}, {1}, {3}}, {UPDATE, {NULL}, {0}, {0}}, {UPDATE, {"b"}, {1}, {4}}));
}

static void the_beacons_own_value_is_not_the_carts(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct ff_item item = bench_item("a", 1, MONEY(3));
    bench_send(&b, bench_with_value(bench_cart(FF_ADD_TO_CART, "v", T(0), &item, 1), MONEY(99)));
    fold_advance(b.fold, T(60));
    assert_int_equal(bench_money(&b, FF_PURSE_ABANDONED_VALUE, EUR, NULL), MONEY(3));
    bench_finish(&b);
}

static void the_largest_cart_is_worth_what_it_is(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct ff_item items[2] = {bench_item("a", 1000000, FF_MONEY_MAX), bench_item("a", 1000000, FF_MONEY_MAX)};
    bench_send(&b, bench_cart(FF_ADD_TO_CART, "v", T(0), items, 2));
    fold_advance(b.fold, T(60));
    ff_money_sum expected = (ff_money_sum)FF_MONEY_MAX * 2000000;
    for (size_t i = 0; i < b.n; i++)
        if (b.sums[i].kind == FF_FACT_MONEY)
            assert_true(b.sums[i].amount == expected);
    bench_finish(&b);
}

/* --- currencies ---------------------------------------------------------------------------- */

static void a_cart_is_in_the_currency_last_given(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct ff_item item = bench_item("a", 1, MONEY(3));
    bench_send(&b, bench_cart(FF_ADD_TO_CART, "v", T(0), &item, 1));
    fold_advance(b.fold, T(60));
    bench_send(&b, bench_in(bench_event(FF_VIEW_CART, "v", T(61)), USD));
    bench_send(&b, bench_event(FF_VIEW_CART, "v", T(62)));
    fold_advance(b.fold, T(300));
    int64_t euros, dollars;
    assert_int_equal(bench_money(&b, FF_PURSE_ABANDONED_VALUE, EUR, &euros), 0);
    assert_int_equal(bench_money(&b, FF_PURSE_ABANDONED_VALUE, USD, &dollars), MONEY(3));
    assert_int_equal(euros, 0);
    assert_int_equal(dollars, 1);
    bench_finish(&b);
}

static void a_switch_of_currency_moves_what_is_counted_at_once(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct ff_item item = bench_item("a", 1, MONEY(3));
    bench_fold(&b, bench_cart(FF_ADD_TO_CART, "v", T(0), &item, 1), DAYS(30), true);
    bench_fold(&b, bench_in(bench_event(FF_VIEW_CART, "v", T(1)), USD), DAYS(30), true);
    int64_t euros, dollars;
    assert_int_equal(bench_money(&b, FF_PURSE_ABANDONED_VALUE, EUR, &euros), 0);
    assert_int_equal(bench_money(&b, FF_PURSE_ABANDONED_VALUE, USD, &dollars), MONEY(3));
    assert_int_equal(euros, 0);
    assert_int_equal(dollars, 1);
    bench_finish(&b);
}

static void what_was_recovered_is_in_the_purchases_currency(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_in(bench_event(FF_BEGIN_CHECKOUT, "v", T(0)), USD));
    bench_send(&b, bench_purchase("v", T(60), "o", MONEY(7)));
    int64_t number;
    assert_int_equal(bench_money(&b, FF_PURSE_RECOVERED_VALUE, EUR, &number), MONEY(7));
    assert_int_equal(number, 1);
    bench_send(&b, bench_event(FF_BEGIN_CHECKOUT, "w", T(60)));
    bench_send(&b, bench_in(bench_purchase("w", T(120), "p", MONEY(8)), USD));
    assert_int_equal(bench_money(&b, FF_PURSE_RECOVERED_VALUE, USD, &number), MONEY(8));
    assert_total(&b, CARTS_RECOVERED, 2);
    bench_finish(&b);
}

/* --- conversion ---------------------------------------------------------------------------- */

static void a_purchase_converts_the_cart_and_ends_its_life(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(0), "ab$");
    assert_total(&b, CARTS_CONVERTED, 1);
    assert_total(&b, CHECKOUTS_COMPLETED, 1);
    assert_total(&b, CARTS_RECOVERED, 0);
    bench_play(&b, "v", T(3), "vr");
    fold_advance(b.fold, T(200));
    assert_total(&b, CARTS_OPENED, 1);
    assert_total(&b, CARTS_ABANDONED, 0);
    bench_play(&b, "v", T(200), "a");
    assert_total(&b, CARTS_OPENED, 2);
    assert_total(&b, CARTS_OPEN, 1);
    bench_finish(&b);
}

static void an_emptied_cart_is_converted_too(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(0), "ar$");
    assert_total(&b, CARTS_CONVERTED, 1);
    assert_total(&b, CARTS_EMPTIED, 0);
    assert_total(&b, CHECKOUTS_STARTED, 0);
    assert_total(&b, CHECKOUTS_COMPLETED, 0);
    bench_finish(&b);
}

static void a_visitor_keeps_two_carts_and_the_contents_of_a_live_one(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    for (int i = 0; i < 6; i++) {
        bench_play(&b, "v", DAYS(8 * i), "a");
        fold_advance(b.fold, DAYS(8 * i) + FF_HOUR);
        assert_int_equal(fold_counts(b.fold).carts, i ? 2 : 1);
        assert_int_equal(b.fold->lines.used, 1);
    }
    bench_play(&b, "v", DAYS(41), "$");
    fold_advance(b.fold, DAYS(41) + FF_HOUR);
    assert_int_equal(b.fold->lines.used, 1); /* what was recovered can be asked for */
    assert_total(&b, CARTS_OPENED, 6);
    assert_total(&b, CARTS_ABANDONED, 5);
    bench_finish(&b);
}

static void a_cart_is_recovered_after_a_gap_of_exactly_the_hour(void **state)
{
    (void)state;
    static const struct {
        ff_wall at;
        int recovered;
    } rows[] = {{T(60) - 1, 0}, {T(60), 1}, {DAYS(7), 1}, {DAYS(7) + 1, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bench b;
        bench_open(&b);
        bench_play(&b, "v", T(0), "a");
        bench_send(&b, bench_purchase("v", rows[i].at, "o", MONEY(12)));
        assert_total(&b, CARTS_RECOVERED, rows[i].recovered);
        assert_int_equal(bench_money(&b, FF_PURSE_RECOVERED_VALUE, EUR, NULL), rows[i].recovered ? MONEY(12) : 0);
        bench_finish(&b);
    }
}

static void a_gap_between_any_two_of_its_events_makes_a_conversion_a_recovery(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(0), "a");
    bench_play(&b, "v", T(100), "v");
    bench_play(&b, "v", T(105), "$");
    assert_total(&b, CARTS_RECOVERED, 1);
    assert_int_equal(bench_count(&b, 0, FF_COUNT_CARTS_RECOVERED, T(0)), 1);
    bench_finish(&b);
}

static void a_cart_that_was_empty_in_the_gap_is_not_recovered(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(0), "ar");
    bench_play(&b, "v", T(100), "a");
    bench_play(&b, "v", T(105), "$");
    assert_total(&b, CARTS_CONVERTED, 1);
    assert_total(&b, CARTS_RECOVERED, 0);
    assert_int_equal(bench_money(&b, FF_PURSE_RECOVERED_VALUE, EUR, NULL), 0);
    bench_finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(carts_open_at_the_events_that_open_them_and_no_others),
        cmocka_unit_test(a_cart_is_counted_once_and_at_its_opening),
        cmocka_unit_test(a_cart_is_abandoned_from_exactly_the_hour_on),
        cmocka_unit_test(any_cart_event_puts_abandonment_off),
        cmocka_unit_test(other_events_do_not_put_abandonment_off),
        cmocka_unit_test(an_abandoned_cart_is_taken_up_again),
        cmocka_unit_test(after_a_gap_of_exactly_the_recovery_it_is_the_same_cart),
        cmocka_unit_test(after_a_longer_gap_the_cart_stays_abandoned_and_the_next_opens),
        cmocka_unit_test(a_dead_cart_is_touched_by_nothing),
        cmocka_unit_test(a_recovery_shorter_than_abandonment_counts_as_that_long),
        cmocka_unit_test(adds_sum_up_and_the_last_given_price_counts),
        cmocka_unit_test(removals_subtract_and_say_nothing_of_prices),
        cmocka_unit_test(an_update_replaces_all),
        cmocka_unit_test(a_checkout_replaces_all_when_it_has_items),
        cmocka_unit_test(an_emptied_cart_is_so_until_something_is_added_again),
        cmocka_unit_test(the_beacons_own_value_is_not_the_carts),
        cmocka_unit_test(the_largest_cart_is_worth_what_it_is),
        cmocka_unit_test(a_cart_is_in_the_currency_last_given),
        cmocka_unit_test(a_switch_of_currency_moves_what_is_counted_at_once),
        cmocka_unit_test(what_was_recovered_is_in_the_purchases_currency),
        cmocka_unit_test(a_purchase_converts_the_cart_and_ends_its_life),
        cmocka_unit_test(an_emptied_cart_is_converted_too),
        cmocka_unit_test(a_visitor_keeps_two_carts_and_the_contents_of_a_live_one),
        cmocka_unit_test(a_cart_is_recovered_after_a_gap_of_exactly_the_hour),
        cmocka_unit_test(a_gap_between_any_two_of_its_events_makes_a_conversion_a_recovery),
        cmocka_unit_test(a_cart_that_was_empty_in_the_gap_is_not_recovered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
