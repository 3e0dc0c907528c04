#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench.h"

#include <stdio.h>

/* --- rows of sessions ----------------------------------------------------------------------- */

static void a_session_is_a_row_of_each_dimension(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_from(bench_page("v", T(0), "/a"), "news", "may"));
    static const char *const words[] = {
        [FF_BY_CHANNEL] = "direct", [FF_BY_SOURCE] = "news", [FF_BY_CAMPAIGN] = "may", [FF_BY_DEVICE] = "(none)",
        [FF_BY_COUNTRY] = "(none)", [FF_BY_VISITOR_TYPE] = "new", [FF_BY_ENTRY_PAGE] = "/a", [FF_BY_EXIT_PAGE] = "/a",
    };
    for (int i = 0; i < 8; i++) {
        assert_int_equal(bench_cell_at(&b, (enum ff_dimension)i, words[i], FF_ROW_SESSIONS, T(0)), 1);
        assert_int_equal(bench_cell_at(&b, (enum ff_dimension)i, words[i], FF_ROW_NEW_VISITORS, T(0)), 1);
        assert_int_equal(bench_cell_at(&b, (enum ff_dimension)i, words[i], FF_ROW_PAGEVIEWS, T(0)), 1);
        assert_int_equal(bench_cell_at(&b, (enum ff_dimension)i, words[i], FF_ROW_BOUNCES, T(0)), 1);
        assert_int_equal(bench_cell_at(&b, (enum ff_dimension)i, words[i], FF_ROW_ENGAGED, T(0)), 0);
    }
    bench_send(&b, bench_page("v", T(1), "/a"));
    for (int i = 0; i < 8; i++) {
        assert_int_equal(bench_cell_at(&b, (enum ff_dimension)i, words[i], FF_ROW_PAGEVIEWS, T(0)), 2);
        assert_int_equal(bench_cell_at(&b, (enum ff_dimension)i, words[i], FF_ROW_BOUNCES, T(0)), 0);
        assert_int_equal(bench_cell_at(&b, (enum ff_dimension)i, words[i], FF_ROW_ENGAGED, T(0)), 1);
    }
    bench_finish(&b);
}

static void the_next_session_of_a_visitor_is_a_returning_ones(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(0), "p");
    bench_play(&b, "v", T(60), "p");
    assert_cell(&b, VISITOR_TYPE, "new", SESSIONS, 1);
    assert_cell(&b, VISITOR_TYPE, "returning", SESSIONS, 1);
    assert_cell(&b, VISITOR_TYPE, "returning", NEW_VISITORS, 0);
    bench_finish(&b);
}

static void the_exit_page_takes_the_whole_row_with_it(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(0), "ab$");
    assert_cell(&b, EXIT_PAGE, "(none)", SESSIONS, 1);
    assert_cell_money(&b, EXIT_PAGE, "(none)", MONEY(10));
    bench_send(&b, bench_page("v", T(4), "/a"));
    bench_send(&b, bench_page("v", T(5), "/b"));
    bench_send(&b, bench_in(bench_purchase("v", T(6), "p", MONEY(7)), USD));
    bench_send(&b, bench_page("v", T(7), "/c"));
    for (uint8_t field = 0; field < FF_ROW_SESSION_FIELDS; field++) {
        assert_int_equal(bench_cells(&b, FF_BY_EXIT_PAGE, "(none)", field), 0);
        assert_int_equal(bench_cells(&b, FF_BY_EXIT_PAGE, "/a", field), 0);
        assert_int_equal(bench_cells(&b, FF_BY_EXIT_PAGE, "/b", field), 0);
    }
    assert_cell_money(&b, EXIT_PAGE, "/b", 0);
    assert_cell(&b, EXIT_PAGE, "/c", SESSIONS, 1);
    assert_cell(&b, EXIT_PAGE, "/c", PAGEVIEWS, 3);
    assert_cell(&b, EXIT_PAGE, "/c", ADDED_TO_CART, 1);
    assert_cell(&b, EXIT_PAGE, "/c", BEGAN_CHECKOUT, 1);
    assert_cell(&b, EXIT_PAGE, "/c", PURCHASED, 1);
    assert_cell(&b, EXIT_PAGE, "/c", ORDERS, 2);
    assert_cell_money(&b, EXIT_PAGE, "/c", MONEY(17)); /* of two currencies */
    assert_cell(&b, ENTRY_PAGE, "/a", ORDERS, 2);
    assert_cell_money(&b, ENTRY_PAGE, "/a", MONEY(17));
    bench_finish(&b);
}

static void a_session_without_a_page_view_has_none_for_its_page(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(0), "ix");
    assert_cell(&b, ENTRY_PAGE, "(none)", SESSIONS, 1);
    assert_cell(&b, PAGE, "(none)", ENTRANCES, 0);
    assert_cell(&b, PAGE, "(none)", EXITS, 0);
    bench_finish(&b);
}

/* A ping tells, too. */
static void where_a_session_comes_from_is_told_by_one_event(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_page("v", T(0), "/"));
    assert_cell(&b, CHANNEL, "direct", SESSIONS, 1);
    bench_send(&b, bench_on(bench_from(bench_event(FF_PING, "v", T(1)), "news", NULL), FF_CHANNEL_REFERRAL, 0, NULL));
    bench_send(&b, bench_on(bench_from(bench_page("v", T(2), "/"), "ads", "may"), FF_CHANNEL_DISPLAY, 0, NULL));
    assert_cell(&b, CHANNEL, "direct", SESSIONS, 0);
    assert_cell(&b, CHANNEL, "referral", PAGEVIEWS, 2);
    assert_cell(&b, SOURCE, "news", PAGEVIEWS, 2);
    assert_cell(&b, CAMPAIGN, "(none)", PAGEVIEWS, 2);
    bench_send_at(&b, bench_on(bench_from(bench_page("v", T(0), "/"), NULL, "june"), FF_CHANNEL_UNASSIGNED, 0, NULL), T(3));
    assert_cell(&b, CHANNEL, "referral", SESSIONS, 0);
    assert_cell(&b, SOURCE, "news", SESSIONS, 0);
    assert_cell(&b, CHANNEL, "unassigned", PAGEVIEWS, 3);
    assert_cell(&b, SOURCE, "(none)", PAGEVIEWS, 3);
    assert_cell(&b, CAMPAIGN, "june", PAGEVIEWS, 3);
    bench_finish(&b);
}

/* Records of before origins were judged. */
static void a_source_without_a_channel_tells_too(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_from(bench_page("v", T(0), "/"), "news", NULL));
    bench_send(&b, bench_on(bench_from(bench_page("v", T(1), "/"), "ads", "may"), FF_CHANNEL_DISPLAY, 0, NULL));
    assert_cell(&b, CHANNEL, "direct", PAGEVIEWS, 2);
    assert_cell(&b, SOURCE, "news", PAGEVIEWS, 2);
    assert_cell(&b, CAMPAIGN, "(none)", PAGEVIEWS, 2);
    bench_finish(&b);
}

static void device_and_country_are_each_of_the_first_event_that_has_one(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_on(bench_page("v", T(0), "/"), 0, 0, NULL));
    bench_send(&b, bench_on(bench_event(FF_PING, "v", T(1)), 0, 0, "DE"));
    bench_send(&b, bench_on(bench_page("v", T(2), "/"), 0, FF_DEVICE_TABLET, "FR"));
    bench_send(&b, bench_on(bench_page("v", T(3), "/"), 0, FF_DEVICE_DESKTOP, "ZZ"));
    assert_cell(&b, DEVICE, "(none)", SESSIONS, 0);
    assert_cell(&b, DEVICE, "tablet", PAGEVIEWS, 3);
    assert_cell(&b, COUNTRY, "DE", PAGEVIEWS, 3);
    bench_send_at(&b, bench_on(bench_page("v", T(0), "/"), 0, FF_DEVICE_TV, "AA"), T(3));
    assert_cell(&b, DEVICE, "tablet", SESSIONS, 0);
    assert_cell(&b, DEVICE, "tv", PAGEVIEWS, 4);
    assert_cell(&b, COUNTRY, "AA", PAGEVIEWS, 4);
    bench_finish(&b);
}

static void a_late_purchase_is_no_order_of_a_session(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(10), "ap");
    assert_int_equal(bench_send_at(&b, bench_purchase("v", T(1), "late", MONEY(5)), T(11)), FF_LATE);
    assert_cell(&b, SOURCE, "(none)", ORDERS, 0);
    assert_cell_money(&b, SOURCE, "(none)", 0);
    bench_finish(&b);
}

static void orders_of_nothing_are_orders(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_purchase("v", T(0), "o", 0));
    bench_send(&b, bench_in(bench_purchase("v", T(1), "p", -MONEY(3)), USD));
    bench_send(&b, bench_page("v", T(2), "/a"));
    assert_cell(&b, EXIT_PAGE, "/a", ORDERS, 2);
    assert_cell_money(&b, EXIT_PAGE, "/a", -MONEY(3));
    assert_cell(&b, EXIT_PAGE, "(none)", ORDERS, 0);
    assert_cell_money(&b, EXIT_PAGE, "(none)", 0);
    bench_finish(&b);
}

/* --- pages ---------------------------------------------------------------------------------- */

static void the_first_page_is_entered_and_the_last_one_left(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_page("v", T(0), "/a"));
    assert_cell(&b, PAGE, "/a", ENTRANCES, 1);
    assert_cell(&b, PAGE, "/a", EXITS, 1);
    assert_cell(&b, PAGE, "/a", PAGE_BOUNCES, 1);
    bench_send(&b, bench_page("v", T(1), "/b"));
    bench_send(&b, bench_page("v", T(2), "/a"));
    bench_send(&b, bench_page("v", T(3), "/b"));
    assert_cell(&b, PAGE, "/a", ENTRANCES, 1);
    assert_cell(&b, PAGE, "/a", EXITS, 0);
    assert_cell(&b, PAGE, "/a", PAGE_BOUNCES, 0);
    assert_cell(&b, PAGE, "/b", ENTRANCES, 0);
    assert_cell(&b, PAGE, "/b", EXITS, 1);
    assert_int_equal(bench_cell_at(&b, FF_BY_PAGE, "/b", FF_ROW_EXITS, T(0)), 1); /* at the start */
    bench_finish(&b);
}

static void a_bounce_is_one_of_the_page_that_was_entered_until_something_is_done(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_page("v", T(0), "/a"));
    assert_cell(&b, PAGE, "/a", PAGE_BOUNCES, 1);
    bench_play(&b, "v", T(1), "ix");
    assert_cell(&b, PAGE, "/a", PAGE_BOUNCES, 0);
    assert_cell(&b, PAGE, "/a", ENTRANCES, 1);
    bench_finish(&b);
}

static void time_goes_to_the_page_that_is_left_and_engagement_to_the_last(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_page("v", T(0), "/a"));
    bench_send(&b, bench_engaged(FF_PING, "v", T(1), 5000));
    assert_cell(&b, PAGE, "/a", PAGE_TIME, 5 * FF_SECOND);
    assert_cell(&b, PAGE, "/a", PAGE_TIMED, 1);
    bench_send(&b, bench_page("v", T(3), "/b"));
    assert_cell(&b, PAGE, "/a", PAGE_TIME, 3 * FF_MINUTE);
    assert_cell(&b, PAGE, "/a", PAGE_TIMED, 1);
    assert_cell(&b, PAGE, "/b", PAGE_TIMED, 0);
    bench_send(&b, bench_page("v", T(4), "/b"));
    struct ff_beacon last = bench_engaged(FF_PAGE_VIEW, "v", T(6), 2000);
    last.page = FF_LITERAL("/a");
    bench_send(&b, last);
    assert_cell(&b, PAGE, "/b", PAGE_TIME, 3 * FF_MINUTE);
    assert_cell(&b, PAGE, "/b", PAGE_TIMED, 2);
    assert_cell(&b, PAGE, "/a", PAGE_TIME, 3 * FF_MINUTE + 2 * FF_SECOND);
    assert_cell(&b, PAGE, "/a", PAGE_TIMED, 2);
    assert_int_equal(bench_total(&b, FF_COUNT_PAGE_TIME), 6 * FF_MINUTE + 2 * FF_SECOND);
    bench_finish(&b);
}

static void pages_out_of_order_are_entered_and_left_in_the_order_of_time(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_page("v", T(3), "/c"));
    bench_send_at(&b, bench_page("v", T(1), "/a"), T(3));
    bench_send_at(&b, bench_page("v", T(2), "/b"), T(3));
    assert_cell(&b, PAGE, "/a", ENTRANCES, 1);
    assert_cell(&b, PAGE, "/c", ENTRANCES, 0);
    assert_cell(&b, PAGE, "/c", EXITS, 1);
    assert_cell(&b, PAGE, "/b", PAGE_TIME, FF_MINUTE);
    assert_cell(&b, ENTRY_PAGE, "/a", SESSIONS, 1);
    assert_cell(&b, ENTRY_PAGE, "/c", SESSIONS, 0);
    bench_finish(&b);
}

/* Two sessions that an event between them joins. */
static void joined_sessions_are_one_row(void **state)
{
    (void)state;
    struct bench b;
    struct fold_options o = bench_options();
    o.session_lateness = FF_DAY;
    bench_open_with(&b, o);
    bench_send(&b, bench_page("v", T(0), "/a"));
    bench_send(&b, bench_page("v", T(50), "/b"));
    assert_cell(&b, ENTRY_PAGE, "/b", SESSIONS, 1);
    bench_send_at(&b, bench_page("v", T(25), "/between"), T(50));
    assert_cell(&b, ENTRY_PAGE, "/b", SESSIONS, 0);
    assert_cell(&b, EXIT_PAGE, "/b", PAGEVIEWS, 3);
    assert_cell(&b, PAGE, "/b", ENTRANCES, 0);
    assert_cell(&b, PAGE, "/between", PAGE_TIME, 25 * FF_MINUTE);
    bench_finish(&b);
}

/* --- words ---------------------------------------------------------------------------------- */

static void without_room_for_words_values_are_other(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    char name[8];
    for (uint32_t i = 0; words_used(b.words) < b.words->pool.cap; i++) {
        snprintf(name, sizeof name, "%u", i);
        words_take(b.words, ff_span_text(name));
    }
    bench_send(&b, bench_page("v", T(0), "/a"));
    bench_send(&b, bench_page("v", T(1), "/b"));
    bench_send(&b, bench_search("v", T(2), "red"));
    assert_cell(&b, PAGE, "(other)", VIEWS, 2);
    assert_cell(&b, EXIT_PAGE, "(other)", PAGEVIEWS, 2);
    assert_cell(&b, SEARCH_TERM, "(other)", TERM_SESSIONS, 1);
    bench_assert_cells(&b);
    bench_close(&b);
}

static void visitors_that_give_way_let_go_of_their_words(void **state)
{
    (void)state;
    struct bench b;
    struct fold_options o = bench_options();
    o.max_visitors = 1;
    bench_open_with(&b, o);
    bench_send(&b, bench_from(bench_page("v", T(0), "/a"), "news", "may"));
    bench_send(&b, bench_search("v", T(1), "red"));
    bench_send(&b, bench_page("w", T(2), "/a"));
    assert_int_equal(words_used(b.words), FOLD_WORDS + 1);
    bench_finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_is_a_row_of_each_dimension),
        cmocka_unit_test(the_next_session_of_a_visitor_is_a_returning_ones),
        cmocka_unit_test(the_exit_page_takes_the_whole_row_with_it),
        cmocka_unit_test(a_session_without_a_page_view_has_none_for_its_page),
        cmocka_unit_test(where_a_session_comes_from_is_told_by_one_event),
        cmocka_unit_test(a_source_without_a_channel_tells_too),
        cmocka_unit_test(device_and_country_are_each_of_the_first_event_that_has_one),
        cmocka_unit_test(a_late_purchase_is_no_order_of_a_session),
        cmocka_unit_test(orders_of_nothing_are_orders),
        cmocka_unit_test(the_first_page_is_entered_and_the_last_one_left),
        cmocka_unit_test(a_bounce_is_one_of_the_page_that_was_entered_until_something_is_done),
        cmocka_unit_test(time_goes_to_the_page_that_is_left_and_engagement_to_the_last),
        cmocka_unit_test(pages_out_of_order_are_entered_and_left_in_the_order_of_time),
        cmocka_unit_test(joined_sessions_are_one_row),
        cmocka_unit_test(without_room_for_words_values_are_other),
        cmocka_unit_test(visitors_that_give_way_let_go_of_their_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
