#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "redis_gather.h"

/* In parts of the gap. */
static const ff_mono began = FF_HOUR, half = REDIS_GATHER_GAP / 2;

static void what_comes_alone_goes_at_once(void **state)
{
    (void)state;
    assert_int_equal(redis_gather_until(began, began, 1), began);
    assert_int_equal(redis_gather_until(began, began + half, 1), began + half);
    assert_int_equal(redis_gather_until(0, began, 1), began);
}

static void what_comes_quickly_waits_for_the_end_of_the_gap(void **state)
{
    (void)state;
    const ff_mono end = began + REDIS_GATHER_GAP;
    assert_int_equal(redis_gather_until(began, began + half, REDIS_GATHER_MANY / 2), end);
    assert_int_equal(redis_gather_until(began, began + half / 2, 2), end);
    assert_int_equal(redis_gather_until(began, end - 1, REDIS_GATHER_MANY - 1), end - 1);
    assert_int_equal(redis_gather_until(began, began, 2), end);
}

static void or_until_it_is_enough(void **state)
{
    (void)state;
    assert_int_equal(redis_gather_until(began, began + half, REDIS_GATHER_MANY - 1), began + REDIS_GATHER_GAP);
    assert_int_equal(redis_gather_until(began, began + half, REDIS_GATHER_MANY), began + half);
    assert_int_equal(redis_gather_until(began, began, 1000), began);
}

static void few_do_not(void **state)
{
    (void)state;
    assert_int_equal(redis_gather_until(began, began + half, REDIS_GATHER_MANY / 2 - 1), began + half);
    assert_int_equal(redis_gather_until(began, began + half, 2), began + half);
}

static void nobody_waits_behind_the_gap(void **state)
{
    (void)state;
    const ff_mono end = began + REDIS_GATHER_GAP;
    assert_int_equal(redis_gather_until(began, end, 1000), end);
    assert_int_equal(redis_gather_until(began, end + FF_SECOND, 1000), end + FF_SECOND);
    assert_int_equal(redis_gather_until(0, began, UINT64_MAX), began);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_alone_goes_at_once),
        cmocka_unit_test(what_comes_quickly_waits_for_the_end_of_the_gap),
        cmocka_unit_test(or_until_it_is_enough),
        cmocka_unit_test(few_do_not),
        cmocka_unit_test(nobody_waits_behind_the_gap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
