#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "desk.h"

static void stats_have_every_section_and_field(void **state)
{
    struct desk *d = *state;
    desk_count(d, 0, NOW - FF_MINUTE, FF_COUNT_SESSIONS, 2);
    desk_count(d, 0, NOW - FF_MINUTE, FF_COUNT_BOUNCES, 1);
    desk_pay(d, 0, NOW - FF_MINUTE, 247500);
    assert_string_equal(
        desk_ask(d, "/v1/stats", "site=shop&window=1h"),
        "{\"site\":\"shop\",\"from\":\"2026-10-25T18:23:00Z\",\"to\":\"2026-10-25T19:24:00Z\","
        "\"generated_at\":\"2026-10-25T19:23:20Z\","
        "\"traffic\":{\"pageviews\":0,\"visitors\":0,\"sessions\":2,\"new_visitors\":0,\"returning_"
        "visitors\":0,"
        "\"pages_per_session\":0,\"session_seconds\":0,\"page_seconds\":null,\"live_visitors\":7},"
        "\"engagement\":{\"bounces\":1,\"bounce_rate\":0.5,\"engaged_sessions\":0,\"engagement_"
        "rate\":0},"
        "\"search\":{\"searches\":0,\"search_sessions\":0,\"search_session_rate\":0,\"zero_result_"
        "searches\":0,"
        "\"zero_result_rate\":null,\"search_refinements\":0,\"search_exits\":0,\"search_exit_"
        "rate\":null,"
        "\"search_conversion_rate\":null,\"no_search_conversion_rate\":0},"
        "\"funnel\":{\"sessions\":2,\"viewed_item\":0,\"added_to_cart\":0,\"began_checkout\":0,"
        "\"purchased\":0},"
        "\"cart\":{\"carts_opened\":0,\"carts_open\":0,\"carts_converted\":0,\"carts_abandoned\":0,"
        "\"carts_recovered\":0,\"carts_emptied\":0,\"abandonment_rate\":null,\"abandoned_value\":{}"
        ","
        "\"recovered_value\":{}},"
        "\"checkout\":{\"checkouts_started\":0,\"checkouts_completed\":0,\"checkouts_abandoned\":0,"
        "\"abandonment_rate\":null},"
        "\"orders\":{\"orders\":0,\"items_sold\":0,\"revenue\":{\"EUR\":24.75},\"refunds\":0,"
        "\"refunded\":{},"
        "\"net_revenue\":{\"EUR\":24.75},\"average_order_value\":{\"EUR\":24.75},\"duplicates\":0},"
        "\"conversion\":{\"session_rate\":0,\"visitor_rate\":null},"
        "\"surveys\":{\"csat\":{\"responses\":0,\"mean\":null,\"top_share\":null,\"top2_share\":null,"
        "\"distribution\":{\"1\":0,\"2\":0,\"3\":0,\"4\":0,\"5\":0},\"topics\":{}},"
        "\"nps\":{\"responses\":0,\"score\":null,\"promoters\":0,\"passives\":0,\"detractors\":0,"
        "\"distribution\":{\"0\":0,\"1\":0,\"2\":0,\"3\":0,\"4\":0,\"5\":0,\"6\":0,\"7\":0,\"8\":0,\"9\":0,"
        "\"10\":0},\"topics\":{}},"
        "\"ces\":{\"responses\":0,\"mean\":null,\"top_share\":null,"
        "\"distribution\":{\"1\":0,\"2\":0,\"3\":0,\"4\":0,\"5\":0},\"topics\":{}}},"
        "\"support\":{\"first_response_seconds\":null,\"resolution_seconds\":null,\"tickets_opened\":0,"
        "\"tickets_answered\":0,\"tickets_resolved\":0,\"tickets_open\":0},"
        "\"customers\":{\"from\":\"2026-10-24T22:00:00Z\",\"to\":\"2026-10-25T23:00:00Z\","
        "\"customers_start\":0,\"customers_end\":0,\"customers_new\":0,\"customers_reactivated\":0,"
        "\"customers_lost\":0,\"retention_rate\":null,\"churn_rate\":null,\"net_churn_rate\":null,"
        "\"repeat_customer_rate\":null,\"returning_customer_rate\":null,\"retention_cost\":{}}}");
    assert_int_equal(d->status, FF_OK);
    assert_int_equal(d->out.http, 200);
    assert_string_equal(d->out.content_type, "application/json");
}

static void the_window_is_the_sites(void **state)
{
    struct desk *d = *state;
    desk_count(d, 1, NOW - 200 * FF_DAY, FF_COUNT_SESSIONS, 3);
    const char *body =
        desk_ask(d, "/v1/stats", "site=other&from=2026-04-08T12:00:00Z&to=2026-04-08T13:00:00Z");
    assert_non_null(
        strstr(body, "\"from\":\"2026-04-08T00:00:00Z\",\"to\":\"2026-04-09T00:00:00Z\""));
    assert_non_null(strstr(body, "\"sessions\":3"));
    assert_non_null(strstr(body, "\"live_visitors\":8"));
    body = desk_ask(d, "/v1/stats", "site=shop&from=2026-04-08T12:00:00Z&to=2026-04-08T13:00:00Z");
    assert_non_null(
        strstr(body, "\"from\":\"2026-04-07T22:00:00Z\",\"to\":\"2026-04-08T22:00:00Z\""));
    assert_non_null(strstr(body, "\"sessions\":0"));
}

/* Busy shops: something in every hour of the last 800 days, and in every minute of the last two. */
static void fill(struct desk *d)
{
    for (int i = 0; i < 800 * 24; i++)
        for (uint16_t site = 0; site < 2; site++) {
            ff_wall at = d->ctx.now - i * FF_HOUR;
            desk_count(d, site, at, FF_COUNT_SESSIONS, 3 + i % 7);
            desk_count(d, site, at, FF_COUNT_BOUNCES, i % 3);
            desk_count(d, site, at, FF_COUNT_PURCHASED, i % 2);
            desk_pay(d, site, at, 10000 * (i % 11));
        }
    for (int i = 0; i < 2 * 24 * 60; i++)
        desk_count(d, 0, d->ctx.now - i * FF_MINUTE, FF_COUNT_PAGEVIEWS, 1 + i % 5);
}

/* What stands in body between two texts, or from the first on. */
static void between(char *out, size_t size, const char *body, const char *from, const char *to)
{
    const char *start = strstr(body, from);
    assert_non_null(start);
    start += strlen(from);
    const char *end = to ? strstr(start, to) : start + strlen(start);
    assert_non_null(end);
    assert_true((size_t)(end - start) < size);
    memcpy(out, start, (size_t)(end - start));
    out[end - start] = '\0';
}

/* A plain answer's sections as "previous" has them: live visitors are of now. */
static void as_previous(char *sections, uint16_t site)
{
    char *live = strstr(sections, "\"live_visitors\":");
    assert_int_equal(live[16], '7' + site);
    memmove(live + 20, live + 17, strlen(live + 17) + 1);
    memcpy(live + 16, "null", 4);
}

/* That the answer to query with compare is the one without, with the answer to query over the
 * earlier window in it. */
static void compares(struct desk *d, uint16_t site, const char *query, const char *mode)
{
    static char now[8192], previous[8192], got[8192], edges[80], from[32], to[32], again[256];
    char text[256];
    between(now, sizeof(now), desk_ask(d, "/v1/stats", query), "23:20Z\",", NULL);
    now[strlen(now) - 1] = '\0';
    snprintf(text, sizeof(text), "%s&compare=%s", query, mode);
    const char *body = desk_ask(d, "/v1/stats", text);
    snprintf(text, sizeof(text), "23:20Z\",\"compare\":{\"mode\":\"%s\",", mode);
    between(edges, sizeof(edges), body, text, "},");
    between(got, sizeof(got), body, "\"},", ",\"previous\":{");
    assert_string_equal(got, now);
    between(got, sizeof(got), body, ",\"previous\":{", "},\"change\":{");
    between(from, sizeof(from), edges, "\"from\":\"", "\"");
    between(to, sizeof(to), edges, "\"to\":\"", "\"");
    snprintf(again, sizeof(again), "site=%s&from=%s&to=%s", d->site[site].id, from, to);
    body = desk_ask(d, "/v1/stats", again);
    assert_non_null(strstr(body, edges)); /* the earlier window is what it says */
    between(previous, sizeof(previous), body, "23:20Z\",", NULL);
    previous[strlen(previous) - 1] = '\0';
    as_previous(previous, site);
    assert_string_equal(got, previous);
}

static void what_was_is_what_is_answered_of_the_earlier_window(void **state)
{
    struct desk *d = *state;
    static const char *const windows[] = {"window=5m",
                                          "window=1h",
                                          "window=24h",
                                          "window=36h",
                                          "window=7d",
                                          "window=30d",
                                          "window=90d",
                                          "window=365d",
                                          "from=2026-10-24T22:00:00Z&to=2026-10-25T23:00:00Z",
                                          "from=2026-03-28T23:00:00Z&to=2026-03-29T22:00:00Z",
                                          "from=2025-10-26T00:00:00Z&to=2025-10-27T03:00:00Z"};
    fill(d);
    for (size_t i = 0; i < 2 * sizeof(windows) / sizeof(*windows); i++) {
        char query[128];
        snprintf(query, sizeof(query), "site=%s&%s", d->site[i % 2].id, windows[i / 2]);
        compares(d, (uint16_t)(i % 2), query, "previous");
        compares(d, (uint16_t)(i % 2), query, "year");
    }
}

/* The earlier window's edges, and some text in the answer. */
static void answers(struct desk *d, const char *query, const char *edges, const char *text)
{
    const char *body = desk_ask(d, "/v1/stats", query);
    if (d->status != FF_OK || !strstr(body, edges) || !strstr(body, text))
        fail_msg("%s: %s", query, body);
}

static void the_earlier_window_is_rounded_like_any_other(void **state)
{
    struct desk *d = *state;
    answers(d, "site=shop&window=1h&compare=previous",
            "\"from\":\"2026-10-25T17:22:00Z\",\"to\":\"2026-10-25T18:23:00Z\"", "");
    answers(d, "site=shop&window=48h&compare=previous", /* minutes now, hours then */
            "\"from\":\"2026-10-21T19:00:00Z\",\"to\":\"2026-10-23T19:23:00Z\"", "");
    answers(d, "site=shop&window=40d&compare=previous", /* hours now, days then */
            "\"from\":\"2026-08-05T22:00:00Z\",\"to\":\"2026-09-15T19:00:00Z\"", "");
    answers(d, "site=shop&window=1h&compare=year", /* the whole local day */
            "\"from\":\"2025-10-24T22:00:00Z\",\"to\":\"2025-10-25T22:00:00Z\"", "");
}

static void a_day_of_25_hours_is_compared_with_one_day(void **state)
{
    struct desk *d = *state;
    desk_move(d, NOW + 200 * FF_DAY); /* days are all that is kept of it */
    desk_count(d, 0, NOW, FF_COUNT_SESSIONS, 15);
    desk_count(d, 0, NOW - FF_DAY, FF_COUNT_SESSIONS, 12);
    desk_count(d, 0, NOW - 2 * FF_DAY, FF_COUNT_SESSIONS, 100);
    answers(d, "site=shop&from=2026-10-24T22:00:00Z&to=2026-10-25T23:00:00Z&compare=previous",
            "\"from\":\"2026-10-23T22:00:00Z\",\"to\":\"2026-10-24T22:00:00Z\"",
            "\"change\":{\"traffic\":{\"pageviews\":null,\"visitors\":null,\"sessions\":0.25,");
}

static void of_a_time_before_all_that_is_kept_nothing_is_known(void **state)
{
    struct desk *d = *state;
    desk_count(d, 0, NOW, FF_COUNT_SESSIONS, 15);
    desk_pay(d, 0, NOW, 10000);
    answers(d, "site=shop&window=800d&compare=previous",
            "\"from\":\"2024-08-15T22:00:00Z\",\"to\":\"2024-08-15T22:00:00Z\"",
            "\"previous\":{\"traffic\":{\"pageviews\":null,\"visitors\":null,\"sessions\":null,");
    answers(d, "site=shop&window=800d&compare=previous", "\"revenue\":{\"EUR\":null}",
            "\"change\":{\"traffic\":{\"pageviews\":null,\"visitors\":null,\"sessions\":null,");
    /* of a part that is kept, that part */
    answers(d, "site=shop&window=500d&compare=year",
            "\"from\":\"2024-08-15T22:00:00Z\",\"to\":\"2025-10-25T22:00:00Z\"",
            "\"previous\":{\"traffic\":{\"pageviews\":0,");
}

#define t(name) cmocka_unit_test_setup_teardown(name, desk_open, desk_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        t(stats_have_every_section_and_field),
        t(the_window_is_the_sites),
        t(what_was_is_what_is_answered_of_the_earlier_window),
        t(the_earlier_window_is_rounded_like_any_other),
        t(a_day_of_25_hours_is_compared_with_one_day),
        t(of_a_time_before_all_that_is_kept_nothing_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
