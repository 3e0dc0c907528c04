#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "history.h"

#include <sys/resource.h>

/* --- repeats of an event ------------------------------------------------------------------- */

static void an_event_id_is_dropped_for_exactly_the_window_and_then_remembered_anew(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct ff_beacon e = bench_with_id(bench_event(FF_PAGE_VIEW, "v", T(0)), "e");
    assert_int_equal(bench_send_at(&b, e, DAYS(0)), FF_OK);
    assert_int_equal(bench_send_at(&b, e, DAYS(1)), FF_DUPLICATE);
    assert_total(&b, PAGEVIEWS, 1);
    e.time = DAYS(1) + 1;
    assert_int_equal(bench_send_at(&b, e, DAYS(1) + 1), FF_OK);
    assert_int_equal(bench_send_at(&b, e, DAYS(2) + 1), FF_DUPLICATE);
    assert_total(&b, PAGEVIEWS, 2);
    assert_int_equal(fold_counts(b.fold).duplicates, 2);
    assert_int_equal(fold_counts(b.fold).ids, 1);
    bench_finish(&b);
}

static void a_repeat_touches_nothing_whatever_it_says(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_with_id(bench_event(FF_BEGIN_CHECKOUT, "v", T(0)), "e"));
    assert_int_equal(bench_send(&b, bench_with_id(bench_purchase("v", T(1), "o", MONEY(1)), "e")), FF_DUPLICATE);
    assert_int_equal(bench_send(&b, bench_with_id(bench_event(FF_PAGE_VIEW, "w", T(1)), "e")), FF_DUPLICATE);
    assert_total(&b, ORDERS, 0);
    assert_total(&b, CARTS_CONVERTED, 0);
    assert_total(&b, SESSION_TIME, 0);
    assert_int_equal(fold_counts(b.fold).visitors, 1);
    assert_int_equal(fold_counts(b.fold).orders, 0);
    bench_finish(&b);
}

static void ids_belong_to_their_site_and_are_no_order_ids(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct ff_beacon e = bench_with_id(bench_event(FF_PAGE_VIEW, "v", T(0)), "e");
    bench_send(&b, e);
    e.site = 1;
    assert_int_equal(bench_send(&b, e), FF_OK);
    assert_int_equal(bench_send(&b, bench_with_id(bench_purchase("v", T(0), "e", MONEY(1)), "f")), FF_OK);
    assert_int_equal(bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(0))), FF_OK);
    assert_int_equal(bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(0))), FF_OK);
    bench_finish(&b);
}

static void the_id_of_what_is_dropped_for_its_order_is_remembered(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_with_id(bench_purchase("v", T(0), "o", MONEY(1)), "e"));
    assert_int_equal(bench_send(&b, bench_with_id(bench_purchase("v", T(1), "o", MONEY(1)), "f")), FF_DUPLICATE_ORDER);
    assert_int_equal(bench_send(&b, bench_with_id(bench_purchase("v", T(2), "o", MONEY(1)), "f")), FF_DUPLICATE);
    assert_int_equal(bench_send(&b, bench_with_id(bench_event(FF_PAGE_VIEW, "v", T(2)), "f")), FF_DUPLICATE);
    assert_total(&b, ORDER_DUPLICATES, 1);
    assert_int_equal(fold_counts(b.fold).duplicates, 2);
    bench_finish(&b);
}

static void asking_for_a_repeat_changes_nothing(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct ff_record r = {.received = T(0), .arrival = T(0),
                          .beacon = bench_with_id(bench_event(FF_PAGE_VIEW, "v", T(0)), "e")};
    assert_false(fold_is_duplicate(b.fold, &r, NULL));
    assert_false(fold_is_duplicate(b.fold, &r, NULL));
    fold_apply(b.fold, &r, NULL);
    assert_true(fold_is_duplicate(b.fold, &r, NULL));
    r.arrival = r.received = DAYS(1) + 1;
    assert_false(fold_is_duplicate(b.fold, &r, NULL));
    r.beacon.has &= ~FF_HAS(ID);
    r.arrival = T(0);
    assert_false(fold_is_duplicate(b.fold, &r, NULL));
    assert_int_equal(fold_counts(b.fold).duplicates, 0);
    bench_finish(&b);
}

static struct ff_record identified(const char *id, uint16_t site, ff_wall at)
{
    struct ff_record r = {.received = at, .arrival = at,
                          .beacon = bench_with_id(bench_event(FF_PAGE_VIEW, "v", at), id)};
    r.beacon.site = site;
    return r;
}

/* That an id was not there a moment ago is noted: until another has come. */
static void what_was_asked_before_is_no_answer_once_an_id_was_remembered(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct ff_record one = identified("one", 0, T(0)), other = identified("two", 0, T(0)),
                     elsewhere = identified("one", 1, T(0)), again = identified("one", 0, T(1));
    struct fold_ahead first = {.known = false}, second = {.known = false}, third = {.known = false};
    assert_false(fold_is_duplicate(b.fold, &one, &first));
    assert_false(fold_is_duplicate(b.fold, &again, &second));
    assert_int_equal(fold_apply(b.fold, &other, NULL), FF_OK);
    assert_int_equal(fold_apply(b.fold, &one, &first), FF_OK);
    assert_int_equal(fold_apply(b.fold, &one, &first), FF_DUPLICATE);
    assert_int_equal(fold_apply(b.fold, &again, &second), FF_DUPLICATE);
    assert_false(fold_is_duplicate(b.fold, &elsewhere, &third));
    assert_int_equal(fold_apply(b.fold, &elsewhere, &third), FF_OK);
    assert_true(fold_is_duplicate(b.fold, &other, NULL));
    assert_int_equal(fold_apply(b.fold, &other, NULL), FF_DUPLICATE);
    assert_int_equal(fold_counts(b.fold).ids, 3);
    bench_finish(&b);
}

static void what_was_worked_out_ahead_changes_nothing(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct ff_record r[] = {identified("one", 0, T(0)), identified("two", 0, T(1)), identified("one", 0, T(2)),
                            identified("three", 1, T(3))};
    struct fold_ahead ahead[4];
    fold_expect(b.fold, r, 4, ahead);
    assert_int_equal(fold_apply(b.fold, &r[0], &ahead[0]), FF_OK);
    assert_false(fold_is_duplicate(b.fold, &r[1], &ahead[1]));
    assert_int_equal(fold_apply(b.fold, &r[1], &ahead[1]), FF_OK);
    assert_true(fold_is_duplicate(b.fold, &r[2], &ahead[2]));
    assert_int_equal(fold_apply(b.fold, &r[2], &ahead[2]), FF_DUPLICATE);
    assert_int_equal(fold_apply(b.fold, &r[3], &ahead[3]), FF_OK);
    assert_int_equal(fold_apply(b.fold, &r[1], NULL), FF_DUPLICATE);
    assert_int_equal(fold_counts(b.fold).ids, 3);
    assert_int_equal(fold_counts(b.fold).visitors, 2); /* of the same id, on two sites */
    bench_finish(&b);
}

static void an_import_compares_the_times_of_its_events(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct ff_beacon e = bench_with_id(bench_event(FF_PAGE_VIEW, "v", T(0)), "e");
    bench_fold(&b, e, DAYS(100), true);
    assert_int_equal(bench_fold(&b, e, DAYS(100) + 23 * FF_HOUR, true), FF_DUPLICATE);
    e.time = DAYS(1) + 1;
    assert_int_equal(bench_fold(&b, e, DAYS(100) + 23 * FF_HOUR, true), FF_OK);
    bench_finish(&b);
}

static void the_words_a_fold_takes_for_itself_are_not_counted_as_left_out(void **state)
{
    (void)state;
    static const struct fold_site site = {"shop", EUR};
    struct words words;
    struct fold_options o = bench_options();
    o.sites = &site;
    o.site_count = 1;
    o.words = &words;
    assert_true(words_init(&words, 1, &(struct hash_seed){{1, 2}}));
    struct fold *f = fold_new(&o, &(struct hash_seed){{1, 2}}, &(struct ff_fact_sink){0});
    assert_non_null(f);
    assert_int_equal(words_used(&words), 1);
    assert_int_equal(words.left_out, 0);
    fold_free(&f);
    words_fini(&words);
}

static void ids_without_room_give_way_oldest_first(void **state)
{
    (void)state;
    struct bench b;
    struct fold_options o = bench_options();
    o.max_ids = 8;
    bench_open_with(&b, o);
    char id[16];
    for (int i = 0; i < 80; i++) {
        snprintf(id, sizeof id, "e%d", i);
        assert_int_equal(bench_send(&b, bench_with_id(bench_event(FF_PAGE_VIEW, "v", T(0)), id)), FF_OK);
    }
    assert_int_equal(fold_counts(b.fold).ids, 8);
    assert_int_equal(fold_counts(b.fold).ids_evicted, 72);
    assert_int_equal(bench_send(&b, bench_with_id(bench_event(FF_PAGE_VIEW, "v", T(0)), "e72")), FF_DUPLICATE);
    assert_int_equal(bench_send(&b, bench_with_id(bench_event(FF_PAGE_VIEW, "v", T(0)), "e71")), FF_OK);
    bench_finish(&b);
}

/* --- what counts by itself ----------------------------------------------------------------- */

static void searches_count_with_and_without_a_number_of_results(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct ff_beacon e = bench_search("v", T(0), "x");
    bench_send(&b, e);
    e.has |= FF_HAS(RESULTS);
    bench_send(&b, e);
    e.number[FF_NUMBER_RESULTS] = 3;
    bench_send(&b, e);
    bench_send(&b, e);
    assert_total(&b, SEARCHES, 4);
    assert_total(&b, SEARCHES_COUNTED, 3);
    assert_total(&b, SEARCHES_ZERO, 1);
    bench_finish(&b);
}

static void without_a_visitor_only_event_metrics_count(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    for (int type = FF_PAGE_VIEW; type < FF_TYPE_COUNT; type++) {
        struct ff_beacon e = bench_event((enum ff_type)type, NULL, T(0));
        e.text[FF_TEXT_ORDER] = FF_LITERAL("o");
        assert_int_equal(bench_send(&b, e), type == FF_PING ? FF_STRAY : FF_OK); /* nothing to extend */
    }
    assert_total(&b, PAGEVIEWS, 1);
    assert_total(&b, SEARCHES, 1);
    assert_total(&b, ORDERS, 1);
    assert_total(&b, REFUNDS, 1);
    assert_total(&b, SESSIONS, 0);
    assert_total(&b, CARTS_OPENED, 0);
    assert_int_equal(bench_seen(&b), 0);
    assert_int_equal(fold_counts(b.fold).stray, 1);
    assert_int_equal(fold_counts(b.fold).visitors, 0);
    bench_finish(&b);
}

static void a_late_event_counts_by_itself_at_its_time(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(60)));
    assert_int_equal(bench_send_at(&b, bench_search("v", T(0), "x"), T(60)), FF_LATE);
    assert_int_equal(bench_count(&b, 0, FF_COUNT_SEARCHES, T(0)), 1);
    assert_int_equal(bench_seen(&b), 2);
    assert_total(&b, SEARCH_SESSIONS, 0);
    bench_finish(&b);
}

/* --- time ---------------------------------------------------------------------------------- */

static void advancing_twice_or_back_changes_nothing(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_play(&b, "v", T(0), "a");
    fold_advance(b.fold, T(60));
    size_t n = b.n;
    assert_total(&b, CARTS_ABANDONED, 1);
    fold_advance(b.fold, T(60));
    fold_advance(b.fold, T(0));
    fold_advance(b.fold, FF_NEVER);
    assert_int_equal(b.n, n);
    assert_total(&b, CARTS_ABANDONED, 1);
    assert_int_equal(fold_live_visitors(b.fold, 0), 0);
    bench_finish(&b);
}

static void a_fold_is_advanced_before_anything_has_come(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    fold_advance(b.fold, -FF_DAY);
    assert_true(b.fold->now == -FF_DAY);
    fold_advance(b.fold, T(0));
    assert_int_equal(fold_live_visitors(b.fold, 0), 0);
    assert_int_equal(b.n, 0);
    bench_finish(&b);
}

static long mapped_pages(void)
{
    long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    assert_non_null(f);
    assert_int_equal(fscanf(f, "%ld", &pages), 1);
    fclose(f);
    return pages;
}

static void a_freed_fold_gives_all_its_address_space_back(void **state)
{
    (void)state;
    struct bench b;
    struct fold_options o = bench_options();
    long before = 0;
    o.max_visitors = o.max_ids = o.max_orders = 100000; /* each table is many pages */
    for (int round = 0; round < 12; round++) {
        bench_open_with(&b, o);
        bench_play(&b, "v", T(0), "pa$");
        bench_close(&b);
        if (round == 1)
            before = mapped_pages();
    }
    assert_true(mapped_pages() < before + 100);
}

static void a_fold_without_address_space_is_none(void **state)
{
    (void)state;
#ifdef __SANITIZE_ADDRESS__
    skip(); /* its shadow lives in the same space */
#else
    struct rlimit was, less;
    struct fold_options o = bench_options();
    struct fold_site site = {"shop", EUR};
    struct hash_seed seed = {{1, 2}};
    struct ff_fact_sink sink = {.take = bench_take, .ctx = NULL};
    o.sites = &site;
    o.site_count = 1;
    assert_int_equal(getrlimit(RLIMIT_AS, &was), 0);
    uint32_t *const limits[] = {&o.max_visitors, &o.max_tails, &o.max_tail_events, &o.max_carts,
                                &o.max_lines, &o.max_orders, &o.max_ids};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        uint32_t kept = *limits[i];
        *limits[i] = 2000000000;
        less = was;
        less.rlim_cur = (rlim_t)mapped_pages() * 4096 + (64 << 20);
        assert_int_equal(setrlimit(RLIMIT_AS, &less), 0);
        struct fold *none = fold_new(&o, &seed, &sink);
        assert_int_equal(setrlimit(RLIMIT_AS, &was), 0);
        assert_null(none);
        *limits[i] = kept;
    }
#endif
}

static void visitors_are_found_by_the_seed(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(0)));
    struct fold_site site = {"shop", EUR};
    struct hash_seed seed = {{1, 2}};
    struct ff_fact_sink sink = {.take = bench_take, .ctx = &b};
    b.options.sites = &site;
    b.options.site_count = 1;
    struct fold *other = fold_new(&b.options, &seed, &sink);
    assert_non_null(other);
    struct ff_record r = {.received = T(0), .arrival = T(0), .beacon = bench_event(FF_PAGE_VIEW, "v", T(0))};
    fold_apply(other, &r, NULL);
    assert_true(visitor_at(other, 1)->key != visitor_at(b.fold, 1)->key);
    assert_int_equal(bench_seen(&b), 1); /* its mark is the same */
    fold_free(&other);
    bench_close(&b);
}

static void the_same_records_lead_to_the_same_state(void **state)
{
    (void)state;
    static struct history h;
    draw_history(&h, 4711, 3);
    struct bench one, two;
    bench_open(&one);
    bench_open(&two);
    for (int i = 0; i < h.n; i++) {
        enum ff_status a = bench_send(&one, h.events[i].beacon), c = bench_send(&two, h.events[i].beacon);
        assert_int_equal(a, c);
    }
    assert_int_equal(one.n, two.n);
    assert_memory_equal(one.sums, two.sums, one.n * sizeof *one.sums);
    bench_finish(&one);
    bench_finish(&two);
}

/* --- ceilings ------------------------------------------------------------------------------ */

/* Whatever comes, however late, with hardly any room: the sums stay sums and the pools come empty. */
static void any_history_with_hardly_any_room_keeps_its_sums(void **state)
{
    (void)state;
    static struct history h;
    struct fold_counts all = {0};
    for (uint64_t seed = 1; seed <= 2000; seed++) {
        draw_history(&h, seed, 8);
        struct bench b;
        struct fold_options o = bench_options();
        o.max_visitors = 1 + (uint32_t)(seed % 4);
        o.max_carts = o.max_lines = o.max_tail_events = 1;
        o.max_ids = o.max_orders = 1 + (uint32_t)(seed % 3);
        o.max_tails = 1 + (uint32_t)(seed % 2);
        o.max_tickets = 1 + (uint32_t)(seed % 3);
        o.max_comments = (uint32_t)(seed % 2);
        bench_open_with(&b, o);
        for (int i = 0; i < h.n; i++) {
            struct happening *e = &h.events[i];
            e->beacon.time -= below(&h, 3) ? 0 : below(&h, 900) * FF_SECOND;
            bench_send_at(&b, e->beacon, e->comes + below(&h, 20) * FF_MINUTE);
        }
        struct fold_counts c = fold_counts(b.fold);
        assert_true(c.visitors <= o.max_visitors && c.tails <= o.max_tails);
        assert_true(c.ids <= o.max_ids && c.orders <= o.max_orders);
        assert_true(c.tickets <= o.max_tickets && c.comments <= 2 * o.max_comments);
        all.visitors_evicted += c.visitors_evicted;
        all.orders_evicted += c.orders_evicted;
        all.tails_settled_early += c.tails_settled_early;
        all.tickets_evicted += c.tickets_evicted;
        all.comments_evicted += c.comments_evicted;
        all.late += c.late;
        bench_finish(&b);
    }
    assert_true(all.visitors_evicted > 1000 && all.orders_evicted > 1000);
    assert_true(all.tails_settled_early > 1000 && all.late > 500);
    assert_true(all.tickets_evicted > 500 && all.comments_evicted > 500);
}

static void a_flood_of_visitors_is_counted_in_full(void **state)
{
    (void)state;
    enum { ROOM = 20, FLOOD = 10 * ROOM };
    struct bench b;
    struct fold_options o = bench_options();
    o.max_visitors = o.max_carts = o.max_tails = o.max_lines = o.max_tail_events = ROOM;
    bench_open_with(&b, o);
    char name[16];
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < FLOOD; i++) {
            snprintf(name, sizeof name, "v%d-%d", round, i);
            bench_play(&b, name, T(120 * round), i % 3 == 0 ? "pa" : i % 3 == 1 ? "par" : "paap");
        }
    assert_total(&b, SESSIONS, 3 * FLOOD);
    assert_total(&b, SESSIONS_NEW, 3 * FLOOD);
    assert_total(&b, CARTS_OPENED, 3 * FLOOD);
    assert_total(&b, CARTS_EMPTIED, FLOOD + 1);
    assert_int_equal(bench_count(&b, 0, FF_COUNT_SESSIONS, T(120)), FLOOD);
    bench_assert_sums(&b);
    struct fold_counts c = fold_counts(b.fold);
    assert_int_equal(c.visitors, ROOM);
    assert_int_equal(c.visitors_evicted, 3 * FLOOD - ROOM);
    bench_finish(&b);
}

static void tails_and_carts_flooded_alone_leave_visitors_in_place(void **state)
{
    (void)state;
    struct bench b;
    struct fold_options o = bench_options();
    o.max_visitors = 1000;
    o.max_tails = 4;
    bench_open_with(&b, o);
    char name[16];
    for (int round = 0; round < 4; round++)
        for (int i = 0; i < 400; i++) {
            snprintf(name, sizeof name, "v%d", i);
            bench_play(&b, name, T(5 * round), "pa");
        }
    assert_total(&b, SESSIONS, 400);
    assert_total(&b, SESSION_PAGEVIEWS, 4 * 400);
    struct fold_counts c = fold_counts(b.fold);
    assert_int_equal(c.visitors, 400);
    assert_int_equal(c.tails, 4);
    assert_int_equal(c.visitors_evicted, 0);
    assert_true(c.carts_evicted > 0);
    bench_finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_id_is_dropped_for_exactly_the_window_and_then_remembered_anew),
        cmocka_unit_test(a_repeat_touches_nothing_whatever_it_says),
        cmocka_unit_test(ids_belong_to_their_site_and_are_no_order_ids),
        cmocka_unit_test(the_id_of_what_is_dropped_for_its_order_is_remembered),
        cmocka_unit_test(asking_for_a_repeat_changes_nothing),
        cmocka_unit_test(what_was_asked_before_is_no_answer_once_an_id_was_remembered),
        cmocka_unit_test(what_was_worked_out_ahead_changes_nothing),
        cmocka_unit_test(an_import_compares_the_times_of_its_events),
        cmocka_unit_test(the_words_a_fold_takes_for_itself_are_not_counted_as_left_out),
        cmocka_unit_test(ids_without_room_give_way_oldest_first),
        cmocka_unit_test(searches_count_with_and_without_a_number_of_results),
        cmocka_unit_test(without_a_visitor_only_event_metrics_count),
        cmocka_unit_test(a_late_event_counts_by_itself_at_its_time),
        cmocka_unit_test(advancing_twice_or_back_changes_nothing),
        cmocka_unit_test(a_fold_is_advanced_before_anything_has_come),
        cmocka_unit_test(a_freed_fold_gives_all_its_address_space_back),
        cmocka_unit_test(a_fold_without_address_space_is_none),
        cmocka_unit_test(visitors_are_found_by_the_seed),
        cmocka_unit_test(the_same_records_lead_to_the_same_state),
        cmocka_unit_test(any_history_with_hardly_any_room_keeps_its_sums),
        cmocka_unit_test(a_flood_of_visitors_is_counted_in_full),
        cmocka_unit_test(tails_and_carts_flooded_alone_leave_visitors_in_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
