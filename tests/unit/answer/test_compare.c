#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "compare.h"
#include "instant.h"
#include "zone.h"

static struct zone *berlin, *utc;

static int open_zones(void **state)
{
    (void)state;
    berlin = zone_new("Europe/Berlin");
    utc = zone_new("UTC");
    return berlin && utc ? 0 : -1;
}

static int close_zones(void **state)
{
    (void)state;
    zone_free(&berlin);
    zone_free(&utc);
    return 0;
}

static ff_wall at(const char *text)
{
    ff_wall t;
    if (instant_from_rfc3339(ff_span_text(text), &t) != FF_OK)
        fail_msg("no instant: %s", text);
    return t;
}

/* That [from, to) is held against [then_from, then_to). */
static void held(enum compare_mode mode, const struct zone *zone, const char *from, const char *to,
                 const char *then_from, const char *then_to)
{
    struct window w = compare_window(mode, zone, at(from), at(to));
    char got[2][INSTANT_TEXT];
    got[0][instant_print(got[0], w.from)] = '\0';
    got[1][instant_print(got[1], w.to)] = '\0';
    if (w.from != at(then_from) || w.to != at(then_to))
        fail_msg("[%s, %s): [%s, %s), not [%s, %s)", from, to, got[0], got[1], then_from, then_to);
}

static void the_window_just_before_is_as_long(void **state)
{
    (void)state;
    held(COMPARE_PREVIOUS, utc, "2026-05-05T12:34:00Z", "2026-05-05T13:35:00Z",
         "2026-05-05T11:33:00Z", "2026-05-05T12:34:00Z");
    held(COMPARE_PREVIOUS, utc, "2026-05-05T00:00:00Z", "2026-05-05T13:35:00Z",
         "2026-05-04T10:25:00Z", "2026-05-05T00:00:00Z");
    held(COMPARE_PREVIOUS, utc, "2026-05-01T00:00:00Z", "2026-05-08T06:00:00Z",
         "2026-04-23T18:00:00Z", "2026-05-01T00:00:00Z");
    held(COMPARE_PREVIOUS, utc, "2026-05-01T00:00:00Z", "2026-05-01T00:00:00Z",
         "2026-05-01T00:00:00Z", "2026-05-01T00:00:00Z");
    /* Within a day, and over the hour that is repeated: by its length. */
    held(COMPARE_PREVIOUS, berlin, "2026-10-24T15:00:00+02:00", "2026-10-25T14:00:00+01:00",
         "2026-10-23T15:00:00+02:00", "2026-10-24T15:00:00+02:00");
}

static void whole_days_are_held_against_as_many_days(void **state)
{
    (void)state;
    /* 25 hours against 24, and 24 against 25; 23 against 24, and 24 against 23. */
    held(COMPARE_PREVIOUS, berlin, "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00",
         "2026-10-24T00:00:00+02:00", "2026-10-25T00:00:00+02:00");
    held(COMPARE_PREVIOUS, berlin, "2026-10-26T00:00:00+01:00", "2026-10-27T00:00:00+01:00",
         "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00");
    held(COMPARE_PREVIOUS, berlin, "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00",
         "2026-03-28T00:00:00+01:00", "2026-03-29T00:00:00+01:00");
    held(COMPARE_PREVIOUS, berlin, "2026-03-30T00:00:00+02:00", "2026-04-06T00:00:00+02:00",
         "2026-03-23T00:00:00+01:00", "2026-03-30T00:00:00+02:00");
    /* What there is of the last day counts by its length. */
    held(COMPARE_PREVIOUS, berlin, "2026-10-20T00:00:00+02:00", "2026-10-26T18:30:00+01:00",
         "2026-10-13T05:30:00+02:00", "2026-10-20T00:00:00+02:00");
}

static void a_year_earlier_are_the_same_dates(void **state)
{
    (void)state;
    held(COMPARE_YEAR, utc, "2026-05-05T00:00:00Z", "2026-05-12T00:00:00Z", "2025-05-05T00:00:00Z",
         "2025-05-12T00:00:00Z");
    held(COMPARE_YEAR, berlin, "2026-01-01T00:00:00+01:00", "2027-01-01T00:00:00+01:00",
         "2025-01-01T00:00:00+01:00", "2026-01-01T00:00:00+01:00");
    /* The clocks changed on 29 March and 25 October 2026, on 30 March and 26 October 2025. */
    held(COMPARE_YEAR, berlin, "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00",
         "2025-10-25T00:00:00+02:00", "2025-10-26T00:00:00+02:00");
    held(COMPARE_YEAR, berlin, "2026-03-30T00:00:00+02:00", "2026-03-31T00:00:00+02:00",
         "2025-03-30T00:00:00+01:00", "2025-03-31T00:00:00+02:00");
}

static void a_year_earlier_is_the_same_time_by_the_clock(void **state)
{
    (void)state;
    held(COMPARE_YEAR, berlin, "2026-10-25T14:00:00+01:00", "2026-10-25T15:30:00+01:00",
         "2025-10-25T14:00:00+02:00", "2025-10-25T15:30:00+02:00");
    held(COMPARE_YEAR, berlin, "2026-05-05T14:00:00+02:00", "2026-05-06T00:00:00+02:00",
         "2025-05-05T14:00:00+02:00", "2025-05-06T00:00:00+02:00");
    /* Over the hour that was repeated a year earlier. */
    held(COMPARE_YEAR, berlin, "2026-10-26T01:30:00+01:00", "2026-10-26T03:30:00+01:00",
         "2025-10-26T01:30:00+02:00", "2025-10-26T03:30:00+01:00");
}

static void the_29th_of_february_is_held_against_the_28th(void **state)
{
    (void)state;
    static const char *const rows[][4] = {
        /* the day, the day before, and the day after */
        {"2028-02-29T00:00:00Z", "2028-03-01T00:00:00Z", "2027-02-28T00:00:00Z",
         "2027-03-01T00:00:00Z"},
        {"2028-02-28T00:00:00Z", "2028-02-29T00:00:00Z", "2027-02-28T00:00:00Z",
         "2027-03-01T00:00:00Z"},
        {"2028-03-01T00:00:00Z", "2028-03-02T00:00:00Z", "2027-03-01T00:00:00Z",
         "2027-03-02T00:00:00Z"},
        /* the month */
        {"2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z", "2027-02-01T00:00:00Z",
         "2027-03-01T00:00:00Z"},
        /* within it, and out of it */
        {"2028-02-29T14:00:00Z", "2028-02-29T15:00:00Z", "2027-02-28T14:00:00Z",
         "2027-02-28T15:00:00Z"},
        {"2028-02-29T14:00:00Z", "2028-03-01T14:00:00Z", "2027-02-28T14:00:00Z",
         "2027-03-01T14:00:00Z"},
        {"2028-02-28T14:00:00Z", "2028-02-29T14:00:00Z", "2027-02-28T14:00:00Z",
         "2027-03-01T14:00:00Z"},
        /* what looks back at it leaves it out */
        {"2029-02-28T00:00:00Z", "2029-03-01T00:00:00Z", "2028-02-28T00:00:00Z",
         "2028-02-29T00:00:00Z"},
        {"2029-02-01T00:00:00Z", "2029-03-01T00:00:00Z", "2028-02-01T00:00:00Z",
         "2028-02-29T00:00:00Z"},
        {"2029-02-28T00:00:00Z", "2029-03-02T00:00:00Z", "2028-02-28T00:00:00Z",
         "2028-03-02T00:00:00Z"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        held(COMPARE_YEAR, utc, rows[i][0], rows[i][1], rows[i][2], rows[i][3]);
}

static void a_window_that_the_clock_leaves_nothing_of_keeps_its_length(void **state)
{
    (void)state;
    /* 02:00 to 03:00 was skipped on 2025-03-30 */
    held(COMPARE_YEAR, berlin, "2026-03-30T02:10:00+02:00", "2026-03-30T02:30:00+02:00",
         "2025-03-30T03:00:00+02:00", "2025-03-30T03:20:00+02:00");
    /* from the first 02:50 to the second 02:10 */
    held(COMPARE_YEAR, berlin, "2026-10-25T02:50:00+02:00", "2026-10-25T02:10:00+01:00",
         "2025-10-25T02:50:00+02:00", "2025-10-25T03:10:00+02:00");
    held(COMPARE_YEAR, utc, "2026-05-05T00:00:00Z", "2026-05-05T00:00:00Z", "2025-05-05T00:00:00Z",
         "2025-05-05T00:00:00Z");
}

static struct fault f;

static enum ff_status parse(const char *query, enum compare_mode *mode)
{
    static struct params p;
    assert_int_equal(params_parse(&p, ff_span_text(query), &f), FF_OK);
    return compare_parse(&p, mode, &f);
}

static void what_to_compare_with_is_asked_for_by_name(void **state)
{
    (void)state;
    enum compare_mode mode;
    assert_int_equal(parse("", &mode), FF_OK);
    assert_int_equal(mode, COMPARE_NONE);
    assert_int_equal(parse("compare=previous", &mode), FF_OK);
    assert_int_equal(mode, COMPARE_PREVIOUS);
    assert_string_equal(compare_name(mode), "previous");
    assert_int_equal(parse("compare=year", &mode), FF_OK);
    assert_int_equal(mode, COMPARE_YEAR);
    assert_string_equal(compare_name(mode), "year");
    static const char *const bad[] = {"compare=",      "compare=none",  "compare=Year",
                                      "compare=years", "compare=year ", "compare=previou"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        if (parse(bad[i], &mode) != FF_BAD_PARAMETER)
            fail_msg("took %s", bad[i]);
        assert_true(ff_span_is(f.parameter, "compare"));
        assert_string_equal(f.error, "compare: expected previous or year");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_window_just_before_is_as_long),
        cmocka_unit_test(whole_days_are_held_against_as_many_days),
        cmocka_unit_test(a_year_earlier_are_the_same_dates),
        cmocka_unit_test(a_year_earlier_is_the_same_time_by_the_clock),
        cmocka_unit_test(the_29th_of_february_is_held_against_the_28th),
        cmocka_unit_test(a_window_that_the_clock_leaves_nothing_of_keeps_its_length),
        cmocka_unit_test(what_to_compare_with_is_asked_for_by_name),
    };
    return cmocka_run_group_tests(tests, open_zones, close_zones);
}
