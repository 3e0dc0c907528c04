#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "instant.h"

#include <math.h>

static void reads(const char *text, int64_t seconds, int64_t micros)
{
    ff_wall got = -1;
    enum ff_status s = instant_from_rfc3339(ff_span_text(text), &got);
    if (s != FF_OK || got != seconds * FF_SECOND + micros)
        fail_msg("%s: %s, %lld", text, ff_status_code(s), (long long)got);
}

static void refuses(const char *text)
{
    ff_wall got = -1;
    if (instant_from_rfc3339(ff_span_text(text), &got) != FF_BAD_TIME || got != -1)
        fail_msg("%s was taken: %lld", text, (long long)got);
}

static void rfc3339_is_read(void **state)
{
    (void)state;
    reads("1970-01-01T00:00:00Z", 0, 0);
    reads("2026-11-22T06:26:46Z", 1795328806, 0);
    reads("2026-11-22t06:26:46z", 1795328806, 0);
    reads("2026-11-22 06:26:46Z", 1795328806, 0);
    reads("2026-11-22T06:26:46+01:00", 1795325206, 0);
    reads("2026-11-22T06:26:46-05:30", 1795348606, 0);
    reads("2026-11-22T06:26:46-00:00", 1795328806, 0);
    reads("2000-02-29T12:00:00Z", 951825600, 0);
    reads("2024-02-29T00:00:00Z", 1709164800, 0);
    reads("2100-03-01T00:00:00Z", 4107542400, 0);
    reads("9999-12-31T23:59:59Z", 253402300799, 0);
    reads("1969-12-31T23:30:00-01:00", 1800, 0);
}

static void digits_past_the_microsecond_are_cut(void **state)
{
    (void)state;
    reads("2026-11-22T06:26:46.5Z", 1795328806, 500000);
    reads("2026-11-22T06:26:46.123456Z", 1795328806, 123456);
    reads("2026-11-22T06:26:46.1234569Z", 1795328806, 123456);
    reads("2026-11-22T06:26:46.00000099999999999999999999+01:00", 1795325206, 0);
}

static void a_leap_second_is_the_start_of_the_next_second(void **state)
{
    (void)state;
    reads("2016-12-31T23:59:60Z", 1483228800, 0);
    reads("2016-12-31T23:59:60.7Z", 1483228800, 0);
    reads("2016-12-31T18:29:60-05:30", 1483228800, 0);
    refuses("2016-12-31T12:59:60Z");
    refuses("2016-12-31T23:59:61Z");
}

static void what_is_no_instant_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "2026",
        "2026-11-22",
        "2026-11-22T06:26Z",
        "2026-11-22T06:26:46",
        "2026-11-22T06:26:46.Z",
        "2026-11-22T06:26:46+0100",
        "2026-11-22T06:26:46+01",
        "2026-11-22T06:26:46 Z",
        " 2026-11-22T06:26:46Z",
        "2026-11-22T06:26:46Zx",
        "2026-02-29T00:00:00Z",
        "2100-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-01-00T00:00:00Z",
        "2026-01-32T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T23:60:00Z",
        "2026-01-01T00:00:00+24:00",
        "2026-01-01T00:00:00+01:60",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "0000-01-01T00:00:00Z",
        "2026-1-01T00:00:00Z",
        "2026/01/01T00:00:00Z",
        "20260101T000000Z",
        "2026-01-01T00:00:00,5Z",
        "+2026-01-01T00:00:00Z",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refuses(bad[i]);
    ff_wall t;
    assert_int_equal(instant_from_rfc3339(ff_span_of("2026-11-22T06:26:46\0", 20), &t),
                     FF_BAD_TIME);
    assert_int_equal(instant_from_rfc3339(ff_span_of(NULL, 0), &t), FF_BAD_TIME);
}

static void numbers_are_seconds_or_milliseconds(void **state)
{
    static const struct {
        double number;
        ff_wall expected;
    } table[] = {
        {0, 0},
        {1795328806, INT64_C(1795328806000000)},
        {1795328806.5, INT64_C(1795328806500000)},
        {1795328806.123456, INT64_C(1795328806123456)},
        {1795328806123, INT64_C(1795328806123000)},
        {1795328806123.25, INT64_C(1795328806123250)},
        {1e11, INT64_C(100000000000000000)},
        {100000000001, INT64_C(100000000001000)},
        {253402300799999, INT64_C(253402300799999000)},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        ff_wall got = -1;
        assert_int_equal(instant_from_number(table[i].number, &got), FF_OK);
        assert_int_equal(got, table[i].expected);
    }
}

static void numbers_outside_1970_to_9999_are_refused(void **state)
{
    static const double bad[] = {-1, -1e-9, 253402300800000, 1e300, NAN, INFINITY, -INFINITY};
    ff_wall got;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(instant_from_number(bad[i], &got), FF_BAD_TIME);
}

static void prints(ff_wall t, const char *expected)
{
    char out[INSTANT_TEXT];
    assert_int_equal(instant_print(out, t), strlen(expected));
    assert_string_equal(out, expected);
}

static void instants_are_printed_with_the_fraction_they_have(void **state)
{
    (void)state;
    prints(INT64_C(1795328806000000), "2026-11-22T06:26:46Z");
    prints(INT64_C(1795328806120000), "2026-11-22T06:26:46.120Z");
    prints(INT64_C(1795328806120001), "2026-11-22T06:26:46.120001Z");
    prints(INT64_C(1795328806000007), "2026-11-22T06:26:46.000007Z");
    prints(0, "1970-01-01T00:00:00Z");
    prints(-1, "1969-12-31T23:59:59.999999Z");
    prints(FF_NEVER, "0001-01-01T00:00:00Z");
}

static void every_day_is_read_back_as_it_was_printed(void **state)
{
    (void)state;
    for (ff_wall t = 0; t < INT64_C(253402300800) * FF_SECOND; t += 17 * FF_DAY + 3 * FF_HOUR + 1) {
        char out[INSTANT_TEXT];
        ff_wall back = -1;
        size_t n = instant_print(out, t);
        assert_int_equal(instant_from_rfc3339(ff_span_of(out, n), &back), FF_OK);
        assert_int_equal(back, t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfc3339_is_read),
        cmocka_unit_test(digits_past_the_microsecond_are_cut),
        cmocka_unit_test(a_leap_second_is_the_start_of_the_next_second),
        cmocka_unit_test(what_is_no_instant_is_refused),
        cmocka_unit_test(numbers_are_seconds_or_milliseconds),
        cmocka_unit_test(numbers_outside_1970_to_9999_are_refused),
        cmocka_unit_test(instants_are_printed_with_the_fraction_they_have),
        cmocka_unit_test(every_day_is_read_back_as_it_was_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
