/* When the machine was late, and which requests that concerns. */
#include "spans.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct spans spans;

static int make(void **state)
{
    (void)state;
    return spans_init(&spans, 4) ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    spans_fini(&spans);
    return 0;
}

static void assert_span(size_t i, int64_t from, int64_t to)
{
    assert_true(i < spans.n);
    assert_int_equal(spans.at[i].from, from);
    assert_int_equal(spans.at[i].to, to);
}

static void without_spans_no_request_is_touched(void **state)
{
    (void)state;
    spans_extend(&spans, 2);
    assert_false(spans_touch(&spans, 0, INT64_MAX));
}

static void a_span_goes_on_for_as_many_times_what_it_took(void **state)
{
    (void)state;
    spans_add(&spans, 100, 110);
    spans_extend(&spans, 2);
    assert_int_equal(spans.n, 1);
    assert_span(0, 100, 130);
}

static void what_the_last_one_left_is_added_to_the_next(void **state)
{
    (void)state;
    spans_add(&spans, 100, 110);
    spans_add(&spans, 115, 120);
    spans_extend(&spans, 1);
    assert_int_equal(spans.n, 1);
    assert_span(0, 100, 130); /* 120, its own 5 and 5 of the first */
}

static void nothing_is_left_of_one_long_ago(void **state)
{
    (void)state;
    spans_add(&spans, 200, 205);
    spans_add(&spans, 100, 110); /* in any order */
    spans_extend(&spans, 1);
    assert_int_equal(spans.n, 2);
    assert_span(0, 100, 120);
    assert_span(1, 200, 210);
}

static void two_cores_late_at_once_count_once(void **state)
{
    (void)state;
    spans_add(&spans, 100, 120);
    spans_add(&spans, 105, 110);
    spans_add(&spans, 110, 130);
    spans_extend(&spans, 1);
    assert_int_equal(spans.n, 1);
    assert_span(0, 100, 160);
}

static void a_request_is_touched_by_what_overlaps_it(void **state)
{
    (void)state;
    spans_add(&spans, 100, 110);
    spans_add(&spans, 200, 210);
    spans_extend(&spans, 0);
    assert_true(spans_touch(&spans, 90, 100));
    assert_true(spans_touch(&spans, 102, 103));
    assert_true(spans_touch(&spans, 110, 150));
    assert_true(spans_touch(&spans, 150, 300));
    assert_true(spans_touch(&spans, 0, 300));
}

static void a_request_between_spans_is_not(void **state)
{
    (void)state;
    spans_add(&spans, 100, 110);
    spans_add(&spans, 200, 210);
    spans_extend(&spans, 0);
    assert_false(spans_touch(&spans, 0, 99));
    assert_false(spans_touch(&spans, 111, 199));
    assert_false(spans_touch(&spans, 211, 300));
}

static void more_than_there_is_room_for_are_told(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++)
        spans_add(&spans, 10 * i, 10 * i + 1);
    assert_false(spans.full);
    spans_add(&spans, 50, 51);
    assert_true(spans.full);
    assert_int_equal(spans.n, 4);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_spans_no_request_is_touched),
        TEST(a_span_goes_on_for_as_many_times_what_it_took),
        TEST(what_the_last_one_left_is_added_to_the_next),
        TEST(nothing_is_left_of_one_long_ago),
        TEST(two_cores_late_at_once_count_once),
        TEST(a_request_is_touched_by_what_overlaps_it),
        TEST(a_request_between_spans_is_not),
        TEST(more_than_there_is_room_for_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
