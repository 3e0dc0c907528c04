#include "written.h"

#include "footfall/time.h"
#include "scale.h"

static void reads(const struct scale_unit *units, const char *text, int64_t expected)
{
    int64_t got = -1;
    if (!scale_read(units, ff_span_text(text), &got) || got != expected)
        print_error("%s\n", text);
    assert_int_equal(got, expected);
}

static bool refuses(const struct scale_unit *units, const char *text)
{
    int64_t got;
    return !scale_read(units, ff_span_text(text), &got);
}

static void prints(const struct scale_unit *units, int64_t value, const char *expected)
{
    char text[SCALE_TEXT];
    int64_t back;
    scale_print(units, value, text);
    assert_string_equal(text, expected);
    assert_true(scale_read(units, ff_span_text(text), &back));
    assert_int_equal(back, value);
}

static void durations_are_digits_with_a_unit(void **state)
{
    (void)state;
    reads(scale_duration, "500ms", 500 * FF_MILLISECOND);
    reads(scale_duration, "90s", 90 * FF_SECOND);
    reads(scale_duration, "30m", 30 * FF_MINUTE);
    reads(scale_duration, "1h", FF_HOUR);
    reads(scale_duration, "007d", 7 * FF_DAY);
    reads(scale_duration, "0s", 0);
}

static void durations_refuse_anything_else(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "30",
                                      "m",
                                      "30 m",
                                      " 30m",
                                      "30m ",
                                      "-1s",
                                      "+1s",
                                      "1.5h",
                                      "1h30m",
                                      "30M",
                                      "1w",
                                      "99999999999999999999s",
                                      "106751992d",
                                      "1e3s"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (!refuses(scale_duration, bad[i]))
            fail_msg("bad[%zu] was taken", i);
}

static void sizes_count_in_1024_and_counts_in_1000(void **state)
{
    (void)state;
    reads(scale_size, "512", 512);
    reads(scale_size, "64k", 65536);
    reads(scale_size, "1M", 1048576);
    reads(scale_size, "2G", INT64_C(2147483648));
    reads(scale_count, "16M", 16000000);
    reads(scale_count, "10k", 10000);
    reads(scale_count, "9223372036854775807", INT64_MAX);
    assert_true(refuses(scale_size, "64K"));
    assert_true(refuses(scale_size, "1MB"));
    assert_true(refuses(scale_count, "9223372036854775808"));
    assert_true(refuses(scale_count, "9223372037G"));
}

static void numbers_are_printed_in_their_largest_unit_and_read_back(void **state)
{
    (void)state;
    prints(scale_duration, 0, "0s");
    prints(scale_duration, FF_MILLISECOND, "1ms");
    prints(scale_duration, 1500 * FF_MILLISECOND, "1500ms");
    prints(scale_duration, 90 * FF_SECOND, "90s");
    prints(scale_duration, 30 * FF_MINUTE, "30m");
    prints(scale_duration, 50 * FF_HOUR, "50h");
    prints(scale_duration, 7 * FF_DAY, "7d");
    prints(scale_size, 0, "0");
    prints(scale_size, 1000, "1000");
    prints(scale_size, 65536, "64k");
    prints(scale_count, 1000, "1k");
    prints(scale_count, 16000000, "16M");
    prints(scale_count, 1024, "1024");
}

static void scale_read_stays_within_its_span(void **state)
{
    (void)state;
    int64_t got;
    assert_true(scale_read(scale_duration, ff_span_of("30ms", 3), &got));
    assert_int_equal(got, 30 * FF_MINUTE);
    assert_false(scale_read(scale_duration, ff_span_of("30ms", 2), &got));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_are_digits_with_a_unit),
        cmocka_unit_test(durations_refuse_anything_else),
        cmocka_unit_test(sizes_count_in_1024_and_counts_in_1000),
        cmocka_unit_test(numbers_are_printed_in_their_largest_unit_and_read_back),
        cmocka_unit_test(scale_read_stays_within_its_span),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
