#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "metrics.h"

#define EUR FF_CURRENCY('E', 'U', 'R')
#define GBP FF_CURRENCY('G', 'B', 'P')
#define USD FF_CURRENCY('U', 'S', 'D')

static struct tally_window w;

static int empty_window(void **state)
{
    (void)state;
    memset(&w, 0, sizeof(w));
    return 0;
}

static const char *value_of(const char *name)
{
    static char text[256];
    struct json_out j;
    size_t ambiguous;
    const struct metric *m = metrics_find(ff_span_text(name), &ambiguous);
    if (!m)
        fail_msg("no metric %s", name);
    json_out_init(&j, text, sizeof(text) - 1);
    metrics_write(m, &w, 42, &j);
    assert_false(j.full);
    text[j.n] = '\0';
    return text;
}

static void add_money(enum ff_purse purse, ff_currency currency, ff_money_sum amount, int64_t n)
{
    w.money[purse][w.currencies[purse]++] = (struct tally_money){currency, n, amount};
}

static void nothing_gives_zeros_nulls_and_empty_money(void **state)
{
    (void)state;
    size_t n;
    const struct metric *m = metrics_all(&n);
    for (size_t i = 0; i < n; i++) {
        static const char *const expected[] = {
            [METRIC_COUNT] = "0",  [METRIC_RATIO] = "null",    [METRIC_SECONDS] = "null",
            [METRIC_MONEY] = "{}", [METRIC_MONEY_LESS] = "{}", [METRIC_MONEY_MEAN] = "{}",
            [METRIC_LIVE] = "42"};
        char name[64] = "";
        strcat(strcat(strcat(name, m[i].section), "."), m[i].name);
        assert_string_equal(value_of(name), expected[m[i].kind]);
    }
}

static void counts_and_rates_follow_their_definitions(void **state)
{
    (void)state;
    static const struct {
        enum ff_counter counter;
        int64_t value;
    } counters[] = {{FF_COUNT_SESSIONS, 8},
                    {FF_COUNT_SESSIONS_NEW, 3},
                    {FF_COUNT_SESSION_PAGEVIEWS, 20},
                    {FF_COUNT_SESSION_TIME, 100500000},
                    {FF_COUNT_PAGE_TIME, 9000000},
                    {FF_COUNT_PAGE_TIME_PAGES, 4},
                    {FF_COUNT_BOUNCES, 2},
                    {FF_COUNT_ENGAGED, 5},
                    {FF_COUNT_SEARCHES, 9},
                    {FF_COUNT_SEARCHES_COUNTED, 5},
                    {FF_COUNT_SEARCHES_ZERO, 1},
                    {FF_COUNT_SEARCH_SESSIONS, 4},
                    {FF_COUNT_SEARCH_EXITS, 1},
                    {FF_COUNT_SEARCH_PURCHASED, 1},
                    {FF_COUNT_PURCHASED, 4},
                    {FF_COUNT_CARTS_ABANDONED, 3},
                    {FF_COUNT_CARTS_CONVERTED, 1},
                    {FF_COUNT_CHECKOUTS_ABANDONED, 1},
                    {FF_COUNT_CHECKOUTS_COMPLETED, 4},
                    {FF_COUNT_ORDERS, 9},
                    {FF_COUNT_ORDER_DUPLICATES, 2}};
    for (size_t i = 0; i < sizeof(counters) / sizeof(*counters); i++)
        w.count[counters[i].counter] = counters[i].value;
    w.visitors = 6;
    static const char *const rows[][2] = {{"sessions", "8"},
                                          {"funnel.sessions", "8"},
                                          {"visitors", "6"},
                                          {"new_visitors", "3"},
                                          {"returning_visitors", "3"},
                                          {"pages_per_session", "2.5"},
                                          {"session_seconds", "12.5625"},
                                          {"page_seconds", "2.25"},
                                          {"live_visitors", "42"},
                                          {"bounce_rate", "0.25"},
                                          {"engagement_rate", "0.625"},
                                          {"search_session_rate", "0.5"},
                                          {"zero_result_rate", "0.2"},
                                          {"search_exit_rate", "0.25"},
                                          {"search_conversion_rate", "0.25"},
                                          {"no_search_conversion_rate", "0.75"},
                                          {"cart.abandonment_rate", "0.75"},
                                          {"checkout.abandonment_rate", "0.2"},
                                          {"session_rate", "0.5"},
                                          {"visitor_rate", "1.5"},
                                          {"duplicates", "2"},
                                          {"purchased", "4"},
                                          {"searches", "9"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        assert_string_equal(value_of(rows[i][0]), rows[i][1]);
}

static void returning_visitors_are_not_below_zero(void **state)
{
    (void)state;
    w.visitors = 2;
    w.count[FF_COUNT_SESSIONS_NEW] = 5;
    assert_string_equal(value_of("returning_visitors"), "0");
}

static void money_is_one_member_a_currency(void **state)
{
    (void)state;
    add_money(FF_PURSE_REVENUE, EUR, 1000000, 3);
    add_money(FF_PURSE_REVENUE, USD, 15000, 1);
    add_money(FF_PURSE_REFUNDED, EUR, 250000, 1);
    add_money(FF_PURSE_REFUNDED, GBP, 10001, 1);
    add_money(FF_PURSE_ABANDONED_VALUE, EUR, 0, 2);
    assert_string_equal(value_of("revenue"), "{\"EUR\":100,\"USD\":1.5}");
    assert_string_equal(value_of("refunded"), "{\"EUR\":25,\"GBP\":1.0001}");
    assert_string_equal(value_of("net_revenue"), "{\"EUR\":75,\"GBP\":-1.0001,\"USD\":1.5}");
    assert_string_equal(value_of("average_order_value"), "{\"EUR\":33.3333,\"USD\":1.5}");
    assert_string_equal(value_of("abandoned_value"), "{\"EUR\":0}");
    assert_string_equal(value_of("recovered_value"), "{}");
}

static void means_of_money_are_rounded_half_even(void **state)
{
    (void)state;
    add_money(FF_PURSE_REVENUE, EUR, 25, 2); /* 0.00125 */
    add_money(FF_PURSE_REVENUE, USD, 27, 2); /* 0.00135 */
    assert_string_equal(value_of("average_order_value"), "{\"EUR\":0.0012,\"USD\":0.0014}");
}

static void names_are_found_alone_or_with_their_section(void **state)
{
    (void)state;
    size_t ambiguous;
    assert_string_equal(metrics_find(FF_LITERAL("sessions"), &ambiguous)->section, "traffic");
    assert_string_equal(metrics_find(FF_LITERAL("funnel.sessions"), &ambiguous)->section, "funnel");
    assert_null(metrics_find(FF_LITERAL("abandonment_rate"), &ambiguous));
    assert_int_equal(ambiguous, 2);
    static const char *const unknown[] = {
        "",     "session", "sessionss", "cart.sessions",
        "cart", "cart.",   ".sessions", "traffic.traffic.sessions"};
    for (size_t i = 0; i < sizeof(unknown) / sizeof(*unknown); i++) {
        assert_null(metrics_find(ff_span_text(unknown[i]), &ambiguous));
        assert_int_equal(ambiguous, 0);
    }
}

#define t(name) cmocka_unit_test_setup(name, empty_window)

int main(void)
{
    const struct CMUnitTest tests[] = {
        t(nothing_gives_zeros_nulls_and_empty_money),
        t(counts_and_rates_follow_their_definitions),
        t(returning_visitors_are_not_below_zero),
        t(money_is_one_member_a_currency),
        t(means_of_money_are_rounded_half_even),
        t(names_are_found_alone_or_with_their_section),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
