#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "trouble.h"

#include <errno.h>

static void trouble_is_told_when_it_is_new(void **state)
{
    (void)state;
    struct trouble t = {0};
    assert_true(trouble_met(&t, FF_STORE_FULL, 5));
    assert_int_equal(t.status, FF_STORE_FULL);
    assert_int_equal(t.since, 5);
}

static void the_same_trouble_is_told_again_after_half_a_minute(void **state)
{
    (void)state;
    struct trouble t = {0};
    assert_true(trouble_met(&t, FF_STORE_FULL, 0));
    assert_false(trouble_met(&t, FF_STORE_FULL, 1));
    assert_false(trouble_met(&t, FF_STORE_FULL, 30 * FF_SECOND - 1));
    assert_true(trouble_met(&t, FF_STORE_FULL, 30 * FF_SECOND));
    assert_false(trouble_met(&t, FF_STORE_FULL, 31 * FF_SECOND));
    assert_int_equal(t.times, 5);
}

static void two_troubles_in_turn_are_told_once_each(void **state)
{
    (void)state;
    struct trouble t = {0};
    assert_true(trouble_met(&t, FF_STORE_FULL, 0));
    assert_true(trouble_met(&t, FF_STORE_FAILED, 1));
    for (ff_mono now = 2; now < 1000; now++)
        assert_false(trouble_met(&t, now % 2 ? FF_STORE_FULL : FF_STORE_FAILED, now));
}

static void it_is_over_once(void **state)
{
    (void)state;
    struct trouble t = {0};
    assert_false(trouble_over(&t));
    assert_true(trouble_met(&t, FF_STORE_FULL, 0));
    assert_true(trouble_over(&t));
    assert_false(trouble_over(&t));
    assert_true(trouble_met(&t, FF_STORE_FULL, 1));
    assert_int_equal(t.times, 1);
}

static void a_full_disk_is_told_apart(void **state)
{
    (void)state;
    assert_int_equal(trouble_of(ENOSPC), FF_STORE_FULL);
    assert_int_equal(trouble_of(-EDQUOT), FF_STORE_FULL);
    assert_int_equal(trouble_of(-EIO), FF_STORE_FAILED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trouble_is_told_when_it_is_new),
        cmocka_unit_test(the_same_trouble_is_told_again_after_half_a_minute),
        cmocka_unit_test(two_troubles_in_turn_are_told_once_each),
        cmocka_unit_test(it_is_over_once),
        cmocka_unit_test(a_full_disk_is_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
