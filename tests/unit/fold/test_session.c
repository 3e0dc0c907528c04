#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench.h"
#include "session.h"

#include <stdio.h>

/* --- where sessions begin and end ---------------------------------------------------------- */

static void a_gap_of_exactly_the_timeout_still_joins(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(0)));
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(30)));
    assert_total(&b, SESSIONS, 1);
    assert_int_equal(bench_count(&b, 0, FF_COUNT_SESSION_TIME, T(0)), 30 * FF_MINUTE);
    bench_finish(&b);
}

static void a_gap_longer_than_the_timeout_begins_the_next_session(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(0)));
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(30) + 1));
    assert_int_equal(bench_count(&b, 0, FF_COUNT_SESSIONS, T(0)), 1);
    assert_int_equal(bench_count(&b, 0, FF_COUNT_SESSIONS, T(30) + 1), 1);
    assert_total(&b, SESSION_TIME, 0);
    assert_total(&b, BOUNCES, 2);
    bench_finish(&b);
}

static void play_half_hours(struct bench *b, enum ff_type type, int from, int to)
{
    for (int i = from; i <= to; i++)
        bench_send(b, bench_event(type, "v", T(30 * i)));
}

static void a_session_of_exactly_the_longest_length_is_one(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    play_half_hours(&b, FF_PAGE_VIEW, 0, 48);
    assert_total(&b, SESSIONS, 1);
    assert_total(&b, SESSION_TIME, 24 * FF_HOUR);
    bench_finish(&b);
}

static void the_event_beyond_the_longest_length_opens_the_next_session(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    play_half_hours(&b, FF_PAGE_VIEW, 0, 48);
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(24 * 60) + 1));
    assert_total(&b, SESSIONS, 2);
    assert_int_equal(bench_count(&b, 0, FF_COUNT_SESSIONS, T(24 * 60) + 1), 1);
    assert_total(&b, SESSIONS_NEW, 1);
    bench_finish(&b);
}

static void a_ping_beyond_the_longest_length_is_stray(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    play_half_hours(&b, FF_PAGE_VIEW, 0, 48);
    assert_int_equal(bench_send(&b, bench_event(FF_PING, "v", T(24 * 60) + 1)), FF_STRAY);
    assert_total(&b, SESSIONS, 1);
    assert_int_equal(fold_counts(b.fold).stray, 1);
    bench_finish(&b);
}

static void pings_extend_a_session_and_bridge_gaps(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(0)));
    assert_int_equal(bench_send(&b, bench_event(FF_PING, "v", T(30))), FF_OK);
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(60)));
    assert_total(&b, SESSIONS, 1);
    assert_total(&b, SESSION_TIME, FF_HOUR);
    assert_int_equal(bench_seen(&b), 3);
    bench_finish(&b);
}

static void a_ping_after_the_timeout_opens_nothing(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(0)));
    assert_int_equal(bench_send(&b, bench_event(FF_PING, "v", T(30) + 1)), FF_STRAY);
    assert_int_equal(bench_send(&b, bench_event(FF_PING, "stranger", T(31))), FF_STRAY);
    assert_total(&b, SESSIONS, 1);
    assert_total(&b, SESSION_TIME, 0);
    assert_int_equal(bench_seen(&b), 1);
    assert_int_equal(fold_counts(b.fold).stray, 2);
    bench_finish(&b);
}

/* --- new and returning --------------------------------------------------------------------- */

static void a_visitor_is_remembered_for_exactly_the_memory_since_the_last_event(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(0)));
    bench_send(&b, bench_event(FF_PING, "v", T(10)));
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(10) + 90 * FF_DAY));
    assert_total(&b, SESSIONS, 2);
    assert_total(&b, SESSIONS_NEW, 1);
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(10) + 180 * FF_DAY + 1));
    assert_total(&b, SESSIONS, 3);
    assert_total(&b, SESSIONS_NEW, 2);
    bench_finish(&b);
}

static void a_visitor_is_remembered_when_the_event_comes_as_old_as_it_may(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(0)));
    bench_send_at(&b, bench_event(FF_PAGE_VIEW, "v", DAYS(90)), DAYS(93));
    assert_total(&b, SESSIONS, 2);
    assert_total(&b, SESSIONS_NEW, 1);
    bench_finish(&b);
}

static void visitors_of_two_sites_are_two(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct ff_beacon e = bench_event(FF_PAGE_VIEW, "v", T(0));
    bench_send(&b, e);
    e.site = 1;
    bench_send(&b, e);
    assert_int_equal(bench_count(&b, 0, FF_COUNT_SESSIONS_NEW, T(0)), 1);
    assert_int_equal(bench_count(&b, 1, FF_COUNT_SESSIONS_NEW, T(0)), 1);
    assert_int_equal(fold_counts(b.fold).visitors, 2);
    bench_finish(&b);
}

/* --- what one session is counted as -------------------------------------------------------- */

static const struct row {
    const char *letters; /* bench_play, a minute apart */
    int bounces, engaged;
    int searched, refinements, exits, search_purchased;
    int viewed, added, began, purchased;
} row_table[] = {
    /* bounces and engagement */
    {"p", 1, 0, 0, 0, 0, 0, 0, 0, 0, 0},
    {"pp", 0, 1, 0, 0, 0, 0, 0, 0, 0, 0},
    {"p...", 1, 0, 0, 0, 0, 0, 0, 0, 0, 0},
    {"pe", 1, 0, 0, 0, 0, 0, 0, 0, 0, 0},
    {"pE", 1, 1, 0, 0, 0, 0, 0, 0, 0, 0},
    {"pee", 1, 1, 0, 0, 0, 0, 0, 0, 0, 0},
    {"pi", 1, 0, 0, 0, 0, 0, 1, 0, 0, 0},
    {"pii", 1, 0, 0, 0, 0, 0, 1, 0, 0, 0},
    {"i", 1, 0, 0, 0, 0, 0, 1, 0, 0, 0},
    {"ii", 0, 1, 0, 0, 0, 0, 1, 0, 0, 0},
    {"iip", 1, 0, 0, 0, 0, 0, 1, 0, 0, 0},
    {"iiiipp", 0, 1, 0, 0, 0, 0, 1, 0, 0, 0},
    {"v", 1, 0, 0, 0, 0, 0, 0, 0, 0, 0},
    {"pvv", 1, 0, 0, 0, 0, 0, 0, 0, 0, 0},
    {"X", 1, 0, 0, 0, 0, 0, 0, 0, 0, 0},
    {"pX", 1, 0, 0, 0, 0, 0, 0, 0, 0, 0},
    {"px", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
    {"y", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
    {"c", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
    {"r", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
    {"$", 0, 1, 0, 0, 0, 0, 0, 0, 0, 1},
    /* the funnel, in whatever order */
    {"a", 0, 0, 0, 0, 0, 0, 0, 1, 0, 0},
    {"u", 0, 0, 0, 0, 0, 0, 0, 1, 0, 0},
    {"U", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
    {"uU", 0, 0, 0, 0, 0, 0, 0, 1, 0, 0},
    {"b", 0, 0, 0, 0, 0, 0, 0, 0, 1, 0},
    {"$bai", 0, 1, 0, 0, 0, 0, 1, 1, 1, 1},
    /* searches */
    {"s", 0, 0, 1, 0, 1, 0, 0, 0, 0, 0},
    {"s.", 0, 0, 1, 0, 1, 0, 0, 0, 0, 0},
    {"sp", 0, 0, 1, 0, 1, 0, 0, 0, 0, 0},
    {"s.p.", 0, 0, 1, 0, 1, 0, 0, 0, 0, 0},
    {"spp", 0, 1, 1, 0, 0, 0, 0, 0, 0, 0},
    {"ppps", 0, 1, 1, 0, 1, 0, 0, 0, 0, 0},
    {"si", 0, 0, 1, 0, 0, 0, 1, 0, 0, 0},
    {"sX", 0, 0, 1, 0, 0, 0, 0, 0, 0, 0},
    {"sv", 0, 0, 1, 0, 0, 0, 0, 0, 0, 0},
    {"sa", 0, 0, 1, 0, 0, 0, 0, 1, 0, 0},
    {"sr", 0, 0, 1, 0, 0, 0, 0, 0, 0, 0},
    {"sU", 0, 0, 1, 0, 0, 0, 0, 0, 0, 0},
    {"sb", 0, 0, 1, 0, 0, 0, 0, 0, 1, 0},
    {"sc", 0, 0, 1, 0, 0, 0, 0, 0, 0, 0},
    {"sy", 0, 0, 1, 0, 0, 0, 0, 0, 0, 0},
    {"sis", 0, 0, 1, 0, 1, 0, 1, 0, 0, 0},
    {"sppS", 0, 1, 1, 1, 1, 0, 0, 0, 0, 0},
    {"ss", 0, 0, 1, 0, 1, 0, 0, 0, 0, 0},
    {"sS", 0, 0, 1, 1, 1, 0, 0, 0, 0, 0},
    {"sSs", 0, 0, 1, 2, 1, 0, 0, 0, 0, 0},
    {"s.p.S", 0, 0, 1, 1, 1, 0, 0, 0, 0, 0},
    {"siS", 0, 0, 1, 0, 1, 0, 1, 0, 0, 0},
    {"sXS", 0, 0, 1, 0, 1, 0, 0, 0, 0, 0},
    {"s$", 0, 1, 1, 0, 0, 1, 0, 0, 0, 1},
    {"$s", 0, 1, 1, 0, 1, 1, 0, 0, 0, 1},
};

static void expect(const struct bench *b, const char *letters, enum ff_counter counter, const char *name,
                   int64_t expected)
{
    int64_t got = bench_count(b, 0, counter, T(0));
    if (got != expected)
        fail_msg("\"%s\": %s is %lld instead of %lld", letters, name, (long long)got, (long long)expected);
}

static void sessions_are_counted_as_what_happened_in_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof row_table / sizeof *row_table; i++) {
        const struct row *r = &row_table[i];
        struct bench b;
        bench_open(&b);
        bench_play(&b, "v", T(0), r->letters);
#define EXPECT(counter, expected) expect(&b, r->letters, FF_COUNT_##counter, #counter, expected)
        EXPECT(SESSIONS, 1);
        EXPECT(BOUNCES, r->bounces);
        EXPECT(ENGAGED, r->engaged);
        EXPECT(SEARCH_SESSIONS, r->searched);
        EXPECT(SEARCH_REFINEMENTS, r->refinements);
        EXPECT(SEARCH_EXITS, r->exits);
        EXPECT(SEARCH_PURCHASED, r->search_purchased);
        EXPECT(VIEWED_ITEM, r->viewed);
        EXPECT(ADDED_TO_CART, r->added);
        EXPECT(BEGAN_CHECKOUT, r->began);
        EXPECT(PURCHASED, r->purchased);
        bench_finish(&b);
    }
}

static void only_a_custom_event_can_be_passive(void **state)
{
    (void)state;
    static const enum ff_type types[] = {FF_SEARCH, FF_SURVEY, FF_CHECKOUT_STEP, FF_ADD_TO_CART};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        struct bench b;
        bench_open(&b);
        struct ff_beacon e = bench_event(types[i], "v", T(0));
        e.passive = true;
        bench_send(&b, e);
        assert_total(&b, BOUNCES, 0);
        bench_finish(&b);
    }
}

static void a_search_of_the_session_before_is_not_refined(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(0), "s");
    bench_play(&b, "v", T(60), "S");
    assert_total(&b, SEARCH_SESSIONS, 2);
    assert_total(&b, SEARCH_REFINEMENTS, 0);
    assert_total(&b, SEARCH_EXITS, 2);
    bench_finish(&b);
}

/* --- time on pages ------------------------------------------------------------------------- */

static void a_page_lasts_until_the_next_page_and_the_last_as_long_as_reported(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_engaged(FF_PAGE_VIEW, "v", T(0), 500));
    bench_send(&b, bench_engaged(FF_PING, "v", T(1), 7000));
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(4)));
    assert_total(&b, PAGE_TIME, 4 * FF_MINUTE);
    assert_total(&b, PAGE_TIME_PAGES, 1);
    bench_send(&b, bench_engaged(FF_PING, "v", T(5), 2000));
    bench_send(&b, bench_engaged(FF_PING, "v", T(6), 1000));
    assert_total(&b, PAGE_TIME, 4 * FF_MINUTE + 3 * FF_SECOND);
    assert_total(&b, PAGE_TIME_PAGES, 2);
    assert_total(&b, SESSION_PAGEVIEWS, 2);
    assert_total(&b, PAGEVIEWS, 2);
    bench_finish(&b);
}

static void engagement_reported_with_the_last_page_counts_as_its_time(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_engaged(FF_PAGE_VIEW, "v", T(0), 1500));
    assert_total(&b, PAGE_TIME, 1500 * FF_MILLISECOND);
    assert_total(&b, PAGE_TIME_PAGES, 1);
    bench_finish(&b);
}

static void engagement_before_the_first_page_is_no_page_time(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_event(FF_VIEW_ITEM, "v", T(0)));
    bench_send(&b, bench_engaged(FF_PING, "v", T(1), 20000));
    assert_total(&b, PAGE_TIME_PAGES, 0);
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(2)));
    assert_total(&b, PAGE_TIME, 0);
    assert_total(&b, PAGE_TIME_PAGES, 0);
    assert_total(&b, ENGAGED, 1);
    bench_finish(&b);
}

/* As long and as finely as the configuration lets it be. */
static void the_longest_session_is_right_to_the_microsecond(void **state)
{
    (void)state;
    struct bench b;
    struct fold_options o = bench_options();
    o.session_timeout = FF_DAY;
    o.session_max_length = 30 * FF_DAY;
    bench_open_with(&b, o);
    for (int i = 0; i < 60; i++)
        bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(720 * i) + i * 7));
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", DAYS(30) - 1));
    bench_send(&b, bench_engaged(FF_PING, "v", DAYS(30), INT32_MAX));
    assert_total(&b, SESSIONS, 1);
    assert_total(&b, SESSION_TIME, 30 * FF_DAY);
    assert_total(&b, PAGE_TIME, 30 * FF_DAY - 1 + INT32_MAX * FF_MILLISECOND);
    assert_int_equal(bench_send(&b, bench_event(FF_PING, "v", DAYS(30) + 1)), FF_STRAY);
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", DAYS(30) + 1));
    assert_total(&b, SESSIONS, 2);
    bench_finish(&b);
}

/* Nobody's engagement is so long; but anybody can say so. */
static void engagement_beyond_all_bounds_stays_at_the_bound(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct pen p = {.fold = b.fold, .sign = 1};
    struct session s = {.begun = false};
    struct act page = {.type = FF_PAGE_VIEW, .time = T(0)};
    struct act ping = {.type = FF_PING, .time = T(0), .engaged_ms = INT32_MAX};
    assert_true(session_fold(&p, &s, &page) && session_fold(&p, &s, &ping));
    ping.time = T(1);
    assert_true(session_fold(&p, &s, &ping));
    assert_true(s.last_page_engaged == 2 * (uint64_t)INT32_MAX);
    assert_true(s.engaged == SESSION_ENGAGED_FROM);
    s.last_page_engaged = SESSION_ENGAGED_MAX - INT32_MAX + 1;
    assert_true(session_fold(&p, &s, &ping));
    assert_true(s.last_page_engaged == SESSION_ENGAGED_MAX);
    assert_true(session_fold(&p, &s, &ping));
    assert_true(s.last_page_engaged == SESSION_ENGAGED_MAX && s.length == FF_MINUTE);
    assert_true(s.begun && s.engaged == SESSION_ENGAGED_FROM && s.pageviews == 1);
    emit_flush(b.fold);
    bench_close(&b);
}

static void two_pages_of_one_instant_take_no_time_and_count(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(0)));
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(0)));
    assert_total(&b, PAGE_TIME, 0);
    assert_total(&b, PAGE_TIME_PAGES, 1);
    bench_finish(&b);
}

static void only_page_views_and_pings_report_engagement(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_engaged(FF_PAGE_VIEW, "v", T(0), 1));
    bench_send(&b, bench_engaged(FF_VIEW_ITEM, "v", T(1), 60000));
    assert_total(&b, ENGAGED, 0);
    assert_total(&b, PAGE_TIME, FF_MILLISECOND);
    bench_finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gap_of_exactly_the_timeout_still_joins),
        cmocka_unit_test(a_gap_longer_than_the_timeout_begins_the_next_session),
        cmocka_unit_test(a_session_of_exactly_the_longest_length_is_one),
        cmocka_unit_test(the_event_beyond_the_longest_length_opens_the_next_session),
        cmocka_unit_test(a_ping_beyond_the_longest_length_is_stray),
        cmocka_unit_test(pings_extend_a_session_and_bridge_gaps),
        cmocka_unit_test(a_ping_after_the_timeout_opens_nothing),
        cmocka_unit_test(a_visitor_is_remembered_for_exactly_the_memory_since_the_last_event),
        cmocka_unit_test(a_visitor_is_remembered_when_the_event_comes_as_old_as_it_may),
        cmocka_unit_test(visitors_of_two_sites_are_two),
        cmocka_unit_test(sessions_are_counted_as_what_happened_in_them),
        cmocka_unit_test(only_a_custom_event_can_be_passive),
        cmocka_unit_test(a_search_of_the_session_before_is_not_refined),
        cmocka_unit_test(a_page_lasts_until_the_next_page_and_the_last_as_long_as_reported),
        cmocka_unit_test(engagement_reported_with_the_last_page_counts_as_its_time),
        cmocka_unit_test(engagement_before_the_first_page_is_no_page_time),
        cmocka_unit_test(the_longest_session_is_right_to_the_microsecond),
        cmocka_unit_test(engagement_beyond_all_bounds_stays_at_the_bound),
        cmocka_unit_test(two_pages_of_one_instant_take_no_time_and_count),
        cmocka_unit_test(only_page_views_and_pings_report_engagement),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
