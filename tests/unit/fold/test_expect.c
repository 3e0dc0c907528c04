#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench.h"

static struct ff_record record_of(struct ff_beacon e)
{
    return (struct ff_record){.received = e.time, .arrival = e.time, .beacon = e};
}

static void what_is_expected_is_the_same_as_before(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_event(FF_PAGE_VIEW, "known", T(1)));
    bench_send(&b, bench_event(FF_ADD_TO_CART, "known", T(2)));
    bench_send(&b, bench_event(FF_PAGE_VIEW, "other", T(2)));
    struct fold_counts before = fold_counts(b.fold);
    assert_int_equal(before.carts, 1);
    struct ff_beacon nobody = bench_refund(T(3), "o");
    struct ff_beacon refused = bench_event(FF_PAGE_VIEW, "known", T(3));
    refused.fault = FF_TOO_OLD;
    struct fold_ahead ahead[FOLD_EXPECT];
    struct ff_record r[FOLD_EXPECT] = {
        record_of(bench_event(FF_PAGE_VIEW, "known", T(3))),
        record_of(bench_event(FF_PAGE_VIEW, "unknown", T(3))),
        record_of(nobody),
        record_of(bench_event(FF_PAGE_VIEW, "other", T(3))),
        record_of(refused),
    };
    for (size_t i = 5; i < FOLD_EXPECT; i++)
        r[i] = r[i % 5];
    for (size_t n = 0; n <= FOLD_EXPECT; n++)
        fold_expect(b.fold, r, n, ahead);
    assert_true(ahead[0].known && ahead[0].visitor == ahead[5].visitor && ahead[0].visitor != ahead[1].visitor);
    assert_true(ahead[2].known && ahead[2].visitor == 0);
    assert_false(ahead[4].known);
    struct fold_counts after = fold_counts(b.fold);
    assert_memory_equal(&before, &after, sizeof before);
    assert_total(&b, SESSIONS, 2);
    bench_finish(&b);
}

static void a_visitor_whose_tail_has_gone_can_be_expected(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    bench_send(&b, bench_event(FF_PAGE_VIEW, "v", T(1)));
    fold_advance(b.fold, T(60));
    assert_int_equal(fold_counts(b.fold).tails, 0);
    struct ff_record r = record_of(bench_event(FF_PAGE_VIEW, "v", T(61)));
    struct fold_ahead ahead;
    fold_expect(b.fold, &r, 1, &ahead);
    assert_int_equal(fold_apply(b.fold, &r, &ahead), FF_OK);
    assert_total(&b, SESSIONS, 2);
    bench_finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_expected_is_the_same_as_before),
        cmocka_unit_test(a_visitor_whose_tail_has_gone_can_be_expected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
