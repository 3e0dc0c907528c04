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
    d->ctx.now = INT64_C(1774900000) * FF_SECOND;
    struct tally_options options = {(const struct zone *const *)d->zone, 2, 50 * FF_HOUR,
                                    62 * FF_DAY, 800 * FF_DAY};
    tally_free(&d->ctx.tally);
    d->ctx.tally = tally_new(&options);
    tally_advance(d->ctx.tally, d->ctx.now);
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
