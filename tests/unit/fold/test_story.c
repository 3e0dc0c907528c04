#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench.h"
#include "cart.h"
#include "story.h"

#include <stdio.h>

static const char *name_of(int i)
{
    static char name[16];
    snprintf(name, sizeof name, "v%d", i);
    return name;
}

static void back_offices_open_no_session(void **state)
{
    (void)state;
    static const enum ff_type offices[] = {FF_REFUND, FF_SUPPORT_OPEN, FF_SUPPORT_REPLY, FF_SUPPORT_RESOLVE, FF_SPEND};
    for (int type = FF_PAGE_VIEW; type < FF_TYPE_COUNT; type++) {
        bool office = false;
        for (size_t i = 0; i < sizeof offices / sizeof *offices; i++)
            office |= offices[i] == (enum ff_type)type;
        assert_int_equal(story_takes((enum ff_type)type), !office);
    }
}

/* --- live visitors ------------------------------------------------------------------------- */

static void a_visitor_is_live_for_exactly_five_minutes_after_its_last_event(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(0)));
    bench_send(&b, bench_event(FF_PAGE_VIEW, "w", T(0)));
    bench_send(&b, bench_event(FF_PING, "v", T(3)));
    assert_int_equal(fold_live_visitors(b.fold, 0), 2);
    assert_int_equal(fold_live_visitors(b.fold, 1), 0);
    fold_advance(b.fold, T(5));
    assert_int_equal(fold_live_visitors(b.fold, 0), 2);
    fold_advance(b.fold, T(5) + 1);
    assert_int_equal(fold_live_visitors(b.fold, 0), 1);
    fold_advance(b.fold, T(8));
    assert_int_equal(fold_live_visitors(b.fold, 0), 1);
    fold_advance(b.fold, T(8) + 1);
    assert_int_equal(fold_live_visitors(b.fold, 0), 0);
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(20)));
    assert_int_equal(fold_live_visitors(b.fold, 0), 1);
    bench_finish(&b);
}

static void stray_pings_and_what_happened_long_ago_make_nobody_live(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_event(FF_PING, "v", T(0)));
    bench_fold(&b, bench_event(FF_PAGE_VIEW, "w", T(0) - 5 * FF_MINUTE - 1), T(0), true);
    assert_int_equal(fold_live_visitors(b.fold, 0), 0);
    bench_fold(&b, bench_event(FF_PAGE_VIEW, "x", T(0) - 5 * FF_MINUTE), T(0), true);
    assert_int_equal(fold_live_visitors(b.fold, 0), 1);
    bench_finish(&b);
}

static void a_jump_in_time_ends_every_life(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    for (int i = 0; i < 30; i++)
        bench_send(&b, bench_event(FF_PAGE_VIEW, name_of(i), T(0) + i));
    assert_int_equal(fold_live_visitors(b.fold, 0), 30);
    fold_advance(b.fold, DAYS(1));
    assert_int_equal(fold_live_visitors(b.fold, 0), 0);
    assert_int_equal(b.fold->live_due.n, 0);
    bench_finish(&b);
}

/* --- memory -------------------------------------------------------------------------------- */

static void as_many_visitors_as_there_is_room_for_all_stay(void **state)
{
    (void)state;
    struct bench b;
    struct fold_options o = bench_options();
    o.max_visitors = 3;
    bench_open_with(&b, o);
    for (int round = 0; round < 5; round++)
        for (int i = 0; i < 3; i++)
            bench_send(&b, bench_event(FF_PAGE_VIEW, name_of(i), T(round)));
    assert_total(&b, SESSIONS, 3);
    assert_int_equal(fold_counts(b.fold).visitors, 3);
    assert_int_equal(fold_counts(b.fold).visitors_evicted, 0);
    bench_finish(&b);
}

static void the_visitor_longest_untouched_gives_way(void **state)
{
    (void)state;
    struct bench b;
    struct fold_options o = bench_options();
    o.max_visitors = 2;
    bench_open_with(&b, o);
    bench_send(&b, bench_event(FF_PAGE_VIEW, "u", T(0)));
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(1)));
    bench_send(&b, bench_event(FF_PAGE_VIEW, "u", T(2)));
    bench_send(&b, bench_event(FF_PAGE_VIEW, "w", T(3)));
    assert_int_equal(fold_counts(b.fold).visitors_evicted, 1);
    bench_send(&b, bench_event(FF_PAGE_VIEW, "u", T(4)));
    assert_total(&b, SESSIONS, 3);
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(5)));
    assert_total(&b, SESSIONS, 4);
    assert_total(&b, SESSIONS_NEW, 4);
    assert_int_equal(fold_counts(b.fold).visitors, 2);
    assert_int_equal(fold_live_visitors(b.fold, 0), 2);
    bench_finish(&b);
}

static void queues_full_of_visitors_that_gave_way_are_swept(void **state)
{
    (void)state;
    struct bench b;
    struct fold_options o = bench_options();
    o.max_visitors = 4;
    bench_open_with(&b, o);
    for (int i = 0; i < 500; i++) {
        bench_play(&b, name_of(i), T(0), "a");
        assert_true(fold_live_visitors(b.fold, 0) <= 4);
        assert_true(b.fold->live_due.n <= b.fold->live_due.cap);
    }
    assert_int_equal(fold_live_visitors(b.fold, 0), 4);
    assert_total(&b, CARTS_OPENED, 500);
    assert_total(&b, CARTS_OPEN, 4);
    assert_total(&b, CARTS_ABANDONED, 496);
    fold_advance(b.fold, T(60));
    assert_total(&b, CARTS_ABANDONED, 500);
    assert_int_equal(fold_live_visitors(b.fold, 0), 0);
    bench_finish(&b);
}

static void carts_without_room_give_way_as_abandoned(void **state)
{
    (void)state;
    struct bench b;
    struct fold_options o = bench_options();
    o.max_visitors = 1000;
    bench_open_with(&b, o);
    bench_play(&b, "busy", T(0), "a");
    for (int i = 0; i < 640; i++) {
        bench_play(&b, name_of(i), T(0), "ab");
        bench_play(&b, "busy", T(1), "v");
    }
    struct fold_counts c = fold_counts(b.fold);
    assert_int_equal(c.visitors, 641);
    assert_true(c.carts <= 64);
    assert_int_equal(c.carts_evicted, 641 - (c.carts - 1)); /* the busy one has another in its waymark */
    assert_total(&b, CARTS_OPENED, 641);
    bench_assert_sums(&b);
    assert_total(&b, SESSIONS, 641);
    bench_play(&b, "busy", T(3), "p$");
    bench_play(&b, name_of(0), T(5), "p$");
    assert_total(&b, CARTS_CONVERTED, 1);
    bench_finish(&b);
}

static void lines_without_room_push_carts_and_tails_out(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    static struct ff_item items[FF_MAX_ITEMS];
    static char skus[FF_MAX_ITEMS][8];
    for (int i = 0; i < FF_MAX_ITEMS; i++) {
        snprintf(skus[i], sizeof skus[i], "%d", i);
        items[i] = bench_item(skus[i], 1, MONEY(1));
    }
    for (int i = 0; i < 60; i++) {
        bench_send(&b, bench_cart(FF_ADD_TO_CART, name_of(i), T(0) + 2 * i, items, FF_MAX_ITEMS));
        bench_send(&b, bench_cart(FF_UPDATE_CART, name_of(i), T(0) + 2 * i + 1, items, FF_MAX_ITEMS));
        bench_send_at(&b, bench_cart(FF_VIEW_ITEM, name_of(i), T(0) + 2 * i, items, FF_MAX_ITEMS), T(0));
    }
    struct fold_counts c = fold_counts(b.fold);
    assert_int_equal(c.visitors, 60);
    assert_true(c.lines_evicted > 0);
    assert_int_equal(c.carts_evicted, 0);
    assert_total(&b, CARTS_OPENED, 60);
    assert_total(&b, SESSIONS, 60);
    assert_total(&b, VIEWED_ITEM, 60);
    bench_finish(&b);
}

static void lines_of_acts_without_carts_are_settled_away(void **state)
{
    (void)state;
    struct bench b;
    struct fold_options o = bench_options();
    o.max_visitors = o.max_tails = 1000;
    bench_open_with(&b, o);
    static struct ff_item items[FF_MAX_ITEMS];
    for (int i = 0; i < FF_MAX_ITEMS; i++)
        items[i] = bench_item("a", 1, MONEY(1));
    for (int i = 0; i < 40; i++)
        bench_send(&b, bench_event(FF_PAGE_VIEW, name_of(i), T(0)));
    for (int i = 40; i < 140; i++)
        bench_send(&b, bench_cart(FF_REMOVE_FROM_CART, name_of(i), T(0), items, FF_MAX_ITEMS));
    struct fold_counts c = fold_counts(b.fold);
    assert_true(b.fold->lines.used > 50000);
    assert_int_equal(c.tails, b.fold->lines.used / FF_MAX_ITEMS);
    assert_int_equal(c.events_settled_early, 140 - c.tails);
    assert_total(&b, SESSIONS, 140);
    bench_finish(&b);
}

static void time_passes_on_every_site(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct ff_beacon e = bench_event(FF_BEGIN_CHECKOUT, "v", T(0));
    e.site = 1;
    bench_send(&b, e);
    assert_int_equal(fold_live_visitors(b.fold, 0), 0);
    assert_int_equal(fold_live_visitors(b.fold, 1), 1);
    fold_advance(b.fold, T(60));
    assert_int_equal(fold_live_visitors(b.fold, 1), 0);
    assert_int_equal(bench_count(&b, 1, FF_COUNT_CARTS_ABANDONED, T(0)), 1);
    int64_t number;
    bench_money(&b, FF_PURSE_ABANDONED_VALUE, USD, &number);
    assert_int_equal(number, 1);
    bench_finish(&b);
}

static void a_visitor_whose_cart_gave_way_starts_anew(void **state)
{
    (void)state;
    struct bench b;
    struct fold_options o = bench_options();
    o.max_visitors = 1000;
    bench_open_with(&b, o);
    bench_play(&b, "first", T(0), "a");
    for (int i = 0; i < 100; i++)
        bench_play(&b, name_of(i), T(1), "a");
    assert_int_equal(bench_count(&b, 0, FF_COUNT_CARTS_ABANDONED, T(0)), 1);
    bench_play(&b, "first", T(2), "v");
    assert_int_equal(bench_count(&b, 0, FF_COUNT_CARTS_ABANDONED, T(0)), 1);
    bench_play(&b, "first", T(3), "a");
    assert_int_equal(bench_count(&b, 0, FF_COUNT_CARTS_OPENED, T(3)), 1);
    assert_total(&b, SESSIONS, 101);
    for (int i = 0; i < 30; i++)
        bench_play(&b, name_of(i), T(4), "v");
    const struct chain *c = &b.fold->carts_by_touch;
    uint32_t length = 0, before = 0;
    for (uint32_t i = c->oldest; i; before = i, i = chain_at(c, i)->newer, length++)
        assert_true(length < 100 && chain_at(c, i)->older == before && cart_at(b.fold, i)->listed);
    assert_int_equal(length, fold_counts(b.fold).carts);
    fold_advance(b.fold, T(63));
    assert_int_equal(bench_count(&b, 0, FF_COUNT_CARTS_ABANDONED, T(3)), 1);
    bench_finish(&b);
}

/* When a tail begins behind it, the settled course keeps the cart as it was; the head goes on with a copy. */
static void a_cart_that_was_touched_again_is_not_the_oldest(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    assert_int_equal(cart_oldest(b.fold), 0);
    bench_play(&b, "u", T(0), "a");
    bench_play(&b, "v", T(1), "a");
    assert_int_equal(cart_oldest(b.fold), 1);
    fold_advance(b.fold, T(20));
    uint32_t before = visitor_at(b.fold, 1)->head.cart;
    bench_play(&b, "u", T(21), "a");
    assert_int_not_equal(visitor_at(b.fold, 1)->head.cart, before);
    assert_true(cart_at(b.fold, before)->listed); /* nobody has looked yet */
    assert_int_equal(cart_oldest(b.fold), 2);
    assert_false(cart_at(b.fold, before)->listed);
    bench_play(&b, "v", T(22), "p");
    assert_int_equal(cart_oldest(b.fold), 1);
    bench_finish(&b);
}

static void carts_and_visitors_are_forgotten_when_nothing_can_come_any_more(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(0) + 59 * FF_SECOND, "a");
    ff_dur slack = 3 * FF_DAY + 5 * FF_MINUTE + FF_HOUR; /* in the minute after that, and no other */
    fold_advance(b.fold, DAYS(7) + slack + FF_MINUTE - 1);
    assert_int_equal(fold_counts(b.fold).carts, 1);
    fold_advance(b.fold, DAYS(7) + slack + FF_MINUTE);
    assert_int_equal(fold_counts(b.fold).carts, 0);
    fold_advance(b.fold, DAYS(90) + slack + FF_MINUTE - 1);
    assert_int_equal(fold_counts(b.fold).visitors, 1);
    fold_advance(b.fold, DAYS(90) + slack + FF_MINUTE);
    assert_int_equal(fold_counts(b.fold).visitors, 0);
    bench_finish(&b);
}

static void a_cart_can_be_taken_up_again_as_late_as_its_beacon_may_come(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(0), "a");
    bench_send_at(&b, bench_purchase("v", DAYS(7), "o", MONEY(1)), DAYS(10));
    assert_total(&b, CARTS_RECOVERED, 1);
    bench_finish(&b);
}

static void a_short_memory_for_visitors_keeps_their_carts(void **state)
{
    (void)state;
    struct bench b;
    struct fold_options o = bench_options();
    o.session_remember = FF_SECOND;
    o.max_age = FF_HOUR;
    bench_open_with(&b, o);
    bench_play(&b, "v", T(0), "a");
    bench_play(&b, "v", DAYS(7), "$");
    assert_total(&b, CARTS_RECOVERED, 1);
    assert_total(&b, SESSIONS_NEW, 2);
    bench_finish(&b);
}

static void an_import_of_last_year_is_not_swept_away_between_two_lines(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_fold(&b, bench_event(FF_BEGIN_CHECKOUT, "v", T(0)), DAYS(365), true);
    bench_fold(&b, bench_event(FF_PAGE_VIEW, "w", T(0)), DAYS(366), true);
    bench_fold(&b, bench_purchase("v", DAYS(6), "o", MONEY(3)), DAYS(366), true);
    assert_total(&b, CARTS_RECOVERED, 1);
    bench_fold(&b, bench_event(FF_PAGE_VIEW, "w", DAYS(90)), DAYS(367), true);
    assert_total(&b, SESSIONS_NEW, 2);
    assert_total(&b, SESSIONS, 4);
    bench_finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(back_offices_open_no_session),
        cmocka_unit_test(a_visitor_is_live_for_exactly_five_minutes_after_its_last_event),
        cmocka_unit_test(stray_pings_and_what_happened_long_ago_make_nobody_live),
        cmocka_unit_test(a_jump_in_time_ends_every_life),
        cmocka_unit_test(as_many_visitors_as_there_is_room_for_all_stay),
        cmocka_unit_test(the_visitor_longest_untouched_gives_way),
        cmocka_unit_test(queues_full_of_visitors_that_gave_way_are_swept),
        cmocka_unit_test(carts_without_room_give_way_as_abandoned),
        cmocka_unit_test(lines_without_room_push_carts_and_tails_out),
        cmocka_unit_test(lines_of_acts_without_carts_are_settled_away),
        cmocka_unit_test(time_passes_on_every_site),
        cmocka_unit_test(a_visitor_whose_cart_gave_way_starts_anew),
        cmocka_unit_test(a_cart_that_was_touched_again_is_not_the_oldest),
        cmocka_unit_test(carts_and_visitors_are_forgotten_when_nothing_can_come_any_more),
        cmocka_unit_test(a_cart_can_be_taken_up_again_as_late_as_its_beacon_may_come),
        cmocka_unit_test(a_short_memory_for_visitors_keeps_their_carts),
        cmocka_unit_test(an_import_of_last_year_is_not_swept_away_between_two_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
