#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "desk.h"

#define SERIES "/v1/stats/series"

static void every_point_is_there_also_empty_ones(void **state)
{
    struct desk *d = *state;
    desk_count(d, 0, NOW - 70 * FF_MINUTE, FF_COUNT_SESSIONS, 12);
    desk_pay(d, 0, NOW, 15000);
    assert_string_equal(
        desk_ask(d, SERIES, "site=shop&metric=sessions,revenue&step=1h&window=2h"),
        "{\"site\":\"shop\",\"step\":3600,\"from\":\"2026-10-25T17:00:00Z\","
        "\"to\":\"2026-10-25T20:00:00Z\",\"generated_at\":\"2026-10-25T19:23:20Z\",\"points\":["
        "{\"t\":\"2026-10-25T17:00:00Z\",\"sessions\":0,\"revenue\":{}},"
        "{\"t\":\"2026-10-25T18:00:00Z\",\"sessions\":12,\"revenue\":{}},"
        "{\"t\":\"2026-10-25T19:00:00Z\",\"sessions\":0,\"revenue\":{\"EUR\":1.5}}]}");
    assert_int_equal(d->status, FF_OK);
}

static size_t points(struct desk *d, const char *query)
{
    const char *body = desk_ask(d, SERIES, query);
    if (d->status != FF_OK)
        fail_msg("%s: %s", query, body);
    return desk_occurrences(body, "{\"t\":");
}

static void days_have_as_many_hours_as_the_clock_gives_them(void **state)
{
    struct desk *d = *state;
    assert_int_equal(
        points(
            d,
            "site=shop&metric=sessions&step=1h&from=2026-10-24T22:00:00Z&to=2026-10-25T23:00:00Z"),
        25);
    assert_int_equal(
        points(
            d,
            "site=shop&metric=sessions&step=1h&from=2026-10-23T22:00:00Z&to=2026-10-24T22:00:00Z"),
        24);
    assert_int_equal(
        points(
            d,
            "site=shop&metric=sessions&step=6h&from=2026-10-24T22:00:00Z&to=2026-10-25T23:00:00Z"),
        4);
    assert_int_equal(
        points(
            d,
            "site=shop&metric=sessions&step=1d&from=2026-10-24T22:00:00Z&to=2026-10-25T23:00:00Z"),
        1);
    desk_move(d, INT64_C(1774900000) * FF_SECOND);
    assert_int_equal(
        points(
            d,
            "site=shop&metric=sessions&step=1h&from=2026-03-28T23:00:00Z&to=2026-03-29T22:00:00Z"),
        23);
}

static void edges_are_widened_to_local_steps(void **state)
{
    struct desk *d = *state;
    const char *body = desk_ask(d, SERIES, "site=shop&metric=visitors&step=1d&window=3d");
    assert_non_null(
        strstr(body, "\"from\":\"2026-10-21T22:00:00Z\",\"to\":\"2026-10-25T23:00:00Z\""));
    assert_int_equal(desk_occurrences(body, "{\"t\":"), 4);
    body = desk_ask(d, SERIES, "site=shop&metric=visitors&step=7d&window=20d");
    assert_non_null(strstr(
        body, "\"step\":604800,\"from\":\"2026-10-04T22:00:00Z\",\"to\":\"2026-10-25T23:00:00Z\""));
    assert_int_equal(desk_occurrences(body, "{\"t\":"), 3);
}

static void points_add_up_to_the_window(void **state)
{
    struct desk *d = *state;
    for (int i = 0; i < 2000; i++)
        desk_count(d, 0, NOW - i * 30 * FF_MINUTE, FF_COUNT_SESSIONS, 1);
    static const char *const steps[] = {"1h", "2h", "6h", "1d", "7d"};
    for (size_t i = 0; i < 5; i++) {
        char query[96];
        snprintf(query, sizeof(query), "site=shop&metric=sessions&window=50d&step=%s", steps[i]);
        const char *body = desk_ask(d, SERIES, query);
        int64_t sum = 0;
        for (const char *p = body; (p = strstr(p, "\"sessions\":"));)
            sum += strtol(p += 11, NULL, 10);
        assert_int_equal(sum, 2000);
    }
}

static void the_keep_itself_may_be_asked_for_in_any_step_of_its_tier(void **state)
{
    struct desk *d = *state;
    points(d, "site=shop&metric=sessions&step=1m&window=50h");
    points(d, "site=shop&metric=sessions&step=20m&window=50h");
    points(d, "site=shop&metric=sessions&step=1h&window=62d");
    points(d, "site=shop&metric=sessions&step=12h&window=62d");
    points(d, "site=shop&metric=sessions&step=1d&window=800d");
    assert_int_equal(points(d, "site=shop&metric=sessions&step=1d&window=2000d"), 801);
    assert_int_equal(points(d, "site=shop&metric=sessions&step=1d&from=0&to=86400"), 0);
}

static void names_are_kept_as_asked(void **state)
{
    struct desk *d = *state;
    const char *body = desk_ask(d, SERIES,
                                "site=shop&step=1h&window=1h&metric=cart.abandonment_rate,traffic."
                                "sessions,sessions,sessions");
    assert_int_equal(
        desk_occurrences(body,
                         ",\"cart.abandonment_rate\":null,\"traffic.sessions\":0,\"sessions\":0}"),
        2);
}

static void refuses(struct desk *d, const char *query, const char *parameter, const char *sentence)
{
    char expected[256];
    const char *body = desk_ask(d, SERIES, query);
    snprintf(expected, sizeof(expected), "\"code\":\"bad_parameter\",\"parameter\":\"%s\"}",
             parameter);
    if (d->status != FF_BAD_PARAMETER || !strstr(body, expected) || !strstr(body, sentence))
        fail_msg("%s: %s", query, body);
    assert_int_equal(d->out.http, 400);
}

static void what_cannot_be_drawn_is_refused(void **state)
{
    struct desk *d = *state;
    refuses(d, "site=shop&step=1h", "metric", "expected names");
    refuses(d, "site=shop&step=1h&metric=", "metric", "expected names");
    refuses(d, "site=shop&step=1h&metric=sessions,", "metric", "is no metric");
    refuses(d, "site=shop&step=1h&metric=nonsense", "metric", "\\\"nonsense\\\" is no metric");
    refuses(d, "site=shop&step=1h&metric=live_visitors", "metric",
            "is no metric that has a series");
    refuses(d, "site=shop&step=1h&metric=abandonment_rate", "metric",
            "expected cart.abandonment_rate or checkout.abandonment_rate");
    refuses(d, "site=shop&metric=sessions", "step", "expected a part of a day");
    refuses(d, "site=shop&metric=sessions&step=7m", "step", "expected a part of a day");
    refuses(d, "site=shop&metric=sessions&step=25h", "step", "expected a part of a day");
    refuses(d, "site=shop&metric=sessions&step=0m", "step", "expected a part of a day");
    refuses(d, "site=shop&metric=sessions&step=1m&window=52h", "step", "nothing that fine is kept");
    refuses(d, "site=shop&metric=sessions&step=90m&window=3d", "step", "nothing that fine is kept");
    refuses(d, "site=shop&metric=sessions&step=1h&window=64d", "step", "nothing that fine is kept");
    refuses(d, "site=shop&metric=sessions&step=1m&from=1792950000&to=1793250060", "step",
            "at most 5000 points");
    refuses(d, "site=shop&metric=sessions&step=1m&from=1792950000&to=9999-12-31T23:59:59Z", "step",
            "at most 5000 points");
    refuses(d,
            "site=shop&step=1h&metric=pageviews,visitors,sessions,new_visitors,returning_visitors,"
            "bounces,searches,"
            "orders,refunds,revenue,refunded,items_sold,purchased,viewed_item,added_to_cart,began_"
            "checkout,carts_open",
            "metric", "at most 16");
}

static void five_thousand_points_are_drawn(void **state)
{
    struct desk *d = *state;
    assert_int_equal(points(d, "site=shop&metric=sessions&step=1m&from=1792950000&to=1793250000"),
                     5000);
}

static void every_point_has_its_earlier_one(void **state)
{
    struct desk *d = *state;
    desk_count(d, 0, NOW, FF_COUNT_SESSIONS, 12);
    desk_count(d, 0, NOW - 2 * FF_HOUR, FF_COUNT_SESSIONS, 10);
    desk_count(d, 0, NOW - 3 * FF_HOUR, FF_COUNT_SESSIONS, 4);
    desk_pay(d, 0, NOW, 15000);
    desk_pay(d, 0, NOW - 2 * FF_HOUR, 10000);
    assert_string_equal(
        desk_ask(d, SERIES, "site=shop&metric=sessions,revenue&step=1h&window=1h&compare=previous"),
        "{\"site\":\"shop\",\"step\":3600,\"from\":\"2026-10-25T18:00:00Z\","
        "\"to\":\"2026-10-25T20:00:00Z\",\"generated_at\":\"2026-10-25T19:23:20Z\","
        "\"compare\":{\"mode\":\"previous\",\"from\":\"2026-10-25T16:00:00Z\","
        "\"to\":\"2026-10-25T18:00:00Z\"},\"points\":["
        "{\"t\":\"2026-10-25T18:00:00Z\",\"sessions\":0,\"revenue\":{},"
        "\"previous\":{\"t\":\"2026-10-25T16:00:00Z\",\"sessions\":4,\"revenue\":{}},"
        "\"change\":{\"sessions\":-1,\"revenue\":{}}},"
        "{\"t\":\"2026-10-25T19:00:00Z\",\"sessions\":12,\"revenue\":{\"EUR\":1.5},"
        "\"previous\":{\"t\":\"2026-10-25T17:00:00Z\",\"sessions\":10,\"revenue\":{\"EUR\":1}},"
        "\"change\":{\"sessions\":0.2,\"revenue\":{\"EUR\":0.5}}}]}");
}

/* The pair "t":t of the nth point, and that of the one it is compared with. */
static void paired(const char *body, size_t n, const char *t, const char *previous)
{
    const char *p = body;
    for (size_t i = 0; i <= 2 * n; i++)
        assert_non_null(p = strstr(p + 1, "{\"t\":\""));
    const char *then = strstr(p + 1, "{\"t\":\"");
    assert_non_null(then);
    if (strncmp(p + 6, t, strlen(t)) != 0 || strncmp(then + 6, previous, strlen(previous)) != 0)
        fail_msg("%zu: %.26s against %.26s, not %s against %s", n, p, then, t, previous);
}

static void steps_are_compared_with_as_many_just_before(void **state)
{
    struct desk *d = *state;
    /* the day of 25 hours by the hour: the hours before it that were as many */
    const char *body = desk_ask(d, SERIES,
                                "site=shop&metric=sessions&step=1h&from=2026-10-24T22:00:00Z&"
                                "to=2026-10-25T23:00:00Z&compare=previous");
    paired(body, 0, "2026-10-24T22:00:00Z", "2026-10-23T21:00:00Z");
    paired(body, 24, "2026-10-25T22:00:00Z", "2026-10-24T21:00:00Z");
    /* steps of more than an hour, and days, are those of the clock on the wall */
    body = desk_ask(d, SERIES,
                    "site=shop&metric=sessions&step=6h&from=2026-10-24T04:00:00Z&"
                    "to=2026-10-25T17:00:00Z&compare=previous");
    paired(body, 0, "2026-10-24T04:00:00Z", "2026-10-22T16:00:00Z");
    paired(body, 5, "2026-10-25T11:00:00Z", "2026-10-23T22:00:00Z");
    body = desk_ask(d, SERIES,
                    "site=shop&metric=sessions&step=1d&from=2026-10-21T22:00:00Z&"
                    "to=2026-10-25T23:00:00Z&compare=previous");
    paired(body, 0, "2026-10-21T22:00:00Z", "2026-10-17T22:00:00Z");
    paired(body, 3, "2026-10-24T22:00:00Z", "2026-10-20T22:00:00Z");
    body = desk_ask(d, SERIES,
                    "site=shop&metric=sessions&step=7d&from=2026-04-01T22:00:00Z&"
                    "to=2026-04-15T22:00:00Z&compare=previous");
    paired(body, 0, "2026-04-01T22:00:00Z", "2026-03-18T23:00:00Z");
    paired(body, 1, "2026-04-08T22:00:00Z", "2026-03-25T23:00:00Z");
    /* also where the earlier ones are those that the clocks changed in */
    desk_move(d, NOW + 3 * FF_DAY);
    body = desk_ask(d, SERIES,
                    "site=shop&metric=sessions&step=1d&from=2026-10-25T23:00:00Z&"
                    "to=2026-10-27T23:00:00Z&compare=previous");
    paired(body, 0, "2026-10-25T23:00:00Z", "2026-10-23T22:00:00Z");
    body = desk_ask(d, SERIES,
                    "site=shop&metric=sessions&step=6h&from=2026-10-25T23:00:00Z&"
                    "to=2026-10-26T23:00:00Z&compare=previous");
    paired(body, 0, "2026-10-25T23:00:00Z", "2026-10-24T22:00:00Z");
    paired(body, 1, "2026-10-26T05:00:00Z", "2026-10-25T05:00:00Z");
}

static void days_are_compared_with_the_same_dates_a_year_earlier(void **state)
{
    struct desk *d = *state;
    desk_move(d, INT64_C(1836000000) * FF_SECOND); /* 2028-03-06T16:00:00Z */
    const char *body = desk_ask(d, SERIES,
                                "site=other&metric=sessions&step=1d&from=2028-02-27T00:00:00Z&"
                                "to=2028-03-03T00:00:00Z&compare=year");
    static const char *const pairs[][2] = {{"2028-02-27T00:00:00Z", "2027-02-27T00:00:00Z"},
                                           {"2028-02-28T00:00:00Z", "2027-02-28T00:00:00Z"},
                                           {"2028-02-29T00:00:00Z", "2027-02-28T00:00:00Z"},
                                           {"2028-03-01T00:00:00Z", "2027-03-01T00:00:00Z"},
                                           {"2028-03-02T00:00:00Z", "2027-03-02T00:00:00Z"}};
    for (size_t i = 0; i < 5; i++)
        paired(body, i, pairs[i][0], pairs[i][1]);
    assert_non_null(strstr(body, "\"compare\":{\"mode\":\"year\",\"from\":\"2027-02-27T00:00:00Z\","
                                 "\"to\":\"2027-03-03T00:00:00Z\"}"));
    desk_move(d, NOW);
    body = desk_ask(d, SERIES, "site=shop&metric=sessions&step=1d&window=3d&compare=year");
    paired(body, 3, "2026-10-24T22:00:00Z", "2025-10-24T22:00:00Z");
    body = desk_ask(d, SERIES, "site=shop&metric=sessions&step=7d&window=20d&compare=year");
    paired(body, 2, "2026-10-18T22:00:00Z", "2025-10-18T22:00:00Z");
}

static void of_points_before_all_that_is_kept_nothing_is_known(void **state)
{
    struct desk *d = *state;
    desk_count(d, 1, INT64_C(1724000000) * FF_SECOND, FF_COUNT_SESSIONS, 5); /* 2024-08-18 */
    desk_count(d, 1, INT64_C(1755600000) * FF_SECOND, FF_COUNT_SESSIONS, 6); /* 2025-08-19 */
    const char *body = desk_ask(d, SERIES,
                                "site=other&metric=sessions,revenue&step=1d&"
                                "from=2025-08-15T00:00:00Z&to=2025-08-20T00:00:00Z&compare=year");
    assert_non_null(strstr(body, "\"previous\":{\"t\":\"2024-08-15T00:00:00Z\",\"sessions\":null,"
                                 "\"revenue\":{}},\"change\":{\"sessions\":null,\"revenue\":{}}}"));
    assert_non_null(strstr(body, "\"previous\":{\"t\":\"2024-08-16T00:00:00Z\",\"sessions\":0,"));
    assert_non_null(strstr(body, "\"previous\":{\"t\":\"2024-08-18T00:00:00Z\",\"sessions\":5,"));
    assert_non_null(strstr(body, "\"mode\":\"year\",\"from\":\"2024-08-16T00:00:00Z\","
                                 "\"to\":\"2024-08-20T00:00:00Z\""));
    body = desk_ask(d, SERIES, "site=other&metric=sessions&step=1d&window=800d&compare=previous");
    assert_non_null(strstr(body, "\"mode\":\"previous\",\"from\":\"2024-08-16T00:00:00Z\","
                                 "\"to\":\"2024-08-16T00:00:00Z\""));
    assert_int_equal(desk_occurrences(body, "\"sessions\":null},\"change\""), 801);
    body = desk_ask(d, SERIES, "site=other&metric=sessions&step=1d&from=0&to=86400&compare=year");
    assert_non_null(strstr(body, "\"points\":[]"));
}

static int64_t number_behind(const char *text, const char *name)
{
    const char *p = strstr(text, name);
    assert_non_null(p);
    return strtol(p + strlen(name), NULL, 10);
}

static void a_points_year_earlier_is_that_of_its_own_window(void **state)
{
    struct desk *d = *state;
    static char body[65536];
    for (int i = 0; i < 800; i++)
        desk_count(d, 0, NOW - i * FF_DAY, FF_COUNT_SESSIONS, 1 + i % 13);
    strcpy(body, desk_ask(d, SERIES, "site=shop&metric=sessions&step=1d&window=200d&compare=year"));
    size_t n = 0;
    for (const char *p = strstr(body, "{\"t\":\""), *next; p; p = next, n++) {
        char query[128];
        const char *then = strstr(p, "\"previous\":{\"t\":\"");
        next = strstr(then + 12, "{\"t\":\"");
        snprintf(query, sizeof(query), "site=shop&from=%.20s&to=%.20s&compare=year", p + 6,
                 next ? next + 6 : "2026-10-25T23:00:00Z");
        const char *whole = strstr(desk_ask(d, "/v1/stats", query), "\"previous\":{");
        assert_int_equal(number_behind(then, "\"sessions\":"),
                         number_behind(whole, "\"sessions\":"));
    }
    assert_int_equal(n, 201);
}

static void what_is_compared_with_must_be_kept_as_fine(void **state)
{
    struct desk *d = *state;
    refuses(d, "site=shop&metric=sessions&step=1h&window=24h&compare=year", "step",
            "it is to be compared with");
    refuses(d, "site=shop&metric=sessions&step=1m&window=30h&compare=previous", "step",
            "it is to be compared with");
    refuses(d, "site=shop&metric=sessions&step=1h&window=40d&compare=previous", "step",
            "it is to be compared with");
    points(d, "site=shop&metric=sessions&step=1m&window=24h&compare=previous");
    points(d, "site=shop&metric=sessions&step=1h&window=30d&compare=previous");
    points(d, "site=shop&metric=sessions&step=1d&window=365d&compare=year");
}

#define t(name) cmocka_unit_test_setup_teardown(name, desk_open, desk_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        t(every_point_is_there_also_empty_ones),
        t(days_have_as_many_hours_as_the_clock_gives_them),
        t(edges_are_widened_to_local_steps),
        t(points_add_up_to_the_window),
        t(the_keep_itself_may_be_asked_for_in_any_step_of_its_tier),
        t(names_are_kept_as_asked),
        t(what_cannot_be_drawn_is_refused),
        t(five_thousand_points_are_drawn),
        t(every_point_has_its_earlier_one),
        t(steps_are_compared_with_as_many_just_before),
        t(days_are_compared_with_the_same_dates_a_year_earlier),
        t(of_points_before_all_that_is_kept_nothing_is_known),
        t(a_points_year_earlier_is_that_of_its_own_window),
        t(what_is_compared_with_must_be_kept_as_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
