#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "picture.h"
#include "tale.h"

/* What comes back into a fold of another configuration. */

static void ids_without_room_give_way_oldest_first(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    static const char *const ids[] = {"a", "b", "c", "d", "e"};
    for (int i = 0; i < 5; i++)
        bench_send(&b, bench_with_id(bench_event(FF_PAGE_VIEW, NULL, T(i)), ids[i]));
    struct fold_options o = b.options;
    o.max_ids = 3;
    bench_reload_with(&b, o);
    struct fold_counts c = fold_counts(b.fold);
    assert_int_equal(c.ids, 3);
    assert_int_equal(c.ids_evicted, 2);
    assert_int_equal(bench_send(&b, bench_with_id(bench_event(FF_PAGE_VIEW, NULL, T(6)), "c")), FF_DUPLICATE);
    assert_int_equal(bench_send(&b, bench_with_id(bench_event(FF_PAGE_VIEW, NULL, T(6)), "b")), FF_OK);
    bench_finish(&b);
}

/* Their open carts are abandoned from then on, as of one that gives way to a new visitor. */
static void visitors_without_room_give_way_oldest_first(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "ann", T(0), "a");
    bench_play(&b, "bob", T(1), "a");
    bench_play(&b, "cyn", T(2), "a");
    bench_play(&b, "ann", T(3), "p");
    struct fold_options o = b.options;
    o.max_visitors = 2;
    bench_reload_with(&b, o);
    struct fold_counts c = fold_counts(b.fold);
    assert_int_equal(c.visitors, 2);
    assert_int_equal(c.visitors_evicted, 1);
    assert_int_equal(c.carts_evicted, 0);
    assert_int_equal(c.tails, 2);
    assert_int_equal(c.tails_settled_early, 0);
    assert_int_equal(fold_live_visitors(b.fold, 0), 2);
    assert_int_equal(bench_count(&b, 0, FF_COUNT_CARTS_ABANDONED, T(1)), 1); /* bob's */
    assert_total(&b, CARTS_ABANDONED, 1);
    bench_play(&b, "cyn", T(4), "p");
    assert_total(&b, SESSIONS, 3);
    bench_play(&b, "bob", T(5), "p");
    assert_total(&b, SESSIONS, 4);
    assert_int_equal(fold_counts(b.fold).visitors_evicted, 2);
    bench_finish(&b);
}

/* Carts of 1,000 lines each, of which 65 have room; the oldest but one is small, but goes all the same. */
static void carts_without_room_give_way_oldest_first_with_their_tails(void **state)
{
    (void)state;
    enum { VISITORS = 70, LINES = 1000, ROOM = 65 };
    struct bench b;
    struct fold_options o = bench_options();
    o.max_visitors = o.max_carts = o.max_tails = 100;
    o.max_lines = 2 * VISITORS * LINES + 10000;
    bench_open_with(&b, o);
    static struct ff_item items[LINES];
    static char skus[LINES][8];
    char name[8];
    for (int i = 0; i < LINES; i++) {
        snprintf(skus[i], sizeof skus[i], "s%d", i);
        items[i] = bench_item(skus[i], 1, MONEY(1));
    }
    for (int i = 0; i < VISITORS; i++) {
        snprintf(name, sizeof name, "v%d", i);
        bench_send(&b, bench_cart(FF_UPDATE_CART, name, T(0), items, i == 3 ? 1 : LINES));
    }
    fold_advance(b.fold, T(10)); /* their tails end, and the items of their acts go */
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v0", T(10)));
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v1", T(10)));
    o.max_lines = 1;
    bench_reload_with(&b, o);
    struct fold_counts c = fold_counts(b.fold);
    assert_int_equal(c.visitors, VISITORS);
    assert_int_equal(c.carts, ROOM);
    assert_int_equal(c.carts_evicted, VISITORS - ROOM);
    assert_int_equal(c.tails, 2);
    assert_total(&b, CARTS_ABANDONED, VISITORS - ROOM);
    assert_true(visitor_at(b.fold, 1)->head.cart && !visitor_at(b.fold, VISITORS)->head.cart);
    o.max_carts = 1; /* so few there never are */
    bench_reload_with(&b, o);
    assert_int_equal(fold_counts(b.fold).carts, 64);
    assert_total(&b, CARTS_ABANDONED, VISITORS - 64);
    bench_finish(&b);
}

static void a_tail_whose_cart_gives_way_goes_with_it(void **state)
{
    (void)state;
    enum { VISITORS = 70 };
    struct bench b;
    struct fold_options o = bench_options();
    o.max_visitors = o.max_carts = o.max_tails = 200;
    bench_open_with(&b, o);
    char name[8];
    for (int i = 0; i < VISITORS; i++) {
        snprintf(name, sizeof name, "v%d", i);
        bench_play(&b, name, T(0), "a");
    }
    o.max_carts = 64;
    bench_reload_with(&b, o);
    struct fold_counts c = fold_counts(b.fold);
    assert_int_equal(c.carts_evicted, VISITORS - 64);
    assert_int_equal(c.tails, 64);
    assert_int_equal(c.tails_settled_early, 0);
    bench_finish(&b);
}

static void tails_without_room_are_settled_oldest_first(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "ann", T(0), "a");
    bench_play(&b, "bob", T(1), "a");
    bench_play(&b, "cyn", T(2), "a");
    struct fold_options o = b.options;
    o.max_tails = 2;
    bench_reload_with(&b, o);
    struct fold_counts c = fold_counts(b.fold);
    assert_int_equal(c.tails, 2);
    assert_int_equal(c.tails_settled_early, 1);
    assert_int_equal(bench_send_at(&b, bench_event(FF_PAGE_VIEW, "bob", T(0)), T(2)), FF_OK);
    assert_int_equal(bench_send_at(&b, bench_event(FF_PAGE_VIEW, "cyn", T(0)), T(2)), FF_OK);
    assert_int_equal(bench_send_at(&b, bench_event(FF_PAGE_VIEW, "ann", T(0) - 1), T(2)), FF_LATE);
    bench_finish(&b);
}

/* The acts of the two newest tails have room; the oldest is small, but goes all the same. */
static void acts_without_room_settle_their_tails(void **state)
{
    (void)state;
    struct bench b;
    struct fold_options o = bench_options();
    o.max_tail_events = 5000;
    bench_open_with(&b, o);
    static const char *const names[] = {"ann", "bob", "cyn"};
    bench_send(&b, bench_event(FF_PAGE_VIEW, "zoe", T(0)));
    for (int i = 0; i < 2700; i++)
        bench_send(&b, bench_event(FF_PAGE_VIEW, names[i / 900], T(0) + i));
    o.max_tail_events = 1;
    bench_reload_with(&b, o);
    struct fold_counts c = fold_counts(b.fold);
    assert_int_equal(c.tails, 2);
    assert_int_equal(c.tail_events, 1800);
    assert_int_equal(c.tails_settled_early, 2);
    assert_int_equal(visitor_at(b.fold, 3)->tail, 0); /* ann's */
    bench_finish(&b);
}

static void a_tail_without_room_for_its_waymark_does_without(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "ann", T(0), "a");
    bench_play(&b, "bob", T(0), "a");
    fold_advance(b.fold, T(30));
    for (int i = 0; i < 140; i++)
        bench_send(&b, bench_event(FF_VIEW_CART, i % 2 ? "ann" : "bob", T(30) + i * FF_SECOND));
    assert_int_equal(b.fold->waymarks.used, 2);
    struct fold_options o = b.options;
    o.max_tails = 2;
    bench_reload_with(&b, o);
    struct fold_counts c = fold_counts(b.fold);
    assert_int_equal(b.fold->waymarks.used, 1);
    assert_int_equal(c.tails, 2);
    assert_int_equal(c.tail_events, 140);
    assert_int_equal(c.carts, 5); /* the heads', the settled courses', the waymark's */
    bench_send_at(&b, bench_event(FF_VIEW_CART, "bob", T(30) + 100), T(33));
    bench_finish(&b);
}

#ifdef FF_AUDIT
#define TALES 150
#else
#define TALES 1000
#endif

static void any_state_has_a_place_under_smaller_limits(void **state)
{
    (void)state;
    static struct tale t;
    for (uint64_t seed = 1; seed <= TALES; seed++) {
        draw_tale(&t, seed);
        struct bench b;
        bench_open_with(&b, draw_options(1)); /* large ones */
        int at = below(&t.rounds[0], t.n);
        for (int i = 0; i < t.n; i++) {
            bench_tell(&b, &t, i);
            if (i == at)
                bench_reload_with(&b, draw_options(3 * (1 + seed % 50)));
        }
        bench_finish(&b);
    }
}

static void the_sites_may_have_other_numbers(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct ff_beacon e = bench_event(FF_PAGE_VIEW, "v", T(0));
    bench_send(&b, e);
    bench_send(&b, bench_event(FF_PAGE_VIEW, "w", T(0)));
    e.site = 1;
    bench_send(&b, e);
    struct picture p = picture_of(b.fold);
    static const struct fold_site sites[] = {{"third", USD}, {"other", USD}, {"shop", EUR}};
    static const uint16_t map[] = {2, 1};
    struct fold_options o = b.options;
    o.sites = sites;
    o.site_count = 3;
    struct bench c = {0};
    struct ff_fact_sink sink = {.take = bench_take, .ctx = &c};
    struct fold *f = fold_new(&o, &b.fold->seed, &sink);
    assert_true(picture_load_sites(&p, f, map, 2));
    assert_int_equal(fold_live_visitors(f, 0), 0);
    assert_int_equal(fold_live_visitors(f, 1), 1);
    assert_int_equal(fold_live_visitors(f, 2), 2);
    e.site = 2;
    struct ff_record r = {.received = T(1), .arrival = T(1), .beacon = e};
    fold_apply(f, &r, NULL);
    assert_int_equal(fold_counts(f).visitors, 3); /* known under its new number */
    assert_int_equal(bench_count(&c, 2, FF_COUNT_SESSION_PAGEVIEWS, T(0)), 1);
    fold_free(&f);
    free(c.sums);
    picture_free(&p);
    bench_finish(&b);
}

static void what_is_of_a_site_that_is_gone_is_left_out(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(0), "pas");
    struct ff_item item = bench_item("sku", 1, MONEY(10));
    struct ff_beacon e = bench_cart(FF_ADD_TO_CART, "v", T(3), &item, 1);
    e.site = 1;
    bench_send(&b, bench_with_id(e, "id"));
    struct picture p = picture_of(b.fold);
    struct bench c;
    bench_open(&c);
    static const uint16_t map[] = {0, UINT16_MAX};
    assert_true(picture_load_sites(&p, c.fold, map, 2));
    struct fold_counts n = fold_counts(c.fold);
    assert_int_equal(n.visitors, 1);
    assert_int_equal(n.visitors_evicted, 0);
    assert_int_equal(n.tails, 1);
    assert_int_equal(n.tail_events, 3);
    assert_int_equal(n.carts, 1);
    assert_int_equal(n.ids, 1);
    assert_int_equal(c.n, 0); /* nobody is told */
    picture_free(&p);
    bench_finish(&b);
    bench_close(&c);
}

/* A cart of 70 minutes ago that was abandoned after 60. */
static void under_a_longer_abandonment_an_abandoned_cart_is_open_again_and_abandoned_once(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "ann", T(0), "a");
    fold_advance(b.fold, T(70));
    assert_total(&b, CARTS_ABANDONED, 1);
    struct fold_options o = b.options;
    o.cart_abandon_after = 2 * FF_HOUR;
    bench_reload_with(&b, o);
    assert_total(&b, CARTS_ABANDONED, 0);
    assert_total(&b, CARTS_OPEN, 1);
    fold_advance(b.fold, T(120));
    assert_total(&b, CARTS_ABANDONED, 1);
    bench_finish(&b);
}

static void under_a_shorter_abandonment_an_open_cart_is_abandoned_at_once(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "ann", T(0), "a");
    fold_advance(b.fold, T(40));
    assert_total(&b, CARTS_OPEN, 1);
    struct fold_options o = b.options;
    o.cart_abandon_after = 30 * FF_MINUTE;
    bench_reload_with(&b, o);
    assert_total(&b, CARTS_ABANDONED, 1);
    assert_total(&b, CARTS_OPEN, 0);
    bench_play(&b, "ann", T(41), "$");
    assert_total(&b, CARTS_RECOVERED, 1);
    assert_total(&b, CARTS_ABANDONED, 0);
    bench_finish(&b);
}

/* An act out of order would retract by these rules what was counted by those. */
static void under_other_rules_what_was_counted_is_settled(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "ann", T(0), "p.");
    bench_play(&b, "ann", T(3), "p");
    struct fold_options o = b.options;
    o.session_timeout = FF_MINUTE;
    bench_reload_with(&b, o);
    assert_int_equal(fold_counts(b.fold).tails, 0);
    assert_total(&b, SESSIONS, 1);
    assert_int_equal(bench_send_at(&b, bench_event(FF_PAGE_VIEW, "ann", T(2)), T(4)), FF_LATE);
    bench_play(&b, "ann", T(5), "p");
    assert_total(&b, SESSIONS, 2);
    assert_total(&b, PAGEVIEWS, 4);
    bench_finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_without_room_give_way_oldest_first),
        cmocka_unit_test(visitors_without_room_give_way_oldest_first),
        cmocka_unit_test(carts_without_room_give_way_oldest_first_with_their_tails),
        cmocka_unit_test(a_tail_whose_cart_gives_way_goes_with_it),
        cmocka_unit_test(tails_without_room_are_settled_oldest_first),
        cmocka_unit_test(acts_without_room_settle_their_tails),
        cmocka_unit_test(a_tail_without_room_for_its_waymark_does_without),
        cmocka_unit_test(any_state_has_a_place_under_smaller_limits),
        cmocka_unit_test(the_sites_may_have_other_numbers),
        cmocka_unit_test(what_is_of_a_site_that_is_gone_is_left_out),
        cmocka_unit_test(under_a_longer_abandonment_an_abandoned_cart_is_open_again_and_abandoned_once),
        cmocka_unit_test(under_a_shorter_abandonment_an_open_cart_is_abandoned_at_once),
        cmocka_unit_test(under_other_rules_what_was_counted_is_settled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
