/* Carts: what comes late, and what was imported. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench.h"

static void a_late_purchase_converts_the_cart_that_was_live_at_its_time(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(0), "a");
    bench_play(&b, "v", T(20), "p");
    assert_int_equal(bench_send_at(&b, bench_purchase("v", T(10), "o", MONEY(10)), T(20)), FF_LATE);
    assert_total(&b, CARTS_CONVERTED, 1);
    assert_total(&b, CARTS_RECOVERED, 0);
    assert_total(&b, PURCHASED, 0);
    assert_int_equal(bench_count(&b, 0, FF_COUNT_ORDERS, T(10)), 1);
    bench_finish(&b);
}

static void a_late_purchase_long_after_the_last_cart_event_recovers(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(0), "a");
    bench_play(&b, "v", T(120), "p");
    assert_total(&b, CARTS_ABANDONED, 1);
    bench_send_at(&b, bench_purchase("v", T(61), "o", MONEY(10)), T(120));
    assert_total(&b, CARTS_ABANDONED, 0);
    assert_total(&b, CARTS_RECOVERED, 1);
    bench_finish(&b);
}

static void a_late_purchase_converts_the_cart_before_when_that_was_live_then(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", DAYS(0), "a");
    bench_play(&b, "v", DAYS(8), "a");
    bench_send_at(&b, bench_purchase("v", DAYS(6), "o", MONEY(10)), DAYS(8) + 60 * FF_SECOND);
    assert_int_equal(bench_count(&b, 0, FF_COUNT_CARTS_CONVERTED, DAYS(0)), 1);
    assert_int_equal(bench_count(&b, 0, FF_COUNT_CARTS_RECOVERED, DAYS(0)), 1);
    assert_int_equal(bench_count(&b, 0, FF_COUNT_CARTS_ABANDONED, DAYS(0)), 0);
    assert_int_equal(bench_count(&b, 0, FF_COUNT_CARTS_OPEN, DAYS(8)), 1);
    bench_finish(&b);
}

static void a_late_purchase_from_before_the_cart_converts_the_one_that_is_live_now(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(60), "a");
    bench_send_at(&b, bench_purchase("v", T(0), "o", MONEY(10)), T(61));
    assert_total(&b, CARTS_CONVERTED, 1);
    assert_total(&b, CARTS_RECOVERED, 0);
    bench_finish(&b);
}

static void a_late_purchase_converts_no_cart_that_is_dead_now_and_was_not_there_then(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", DAYS(2), "a");
    bench_fold(&b, bench_purchase("v", DAYS(1), "o", MONEY(10)), DAYS(9) + 1, true);
    assert_total(&b, CARTS_CONVERTED, 0);
    assert_total(&b, CARTS_ABANDONED, 1);
    assert_total(&b, ORDERS, 1);
    bench_finish(&b);
}

static void a_late_purchase_at_the_very_opening_is_of_that_cart(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_fold(&b, bench_event(FF_BEGIN_CHECKOUT, "v", DAYS(2)), DAYS(30), true);
    bench_fold(&b, bench_event(FF_PAGE_VIEW, "v", DAYS(3)), DAYS(30), true);
    bench_fold(&b, bench_event(FF_BEGIN_CHECKOUT, "w", DAYS(2)), DAYS(30), true);
    bench_fold(&b, bench_event(FF_BEGIN_CHECKOUT, "w", DAYS(10)), DAYS(30), true);
    assert_int_equal(bench_fold(&b, bench_purchase("v", DAYS(2), "o", MONEY(1)), DAYS(30), true), FF_LATE);
    assert_int_equal(bench_fold(&b, bench_purchase("w", DAYS(2), "p", MONEY(1)), DAYS(30), true), FF_LATE);
    assert_int_equal(bench_count(&b, 0, FF_COUNT_CARTS_CONVERTED, DAYS(2)), 2);
    assert_total(&b, CARTS_RECOVERED, 0);
    bench_finish(&b);
}

static void a_late_purchase_of_a_visitor_without_a_cart_is_an_order_only(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(60), "p");
    assert_int_equal(bench_send_at(&b, bench_purchase("v", T(0), "o", MONEY(10)), T(60)), FF_LATE);
    assert_total(&b, ORDERS, 1);
    assert_total(&b, CARTS_OPENED, 0);
    assert_total(&b, SESSIONS, 1);
    bench_finish(&b);
}

static void events_out_of_order_after_a_late_purchase_keep_its_conversion(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(0), "a");
    bench_play(&b, "v", T(20), "p");
    bench_send_at(&b, bench_purchase("v", T(10), "o", MONEY(10)), T(20));
    bench_send_at(&b, bench_event(FF_VIEW_CART, "v", T(17)), T(21));
    bench_send_at(&b, bench_event(FF_PAGE_VIEW, "v", T(22)), T(22));
    assert_total(&b, CARTS_OPENED, 1);
    assert_total(&b, CARTS_CONVERTED, 1);
    assert_total(&b, CARTS_RECOVERED, 0);
    bench_finish(&b);
}

static void a_late_purchase_keeps_its_place_when_the_story_is_told_anew(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(19), "ap");
    bench_send_at(&b, bench_purchase("v", T(10), "o", MONEY(10)), T(20));
    assert_total(&b, CARTS_CONVERTED, 1);
    bench_send_at(&b, bench_event(FF_PAGE_VIEW, "v", T(17)), T(21));
    assert_total(&b, CARTS_CONVERTED, 1);
    bench_send(&b, bench_event(FF_BEGIN_CHECKOUT, "v", T(22)));
    assert_total(&b, CARTS_OPENED, 2);
    bench_finish(&b);
}

/* --- imports ------------------------------------------------------------------------------- */

static void an_imported_cart_is_abandoned_at_once_and_corrected_by_what_follows(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct ff_item item = bench_item("a", 1, MONEY(3));
    bench_fold(&b, bench_cart(FF_ADD_TO_CART, "v", T(0), &item, 1), DAYS(400), true);
    assert_total(&b, CARTS_ABANDONED, 1);
    assert_int_equal(bench_money(&b, FF_PURSE_ABANDONED_VALUE, EUR, NULL), MONEY(3));
    bench_fold(&b, bench_cart(FF_ADD_TO_CART, "v", T(5), &item, 1), DAYS(400) + 1, true);
    assert_int_equal(bench_money(&b, FF_PURSE_ABANDONED_VALUE, EUR, NULL), MONEY(6));
    bench_fold(&b, bench_purchase("v", T(9), "o", MONEY(6)), DAYS(400) + 2, true);
    assert_total(&b, CARTS_ABANDONED, 0);
    assert_total(&b, CARTS_CONVERTED, 1);
    assert_total(&b, CARTS_RECOVERED, 0);
    bench_finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_late_purchase_converts_the_cart_that_was_live_at_its_time),
        cmocka_unit_test(a_late_purchase_long_after_the_last_cart_event_recovers),
        cmocka_unit_test(a_late_purchase_converts_the_cart_before_when_that_was_live_then),
        cmocka_unit_test(a_late_purchase_from_before_the_cart_converts_the_one_that_is_live_now),
        cmocka_unit_test(a_late_purchase_converts_no_cart_that_is_dead_now_and_was_not_there_then),
        cmocka_unit_test(a_late_purchase_at_the_very_opening_is_of_that_cart),
        cmocka_unit_test(a_late_purchase_of_a_visitor_without_a_cart_is_an_order_only),
        cmocka_unit_test(events_out_of_order_after_a_late_purchase_keep_its_conversion),
        cmocka_unit_test(a_late_purchase_keeps_its_place_when_the_story_is_told_anew),
        cmocka_unit_test(an_imported_cart_is_abandoned_at_once_and_corrected_by_what_follows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
