#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench.h"
#include "cells.h"

/* --- what an event adds by itself ------------------------------------------------------------- */

static void a_view_of_a_page_counts_at_its_own_time_whoever_saw_it_and_whenever_it_comes(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_page("v", T(10), "/a"));
    bench_send(&b, bench_page(NULL, T(11), "/a"));
    assert_int_equal(bench_send_at(&b, bench_page("v", T(1), "/a"), T(12)), FF_LATE);
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(13)));
    assert_cell(&b, PAGE, "/a", VIEWS, 3);
    assert_int_equal(bench_cell_at(&b, FF_BY_PAGE, "/a", FF_ROW_VIEWS, T(1)), 1);
    assert_int_equal(bench_cell_at(&b, FF_BY_PAGE, "/a", FF_ROW_VIEWS, T(11)), 1);
    assert_cell(&b, PAGE, "(none)", VIEWS, 1);
    bench_finish(&b);
}

static struct ff_item of_category(struct ff_item item, const char *category)
{
    item.text[FF_ITEM_CATEGORY] = ff_span_text(category);
    return item;
}

static void items_count_by_product_and_category(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct ff_item items[] = {of_category(bench_item("a", 2, MONEY(3)), "shoes"), bench_item("b", 1, MONEY(5)),
                              of_category(bench_unpriced("a", 4), "shoes")};
    bench_send(&b, bench_cart(FF_VIEW_ITEM, "v", T(0), items, 1));
    bench_send(&b, bench_cart(FF_ADD_TO_CART, NULL, T(1), items, 2));
    struct ff_beacon purchase = bench_purchase("v", T(2), "o", MONEY(99));
    purchase.items = items;
    purchase.item_count = 3;
    bench_send(&b, purchase);
    assert_cell(&b, PRODUCT, "a", ITEM_VIEWS, 1);
    assert_cell(&b, PRODUCT, "a", ITEM_ADDED, 1);
    assert_cell(&b, PRODUCT, "a", ITEM_PURCHASED, 2); /* lines */
    assert_cell(&b, PRODUCT, "a", ITEM_QUANTITY, 6);
    assert_cell_money(&b, PRODUCT, "a", MONEY(6));
    assert_cell(&b, PRODUCT, "b", ITEM_VIEWS, 0);
    assert_cell(&b, PRODUCT, "b", ITEM_ADDED, 1);
    assert_cell_money(&b, PRODUCT, "b", MONEY(5));
    assert_cell(&b, CATEGORY, "shoes", ITEM_QUANTITY, 6);
    assert_cell_money(&b, CATEGORY, "shoes", MONEY(6));
    assert_cell(&b, CATEGORY, "(none)", ITEM_QUANTITY, 1);
    assert_cell_money(&b, CATEGORY, "(none)", MONEY(5));
    bench_finish(&b);
}

static void other_events_with_items_say_nothing_of_products(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct ff_item item = bench_item("a", 2, MONEY(3));
    static const enum ff_type types[] = {FF_REMOVE_FROM_CART, FF_UPDATE_CART, FF_VIEW_CART, FF_BEGIN_CHECKOUT,
                                         FF_CHECKOUT_STEP};
    for (int i = 0; i < 5; i++)
        bench_send(&b, bench_cart(types[i], "v", T(i), &item, 1));
    struct ff_beacon refund = bench_refund(T(5), "o");
    refund.items = &item;
    refund.item_count = 1;
    bench_send(&b, refund);
    for (uint8_t field = 0; field < FF_ROW_PRODUCT_FIELDS; field++)
        assert_int_equal(bench_cells(&b, FF_BY_PRODUCT, "a", field), 0);
    bench_finish(&b);
}

static void a_repeated_order_counts_no_product_and_a_late_one_does(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct ff_item item = bench_item("a", 2, MONEY(3));
    struct ff_beacon first = bench_purchase("v", T(20), "o", MONEY(6)), late = bench_purchase("v", T(1), "p", MONEY(6));
    first.items = late.items = &item;
    first.item_count = late.item_count = 1;
    bench_send(&b, first);
    assert_int_equal(bench_send(&b, first), FF_DUPLICATE_ORDER);
    assert_int_equal(bench_send_at(&b, late, T(21)), FF_LATE);
    assert_cell(&b, PRODUCT, "a", ITEM_PURCHASED, 2);
    assert_int_equal(bench_cell_at(&b, FF_BY_PRODUCT, "a", BENCH_MONEY, T(1)), MONEY(6));
    bench_finish(&b);
}

static void revenue_of_a_product_is_in_the_currency_of_the_order(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct ff_item item = bench_item("a", 1, MONEY(3));
    struct ff_beacon one = bench_purchase("v", T(0), "o", MONEY(3)), two = bench_purchase("v", T(1), "p", MONEY(3));
    one.items = two.items = &item;
    one.item_count = two.item_count = 1;
    bench_send(&b, one);
    bench_send(&b, bench_in(two, USD));
    for (size_t i = 0; i < b.cell_n; i++)
        if (b.cells[i].dimension == FF_BY_PRODUCT && b.cells[i].field == BENCH_MONEY)
            assert_int_equal(b.cells[i].currency, b.cells[i].at == T(0) ? EUR : USD);
    assert_cell_money(&b, PRODUCT, "a", MONEY(6));
    bench_finish(&b);
}

static void searches_count_by_their_term(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_search("v", T(0), "red"));
    bench_send(&b, bench_with_results(bench_search("v", T(1), "red"), 7));
    bench_send(&b, bench_with_results(bench_search("v", T(2), "red"), 0));
    bench_send(&b, bench_with_results(bench_search(NULL, T(3), "blue"), 0));
    bench_send(&b, bench_search("v", T(4), ""));
    assert_cell(&b, SEARCH_TERM, "red", SEARCHES, 3);
    assert_cell(&b, SEARCH_TERM, "red", ZERO_RESULTS, 1);
    assert_cell(&b, SEARCH_TERM, "blue", SEARCHES, 1);
    assert_cell(&b, SEARCH_TERM, "(none)", SEARCHES, 1);
    assert_cell(&b, ZERO_RESULT_TERM, "red", SEARCHES, 1);
    assert_cell(&b, ZERO_RESULT_TERM, "red", ZERO_RESULTS, 1);
    assert_cell(&b, ZERO_RESULT_TERM, "blue", SEARCHES, 1);
    bench_finish(&b);
}

static void steps_and_custom_events_count_by_their_names(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_named(FF_CHECKOUT_STEP, "v", T(0), "pay"));
    bench_send(&b, bench_named(FF_CHECKOUT_STEP, NULL, T(1), "pay"));
    bench_send(&b, bench_named(FF_CUSTOM, "v", T(10), "scroll"));
    assert_int_equal(bench_send_at(&b, bench_named(FF_CUSTOM, "v", T(1), "scroll"), T(10)), FF_LATE);
    bench_send(&b, bench_event(FF_CUSTOM, "v", T(10)));
    assert_cell(&b, CHECKOUT_STEP, "pay", EVENTS, 2);
    assert_cell(&b, CUSTOM, "scroll", EVENTS, 2);
    assert_cell(&b, CUSTOM, "(none)", EVENTS, 1);
    assert_cell(&b, CUSTOM, "pay", EVENTS, 0);
    bench_finish(&b);
}

/* --- how it is handed on ---------------------------------------------------------------------- */

static void nothing_is_said_of_nothing(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct ff_cell_ref ref = {WORD_NONE, FF_BY_SOURCE};
    const int64_t one[] = {[FF_ROW_SESSIONS] = 1};
    const struct cells_money paid = {EUR, 1, 1}, more = {EUR, 5, 1};
    struct cells_by some = {one, FF_FIELD(FF_ROW_SESSIONS), &paid}, five = {one, FF_FIELD(FF_ROW_SESSIONS), &more};
    struct pen silent = {.fold = b.fold}, pen = {.fold = b.fold, .sign = 1}, back = {.fold = b.fold, .sign = -1};
    cells_emit(&silent, T(0), &ref, 1, some);
    cells_emit(&pen, T(0), &ref, 1, (struct cells_by){.by = one});
    cells_emit(&pen, T(0), &ref, 0, some);
    assert_int_equal(b.cell_n, 0);
    cells_emit(&back, T(0), &ref, 1, five);
    assert_cell(&b, SOURCE, "(none)", SESSIONS, -1);
    assert_cell_money(&b, SOURCE, "(none)", -5);
    cells_emit(&pen, T(0), &ref, 1, five);
    bench_finish(&b);
}

static void no_sink_for_cells_is_none(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    b.fold->sink.cells = NULL;
    bench_play(&b, "v", T(0), "pas$");
    assert_int_equal(b.cell_n, 0);
    bench_assert_empties(&b);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_view_of_a_page_counts_at_its_own_time_whoever_saw_it_and_whenever_it_comes),
        cmocka_unit_test(items_count_by_product_and_category),
        cmocka_unit_test(other_events_with_items_say_nothing_of_products),
        cmocka_unit_test(a_repeated_order_counts_no_product_and_a_late_one_does),
        cmocka_unit_test(revenue_of_a_product_is_in_the_currency_of_the_order),
        cmocka_unit_test(searches_count_by_their_term),
        cmocka_unit_test(steps_and_custom_events_count_by_their_names),
        cmocka_unit_test(nothing_is_said_of_nothing),
        cmocka_unit_test(no_sink_for_cells_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
