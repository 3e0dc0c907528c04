#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "history.h"

/* --- what is late -------------------------------------------------------------------------- */

static void an_event_of_exactly_the_lateness_before_the_newest_is_not_late(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(10)));
    assert_int_equal(bench_send_at(&b, bench_event(FF_PAGE_VIEW, "v", T(5)), T(10)), FF_OK);
    assert_total(&b, SESSIONS, 1);
    assert_int_equal(bench_count(&b, 0, FF_COUNT_SESSIONS, T(5)), 1);
    assert_int_equal(bench_send_at(&b, bench_event(FF_PAGE_VIEW, "v", T(5) - 1), T(10)), FF_LATE);
    assert_total(&b, SESSION_PAGEVIEWS, 2);
    assert_total(&b, PAGEVIEWS, 3);
    assert_int_equal(fold_counts(b.fold).late, 1);
    assert_int_equal(bench_seen(&b), 3);
    bench_finish(&b);
}

static void an_older_event_is_late_when_it_comes_later_than_the_lateness_after_the_newest(void **state)
{
    (void)state;
    for (ff_dur over = 0; over <= 1; over++) {
        struct bench b;
        bench_open(&b);
        bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(10)));
        assert_int_equal(bench_send_at(&b, bench_event(FF_PAGE_VIEW, "v", T(10) - 1), T(15) + over),
                         over ? FF_LATE : FF_OK);
        assert_total(&b, SESSION_PAGEVIEWS, over ? 1 : 2);
        bench_finish(&b);
    }
}

static void an_event_as_old_as_the_newest_is_never_late(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(10)));
    assert_int_equal(bench_send_at(&b, bench_event(FF_PAGE_VIEW, "v", T(10)), DAYS(2)), FF_OK);
    assert_total(&b, SESSION_PAGEVIEWS, 2);
    bench_finish(&b);
}

static void lateness_is_a_matter_of_one_visitor(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(100)));
    assert_int_equal(bench_send_at(&b, bench_event(FF_PAGE_VIEW, "w", T(0)), T(100)), FF_OK);
    assert_total(&b, SESSIONS, 2);
    bench_finish(&b);
}

/* The rule by receipt is by the wall clock in an import, too: yesterday's file is one story. */
static void an_import_judges_lateness_by_the_files_own_times(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_fold(&b, bench_event(FF_PAGE_VIEW, "v", T(0)), DAYS(9), true);
    bench_fold(&b, bench_event(FF_PAGE_VIEW, "v", T(20)), DAYS(9), true);
    assert_int_equal(bench_fold(&b, bench_event(FF_PAGE_VIEW, "v", T(16)), DAYS(9) + 2, true), FF_OK);
    assert_int_equal(bench_fold(&b, bench_event(FF_PAGE_VIEW, "v", T(14)), DAYS(9) + 3, true), FF_LATE);
    assert_int_equal(bench_fold(&b, bench_event(FF_PAGE_VIEW, "v", T(19)), DAYS(9) + 6 * FF_MINUTE, true), FF_LATE);
    assert_total(&b, SESSION_PAGEVIEWS, 3);
    bench_finish(&b);
}

static void before_1970_there_were_visitors_too(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    assert_int_equal(bench_fold(&b, bench_event(FF_PAGE_VIEW, "v", -FF_DAY), DAYS(0), true), FF_OK);
    assert_int_equal(bench_fold(&b, bench_event(FF_PAGE_VIEW, "v", -FF_DAY + FF_MINUTE), DAYS(0), true), FF_OK);
    assert_int_equal(bench_fold(&b, bench_event(FF_PAGE_VIEW, "w", 10 * FF_MINUTE), DAYS(0), true), FF_OK);
    assert_total(&b, SESSIONS, 2);
    assert_total(&b, SESSIONS_NEW, 2);
    assert_total(&b, SESSION_PAGEVIEWS, 3);
    bench_finish(&b);
}

/* What was settled once may not be reopened by a newer event that comes long after. */
static void what_has_become_late_stays_late_when_a_newer_event_comes(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct ff_item item = bench_item("a", 1, MONEY(3));
    bench_send(&b, bench_cart(FF_UPDATE_CART, "v", T(10), &item, 1));
    bench_send_at(&b, bench_event(FF_PAGE_VIEW, "v", T(12)), T(60));
    assert_int_equal(bench_send_at(&b, bench_cart(FF_ADD_TO_CART, "v", T(9), &item, 1), T(61)), FF_LATE);
    assert_int_equal(bench_send_at(&b, bench_event(FF_PAGE_VIEW, "v", T(10)), T(61)), FF_OK);
    assert_int_equal(bench_count(&b, 0, FF_COUNT_CARTS_OPENED, T(10)), 1);
    assert_total(&b, PAGE_TIME, 2 * FF_MINUTE);
    bench_finish(&b);
}

/* A read in between moves now past the end of the tail; a replay has no reads. */
static void what_is_late_does_not_depend_on_when_the_tail_went(void **state)
{
    (void)state;
    for (int read = 0; read <= 1; read++) {
        struct bench b;
        bench_open(&b);
        bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(10)));
        if (read)
            fold_advance(b.fold, T(15) + 20 * FF_SECOND);
        bench_send_at(&b, bench_event(FF_PAGE_VIEW, "v", T(12)), T(15) + 5 * FF_SECOND);
        assert_int_equal(bench_send_at(&b, bench_event(FF_SEARCH, "v", T(9)), T(16)), FF_LATE);
        assert_int_equal(bench_send_at(&b, bench_event(FF_PAGE_VIEW, "v", T(11)), T(16)), FF_OK);
        assert_int_equal(bench_count(&b, 0, FF_COUNT_SESSION_PAGEVIEWS, T(10)), 3);
        bench_finish(&b);
    }
}

static void late_events_change_no_session_and_no_cart(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(60), "p");
    static const char letters[] = "p.isauvbcyx";
    for (size_t i = 0; letters[i]; i++) {
        size_t before = fold_counts(b.fold).late;
        b.received = T(60);
        bench_play(&b, "v", T(30), (char[]){letters[i], 0});
        assert_int_equal(fold_counts(b.fold).late, before + 1);
    }
    assert_total(&b, SESSIONS, 1);
    assert_total(&b, SESSION_PAGEVIEWS, 1);
    assert_total(&b, BOUNCES, 1);
    assert_total(&b, CARTS_OPENED, 0);
    assert_total(&b, PAGEVIEWS, 2);
    assert_total(&b, SEARCHES, 1);
    assert_int_equal(fold_counts(b.fold).stray, 0);
    bench_finish(&b);
}

/* --- out of order -------------------------------------------------------------------------- */

static void an_event_between_two_sessions_joins_them(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(0)));
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(32)));
    assert_total(&b, SESSIONS, 2);
    assert_total(&b, BOUNCES, 2);
    bench_send_at(&b, bench_event(FF_PAGE_VIEW, "v", T(30)), T(33));
    assert_total(&b, SESSIONS, 1);
    assert_total(&b, BOUNCES, 0);
    assert_int_equal(bench_count(&b, 0, FF_COUNT_SESSIONS, T(32)), 0);
    assert_int_equal(bench_count(&b, 0, FF_COUNT_SESSION_TIME, T(0)), 32 * FF_MINUTE);
    bench_finish(&b);
}

static void a_ping_between_two_sessions_joins_them(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(0)));
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(32)));
    assert_int_equal(bench_send_at(&b, bench_event(FF_PING, "v", T(29)), T(32)), FF_OK);
    assert_total(&b, SESSIONS, 1);
    bench_finish(&b);
}

static void sessions_are_not_joined_beyond_the_longest_length(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    for (int i = 0; i <= 47; i++)
        bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(30 * i)));
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(24 * 60) + 2 * FF_MINUTE));
    assert_total(&b, SESSIONS, 2);
    bench_send_at(&b, bench_event(FF_PAGE_VIEW, "v", T(24 * 60) - 1), T(24 * 60 + 3));
    assert_total(&b, SESSIONS, 2);
    assert_int_equal(bench_count(&b, 0, FF_COUNT_SESSION_PAGEVIEWS, T(0)), 49);
    bench_finish(&b);
}

static void a_ping_without_a_session_is_adopted_by_one_that_comes_after_it(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    assert_int_equal(bench_send(&b, bench_engaged(FF_PING, "v", T(2), 11000)), FF_STRAY);
    assert_int_equal(fold_counts(b.fold).stray, 1);
    assert_total(&b, SESSIONS, 0);
    assert_int_equal(bench_seen(&b), 0);
    assert_int_equal(bench_send_at(&b, bench_event(FF_PAGE_VIEW, "v", T(0)), T(3)), FF_OK);
    assert_int_equal(fold_counts(b.fold).stray, 0);
    assert_total(&b, SESSIONS, 1);
    assert_total(&b, ENGAGED, 1);
    assert_total(&b, SESSION_TIME, 2 * FF_MINUTE);
    assert_int_equal(bench_seen(&b), 2);
    bench_finish(&b);
}

static void a_stray_ping_is_not_adopted_by_a_session_after_it(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_event(FF_PING, "v", T(0)));
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(2)));
    assert_int_equal(fold_counts(b.fold).stray, 1);
    assert_int_equal(bench_count(&b, 0, FF_COUNT_SESSIONS, T(2)), 1);
    bench_finish(&b);
}

/* A page view that pushes a ping out of its session is no stray itself. */
static void the_answer_is_about_the_event_itself(void **state)
{
    (void)state;
    struct bench b;
    struct fold_options o = bench_options();
    o.session_max_length = 4 * FF_MINUTE;
    bench_open_with(&b, o);
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(2)));
    bench_send(&b, bench_event(FF_PING, "v", T(5)));
    assert_int_equal(fold_counts(b.fold).stray, 0);
    assert_int_equal(bench_send_at(&b, bench_event(FF_PAGE_VIEW, "v", T(0)), T(5)), FF_OK);
    assert_int_equal(fold_counts(b.fold).stray, 1);
    assert_total(&b, SESSIONS, 1);
    bench_finish(&b);
}

static void the_order_of_cart_events_is_that_of_their_times(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct ff_item one = bench_item("a", 1, MONEY(3)), other = bench_item("b", 1, MONEY(5));
    bench_send(&b, bench_cart(FF_UPDATE_CART, "v", T(3), &other, 1));
    bench_send_at(&b, bench_cart(FF_ADD_TO_CART, "v", T(1), &one, 1), T(4));
    bench_send_at(&b, bench_cart(FF_ADD_TO_CART, "v", T(4), &one, 1), T(4));
    bench_send_at(&b, bench_cart(FF_REMOVE_FROM_CART, "v", T(3), &other, 1), T(4));
    fold_advance(b.fold, T(100));
    assert_int_equal(bench_count(&b, 0, FF_COUNT_CARTS_OPENED, T(1)), 1);
    assert_total(&b, CARTS_OPENED, 1);
    assert_int_equal(bench_money(&b, FF_PURSE_ABANDONED_VALUE, EUR, NULL), MONEY(3));
    bench_finish(&b);
}

static void a_purchase_before_what_came_already_splits_the_cart(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(0), "aaa");
    assert_total(&b, CARTS_OPENED, 1);
    bench_send_at(&b, bench_purchase("v", T(1), "o", MONEY(20)), T(2));
    assert_total(&b, CARTS_OPENED, 2);
    assert_total(&b, CARTS_CONVERTED, 1);
    assert_int_equal(bench_count(&b, 0, FF_COUNT_CARTS_OPEN, T(2)), 1);
    fold_advance(b.fold, T(62));
    assert_int_equal(bench_money(&b, FF_PURSE_ABANDONED_VALUE, EUR, NULL), MONEY(10));
    bench_finish(&b);
}

/* --- memory -------------------------------------------------------------------------------- */

static void a_tail_lasts_a_little_longer_than_something_may_come(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(0)));
    fold_advance(b.fold, T(5) + 10 * FF_SECOND); /* for records of several threads */
    assert_int_equal(fold_counts(b.fold).tails, 1);
    assert_int_equal(fold_counts(b.fold).tail_events, 1);
    fold_advance(b.fold, T(5) + 10 * FF_SECOND + 1);
    assert_int_equal(fold_counts(b.fold).tails, 0);
    assert_int_equal(fold_counts(b.fold).tail_events, 0);
    assert_int_equal(fold_counts(b.fold).visitors, 1);
    bench_finish(&b);
}

/* As many acts as make several waymarks, each a little out of order, some before the waymark. */
static void a_long_tail_out_of_order_gives_the_same(void **state)
{
    (void)state;
    struct bench in_order, shuffled;
    bench_open(&in_order);
    bench_open(&shuffled);
    enum { ACTS = 400 };
    static const enum ff_type types[] = {FF_PAGE_VIEW, FF_SEARCH, FF_VIEW_ITEM, FF_PING, FF_VIEW_CART, FF_PAGE_VIEW};
    struct ff_item item = bench_item("sku", 1, MONEY(10));
    for (int i = 0; i < ACTS; i++) {
        int far = i % 97 == 5 ? 60 : 0; /* now and then one that is older than the waymark */
        int k = i % 4 == 3 ? i - 2 - far : i;
        for (int side = 0; side < 2; side++) {
            int n = side ? k : i;
            ff_wall t = T(1) + (n < 0 ? 0 : n) * FF_SECOND / 2;
            struct ff_beacon e = n % 50 == 0 ? bench_cart(FF_ADD_TO_CART, "v", t, &item, 1)
                                             : bench_event(types[n < 0 ? 0 : n % 6], "v", t);
            if (side)
                bench_send_at(&shuffled, e, T(10));
        }
    }
    for (int pass = 0; pass < ACTS; pass++) /* the same acts, in the order of their time */
        for (int i = 0; i < ACTS; i++) {
            int far = i % 97 == 5 ? 60 : 0;
            int n = i % 4 == 3 ? i - 2 - far : i;
            if ((n < 0 ? 0 : n) != pass)
                continue;
            ff_wall t = T(1) + pass * FF_SECOND / 2;
            bench_send_at(&in_order, n % 50 == 0 ? bench_cart(FF_ADD_TO_CART, "v", t, &item, 1)
                                                 : bench_event(types[n < 0 ? 0 : n % 6], "v", t), T(10));
        }
    assert_true(shuffled.fold->waymarks.used > 0);
    for (int c = 0; c < FF_COUNTERS; c++)
        assert_int_equal(bench_total(&in_order, (enum ff_counter)c), bench_total(&shuffled, (enum ff_counter)c));
    struct session want = visitor_at(in_order.fold, 1)->head.session;
    assert_memory_equal(&visitor_at(shuffled.fold, 1)->head.session, &want, sizeof want);
    bench_finish(&in_order);
    bench_finish(&shuffled);
}

/* A read may move now past the lateness before a record that was received within it is folded. */
static void a_read_between_receipt_and_fold_makes_nothing_late(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(10)));
    fold_advance(b.fold, T(15) + FF_SECOND);
    assert_int_equal(bench_send_at(&b, bench_event(FF_PAGE_VIEW, "v", T(9)), T(15)), FF_OK);
    assert_int_equal(bench_send_at(&b, bench_event(FF_PAGE_VIEW, "v", T(8)), T(15) + 1), FF_LATE);
    bench_finish(&b);
}

static void a_tail_holds_only_what_can_still_change(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    for (int i = 0; i < 60; i++)
        bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(i)));
    assert_int_equal(fold_counts(b.fold).tail_events, 5);
    bench_finish(&b);
}

static void a_tail_that_is_too_long_settles_early_and_stays_right(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    enum { MORE = 100 };
    for (int i = 0; i < TAIL_ACTS_MAX + MORE; i++)
        bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(0) + i));
    assert_int_equal(fold_counts(b.fold).tail_events, TAIL_ACTS_MAX);
    assert_int_equal(fold_counts(b.fold).tails_settled_early, MORE);
    assert_int_equal(bench_send_at(&b, bench_event(FF_PAGE_VIEW, "v", T(0) + MORE - 2), T(1)), FF_LATE);
    assert_int_equal(bench_send_at(&b, bench_event(FF_PAGE_VIEW, "v", T(0) + MORE - 1), T(1)), FF_OK);
    assert_int_equal(fold_counts(b.fold).tail_events, TAIL_ACTS_MAX);
    assert_total(&b, SESSIONS, 1);
    assert_total(&b, SESSION_PAGEVIEWS, TAIL_ACTS_MAX + MORE + 1);
    bench_finish(&b);
}

static void late_purchases_make_no_tail_longer_than_it_may_be(void **state)
{
    (void)state;
    struct bench b;
    struct fold_options o = bench_options();
    o.max_orders = 4000;
    bench_open_with(&b, o);
    enum { LATE = TAIL_ACTS_MAX + 100 };
    bench_play(&b, "v", T(58), "pap");
    for (int i = 0; i < LATE; i++) {
        char order[16];
        snprintf(order, sizeof order, "o%d", i);
        assert_int_equal(bench_send_at(&b, bench_purchase("v", T(1), order, MONEY(1)), T(60)), FF_LATE);
        b.n = b.n > 60 ? 60 : b.n; /* of most facts nothing is asked */
    }
    assert_int_equal(fold_counts(b.fold).tail_events, TAIL_ACTS_MAX);
    assert_int_equal(fold_counts(b.fold).tails_settled_early, LATE + 3 - TAIL_ACTS_MAX);
    assert_int_equal(bench_send_at(&b, bench_event(FF_PAGE_VIEW, "v", T(60)), T(61)), FF_OK);
    bench_close(&b);
}

static void only_what_is_settled_takes_a_settled_course(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    const struct pool *settled = &b.fold->settled;
    bench_play(&b, "v", T(0), "pas.p");
    assert_int_equal(settled->used, 0); /* the story began within the tail */
    bench_send_at(&b, bench_event(FF_SEARCH, "v", T(1)), T(4)); /* and is told anew from nothing */
    assert_int_equal(settled->used, 0);
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(5)));
    assert_int_equal(settled->used, 1);
    fold_advance(b.fold, T(30));
    assert_int_equal(settled->used, 0);
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(31))); /* a tail behind a story */
    assert_int_equal(settled->used, 1);
    assert_int_equal(bench_send_at(&b, bench_event(FF_PAGE_VIEW, "v", T(30)), T(31)), FF_OK);
    assert_int_equal(bench_send_at(&b, bench_event(FF_PAGE_VIEW, "v", T(5) - 1), T(31)), FF_LATE);
    bench_send(&b, bench_event(FF_PING, "w", T(31))); /* a stray is the newest of a story, too */
    fold_advance(b.fold, T(50));
    bench_send(&b, bench_event(FF_PAGE_VIEW, "w", T(51)));
    assert_int_equal(settled->used, 1);
    assert_total(&b, SESSIONS, 2);
    bench_finish(&b);
}

/* Chunks of a pool that hold memory. */
static uint32_t chunks_of(const struct pool *p)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i * POOL_CHUNK < p->cap; i++)
        n += p->chunks[i].reached > 0;
    return n;
}

static void send_page_views(struct bench *b, int first, int visitors, ff_wall t, int each)
{
    for (int k = 0; k < each; k++)
        for (int i = first; i < first + visitors; i++) {
            char name[16];
            snprintf(name, sizeof name, "v%d", i);
            bench_send(b, bench_event(FF_PAGE_VIEW, name, t + (k * visitors + i - first) * FF_MILLISECOND));
            b->n = 0; /* of the facts nothing is asked */
        }
}

static void tails_of_a_burst_are_given_back_while_others_go_on(void **state)
{
    (void)state;
    struct bench b;
    struct fold_options o = bench_options();
    o.max_visitors = o.max_tails = 10 * POOL_CHUNK;
    o.max_tail_events = 30 * POOL_CHUNK;
    bench_open_with(&b, o);
    for (int minute = 0; minute < 40; minute++) {
        send_page_views(&b, 0, 40, T(minute), 1);
        if (minute == 10)
            send_page_views(&b, 100, 8 * POOL_CHUNK, T(minute) + FF_SECOND, 3);
        if (minute == 11)
            assert_true(chunks_of(&b.fold->acts) >= 24 && chunks_of(&b.fold->tails) >= 8);
    }
    assert_int_equal(fold_counts(b.fold).tails, 40);
    assert_true(chunks_of(&b.fold->acts) <= 2);
    assert_true(chunks_of(&b.fold->tails) <= 2);
    assert_true(chunks_of(&b.fold->visitors) >= 8);
    bench_close(&b);
}

static void without_any_lateness_all_is_settled_at_once(void **state)
{
    (void)state;
    struct bench b;
    struct fold_options o = bench_options();
    o.session_lateness = 0;
    bench_open_with(&b, o);
    for (int i = 0; i < 3; i++) {
        bench_play(&b, "v", T(10 * i), "pa.v");
        for (int k = 0; k < 4; k++) /* at one instant, so that the empty tail is filled again */
            bench_send(&b, bench_event(FF_PAGE_VIEW, "w", T(10 * i + 4)));
        assert_int_equal(fold_counts(b.fold).tail_events, 0);
        assert_int_equal(bench_send(&b, bench_event(FF_PAGE_VIEW, "w", T(10 * i + 4) - 1)), FF_LATE);
    }
    assert_total(&b, SESSIONS, 2);
    assert_total(&b, SESSION_PAGEVIEWS, 15);
    assert_total(&b, CARTS_OPENED, 1);
    fold_advance(b.fold, T(83));
    assert_int_equal(bench_money(&b, FF_PURSE_ABANDONED_VALUE, EUR, NULL), MONEY(30));
    bench_finish(&b);
}

static void tails_without_room_settle_the_oldest(void **state)
{
    (void)state;
    struct bench b;
    struct fold_options o = bench_options();
    o.max_tails = 2;
    bench_open_with(&b, o);
    bench_send(&b, bench_event(FF_PAGE_VIEW, "u", T(1)));
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(1)));
    bench_send(&b, bench_event(FF_PAGE_VIEW, "u", T(2)));
    bench_send(&b, bench_event(FF_PAGE_VIEW, "w", T(2)));
    struct fold_counts c = fold_counts(b.fold);
    assert_int_equal(c.tails, 2);
    assert_int_equal(c.tails_settled_early, 1);
    assert_int_equal(bench_send_at(&b, bench_event(FF_PAGE_VIEW, "v", T(0)), T(2)), FF_LATE);
    assert_total(&b, SESSIONS, 3);
    bench_finish(&b);
}

/* --- any order of arrival ------------------------------------------------------------------ */

enum feeding { IN_TIME, IN_ORDER_BUT_DELAYED, OUT_OF_ORDER, IMPORTED, FEEDINGS };

static int by_arrival(const void *left, const void *right)
{
    const struct happening *a = *(const struct happening *const *)left;
    const struct happening *b = *(const struct happening *const *)right;
    if (a->comes != b->comes)
        return a->comes < b->comes ? -1 : 1;
    return a < b ? -1 : a > b;
}

static void feed(struct bench *b, const struct history *h, enum feeding how, ff_wall end)
{
    const struct happening *order[EVENTS_MAX];
    for (int i = 0; i < h->n; i++)
        order[i] = &h->events[i];
    if (how == OUT_OF_ORDER)
        qsort(order, (size_t)h->n, sizeof *order, by_arrival);
    for (int i = 0; i < h->n; i++) {
        const struct happening *e = order[i];
        ff_wall received = how == OUT_OF_ORDER           ? e->comes
                           : how == IN_ORDER_BUT_DELAYED ? e->beacon.time + 5 * FF_MINUTE
                           : how == IMPORTED             ? end
                                                         : e->beacon.time;
        if (bench_fold(b, e->beacon, received, how == IMPORTED) == FF_LATE)
            fail_msg("event %d is late in way %d", i, (int)how);
        if (i % 7 == 3 && received < end)
            fold_advance(b->fold, received + 1);
    }
    fold_advance(b->fold, end);
}

/* Sums that have come to nothing say nothing. */
static size_t settled_sums(struct bench *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->n; i++)
        if (b->sums[i].by != 0 || b->sums[i].amount != 0)
            b->sums[n++] = b->sums[i];
    qsort(b->sums, n, sizeof *b->sums, bench_compare);
    return n;
}

static void assert_same_sums(struct bench *want, struct bench *got, uint64_t seed, int how)
{
    size_t n = settled_sums(want), m = settled_sums(got);
    for (size_t i = 0; i < n || i < m; i++) {
        const struct bench_sum *w = &want->sums[i], *g = &got->sums[i];
        if (i < n && i < m && bench_compare(w, g) == 0 && w->by == g->by && w->amount == g->amount)
            continue;
        if (i < n)
            print_error("in time: kind %d which %d at +%lld: %lld\n", w->kind, w->which,
                        (long long)(w->at - BENCH_START), (long long)w->by);
        if (i < m)
            print_error("instead: kind %d which %d at +%lld: %lld\n", g->kind, g->which,
                        (long long)(g->at - BENCH_START), (long long)g->by);
        fail_msg("history %llu fed in way %d", (unsigned long long)seed, how);
    }
    want->n = n;
    got->n = m;
    if (!bench_same_cells(want, got))
        fail_msg("history %llu fed in way %d", (unsigned long long)seed, how);
}

#ifdef FF_AUDIT
#define HISTORIES 600 /* the audit looks at all that has been after every record */
#else
#define HISTORIES 2000
#endif

static void any_order_of_arrival_gives_the_sums_of_the_order_of_time(void **state)
{
    (void)state;
    static struct history h;
    for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
        draw_history(&h, seed, seed % 3 == 0 ? 3 : 1);
        ff_dur beyond[] = {5 * FF_MINUTE, 20 * FF_MINUTE, 3 * FF_HOUR, 8 * FF_DAY};
        ff_wall end = h.events[h.n - 1].beacon.time + beyond[seed % 4];
        struct bench want;
        bench_open(&want);
        feed(&want, &h, IN_TIME, end);
        for (int how = IN_ORDER_BUT_DELAYED; how < FEEDINGS; how++) {
            struct bench got;
            bench_open(&got);
            feed(&got, &h, how, end);
            assert_same_sums(&want, &got, seed, how);
            assert_int_equal(fold_counts(got.fold).stray, fold_counts(want.fold).stray);
            assert_int_equal(fold_live_visitors(got.fold, 0), fold_live_visitors(want.fold, 0));
            bench_finish(&got);
        }
        bench_finish(&want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_of_exactly_the_lateness_before_the_newest_is_not_late),
        cmocka_unit_test(an_older_event_is_late_when_it_comes_later_than_the_lateness_after_the_newest),
        cmocka_unit_test(an_event_as_old_as_the_newest_is_never_late),
        cmocka_unit_test(lateness_is_a_matter_of_one_visitor),
        cmocka_unit_test(an_import_judges_lateness_by_the_files_own_times),
        cmocka_unit_test(before_1970_there_were_visitors_too),
        cmocka_unit_test(what_has_become_late_stays_late_when_a_newer_event_comes),
        cmocka_unit_test(what_is_late_does_not_depend_on_when_the_tail_went),
        cmocka_unit_test(late_events_change_no_session_and_no_cart),
        cmocka_unit_test(an_event_between_two_sessions_joins_them),
        cmocka_unit_test(a_ping_between_two_sessions_joins_them),
        cmocka_unit_test(sessions_are_not_joined_beyond_the_longest_length),
        cmocka_unit_test(a_ping_without_a_session_is_adopted_by_one_that_comes_after_it),
        cmocka_unit_test(a_stray_ping_is_not_adopted_by_a_session_after_it),
        cmocka_unit_test(the_answer_is_about_the_event_itself),
        cmocka_unit_test(the_order_of_cart_events_is_that_of_their_times),
        cmocka_unit_test(a_purchase_before_what_came_already_splits_the_cart),
        cmocka_unit_test(a_tail_lasts_a_little_longer_than_something_may_come),
        cmocka_unit_test(a_tail_holds_only_what_can_still_change),
        cmocka_unit_test(a_long_tail_out_of_order_gives_the_same),
        cmocka_unit_test(a_read_between_receipt_and_fold_makes_nothing_late),
        cmocka_unit_test(a_tail_that_is_too_long_settles_early_and_stays_right),
        cmocka_unit_test(late_purchases_make_no_tail_longer_than_it_may_be),
        cmocka_unit_test(only_what_is_settled_takes_a_settled_course),
        cmocka_unit_test(tails_of_a_burst_are_given_back_while_others_go_on),
        cmocka_unit_test(without_any_lateness_all_is_settled_at_once),
        cmocka_unit_test(tails_without_room_settle_the_oldest),
        cmocka_unit_test(any_order_of_arrival_gives_the_sums_of_the_order_of_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
