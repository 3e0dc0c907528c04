#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "extras.h"
#include "picture.h"

#include <stdio.h>

/* --- what counts once in a session ------------------------------------------------------------ */

static void a_term_counts_the_session_once_at_its_start(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(0), "psSs");
    assert_int_equal(bench_cell_at(&b, FF_BY_SEARCH_TERM, "red shoes", FF_ROW_TERM_SESSIONS, T(0)), 1);
    assert_int_equal(bench_cell_at(&b, FF_BY_SEARCH_TERM, "red shoes", FF_ROW_SEARCHES, T(0)), 0);
    assert_cell(&b, SEARCH_TERM, "red shoes", TERM_SESSIONS, 1);
    assert_cell(&b, SEARCH_TERM, "blue shoes", TERM_SESSIONS, 1);
    assert_cell(&b, SEARCH_TERM, "red shoes", TERM_PURCHASED, 0);
    bench_play(&b, "v", T(60), "s");
    assert_cell(&b, SEARCH_TERM, "red shoes", TERM_SESSIONS, 2);
    bench_finish(&b);
}

static void a_purchase_is_one_of_all_terms_of_the_session_before_and_after_it(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(0), "s$");
    assert_cell(&b, SEARCH_TERM, "red shoes", TERM_PURCHASED, 1);
    bench_play(&b, "v", T(2), "Ss$");
    assert_cell(&b, SEARCH_TERM, "red shoes", TERM_PURCHASED, 1);
    assert_cell(&b, SEARCH_TERM, "blue shoes", TERM_PURCHASED, 1);
    bench_play(&b, "v", T(60), "s");
    assert_cell(&b, SEARCH_TERM, "red shoes", TERM_PURCHASED, 1);
    bench_finish(&b);
}

static void zero_results_are_a_dimension_of_their_own(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_with_results(bench_search("v", T(0), "red"), 5));
    bench_send(&b, bench_search("v", T(1), "blue"));
    assert_cell(&b, ZERO_RESULT_TERM, "red", TERM_SESSIONS, 0);
    bench_send(&b, bench_with_results(bench_search("v", T(2), "red"), 0));
    bench_send(&b, bench_with_results(bench_search("v", T(3), "red"), 0));
    bench_send(&b, bench_purchase("v", T(4), "o", MONEY(1)));
    assert_cell(&b, ZERO_RESULT_TERM, "red", TERM_SESSIONS, 1);
    assert_cell(&b, ZERO_RESULT_TERM, "red", TERM_PURCHASED, 1);
    assert_cell(&b, ZERO_RESULT_TERM, "blue", TERM_SESSIONS, 0);
    assert_cell(&b, SEARCH_TERM, "red", TERM_SESSIONS, 1);
    bench_finish(&b);
}

static void steps_and_names_count_the_session_once(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    for (int i = 0; i < 3; i++) {
        bench_send(&b, bench_named(FF_CHECKOUT_STEP, "v", T(i), i < 2 ? "pay" : "ship"));
        bench_send(&b, bench_named(FF_CUSTOM, "v", T(i), "scroll"));
        bench_send(&b, bench_event(FF_CUSTOM, "v", T(i)));
    }
    assert_cell(&b, CHECKOUT_STEP, "pay", EVENT_SESSIONS, 1);
    assert_cell(&b, CHECKOUT_STEP, "ship", EVENT_SESSIONS, 1);
    assert_cell(&b, CUSTOM, "scroll", EVENT_SESSIONS, 1);
    assert_cell(&b, CUSTOM, "(none)", EVENT_SESSIONS, 1);
    assert_cell(&b, CUSTOM, "scroll", EVENTS, 3);
    bench_finish(&b);
}

static void what_comes_out_of_order_is_told_of_the_session_it_falls_in(void **state)
{
    (void)state;
    struct bench b;
    struct fold_options o = bench_options();
    o.session_lateness = FF_DAY;
    bench_open_with(&b, o);
    bench_play(&b, "v", T(0), "s");
    bench_play(&b, "v", T(50), "s");
    assert_cell(&b, SEARCH_TERM, "red shoes", TERM_SESSIONS, 2);
    bench_send_at(&b, bench_purchase("v", T(25), "o", MONEY(4)), T(50)); /* joins the two */
    assert_cell(&b, SEARCH_TERM, "red shoes", TERM_SESSIONS, 1);
    assert_cell(&b, SEARCH_TERM, "red shoes", TERM_PURCHASED, 1);
    assert_int_equal(bench_cell_at(&b, FF_BY_SEARCH_TERM, "red shoes", FF_ROW_TERM_SESSIONS, T(0)), 1);
    assert_cell_money(&b, VISITOR_TYPE, "new", MONEY(4));
    bench_finish(&b);
}

/* --- ceilings ------------------------------------------------------------------------------- */

static void play_names(struct bench *b, const char *visitor, ff_wall start, int n)
{
    char name[EXTRAS_MAX + 9][12];
    for (int i = 0; i < n; i++) {
        snprintf(name[i], sizeof name[i], "n%d", i);
        bench_send(b, bench_named(FF_CUSTOM, visitor, start + i, name[i]));
    }
}

static void a_session_keeps_so_many_of_a_kind_and_the_others_are_counted(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    play_names(&b, "v", T(0), EXTRAS_MAX + 2);
    assert_cell(&b, CUSTOM, "n63", EVENT_SESSIONS, 1);
    assert_cell(&b, CUSTOM, "n64", EVENT_SESSIONS, 0);
    assert_cell(&b, CUSTOM, "n64", EVENTS, 1);
    assert_int_equal(fold_counts(b.fold).extras_left_out, 2);
    assert_int_equal(extras_count(b.fold, visitor_at(b.fold, 1)->head.session.extras), EXTRAS_MAX);
    /* An earlier one takes the place of the last of them. */
    bench_send_at(&b, bench_named(FF_CUSTOM, "v", T(0) - 1, "first"), T(1));
    assert_cell(&b, CUSTOM, "first", EVENT_SESSIONS, 1);
    assert_cell(&b, CUSTOM, "n63", EVENT_SESSIONS, 0);
    assert_int_equal(fold_counts(b.fold).extras_left_out, 3);
    bench_finish(&b);
}

static void more_currencies_than_a_session_keeps_are_purchases_without_orders(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    char order[EXTRAS_MAX + 1][12];
    for (int i = 0; i <= EXTRAS_MAX; i++) {
        snprintf(order[i], sizeof order[i], "o%d", i);
        struct ff_beacon e = bench_purchase("v", T(0) + i, order[i], MONEY(1));
        bench_send(&b, bench_in(e, FF_CURRENCY('A', 'A' + i / 26, 'A' + i % 26)));
        if (i == EXTRAS_MAX / 2)
            bench_send(&b, bench_page("v", T(0) + i, "/a"));
    }
    assert_cell(&b, EXIT_PAGE, "/a", ORDERS, EXTRAS_MAX);
    assert_cell_money(&b, EXIT_PAGE, "/a", MONEY(EXTRAS_MAX));
    assert_cell(&b, EXIT_PAGE, "/a", PURCHASED, 1);
    assert_cell_money(&b, EXIT_PAGE, "(none)", 0);
    assert_int_equal(fold_counts(b.fold).extras_left_out, 1);
    bench_finish(&b);
}

/* Visitors with full sessions, as many as there can be; more than the pool has room for. */
#define CROWD 150

static void play_crowd(struct bench *b)
{
    char visitor[CROWD][12];
    for (int i = 0; i < CROWD; i++) {
        snprintf(visitor[i], sizeof visitor[i], "v%d", i);
        play_names(b, visitor[i], T(i), EXTRAS_MAX);
    }
}

static struct fold_options crowd_options(void)
{
    struct fold_options o = bench_options();
    o.max_visitors = 2 * CROWD;
    o.max_tails = 2 * CROWD;
    o.max_tail_events = 1 << 16;
    return o;
}

static void the_extras_of_the_oldest_sessions_give_way(void **state)
{
    (void)state;
    struct bench b;
    bench_open_with(&b, crowd_options());
    play_crowd(&b);
    struct fold_counts c = fold_counts(b.fold);
    assert_int_equal(c.visitors, CROWD);
    assert_int_equal(c.extras + EXTRAS_MAX * c.extras_evicted, CROWD * EXTRAS_MAX);
    assert_true(c.extras_evicted > 0 && c.extras_evicted < CROWD / 2);
    assert_int_equal(c.extras_left_out, 0);
    for (int i = 0; i < EXTRAS_MAX; i += 63) { /* what they were counted as stays */
        char name[12];
        snprintf(name, sizeof name, "n%d", i);
        assert_cell(&b, CUSTOM, name, EVENT_SESSIONS, CROWD);
    }
    /* The newest still knows its own, the oldest does not. */
    bench_send_at(&b, bench_named(FF_CUSTOM, "v149", T(CROWD), "n0"), T(CROWD));
    assert_cell(&b, CUSTOM, "n0", EVENT_SESSIONS, CROWD);
    bench_finish(&b);
}

static void a_session_whose_extras_gave_way_goes_on_and_its_sums_stay(void **state)
{
    (void)state;
    struct bench b;
    struct fold_options o = crowd_options();
    o.session_timeout = FF_DAY;
    bench_open_with(&b, o);
    bench_send(&b, bench_purchase("old", T(-1), "o", MONEY(3)));
    play_crowd(&b);
    assert_true(fold_counts(b.fold).extras_evicted > 0);
    bench_send(&b, bench_page("old", T(CROWD), "/a"));
    bench_send(&b, bench_purchase("old", T(CROWD), "p", MONEY(4)));
    assert_cell_money(&b, VISITOR_TYPE, "new", MONEY(7));
    assert_cell(&b, VISITOR_TYPE, "new", ORDERS, 2);
    assert_cell(&b, EXIT_PAGE, "/a", PURCHASED, 1);
    bench_assert_cells(&b);
    bench_finish(&b);
}

static void extras_go_when_nothing_can_extend_the_session_any_more(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    play_names(&b, "v", T(0), 3);
    fold_advance(b.fold, DAYS(3) + FF_HOUR);
    assert_int_equal(fold_counts(b.fold).extras, 3);
    fold_advance(b.fold, DAYS(3) + 2 * FF_HOUR);
    struct fold_counts c = fold_counts(b.fold);
    assert_true(c.extras == 0 && c.extras_evicted == 0 && c.visitors == 1);
    bench_play(&b, "v", DAYS(4), "x");
    assert_cell(&b, VISITOR_TYPE, "returning", SESSIONS, 1);
    bench_finish(&b);
}

static void extras_without_room_after_a_load_give_way_oldest_first(void **state)
{
    (void)state;
    struct bench b;
    struct fold_options o = crowd_options();
    o.max_extras = 2 * CROWD * EXTRAS_MAX;
    bench_open_with(&b, o);
    play_crowd(&b);
    struct fold_counts c = fold_counts(b.fold);
    assert_true(c.extras == CROWD * EXTRAS_MAX && c.extras_evicted == 0);
    bench_reload_with(&b, crowd_options());
    c = fold_counts(b.fold);
    assert_int_equal(c.extras + EXTRAS_MAX * c.extras_evicted, CROWD * EXTRAS_MAX);
    assert_int_equal(c.extras_evicted, CROWD - 8192 / EXTRAS_MAX);
    bench_send_at(&b, bench_named(FF_CUSTOM, "v149", T(CROWD), "n0"), T(CROWD));
    assert_cell(&b, CUSTOM, "n0", EVENT_SESSIONS, CROWD);
    bench_finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_term_counts_the_session_once_at_its_start),
        cmocka_unit_test(a_purchase_is_one_of_all_terms_of_the_session_before_and_after_it),
        cmocka_unit_test(zero_results_are_a_dimension_of_their_own),
        cmocka_unit_test(steps_and_names_count_the_session_once),
        cmocka_unit_test(what_comes_out_of_order_is_told_of_the_session_it_falls_in),
        cmocka_unit_test(a_session_keeps_so_many_of_a_kind_and_the_others_are_counted),
        cmocka_unit_test(more_currencies_than_a_session_keeps_are_purchases_without_orders),
        cmocka_unit_test(the_extras_of_the_oldest_sessions_give_way),
        cmocka_unit_test(a_session_whose_extras_gave_way_goes_on_and_its_sums_stay),
        cmocka_unit_test(extras_go_when_nothing_can_extend_the_session_any_more),
        cmocka_unit_test(extras_without_room_after_a_load_give_way_oldest_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
