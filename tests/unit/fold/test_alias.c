#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "picture.h"
#include "visitors.h"

/* The bench's midnight is when the id becomes another. */
#define OLD "~old"
#define NEW "~new"

static void view(struct bench *b, const char *visitor, const char *before, int minutes)
{
    struct ff_beacon e = bench_event(FF_PAGE_VIEW, visitor, T(minutes));
    if (before) {
        e.has |= FF_HAS(VISITOR_BEFORE);
        e.text[FF_TEXT_VISITOR_BEFORE] = ff_span_text(before);
    }
    bench_send(b, e);
}

static int64_t marks(const struct bench *b)
{
    uint64_t seen[16];
    int64_t n = 0;
    for (size_t i = 0; i < b->n; i++) {
        bool again = b->sums[i].kind != FF_FACT_VISITOR;
        for (int64_t k = 0; k < n; k++)
            again |= seen[k] == b->sums[i].mark;
        if (!again)
            seen[n++] = b->sums[i].mark;
    }
    return n;
}

static void counted(const struct bench *b, int64_t sessions, int64_t visitors)
{
    assert_int_equal(bench_total(b, FF_COUNT_SESSIONS), sessions);
    assert_int_equal(marks(b), visitors);
}

static void a_session_goes_on_after_midnight_under_its_old_id(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    view(&b, OLD, NULL, -10);
    view(&b, NEW, OLD, 10);
    view(&b, NEW, OLD, 29);
    view(&b, NEW, NULL, 50); /* the old one is known no more */
    view(&b, NEW, NULL, 80);
    counted(&b, 1, 1);
    assert_int_equal(fold_counts(b.fold).aliases, 1);
    view(&b, NEW, NULL, 111); /* a gap: the session is over, and the visitor is the new one */
    counted(&b, 2, 2);
    view(&b, NEW, NULL, 120);
    counted(&b, 2, 2);
    bench_finish(&b);
}

static void who_has_no_live_session_is_the_new_one(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    view(&b, OLD, NULL, -25);
    view(&b, NEW, OLD, 6); /* 31 minutes later */
    view(&b, "~never", "~seen", 7);
    counted(&b, 3, 3);
    assert_int_equal(fold_counts(b.fold).aliases, 0);
    view(&b, NEW, OLD, 8);
    counted(&b, 3, 3);
    bench_finish(&b);
}

static void only_ids_that_were_derived_can_be_others(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    view(&b, "old", NULL, -10);
    view(&b, "new", "old", 10);
    counted(&b, 2, 2);
    bench_finish(&b);
}

static void events_out_of_order_belong_to_the_same(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    view(&b, OLD, NULL, -10);
    view(&b, NEW, OLD, 10);
    bench_send_at(&b, bench_event(FF_PAGE_VIEW, NEW, T(8)), T(11));
    view(&b, NEW, NULL, 30);
    counted(&b, 1, 1);
    bench_finish(&b);
}

static void from_one_midnight_to_the_next_it_goes_on(void **state)
{
    (void)state;
    struct bench b;
    struct fold_options o = bench_options();
    o.session_max_length = 72 * FF_HOUR;
    bench_open_with(&b, o);
    view(&b, OLD, NULL, -10);
    view(&b, NEW, OLD, 10);
    for (int minutes = 30; minutes < 1440; minutes += 25)
        view(&b, NEW, NULL, minutes);
    view(&b, "~newest", NEW, 1441);
    view(&b, "~newest", NULL, 1470);
    counted(&b, 1, 1);
    bench_finish(&b);
}

static void what_is_bought_is_the_same_customers(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_purchase(OLD, T(-10), "1", MONEY(1)));
    struct ff_beacon e = bench_purchase(NEW, T(10), "2", MONEY(1));
    e.has |= FF_HAS(VISITOR_BEFORE);
    e.text[FF_TEXT_VISITOR_BEFORE] = FF_LITERAL(OLD);
    bench_send(&b, e);
    assert_int_equal(fold_counts(b.fold).customers, 1);
    bench_finish(&b);
}

static void a_reload_knows_them(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    view(&b, OLD, NULL, -10);
    view(&b, NEW, OLD, 10);
    bench_reload(&b);
    assert_int_equal(fold_counts(b.fold).aliases, 1);
    view(&b, NEW, NULL, 39);
    assert_int_equal(fold_counts(b.fold).visitors, 1);
    bench_finish(&b);
}

static bool known(const struct bench *b, const char *visitor)
{
    struct visitor_view v;
    return visitors_find(b->fold, 0, ff_span_text(visitor), &v);
}

static void either_id_finds_and_forgets_them(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct bench b;
        bench_open(&b);
        view(&b, OLD, NULL, -10);
        view(&b, NEW, OLD, 10);
        assert_true(known(&b, OLD) && known(&b, NEW));
        struct ff_note n = {.seq = ++b.seq, .received = T(11), .kind = FF_NOTE_FORGET};
        n.visitor = fold_visitor_key(&b.fold->seed, FF_LITERAL("shop"), ff_span_text(i ? OLD : NEW));
        fold_note(b.fold, &n);
        assert_false(known(&b, OLD) || known(&b, NEW));
        view(&b, NEW, OLD, 12);
        assert_true(known(&b, NEW));
        assert_false(known(&b, OLD));
        bench_finish(&b);
    }
}

static void they_are_forgotten_in_time(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    view(&b, OLD, NULL, -10);
    view(&b, NEW, OLD, 10);
    fold_advance(b.fold, T(10) + ALIAS_WINDOW);
    assert_int_equal(fold_counts(b.fold).aliases, 1);
    fold_advance(b.fold, T(10) + ALIAS_WINDOW + RECALL_SLACK + FF_MINUTE);
    assert_int_equal(fold_counts(b.fold).aliases, 0);
    bench_finish(&b);
}

static void at_their_limit_the_oldest_gives_way_and_is_counted(void **state)
{
    (void)state;
    struct bench b;
    struct fold_options o = bench_options();
    o.max_visitors = 3;
    bench_open_with(&b, o);
    static const char *const old[] = {"~a", "~b", "~c", "~d"}, *const new[] = {"~A", "~B", "~C", "~D"};
    for (int i = 0; i < 4; i++) {
        view(&b, old[i], NULL, -4 + i);
        view(&b, new[i], old[i], i);
    }
    assert_int_equal(fold_counts(b.fold).aliases, 3);
    assert_int_equal(fold_counts(b.fold).aliases_evicted, 1);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_goes_on_after_midnight_under_its_old_id),
        cmocka_unit_test(who_has_no_live_session_is_the_new_one),
        cmocka_unit_test(only_ids_that_were_derived_can_be_others),
        cmocka_unit_test(events_out_of_order_belong_to_the_same),
        cmocka_unit_test(from_one_midnight_to_the_next_it_goes_on),
        cmocka_unit_test(what_is_bought_is_the_same_customers),
        cmocka_unit_test(a_reload_knows_them),
        cmocka_unit_test(either_id_finds_and_forgets_them),
        cmocka_unit_test(they_are_forgotten_in_time),
        cmocka_unit_test(at_their_limit_the_oldest_gives_way_and_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
