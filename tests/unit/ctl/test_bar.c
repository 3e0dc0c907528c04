#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "bar.h"

static void text_is(uint64_t skipped, uint64_t done, uint64_t total, ff_dur spent,
                    const char *expected)
{
    struct bar b;
    char text[BAR_TEXT];
    bar_init(&b, true, 77, skipped);
    bar_text(&b, done, total, 77 + spent, text);
    assert_string_equal(text, expected);
}

static void a_bar_shows_percentage_rate_and_time_left(void **state)
{
    (void)state;
    text_is(0, 0, 10, FF_SECOND, "[..............................]   0 %  0 events/s");
    text_is(0, 50000, 100000, 40 * FF_SECOND,
            "[###############...............]  50 %  1,250 events/s  0:40 left");
    text_is(0, 1234567, 12345670, FF_SECOND,
            "[###...........................]  10 %  1,234,567 events/s  0:09 left");
    text_is(0, 10, 10, FF_SECOND, "[##############################] 100 %  10 events/s  0:00 left");
}

static void what_was_done_before_is_no_part_of_the_rate(void **state)
{
    (void)state;
    text_is(900, 950, 1000, FF_SECOND,
            "[############################..]  95 %  50 events/s  0:01 left");
}

static void a_rate_of_no_time_is_finite(void **state)
{
    (void)state;
    struct bar b;
    bar_init(&b, false, 5, 0);
    assert_true(bar_rate(&b, 7, 5) == 7000.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bar_shows_percentage_rate_and_time_left),
        cmocka_unit_test(what_was_done_before_is_no_part_of_the_rate),
        cmocka_unit_test(a_rate_of_no_time_is_finite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
