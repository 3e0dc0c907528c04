#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench.h"

#include <stdio.h>

static void assert_purse(const struct bench *b, enum ff_purse purse, ff_currency c, ff_money sum, int64_t number)
{
    int64_t n, got = bench_money(b, purse, c, &n);
    assert_int_equal(got, sum);
    assert_int_equal(n, number);
}

#define assert_refunded(b, currency, sum, number)                                                \
    assert_purse(b, FF_PURSE_REFUNDED, currency, MONEY(sum), number)

static void purchases_count_their_items_and_value_in_their_currency(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct ff_item items[] = {bench_item("a", 2, MONEY(1)), bench_unpriced("b", 3)};
    struct ff_beacon e = bench_purchase("v", T(1), "o", MONEY(9));
    e.items = items;
    e.item_count = 2;
    bench_send(&b, e);
    bench_send(&b, bench_in(bench_purchase("v", T(2), "p", MONEY(5)), USD));
    struct ff_beacon elsewhere = bench_purchase("v", T(3), "o", MONEY(4));
    elsewhere.site = 1;
    assert_int_equal(bench_send(&b, elsewhere), FF_OK);
    assert_total(&b, ORDERS, 3);
    assert_total(&b, ITEMS_SOLD, 5);
    assert_purse(&b, FF_PURSE_REVENUE, EUR, MONEY(9), 1);
    assert_purse(&b, FF_PURSE_REVENUE, USD, MONEY(9), 2);
    assert_int_equal(bench_count(&b, 0, FF_COUNT_ORDERS, T(1)), 1);
    bench_finish(&b);
}

static void a_purchase_without_a_visitor_is_an_order_and_nothing_else(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    assert_int_equal(bench_send(&b, bench_purchase(NULL, T(1), "o", MONEY(9))), FF_OK);
    assert_total(&b, ORDERS, 1);
    assert_total(&b, SESSIONS, 0);
    assert_int_equal(bench_seen(&b), 0);
    bench_finish(&b);
}

static void a_repeat_of_an_order_is_counted_at_its_time_and_touches_nothing(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_purchase("v", T(0), "o", MONEY(9)));
    bench_play(&b, "w", T(1), "a");
    assert_int_equal(bench_send(&b, bench_purchase("w", T(50), "o", MONEY(9))), FF_DUPLICATE_ORDER);
    assert_int_equal(bench_send(&b, bench_purchase("x", T(51), "o", MONEY(9))), FF_DUPLICATE_ORDER);
    assert_total(&b, ORDERS, 1);
    assert_total(&b, ORDER_DUPLICATES, 2);
    assert_int_equal(bench_count(&b, 0, FF_COUNT_ORDER_DUPLICATES, T(50)), 1);
    assert_purse(&b, FF_PURSE_REVENUE, EUR, MONEY(9), 1);
    assert_total(&b, PURCHASED, 1);
    assert_total(&b, SESSIONS, 2);
    assert_total(&b, SESSION_TIME, 0);
    assert_total(&b, CARTS_CONVERTED, 0);
    assert_int_equal(fold_counts(b.fold).visitors, 2);
    assert_int_equal(fold_counts(b.fold).duplicate_orders, 2);
    fold_advance(b.fold, T(61));
    assert_total(&b, CARTS_ABANDONED, 1);
    bench_finish(&b);
}

static void orders_are_told_apart_by_their_arrivals_for_exactly_the_window(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_purchase("v", T(0), "o", MONEY(1)));
    assert_int_equal(bench_send(&b, bench_purchase("v", DAYS(90), "o", MONEY(2))), FF_DUPLICATE_ORDER);
    assert_int_equal(bench_send_at(&b, bench_purchase("v", DAYS(89), "o", MONEY(4)), DAYS(90) + 1), FF_OK);
    assert_int_equal(bench_send(&b, bench_purchase("v", DAYS(180), "o", MONEY(8))), FF_DUPLICATE_ORDER);
    assert_purse(&b, FF_PURSE_REVENUE, EUR, MONEY(5), 2);
    bench_finish(&b);
}

static void an_import_compares_the_orders_own_times(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_fold(&b, bench_purchase("v", T(0), "o", MONEY(1)), DAYS(500), true);
    assert_int_equal(bench_fold(&b, bench_purchase("v", DAYS(90) + 1, "o", MONEY(2)), DAYS(500), true), FF_OK);
    assert_int_equal(bench_fold(&b, bench_purchase("v", DAYS(91), "o", MONEY(4)), DAYS(500), true),
                     FF_DUPLICATE_ORDER);
    bench_finish(&b);
}

static void a_refund_says_what_it_is_worth_or_asks_its_items_or_its_order(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct ff_item items[] = {bench_item("a", 2, MONEY(2)), bench_unpriced("b", 3), bench_item("c", 1, MONEY(2))};
    bench_send(&b, bench_in(bench_purchase("v", T(0), "o", MONEY(50)), USD));
    bench_send(&b, bench_with_value(bench_refund(T(1), "o"), MONEY(1)));
    assert_refunded(&b, USD, 1, 1);
    struct ff_beacon e = bench_refund(T(2), "o");
    e.items = items;
    e.item_count = 3;
    bench_send(&b, e);
    assert_refunded(&b, USD, 7, 2);
    bench_send(&b, bench_refund(T(3), "o"));
    assert_refunded(&b, USD, 57, 3);
    bench_send(&b, bench_in(bench_with_value(bench_refund(T(4), "o"), MONEY(2)), EUR));
    assert_refunded(&b, USD, 57, 3);
    assert_refunded(&b, EUR, 2, 1);
    assert_total(&b, REFUNDS, 4);
    assert_int_equal(bench_count(&b, 0, FF_COUNT_REFUNDS, T(3)), 1);
    assert_int_equal(b.fold->refunds.table.used, 0);
    bench_finish(&b);
}

static void a_refund_of_an_unknown_order_is_corrected_when_the_purchase_comes(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_refund(T(1), "o"));
    bench_send(&b, bench_with_value(bench_refund(T(2), "o"), MONEY(3)));
    bench_send(&b, bench_in(bench_refund(T(3), "o"), EUR));
    bench_send(&b, bench_in(bench_with_value(bench_refund(T(4), "o"), MONEY(4)), EUR));
    assert_refunded(&b, EUR, 7, 4);
    bench_send(&b, bench_in(bench_purchase("v", T(9), "o", MONEY(20)), USD));
    assert_refunded(&b, USD, 23, 2);
    assert_refunded(&b, EUR, 24, 2);
    assert_total(&b, REFUNDS, 4);
    assert_int_equal(b.fold->refunds.table.used, 0);
    for (size_t i = 0; i < b.n; i++) /* the correction is at the refund's time */
        assert_true(b.sums[i].kind != FF_FACT_MONEY || b.sums[i].which != FF_PURSE_REFUNDED || b.sums[i].at < T(9));
    bench_finish(&b);
}

/* The window is between each refund and the purchase, whatever else refers to the order. */
static void each_waiting_refund_has_a_window_of_its_own(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_refund(0, "o"));
    bench_send(&b, bench_refund(60 * FF_DAY, "o"));
    bench_send(&b, bench_refund(90 * FF_DAY + 1, "o"));
    bench_send(&b, bench_purchase("v", 100 * FF_DAY, "o", MONEY(20)));
    assert_refunded(&b, EUR, 40, 3);
    bench_finish(&b);
}

static void a_refund_out_of_the_window_takes_nothing_from_those_within(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    ff_wall now = 91 * FF_DAY;
    bench_fold(&b, bench_purchase("v", 0, "o", MONEY(20)), now, true);
    bench_fold(&b, bench_refund(90 * FF_DAY + 1, "o"), now, true);
    assert_refunded(&b, EUR, 0, 1);
    bench_fold(&b, bench_refund(90 * FF_DAY, "o"), now, true);
    assert_refunded(&b, EUR, 20, 2);
    assert_int_equal(bench_fold(&b, bench_purchase("v", 5 * FF_DAY, "o", MONEY(20)), now, true),
                     FF_DUPLICATE_ORDER);
    bench_finish(&b);
}

static void an_order_that_never_comes_collects_no_endless_refunds(void **state)
{
    (void)state;
    struct bench b;
    struct fold_options o = bench_options();
    o.max_orders = 2 * RECALL_MANY;
    bench_open_with(&b, o);
    for (int i = 0; i < RECALL_MANY + 5; i++)
        bench_send(&b, bench_refund(T(1), "o"));
    assert_int_equal(fold_counts(b.fold).refunds_left_out, 5);
    assert_total(&b, REFUNDS, RECALL_MANY + 5);
    bench_send(&b, bench_purchase("v", T(2), "o", MONEY(1)));
    assert_refunded(&b, EUR, RECALL_MANY, RECALL_MANY + 5);
    bench_finish(&b);
}

static void a_repeat_of_the_purchase_corrects_no_refund(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_purchase("v", T(0), "o", MONEY(5)));
    bench_send(&b, bench_refund(T(1), "o"));
    bench_send(&b, bench_purchase("v", T(2), "o", MONEY(70)));
    bench_send(&b, bench_refund(T(3), "o"));
    assert_refunded(&b, EUR, 10, 2);
    bench_finish(&b);
}

static void an_order_is_known_to_refunds_as_long_as_to_repeats(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_purchase("v", T(0), "o", MONEY(5)));
    bench_send(&b, bench_refund(DAYS(90), "o"));
    assert_refunded(&b, EUR, 5, 1);
    bench_send(&b, bench_refund(DAYS(90) + 1, "o"));
    assert_refunded(&b, EUR, 5, 2);
    bench_send(&b, bench_purchase("v", DAYS(91), "o", MONEY(7)));
    assert_refunded(&b, EUR, 12, 2);
    bench_finish(&b);
}

static void a_refund_touches_no_visitor(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct ff_beacon e = bench_refund(T(1), "o");
    e.has |= FF_HAS(VISITOR);
    e.text[FF_TEXT_VISITOR] = FF_LITERAL("v");
    assert_int_equal(bench_send(&b, e), FF_OK);
    assert_int_equal(fold_counts(b.fold).visitors, 0);
    assert_int_equal(bench_seen(&b), 0);
    bench_finish(&b);
}

static void refunds_that_wait_give_way_with_their_order(void **state)
{
    (void)state;
    struct bench b;
    struct fold_options o = bench_options();
    o.max_orders = 4;
    bench_open_with(&b, o);
    char order[16];
    for (int i = 0; i < 40; i++) {
        snprintf(order, sizeof order, "o%d", i);
        bench_send(&b, bench_refund(T(i), order));
        assert_true(b.fold->refunds.table.used <= 4);
    }
    assert_int_equal(fold_counts(b.fold).refunds_evicted, 36);
    bench_send(&b, bench_purchase("v", T(50), "o0", MONEY(9)));
    bench_send(&b, bench_purchase("v", T(50), "o39", MONEY(8)));
    assert_refunded(&b, EUR, 8, 40);
    bench_finish(&b);
}

static void more_waiting_refunds_than_there_is_room_for_are_counted(void **state)
{
    (void)state;
    struct bench b;
    struct fold_options o = bench_options();
    o.max_orders = 4;
    bench_open_with(&b, o);
    for (int i = 0; i < 6; i++)
        bench_send(&b, bench_refund(T(i), "o"));
    assert_int_equal(fold_counts(b.fold).refunds_evicted, 2);
    bench_send(&b, bench_purchase("v", T(9), "o", MONEY(1)));
    assert_refunded(&b, EUR, 4, 6);
    bench_finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(purchases_count_their_items_and_value_in_their_currency),
        cmocka_unit_test(a_purchase_without_a_visitor_is_an_order_and_nothing_else),
        cmocka_unit_test(a_repeat_of_an_order_is_counted_at_its_time_and_touches_nothing),
        cmocka_unit_test(orders_are_told_apart_by_their_arrivals_for_exactly_the_window),
        cmocka_unit_test(an_import_compares_the_orders_own_times),
        cmocka_unit_test(a_refund_says_what_it_is_worth_or_asks_its_items_or_its_order),
        cmocka_unit_test(a_refund_of_an_unknown_order_is_corrected_when_the_purchase_comes),
        cmocka_unit_test(each_waiting_refund_has_a_window_of_its_own),
        cmocka_unit_test(a_refund_out_of_the_window_takes_nothing_from_those_within),
        cmocka_unit_test(an_order_that_never_comes_collects_no_endless_refunds),
        cmocka_unit_test(a_repeat_of_the_purchase_corrects_no_refund),
        cmocka_unit_test(an_order_is_known_to_refunds_as_long_as_to_repeats),
        cmocka_unit_test(a_refund_touches_no_visitor),
        cmocka_unit_test(refunds_that_wait_give_way_with_their_order),
        cmocka_unit_test(more_waiting_refunds_than_there_is_room_for_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
