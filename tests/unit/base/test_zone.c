#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "zone.h"

/* The instant of a UTC date and time. */
static ff_wall utc(int year, int month, int day, int hour, int minute)
{
    struct tm tm = {.tm_year = year - 1900,
                    .tm_mon = month - 1,
                    .tm_mday = day,
                    .tm_hour = hour,
                    .tm_min = minute};
    return (ff_wall)timegm(&tm) * FF_SECOND;
}

static struct zone *open_zone(const char *name)
{
    struct zone *z = zone_new(name);
    if (!z)
        fail_msg("no zone %s", name);
    return z;
}

static void assert_span(struct zone_span s, ff_wall start, ff_wall end)
{
    assert_int_equal(s.start, start);
    assert_int_equal(s.end, end);
}

static void zone_new_refuses_names_that_are_no_zones(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "/usr/share/zoneinfo/UTC",
                                      "../zoneinfo/UTC",
                                      "Europe/../UTC",
                                      "Europe/Atlantis",
                                      "leapseconds",
                                      "Europe",
                                      "Europe/Berlin ",
                                      "tzdata.zi",
                                      "EST5EDT,M3.2.0,M11.1.0",
                                      ":Europe/Berlin"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct zone *z = zone_new(bad[i]);
        if (z)
            fail_msg("took \"%s\"", bad[i]);
    }
    zone_free(&(struct zone *){NULL});
}

static void zone_new_puts_tz_back(void **state)
{
    (void)state;
    setenv("TZ", "Asia/Tokyo", 1);
    struct zone *z = open_zone("Europe/Berlin");
    assert_string_equal(getenv("TZ"), "Asia/Tokyo");
    assert_int_equal(zone_offset(z, utc(2026, 1, 1, 0, 0)), FF_HOUR);
    zone_free(&z);
    assert_null(z);
    unsetenv("TZ");
    z = open_zone("UTC");
    assert_null(getenv("TZ"));
    zone_free(&z);
}

static void utc_is_utc(void **state)
{
    (void)state;
    struct zone *z = open_zone("UTC");
    ff_wall t = utc(2026, 11, 22, 6, 26) + 46 * FF_SECOND + 5;
    assert_int_equal(zone_offset(z, t), 0);
    assert_span(zone_hour(z, t), utc(2026, 11, 22, 6, 0), utc(2026, 11, 22, 7, 0));
    assert_span(zone_day(z, t), utc(2026, 11, 22, 0, 0), utc(2026, 11, 23, 0, 0));
    assert_span(zone_step(z, t, 90 * FF_MINUTE), utc(2026, 11, 22, 6, 0), utc(2026, 11, 22, 7, 30));
    assert_int_equal(zone_date(z, -1), -1);
    assert_int_equal(zone_date_start(z, -1), -FF_DAY);
    assert_int_equal(zone_offset(z, utc(9999, 1, 1, 0, 0)), 0);
    zone_free(&z);
}

static void berlin_has_days_of_23_and_25_hours(void **state)
{
    (void)state;
    struct zone *z = open_zone("Europe/Berlin");
    assert_span(zone_day(z, utc(2026, 3, 29, 12, 0)), utc(2026, 3, 28, 23, 0),
                utc(2026, 3, 29, 22, 0));
    assert_span(zone_day(z, utc(2026, 10, 25, 12, 0)), utc(2026, 10, 24, 22, 0),
                utc(2026, 10, 25, 23, 0));
    assert_span(zone_day(z, utc(2026, 10, 24, 22, 0)), utc(2026, 10, 24, 22, 0),
                utc(2026, 10, 25, 23, 0));
    assert_span(zone_day(z, utc(2026, 10, 24, 22, 0) - 1), utc(2026, 10, 23, 22, 0),
                utc(2026, 10, 24, 22, 0));
    zone_free(&z);
}

static void an_hour_that_the_clock_repeats_is_two(void **state)
{
    (void)state;
    struct zone *z = open_zone("Europe/Berlin");
    assert_span(zone_hour(z, utc(2026, 10, 25, 0, 30)), utc(2026, 10, 25, 0, 0),
                utc(2026, 10, 25, 1, 0));
    assert_span(zone_hour(z, utc(2026, 10, 25, 1, 30)), utc(2026, 10, 25, 1, 0),
                utc(2026, 10, 25, 2, 0));
    zone_free(&z);
}

static void hours_follow_half_and_quarter_hour_offsets(void **state)
{
    (void)state;
    struct zone *kolkata = open_zone("Asia/Kolkata"), *kathmandu = open_zone("Asia/Kathmandu");
    ff_wall t = utc(2026, 5, 5, 12, 40);
    assert_span(zone_hour(kolkata, t), utc(2026, 5, 5, 12, 30), utc(2026, 5, 5, 13, 30));
    assert_span(zone_day(kolkata, t), utc(2026, 5, 4, 18, 30), utc(2026, 5, 5, 18, 30));
    assert_span(zone_hour(kathmandu, t), utc(2026, 5, 5, 12, 15), utc(2026, 5, 5, 13, 15));
    zone_free(&kolkata);
    zone_free(&kathmandu);
}

static void lord_howe_shifts_by_half_an_hour(void **state)
{
    (void)state;
    struct zone *z = open_zone("Australia/Lord_Howe");
    /* 2026-04-05: at 02:00 (+11) the clock goes back to 01:30 (+10:30). */
    assert_span(zone_hour(z, utc(2026, 4, 4, 14, 59)), utc(2026, 4, 4, 14, 0),
                utc(2026, 4, 4, 15, 0));
    assert_span(zone_hour(z, utc(2026, 4, 4, 15, 1)), utc(2026, 4, 4, 15, 0),
                utc(2026, 4, 4, 15, 30));
    assert_span(zone_hour(z, utc(2026, 4, 4, 15, 30)), utc(2026, 4, 4, 15, 30),
                utc(2026, 4, 4, 16, 30));
    struct zone_span day = zone_day(z, utc(2026, 4, 4, 15, 1));
    assert_int_equal(day.end - day.start, 24 * FF_HOUR + 30 * FF_MINUTE);
    zone_free(&z);
}

static void new_york_has_its_own_days(void **state)
{
    (void)state;
    struct zone *z = open_zone("America/New_York");
    assert_span(zone_day(z, utc(2026, 3, 8, 12, 0)), utc(2026, 3, 8, 5, 0), utc(2026, 3, 9, 4, 0));
    assert_int_equal(zone_date(z, utc(2026, 3, 8, 4, 59)), utc(2026, 3, 7, 0, 0) / FF_DAY);
    assert_int_equal(zone_offset(z, utc(2090, 7, 1, 0, 0)), -4 * FF_HOUR);
    zone_free(&z);
}

static void apia_skipped_a_day(void **state)
{
    (void)state;
    struct zone *z = open_zone("Pacific/Apia");
    ff_wall jump = utc(2011, 12, 30, 10, 0);
    int64_t skipped = utc(2011, 12, 30, 0, 0) / FF_DAY;
    assert_int_equal(zone_date(z, jump - 1), skipped - 1);
    assert_int_equal(zone_date(z, jump), skipped + 1);
    assert_int_equal(zone_date_start(z, skipped), jump);
    assert_int_equal(zone_date_start(z, skipped + 1), jump);
    assert_span(zone_day(z, jump - 1), jump - FF_DAY, jump);
    assert_span(zone_day(z, jump), jump, jump + FF_DAY);
    zone_free(&z);
}

static void a_clock_put_back_over_midnight_does_not_return_to_the_day_before(void **state)
{
    (void)state;
    struct zone *z = open_zone("America/St_Johns");
    /* 2010-11-07 00:01 (-2:30) goes back to 2010-11-06 23:01 (-3:30). */
    ff_wall midnight = utc(2010, 11, 7, 2, 30);
    assert_span(zone_day(z, midnight), midnight, utc(2010, 11, 8, 3, 30));
    assert_int_equal(zone_date(z, midnight + 30 * FF_MINUTE), utc(2010, 11, 7, 0, 0) / FF_DAY);
    assert_span(zone_hour(z, midnight), midnight, midnight + FF_MINUTE);
    zone_free(&z);
}

static void steps_of_an_hour_show_the_repeated_hour_and_longer_ones_take_it_in(void **state)
{
    (void)state;
    struct zone *z = open_zone("Europe/Berlin");
    ff_wall t = utc(2026, 10, 25, 1, 10);
    assert_span(zone_step(z, t, FF_HOUR), utc(2026, 10, 25, 1, 0), utc(2026, 10, 25, 2, 0));
    assert_span(zone_step(z, t, 2 * FF_HOUR), utc(2026, 10, 25, 0, 0), utc(2026, 10, 25, 3, 0));
    assert_span(zone_step(z, t, 6 * FF_HOUR), utc(2026, 10, 24, 22, 0), utc(2026, 10, 25, 5, 0));
    assert_span(zone_step(z, t, FF_DAY), utc(2026, 10, 24, 22, 0), utc(2026, 10, 25, 23, 0));
    assert_span(zone_step(z, utc(2026, 3, 29, 1, 0), 3 * FF_HOUR), utc(2026, 3, 29, 1, 0),
                utc(2026, 3, 29, 4, 0));
    zone_free(&z);
}

static void a_year_earlier_is_the_same_date_and_time_by_the_clock(void **state)
{
    (void)state;
    struct zone *z = open_zone("Europe/Berlin"), *kolkata = open_zone("Asia/Kolkata");
    assert_int_equal(zone_year_before(z, utc(2026, 5, 5, 12, 40) + 7),
                     utc(2025, 5, 5, 12, 40) + 7);
    assert_int_equal(zone_year_before(kolkata, utc(2026, 5, 4, 18, 30)), utc(2025, 5, 4, 18, 30));
    /* 2026-10-25T12:00+01:00, and +02:00 a year earlier, when the clocks changed on the 26th */
    assert_int_equal(zone_year_before(z, utc(2026, 10, 25, 11, 0)), utc(2025, 10, 25, 10, 0));
    assert_int_equal(zone_year_before(z, utc(2026, 10, 24, 22, 0)), utc(2025, 10, 24, 22, 0));
    assert_int_equal(zone_year_before(z, utc(2026, 10, 25, 23, 0)), utc(2025, 10, 25, 22, 0));
    /* 02:30 was skipped on 2025-03-30, and shown twice on 2025-10-26 and on 2026-10-25 */
    assert_int_equal(zone_year_before(z, utc(2026, 3, 30, 0, 30)), utc(2025, 3, 30, 1, 0));
    assert_int_equal(zone_year_before(z, utc(2026, 10, 26, 1, 30)), utc(2025, 10, 26, 0, 30));
    assert_int_equal(zone_year_before(z, utc(2026, 10, 25, 0, 30)), utc(2025, 10, 25, 0, 30));
    assert_int_equal(zone_year_before(z, utc(2026, 10, 25, 1, 30)), utc(2025, 10, 25, 0, 30));
    zone_free(&z);
    zone_free(&kolkata);
}

static void the_28th_is_what_29_february_was_a_year_earlier(void **state)
{
    (void)state;
    struct zone *z = open_zone("UTC");
    assert_int_equal(zone_year_before(z, utc(2028, 2, 28, 0, 0)), utc(2027, 2, 28, 0, 0));
    assert_int_equal(zone_year_before(z, utc(2028, 2, 29, 0, 0)), utc(2027, 2, 28, 0, 0));
    assert_int_equal(zone_year_before(z, utc(2028, 2, 29, 17, 5)), utc(2027, 2, 28, 17, 5));
    assert_int_equal(zone_year_before(z, utc(2028, 3, 1, 0, 0)), utc(2027, 3, 1, 0, 0));
    assert_int_equal(zone_year_before(z, utc(2029, 2, 28, 23, 59)), utc(2028, 2, 28, 23, 59));
    assert_int_equal(zone_year_before(z, utc(2029, 3, 1, 0, 0)), utc(2028, 3, 1, 0, 0));
    assert_int_equal(zone_year_before(z, utc(2000, 12, 31, 0, 0)), utc(1999, 12, 31, 0, 0));
    assert_int_equal(zone_year_before(z, utc(1970, 1, 1, 0, 0)), utc(1969, 1, 1, 0, 0));
    zone_free(&z);
}

static void the_first_instant_of_a_date_goes_to_the_first_of_the_other(void **state)
{
    (void)state;
    struct zone *z = open_zone("America/Sao_Paulo");
    /* 2018-11-04 began at 01:00 */
    assert_int_equal(zone_year_before(z, utc(2018, 11, 4, 3, 0)), utc(2017, 11, 4, 2, 0));
    assert_int_equal(zone_year_before(z, utc(2019, 11, 4, 3, 0)), utc(2018, 11, 4, 3, 0));
    assert_int_equal(zone_year_before(z, utc(2019, 11, 4, 3, 30)), utc(2018, 11, 4, 3, 0));
    zone_free(&z);
    z = open_zone("America/St_Johns");
    /* 2010-11-07 00:01 (-2:30) went back to 2010-11-06 23:01: still the 7th, whose year earlier
     * does not begin before 2009-11-07 */
    assert_int_equal(zone_year_before(z, utc(2010, 11, 7, 2, 45)), utc(2009, 11, 7, 3, 30));
    zone_free(&z);
}

/* A generator of its own, so that a run repeats. */
static uint64_t random_next(uint64_t *s)
{
    *s += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t x = *s;
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static void check_tiling(struct zone_span s, ff_wall t, struct zone_span before,
                         struct zone_span after)
{
    assert_true(s.start <= t && t < s.end);
    assert_int_equal(before.end, s.start);
    assert_int_equal(after.start, s.end);
}

static void check_instant(const struct zone *z, ff_wall t, ff_dur step)
{
    struct zone_span hour = zone_hour(z, t), day = zone_day(z, t), cell = zone_step(z, t, step);
    check_tiling(hour, t, zone_hour(z, hour.start - 1), zone_hour(z, hour.end));
    check_tiling(day, t, zone_day(z, day.start - 1), zone_day(z, day.end));
    check_tiling(cell, t, zone_step(z, cell.start - 1, step), zone_step(z, cell.end, step));
    assert_true(hour.end - hour.start <= FF_HOUR);
    assert_true(hour.start >= day.start && hour.end <= day.end);
    assert_true(cell.start >= day.start && cell.end <= day.end);
    assert_int_equal(hour.start % FF_MINUTE, 0);
    int64_t date = zone_date(z, t);
    assert_int_equal(zone_date_start(z, date), day.start);
    assert_true(zone_date_start(z, date + 1) > t);
    assert_int_equal(zone_date(z, day.start), date);
    assert_int_equal(zone_date(z, day.end - 1), date);
}

static const char *const zones[] = {"UTC",
                                    "Europe/Berlin",
                                    "Europe/London",
                                    "Asia/Kolkata",
                                    "Asia/Kathmandu",
                                    "Australia/Lord_Howe",
                                    "America/New_York",
                                    "Pacific/Apia",
                                    "America/St_Johns",
                                    "Pacific/Chatham",
                                    "Asia/Gaza",
                                    "Africa/Cairo",
                                    "America/Sao_Paulo",
                                    "Atlantic/Azores",
                                    "Pacific/Kiritimati",
                                    "Africa/Casablanca",
                                    "Asia/Tehran",
                                    "Pacific/Kwajalein",
                                    "Antarctica/Troll",
                                    "Africa/Monrovia",
                                    "America/Havana",
                                    "Asia/Pyongyang"};

static void spans_tile_time_in_many_zones(void **state)
{
    (void)state;
    static const ff_dur steps[] = {FF_MINUTE,   15 * FF_MINUTE, 36 * FF_MINUTE,
                                   FF_HOUR,     90 * FF_MINUTE, 2 * FF_HOUR,
                                   6 * FF_HOUR, 12 * FF_HOUR,   FF_DAY};
    uint64_t seed = 1;
    for (size_t i = 0; i < sizeof(zones) / sizeof(*zones); i++) {
        struct zone *z = open_zone(zones[i]);
        for (int k = 0; k < 4000; k++) {
            ff_wall t = (ff_wall)(random_next(&seed) % (uint64_t)utc(2100, 1, 1, 0, 0));
            check_instant(z, t, steps[random_next(&seed) % 9]);
        }
        for (ff_wall t = utc(2010, 1, 1, 0, 0); t < utc(2013, 1, 1, 0, 0); t = zone_hour(z, t).end)
            check_instant(z, t, steps[t / FF_HOUR % 9]);
        zone_free(&z);
    }
}

/* The clock on the wall at t. */
static struct tm wall(const struct zone *z, ff_wall t)
{
    time_t s = (t + zone_offset(z, t)) / FF_SECOND;
    struct tm tm;
    gmtime_r(&s, &tm);
    return tm;
}

static void years_earlier_agree_with_the_calendar_in_many_zones(void **state)
{
    (void)state;
    uint64_t seed = 3;
    for (size_t i = 0; i < sizeof(zones) / sizeof(*zones); i++) {
        struct zone *z = open_zone(zones[i]);
        for (int k = 0; k < 4000; k++) {
            ff_wall t = utc(1972, 1, 1, 0, 0) +
                        (ff_wall)(random_next(&seed) % (uint64_t)utc(2090, 1, 1, 0, 0));
            ff_wall then = zone_year_before(z, t);
            struct tm now = wall(z, t), was = wall(z, then);
            bool moved = zone_offset(z, then) != zone_offset(z, then - 1) ||
                         then == zone_day(z, then).start;
            bool leap = now.tm_mon == 1 && now.tm_mday == 29;
            if (moved) /* a time that was skipped, or a date's first instant */
                continue;
            assert_int_equal(was.tm_year, now.tm_year - 1);
            assert_int_equal(was.tm_mon, now.tm_mon);
            assert_int_equal(was.tm_mday, leap ? 28 : now.tm_mday);
            assert_int_equal(was.tm_hour * 3600 + was.tm_min * 60 + was.tm_sec,
                             now.tm_hour * 3600 + now.tm_min * 60 + now.tm_sec);
        }
        zone_free(&z);
    }
}

static void offsets_are_those_of_the_system(void **state)
{
    (void)state;
    uint64_t seed = 2;
    for (size_t i = 0; i < sizeof(zones) / sizeof(*zones); i++) {
        struct zone *z = open_zone(zones[i]);
        setenv("TZ", zones[i], 1);
        tzset();
        for (int k = 0; k < 4000; k++) {
            time_t s = utc(1973, 1, 1, 0, 0) / FF_SECOND +
                       (time_t)(random_next(&seed) % (127ull * 365 * 86400));
            struct tm tm;
            localtime_r(&s, &tm);
            assert_int_equal(zone_offset(z, s * FF_SECOND), tm.tm_gmtoff * FF_SECOND);
        }
        unsetenv("TZ");
        tzset();
        zone_free(&z);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zone_new_refuses_names_that_are_no_zones),
        cmocka_unit_test(zone_new_puts_tz_back),
        cmocka_unit_test(utc_is_utc),
        cmocka_unit_test(berlin_has_days_of_23_and_25_hours),
        cmocka_unit_test(an_hour_that_the_clock_repeats_is_two),
        cmocka_unit_test(hours_follow_half_and_quarter_hour_offsets),
        cmocka_unit_test(lord_howe_shifts_by_half_an_hour),
        cmocka_unit_test(new_york_has_its_own_days),
        cmocka_unit_test(apia_skipped_a_day),
        cmocka_unit_test(a_clock_put_back_over_midnight_does_not_return_to_the_day_before),
        cmocka_unit_test(steps_of_an_hour_show_the_repeated_hour_and_longer_ones_take_it_in),
        cmocka_unit_test(a_year_earlier_is_the_same_date_and_time_by_the_clock),
        cmocka_unit_test(the_28th_is_what_29_february_was_a_year_earlier),
        cmocka_unit_test(the_first_instant_of_a_date_goes_to_the_first_of_the_other),
        cmocka_unit_test(years_earlier_agree_with_the_calendar_in_many_zones),
        cmocka_unit_test(spans_tile_time_in_many_zones),
        cmocka_unit_test(offsets_are_those_of_the_system),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
