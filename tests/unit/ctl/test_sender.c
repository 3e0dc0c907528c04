#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "sender.h"

static void a_pause_doubles_up_to_ten_seconds(void **state)
{
    (void)state;
    assert_int_equal(sender_pause(1, 0), FF_SECOND / 4);
    assert_int_equal(sender_pause(2, 0), FF_SECOND / 2);
    assert_int_equal(sender_pause(6, 0), 8 * FF_SECOND);
    assert_int_equal(sender_pause(7, 0), 10 * FF_SECOND);
    assert_int_equal(sender_pause(4000000000u, 0), 10 * FF_SECOND);
}

static void a_longer_wait_that_was_asked_for_is_kept(void **state)
{
    (void)state;
    assert_int_equal(sender_pause(1, 3), 3 * FF_SECOND);
    assert_int_equal(sender_pause(7, 3), 10 * FF_SECOND);
    assert_int_equal(sender_pause(1, 1000000), 60 * FF_SECOND);
    assert_int_equal(sender_pause(1, -5), FF_SECOND / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pause_doubles_up_to_ten_seconds),
        cmocka_unit_test(a_longer_wait_that_was_asked_for_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
