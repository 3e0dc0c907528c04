#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench.h"

static void limits_are_the_options_or_what_one_record_can_need(void **state)
{
    (void)state;
    struct bench b;
    struct fold_options o = bench_options();
    o.max_visitors = 3;
    o.max_carts = o.max_tail_events = o.max_lines = o.max_extras = o.max_customers = o.max_customer_days = 1;
    bench_open_with(&b, o);
    struct fold_limits l = fold_limits(b.fold);
    assert_int_equal(l.visitors, 3);
    assert_int_equal(l.ids, 64);
    assert_int_equal(l.orders, 64);
    assert_int_equal(l.refunds, 64);
    assert_int_equal(l.comments, 2 * 8); /* of two sites */
    assert_true(l.carts >= 12 && l.tail_events >= TAIL_ACTS_MAX && l.lines >= 3 * CART_LINES_MAX);
    assert_true(l.customers > 1 && l.customer_days > 1 && l.extras > 1);
    bench_finish(&b);
}

static void what_is_in_memory_is_counted_while_it_is_there(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    const uint64_t none = fold_counts(b.fold).visitors;
    bench_send(&b, bench_with_id(bench_event(FF_PAGE_VIEW, "v", T(1)), "a"));
    bench_send(&b, bench_with_id(bench_event(FF_ADD_TO_CART, "v", T(2)), "b"));
    bench_send(&b, bench_with_id(bench_event(FF_PAGE_VIEW, "w", T(2)), "c"));
    struct fold_counts c = fold_counts(b.fold);
    assert_int_equal(none, 0);
    assert_int_equal(c.visitors, 2);
    assert_int_equal(c.carts, 1);
    assert_int_equal(c.ids, 3);
    assert_int_equal(c.tails, 2);
    assert_int_equal(c.tail_events, 3);
    fold_advance(b.fold, DAYS(3));
    c = fold_counts(b.fold);
    assert_int_equal(c.ids, 0);
    assert_int_equal(c.tails, 0);
    assert_int_equal(c.tail_events, 0);
    assert_int_equal(c.visitors, 2);
    bench_finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_are_the_options_or_what_one_record_can_need),
        cmocka_unit_test(what_is_in_memory_is_counted_while_it_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
