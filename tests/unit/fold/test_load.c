#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "picture.h"
#include "tale.h"

/* --- whatever there is comes back ----------------------------------------------------------- */

/* The image tells nothing new, and as much is in memory as there was. */
static void assert_comes_back(struct bench *b)
{
    struct picture before = picture_of(b->fold);
    const struct fold *f = b->fold;
    uint32_t used[] = {f->visitors.used, f->tails.used, f->settled.used, f->waymarks.used,
                       f->acts.used, f->rests.used, f->carts.used, f->lines.used, f->extras.used, words_used(b->words)};
    struct fold_counts counts = fold_counts(f);
    int64_t live[] = {fold_live_visitors(f, 0), fold_live_visitors(f, 1)};
    size_t sums = b->n;
    bench_reload(b);
    struct picture after = picture_of(b->fold);
    assert_same_picture(&before, &after);
    f = b->fold;
    uint32_t now[] = {f->visitors.used, f->tails.used, f->settled.used, f->waymarks.used,
                      f->acts.used, f->rests.used, f->carts.used, f->lines.used, f->extras.used, words_used(b->words)};
    assert_memory_equal(now, used, sizeof used);
    struct fold_counts c = fold_counts(f);
    assert_memory_equal(&c, &counts, sizeof c);
    assert_int_equal(fold_live_visitors(f, 0), live[0]);
    assert_int_equal(fold_live_visitors(f, 1), live[1]);
    assert_int_equal(b->n, sums);
    picture_free(&before);
    picture_free(&after);
}

static void a_fold_that_has_seen_nothing_comes_back(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    assert_comes_back(&b);
    assert_true(b.fold->now == FF_NEVER);
    fold_advance(b.fold, T(1));
    assert_comes_back(&b);
    assert_true(b.fold->now == T(1));
    bench_finish(&b);
}

static void an_image_can_come_in_pieces_of_any_size(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(0), ".pas$bu");
    struct picture p = picture_of(b.fold);
    for (size_t block = 1; block < 20; block++) {
        struct bench c;
        bench_open(&c);
        p.block = block;
        assert_true(picture_load(&p, c.fold));
        assert_same_state(b.fold, c.fold);
        bench_close(&c);
    }
    picture_free(&p);
    bench_finish(&b);
}

static void a_session_goes_on_where_it_was(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(0), "pEsSi");
    assert_comes_back(&b);
    bench_send(&b, bench_search("v", T(5), "green shoes"));
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(7)));
    assert_total(&b, SESSIONS, 1);
    assert_total(&b, SESSION_PAGEVIEWS, 2);
    assert_total(&b, PAGE_TIME, 7 * FF_MINUTE);
    assert_total(&b, SEARCH_REFINEMENTS, 1);
    assert_total(&b, ENGAGED, 1);
    assert_total(&b, BOUNCES, 0);
    bench_finish(&b);
}

static void the_words_and_extras_of_a_session_come_back(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_on(bench_from(bench_page("v", T(0), "/in"), "news", "may"), FF_CHANNEL_EMAIL, FF_DEVICE_TV,
                            "FR"));
    bench_send(&b, bench_on(bench_from(bench_page("v", T(1), "/out"), "ads", "june"), FF_CHANNEL_SMS, FF_DEVICE_OTHER,
                            "DE"));
    bench_send(&b, bench_with_results(bench_search("v", T(2), "red"), 0));
    bench_send(&b, bench_named(FF_CHECKOUT_STEP, "v", T(3), "pay"));
    bench_send(&b, bench_named(FF_CUSTOM, "v", T(4), "scroll"));
    bench_send(&b, bench_in(bench_purchase("v", T(5), "o", MONEY(3)), USD));
    assert_comes_back(&b);
    bench_send(&b, bench_search("v", T(6), "red"));
    bench_send(&b, bench_named(FF_CHECKOUT_STEP, "v", T(6), "pay"));
    bench_send(&b, bench_named(FF_CUSTOM, "v", T(6), "scroll"));
    bench_send(&b, bench_purchase("v", T(7), "p", MONEY(4)));
    assert_comes_back(&b);
    bench_send_at(&b, bench_page("v", T(6), "/end"), T(7));
    assert_cell(&b, SOURCE, "news", SESSIONS, 1);
    assert_cell(&b, CAMPAIGN, "may", SESSIONS, 1);
    assert_cell(&b, CHANNEL, "email", ORDERS, 2);
    assert_cell(&b, DEVICE, "tv", ORDERS, 2);
    assert_cell(&b, COUNTRY, "FR", ORDERS, 2);
    assert_cell(&b, ENTRY_PAGE, "/in", SESSIONS, 1);
    assert_cell(&b, EXIT_PAGE, "/out", SESSIONS, 0);
    assert_cell(&b, EXIT_PAGE, "/end", ORDERS, 2);
    assert_cell_money(&b, EXIT_PAGE, "/out", 0);
    assert_cell_money(&b, EXIT_PAGE, "/end", MONEY(7));
    assert_cell(&b, SEARCH_TERM, "red", TERM_SESSIONS, 1);
    assert_cell(&b, ZERO_RESULT_TERM, "red", TERM_PURCHASED, 1);
    assert_cell(&b, CHECKOUT_STEP, "pay", EVENT_SESSIONS, 1);
    assert_cell(&b, CUSTOM, "scroll", EVENT_SESSIONS, 1);
    bench_finish(&b);
}

static void texts_that_found_no_room_are_counted_on(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(0), "p");
    b.words->left_out = 300;
    b.fold->cart_words.left_out = 7;
    assert_comes_back(&b);
    assert_int_equal(b.words->left_out, 300);
    assert_int_equal(b.fold->cart_words.left_out, 7);
    bench_finish(&b);
}

static void a_visitor_is_live_for_as_long_as_it_would_have_been(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(0), "p");
    bench_play(&b, "w", T(3), "p");
    assert_comes_back(&b);
    assert_int_equal(fold_live_visitors(b.fold, 0), 2);
    fold_advance(b.fold, T(5) + 1);
    assert_int_equal(fold_live_visitors(b.fold, 0), 1);
    bench_play(&b, "v", T(6), "p");
    assert_int_equal(fold_live_visitors(b.fold, 0), 2);
    fold_advance(b.fold, T(20));
    assert_comes_back(&b);
    assert_int_equal(fold_live_visitors(b.fold, 0), 0);
    bench_finish(&b);
}

static void an_open_cart_is_abandoned_when_its_time_comes(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(0), "a");
    fold_advance(b.fold, T(60) - 1);
    assert_comes_back(&b);
    assert_total(&b, CARTS_ABANDONED, 0);
    fold_advance(b.fold, T(60));
    assert_total(&b, CARTS_ABANDONED, 1);
    assert_int_equal(bench_money(&b, FF_PURSE_ABANDONED_VALUE, EUR, NULL), MONEY(10));
    assert_comes_back(&b);
    fold_advance(b.fold, T(500));
    assert_total(&b, CARTS_ABANDONED, 1);
    bench_play(&b, "v", T(600), "$");
    assert_total(&b, CARTS_RECOVERED, 1);
    bench_finish(&b);
}

static void carts_keep_what_is_in_them_and_what_became_of_them(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct ff_item items[] = {bench_item("a", 3, MONEY(5)), bench_item("b", 1, -MONEY(7)),
                              bench_unpriced("c", 2), bench_item("d", 9000, FF_MONEY_MAX)};
    bench_send(&b, bench_in(bench_cart(FF_ADD_TO_CART, "many", T(0), items, 4), USD));
    bench_play(&b, "emptied", T(0), "ar");
    bench_play(&b, "converted", T(0), "ab$");
    bench_play(&b, "second", T(0), "abv$a"); /* another order */
    bench_play(&b, "checkout", T(0), "b");
    assert_comes_back(&b);
    bench_send(&b, bench_cart(FF_REMOVE_FROM_CART, "many", T(5), items, 2));
    fold_advance(b.fold, T(200));
    assert_int_equal(bench_money(&b, FF_PURSE_ABANDONED_VALUE, USD, NULL), 9000 * FF_MONEY_MAX);
    assert_total(&b, CARTS_EMPTIED, 1);
    assert_total(&b, CARTS_CONVERTED, 2);
    assert_total(&b, CHECKOUTS_ABANDONED, 1);
    bench_finish(&b);
}

/* Three courses of one visitor begin with the same cart and the one before it. */
static void courses_share_their_carts_again(void **state)
{
    (void)state;
    struct bench b;
    struct fold_options o = bench_options();
    o.session_lateness = FF_DAY;
    bench_open_with(&b, o);
    bench_play(&b, "v", T(0), "a$a");
    fold_advance(b.fold, DAYS(2));
    for (int i = 0; i < 70; i++)
        bench_send(&b, bench_event(FF_PAGE_VIEW, "v", DAYS(2) + i * FF_SECOND));
    const struct visitor *v = visitor_at(b.fold, 1);
    assert_true(v->tail && tail_at(b.fold, v->tail)->waymark);
    assert_int_equal(cart_at(b.fold, v->head.cart)->refs, 3);
    assert_int_equal(b.fold->carts.used, 2);
    assert_comes_back(&b);
    v = visitor_at(b.fold, 1);
    assert_int_equal(cart_at(b.fold, v->head.cart)->refs, 3);
    assert_int_equal(b.fold->carts.used, 2);
    bench_send(&b, bench_event(FF_VIEW_CART, "v", DAYS(2) + 10 * FF_SECOND));
    assert_comes_back(&b);
    bench_finish(&b);
}

static void what_comes_out_of_order_after_a_load_finds_its_place(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_event(FF_PING, "v", T(0)));
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(4)));
    bench_play(&b, "w", T(4), "p");
    assert_comes_back(&b);
    assert_total(&b, SESSION_PAGEVIEWS, 2);
    assert_int_equal(fold_counts(b.fold).stray, 1);
    assert_int_equal(bench_send_at(&b, bench_event(FF_PAGE_VIEW, "v", T(0) - 1), T(4)), FF_OK);
    assert_int_equal(fold_counts(b.fold).stray, 0);
    assert_total(&b, SESSIONS, 2);
    assert_int_equal(bench_count(&b, 0, FF_COUNT_SESSION_TIME, T(0) - 1), 4 * FF_MINUTE + 1);
    assert_int_equal(bench_send_at(&b, bench_event(FF_PAGE_VIEW, "v", T(4) - 5 * FF_MINUTE - 1), T(4)), FF_LATE);
    bench_finish(&b);
}

static void a_late_purchase_stays_in_its_tail(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_event(FF_ADD_TO_CART, "v", T(0)));
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(30)));
    assert_int_equal(bench_send_at(&b, bench_purchase("v", T(10), "o", MONEY(4)), T(30)), FF_LATE);
    assert_comes_back(&b);
    bench_send_at(&b, bench_event(FF_PAGE_VIEW, "v", T(29)), T(30)); /* folds the purchase again */
    assert_comes_back(&b);
    assert_total(&b, CARTS_CONVERTED, 1);
    assert_total(&b, CARTS_OPENED, 1);
    bench_finish(&b);
}

static void tails_end_in_the_order_of_their_age(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "old", T(0), "p");
    bench_play(&b, "new", T(1), "p");
    bench_send_at(&b, bench_event(FF_PAGE_VIEW, "old", T(0) - 1), T(1)); /* touches it, but for its tail */
    assert_comes_back(&b);
    fold_advance(b.fold, T(5) + 10 * FF_SECOND + 1);
    assert_int_equal(fold_counts(b.fold).tails, 1);
    assert_comes_back(&b);
    bench_finish(&b);
}

static void ids_are_known_for_the_rest_of_their_window(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_with_id(bench_event(FF_PAGE_VIEW, NULL, T(0)), "live"));
    bench_fold(&b, bench_with_id(bench_event(FF_PAGE_VIEW, NULL, DAYS(-30)), "imported"), T(1), true);
    bench_fold(&b, bench_with_id(bench_event(FF_PAGE_VIEW, NULL, DAYS(-10)), "imported"), T(1), true);
    assert_comes_back(&b);
    assert_int_equal(bench_fold(&b, bench_with_id(bench_event(FF_PAGE_VIEW, NULL, DAYS(-30)), "imported"), T(2), true),
                     FF_DUPLICATE);
    assert_int_equal(bench_fold(&b, bench_with_id(bench_event(FF_PAGE_VIEW, NULL, DAYS(-20)), "imported"), T(2), true),
                     FF_OK);
    assert_int_equal(bench_send(&b, bench_with_id(bench_event(FF_PAGE_VIEW, NULL, T(24 * 60)), "live")), FF_DUPLICATE);
    assert_int_equal(bench_send(&b, bench_with_id(bench_event(FF_PAGE_VIEW, NULL, T(24 * 60) + 1), "live")), FF_OK);
    assert_int_equal(fold_counts(b.fold).duplicates, 2);
    bench_finish(&b);
}

static void refunds_find_orders_and_orders_find_refunds(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_in(bench_purchase(NULL, T(0), "known", MONEY(30)), USD));
    bench_send(&b, bench_refund(T(1), "all"));
    bench_send(&b, bench_with_value(bench_refund(T(1), "some"), MONEY(3)));
    bench_send(&b, bench_in(bench_refund(T(1), "euros"), EUR));
    assert_comes_back(&b);
    assert_int_equal(bench_send(&b, bench_purchase(NULL, T(2), "known", MONEY(30))), FF_DUPLICATE_ORDER);
    bench_send(&b, bench_refund(T(2), "known"));
    assert_int_equal(bench_money(&b, FF_PURSE_REFUNDED, USD, NULL), MONEY(30));
    bench_send(&b, bench_in(bench_purchase(NULL, T(3), "some", MONEY(70)), USD));
    assert_comes_back(&b); /* a forgotten one lies between two that wait */
    bench_send(&b, bench_in(bench_purchase(NULL, T(3), "all", MONEY(500)), USD));
    bench_send(&b, bench_in(bench_purchase(NULL, T(3), "euros", MONEY(11)), USD));
    assert_comes_back(&b);
    int64_t number;
    assert_int_equal(bench_money(&b, FF_PURSE_REFUNDED, USD, &number), MONEY(533));
    assert_int_equal(number, 3);
    assert_int_equal(bench_money(&b, FF_PURSE_REFUNDED, EUR, &number), MONEY(11));
    assert_int_equal(number, 1);
    bench_finish(&b);
}

static void values_at_their_limits_come_back(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct ff_item least = bench_item("x", 1000000, -FF_MONEY_MAX);
    bench_send(&b, bench_purchase("v", -BENCH_START, "least", -FF_MONEY_MAX));
    bench_send(&b, bench_purchase("v", T(0), "most", FF_MONEY_MAX));
    bench_send(&b, bench_cart(FF_UPDATE_CART, "v", T(1), &least, 1));
    struct ff_beacon refund = bench_refund(T(1), "none");
    refund.items = &least;
    refund.item_count = 1;
    bench_send(&b, refund);
    bench_send(&b, bench_engaged(FF_PING, "v", T(2), INT32_MAX));
    assert_comes_back(&b);
    fold_advance(b.fold, T(100));
    assert_comes_back(&b);
    bench_finish(&b);
}

/* --- any history ---------------------------------------------------------------------------- */

static size_t settled_sums(struct bench *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->n; i++)
        if (b->sums[i].by != 0 || b->sums[i].amount != 0)
            b->sums[n++] = b->sums[i];
    qsort(b->sums, n, sizeof *b->sums, bench_compare);
    return b->n = n;
}

static void assert_same_sums(struct bench *want, struct bench *got, uint64_t seed)
{
    size_t n = settled_sums(want), m = settled_sums(got);
    for (size_t i = 0; i < n && i < m; i++) {
        const struct bench_sum *w = &want->sums[i], *g = &got->sums[i];
        if (bench_compare(w, g) != 0 || w->by != g->by || w->amount != g->amount)
            fail_msg("tale %llu: kind %d which %d at +%lld", (unsigned long long)seed, w->kind, w->which,
                     (long long)(w->at - BENCH_START));
    }
    assert_int_equal(n, m);
    if (!bench_same_cells(want, got))
        fail_msg("tale %llu", (unsigned long long)seed);
}

#ifdef FF_AUDIT
#define TALES 300 /* the audit looks at all that has been after every record */
#else
#define TALES 2000
#endif

/* One sees all of it, with time advanced here and there; the other ends and comes back twice. */
static void a_fold_that_comes_back_goes_on_like_one_that_never_ended(void **state)
{
    (void)state;
    static struct tale t;
    struct fold_counts all = {0};
    uint32_t waymarks = 0;
    for (uint64_t seed = 1; seed <= TALES; seed++) {
        draw_tale(&t, seed);
        struct history *h = &t.rounds[0];
        int first = below(h, t.n), second = below(h, t.n);
        struct bench a, c;
        bench_open_with(&a, draw_options(seed));
        bench_open_with(&c, draw_options(seed));
        for (int i = 0; i < t.n; i++) {
            assert_int_equal(bench_tell(&a, &t, i), bench_tell(&c, &t, i));
            for (uint16_t site = 0; site < 2; site++)
                assert_int_equal(fold_live_visitors(c.fold, site), fold_live_visitors(a.fold, site));
            if (i == first || i == second)
                bench_reload(&c);
            waymarks += i == first && c.fold->waymarks.used;
            ff_dur gap = i + 1 < t.n ? t.records[i + 1].received - t.records[i].received : FF_DAY;
            if (below(h, 4) == 0)
                fold_advance(a.fold, t.records[i].received + gap / (1 + below(h, 3)));
        }
        fold_advance(a.fold, t.records[t.n - 1].received + FF_DAY);
        fold_advance(c.fold, t.records[t.n - 1].received + FF_DAY);
        assert_same_state(a.fold, c.fold);
        assert_same_sums(&a, &c, seed);
        struct fold_counts n = fold_counts(a.fold), m = fold_counts(c.fold);
        assert_memory_equal(&m, &n, sizeof n);
        all.visitors_evicted += n.visitors_evicted;
        all.ids_evicted += n.ids_evicted;
        all.tails_settled_early += n.tails_settled_early;
        all.duplicates += n.duplicates;
        all.late += n.late;
        bench_finish(&a);
        bench_finish(&c);
    }
    assert_true(waymarks > TALES / 20 && all.late > TALES && all.duplicates > TALES);
    assert_true(all.visitors_evicted > TALES && all.ids_evicted > TALES && all.tails_settled_early > TALES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fold_that_has_seen_nothing_comes_back),
        cmocka_unit_test(an_image_can_come_in_pieces_of_any_size),
        cmocka_unit_test(a_session_goes_on_where_it_was),
        cmocka_unit_test(the_words_and_extras_of_a_session_come_back),
        cmocka_unit_test(texts_that_found_no_room_are_counted_on),
        cmocka_unit_test(a_visitor_is_live_for_as_long_as_it_would_have_been),
        cmocka_unit_test(an_open_cart_is_abandoned_when_its_time_comes),
        cmocka_unit_test(carts_keep_what_is_in_them_and_what_became_of_them),
        cmocka_unit_test(courses_share_their_carts_again),
        cmocka_unit_test(what_comes_out_of_order_after_a_load_finds_its_place),
        cmocka_unit_test(a_late_purchase_stays_in_its_tail),
        cmocka_unit_test(tails_end_in_the_order_of_their_age),
        cmocka_unit_test(ids_are_known_for_the_rest_of_their_window),
        cmocka_unit_test(refunds_find_orders_and_orders_find_refunds),
        cmocka_unit_test(values_at_their_limits_come_back),
        cmocka_unit_test(a_fold_that_comes_back_goes_on_like_one_that_never_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
