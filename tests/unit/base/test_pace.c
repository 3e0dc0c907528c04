#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "pace.h"

static void nobody_rests_before_he_has_worked(void **state)
{
    (void)state;
    struct pace p;
    pace_begin(&p, 1000, 500);
    assert_int_equal(pace_rest(&p, 1000 + FF_SECOND, 500 + PACE_WORK - 1), 0);
    assert_int_equal(pace_rest(&p, 1000 + FF_SECOND, 500 + PACE_WORK), PACE_REST);
}

static void a_core_of_ones_own_needs_no_rest(void **state)
{
    (void)state;
    struct pace p;
    ff_mono now = 7;
    ff_dur used = 3;
    pace_begin(&p, now, used);
    for (unsigned i = 0; i < 1000; i++) {
        now += 110;
        used += 100;
        assert_int_equal(pace_rest(&p, now, used), 0);
    }
}

static void a_core_that_others_want_is_left_to_them_most_of_the_time(void **state)
{
    (void)state;
    struct pace p;
    ff_mono now = 0;
    ff_dur used = 0, rested = 0;
    pace_begin(&p, now, used);
    for (unsigned i = 0; i < 10000; i++) {
        now += 300;
        used += 100;
        const ff_dur rest = pace_rest(&p, now, used);
        if (rest) {
            now += rest;
            rested += rest;
            pace_go_on(&p, now, used);
        }
    }
    assert_int_equal(rested, used / PACE_WORK * PACE_REST);
}

static void who_has_very_much_to_do_stops_resting(void **state)
{
    (void)state;
    struct pace p;
    const ff_mono end = 50 + PACE_PATIENCE;
    pace_begin(&p, 50, 0);
    assert_int_equal(pace_rest(&p, end - 1, PACE_WORK), PACE_REST);
    pace_go_on(&p, end - 1, PACE_WORK);
    assert_int_equal(pace_rest(&p, end + FF_SECOND, 2 * PACE_WORK), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_rests_before_he_has_worked),
        cmocka_unit_test(a_core_of_ones_own_needs_no_rest),
        cmocka_unit_test(a_core_that_others_want_is_left_to_them_most_of_the_time),
        cmocka_unit_test(who_has_very_much_to_do_stops_resting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
