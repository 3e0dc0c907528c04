#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench.h"
#include "emit.h"

static struct pen pen_of(struct bench *b, int sign)
{
    return (struct pen){.fold = b->fold, .mark = 99, .site = 1, .sign = (int8_t)sign};
}

static void nothing_is_said_of_nothing(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct pen silent = pen_of(&b, 0), loud = pen_of(&b, 1);
    emit_count(&silent, FF_COUNT_ORDERS, T(0), 5);
    emit_money(&silent, FF_PURSE_REVENUE, T(0), EUR, 5, 1);
    emit_visitor(&silent, T(0));
    emit_count(&loud, FF_COUNT_ORDERS, T(0), 0);
    emit_money(&loud, FF_PURSE_REVENUE, T(0), EUR, 0, 0);
    emit_flush(b.fold);
    assert_int_equal(b.n, 0);
    bench_close(&b);
}

static void what_is_asserted_is_retracted_with_the_other_sign(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct pen loud = pen_of(&b, 1), retract = pen_of(&b, -1);
    emit_count(&loud, FF_COUNT_ORDERS, T(0), 5);
    emit_money(&loud, FF_PURSE_REVENUE, T(1), USD, -7, 1);
    emit_money(&loud, FF_PURSE_REFUNDED, T(1), USD, 0, 1);
    emit_flush(b.fold);
    assert_int_equal(bench_count(&b, 1, FF_COUNT_ORDERS, T(0)), 5);
    assert_int_equal(bench_money(&b, FF_PURSE_REVENUE, USD, NULL), -7);
    assert_int_equal(b.n, 3);
    emit_count(&retract, FF_COUNT_ORDERS, T(0), 5);
    emit_money(&retract, FF_PURSE_REVENUE, T(1), USD, -7, 1);
    emit_flush(b.fold);
    int64_t number;
    assert_int_equal(bench_count(&b, 1, FF_COUNT_ORDERS, T(0)), 0);
    assert_int_equal(bench_money(&b, FF_PURSE_REVENUE, USD, &number), 0);
    assert_int_equal(number, 0);
    bench_close(&b);
}

static void a_visitor_once_seen_stays_seen(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct pen loud = pen_of(&b, 1), retract = pen_of(&b, -1);
    emit_visitor(&retract, T(0));
    emit_flush(b.fold);
    assert_int_equal(b.n, 0);
    emit_visitor(&loud, T(0));
    emit_flush(b.fold);
    assert_int_equal(b.n, 1);
    assert_int_equal(b.sums[0].kind, FF_FACT_VISITOR);
    assert_int_equal(b.sums[0].mark, 99);
    assert_int_equal(b.sums[0].site, 1);
    assert_int_equal(b.sums[0].at, T(0));
    bench_close(&b);
}

static void more_facts_than_the_buffer_holds_all_come_in_order(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct pen loud = pen_of(&b, 1);
    for (int i = 0; i < 3 * FOLD_FACTS; i++)
        emit_count(&loud, FF_COUNT_ORDERS, T(i), i + 1);
    assert_true(b.fold->fact_count <= FOLD_FACTS);
    emit_flush(b.fold);
    emit_flush(b.fold);
    assert_int_equal(b.n, 3 * FOLD_FACTS);
    for (int i = 0; i < 3 * FOLD_FACTS; i++)
        assert_int_equal(b.sums[i].by, i + 1);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_said_of_nothing),
        cmocka_unit_test(what_is_asserted_is_retracted_with_the_other_sign),
        cmocka_unit_test(a_visitor_once_seen_stays_seen),
        cmocka_unit_test(more_facts_than_the_buffer_holds_all_come_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
