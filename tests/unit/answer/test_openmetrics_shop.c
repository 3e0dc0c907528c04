#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "desk.h"

#include "metrics.h"
#include "openmetrics.h"

static const char *shop(struct desk *d)
{
    struct openmetrics m;
    openmetrics_init(&m, OPENMETRICS_TEXT, d->body, sizeof d->body - 1);
    assert_true(openmetrics_shop(&m, &d->ctx));
    d->body[openmetrics_end(&m)] = '\0';
    return d->body;
}

static void has(const char *text, const char *line)
{
    char whole[256];
    snprintf(whole, sizeof whole, "\n%s\n", line);
    if (!strstr(text, whole))
        fail_msg("not there: %s", line);
}

static void every_metric_is_a_gauge(void **state)
{
    const char *text = shop(*state);
    size_t n;
    const struct metric *m = metrics_all(&n);
    for (size_t i = 0; i < n; i++) {
        char line[160];
        snprintf(line, sizeof line, "# TYPE footfall_%s_%s gauge", m[i].section, m[i].name);
        for (char *dot = line; (dot = strchr(dot, '.'));)
            *dot = '_'; /* of a section within another */
        has(text, line);
    }
    assert_int_equal(desk_occurrences(text, "# TYPE "), n + 1);
    has(text, "footfall_metrics_left_out 0");
}

static void each_site_has_its_own_numbers_in_each_window(void **state)
{
    struct desk *d = *state;
    desk_count(d, 0, NOW - 2 * FF_MINUTE, FF_COUNT_PAGEVIEWS, 1);
    desk_count(d, 0, NOW - 30 * FF_MINUTE, FF_COUNT_PAGEVIEWS, 20);
    desk_count(d, 0, NOW - 20 * FF_HOUR, FF_COUNT_PAGEVIEWS, 300);
    desk_count(d, 0, NOW - 30 * FF_HOUR, FF_COUNT_PAGEVIEWS, 4000);
    desk_count(d, 1, NOW - 30 * FF_MINUTE, FF_COUNT_PAGEVIEWS, 7);
    const char *text = shop(d);
    has(text, "footfall_traffic_pageviews{site=\"shop\",window=\"5m\"} 1");
    has(text, "footfall_traffic_pageviews{site=\"shop\",window=\"1h\"} 21");
    has(text, "footfall_traffic_pageviews{site=\"shop\",window=\"24h\"} 321");
    has(text, "footfall_traffic_pageviews{site=\"other\",window=\"5m\"} 0");
    has(text, "footfall_traffic_pageviews{site=\"other\",window=\"1h\"} 7");
    has(text, "footfall_traffic_pageviews{site=\"other\",window=\"24h\"} 7");
    assert_int_equal(desk_occurrences(text, "\nfootfall_traffic_pageviews{"), 6);
}

static void live_visitors_are_of_no_window(void **state)
{
    const char *text = shop(*state);
    has(text, "footfall_traffic_live_visitors{site=\"shop\"} 7");
    has(text, "footfall_traffic_live_visitors{site=\"other\"} 8");
    assert_int_equal(desk_occurrences(text, "\nfootfall_traffic_live_visitors{"), 2);
}

static void what_is_null_has_no_sample(void **state)
{
    struct desk *d = *state;
    assert_null(strstr(shop(d), "\nfootfall_engagement_bounce_rate{"));
    desk_count(d, 0, NOW - 30 * FF_MINUTE, FF_COUNT_SESSIONS, 4);
    desk_count(d, 0, NOW - 30 * FF_MINUTE, FF_COUNT_BOUNCES, 1);
    const char *text = shop(d);
    has(text, "footfall_engagement_bounce_rate{site=\"shop\",window=\"1h\"} 0.25");
    has(text, "footfall_engagement_bounce_rate{site=\"shop\",window=\"24h\"} 0.25");
    assert_int_equal(desk_occurrences(text, "\nfootfall_engagement_bounce_rate{"), 2);
}

static void pay(struct desk *d, ff_currency currency, ff_money amount)
{
    struct ff_fact f = {.at = NOW - FF_MINUTE, .kind = FF_FACT_MONEY, .which = FF_PURSE_REVENUE,
                        .currency = currency, .by = 1};
    f.amount = amount;
    tally_add(d->ctx.tally, &f, 1);
}

static void money_is_exact_and_by_currency(void **state)
{
    struct desk *d = *state;
    assert_null(strstr(shop(d), "\nfootfall_orders_revenue{"));
    pay(d, FF_CURRENCY('E', 'U', 'R'), 247500);
    pay(d, FF_CURRENCY('U', 'S', 'D'), INT64_C(9999999999999999));
    pay(d, FF_CURRENCY('J', 'P', 'Y'), -10000);
    const char *text = shop(d);
    has(text, "footfall_orders_revenue{site=\"shop\",window=\"5m\",currency=\"EUR\"} 24.75");
    has(text, "footfall_orders_revenue{site=\"shop\",window=\"24h\",currency=\"JPY\"} -1");
    has(text, "footfall_orders_revenue{site=\"shop\",window=\"1h\",currency=\"USD\"} 999999999999.9999");
    assert_int_equal(desk_occurrences(text, "\nfootfall_orders_revenue{"), 9);
    assert_int_equal(desk_occurrences(text, "\nfootfall_orders_average_order_value{"), 9);
}

static void seconds_say_that_they_are(void **state)
{
    struct desk *d = *state;
    desk_count(d, 0, NOW - FF_MINUTE, FF_COUNT_SESSIONS, 2);
    desk_count(d, 0, NOW - FF_MINUTE, FF_COUNT_SESSION_TIME, 3 * FF_SECOND);
    const char *text = shop(d);
    has(text, "# UNIT footfall_traffic_session_seconds seconds");
    has(text, "footfall_traffic_session_seconds{site=\"shop\",window=\"5m\"} 1.5");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_metric_is_a_gauge, desk_open, desk_close),
        cmocka_unit_test_setup_teardown(each_site_has_its_own_numbers_in_each_window, desk_open, desk_close),
        cmocka_unit_test_setup_teardown(live_visitors_are_of_no_window, desk_open, desk_close),
        cmocka_unit_test_setup_teardown(what_is_null_has_no_sample, desk_open, desk_close),
        cmocka_unit_test_setup_teardown(money_is_exact_and_by_currency, desk_open, desk_close),
        cmocka_unit_test_setup_teardown(seconds_say_that_they_are, desk_open, desk_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
