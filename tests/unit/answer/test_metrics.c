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

static struct tally_window w, before;

static int empty_window(void **state)
{
    (void)state;
    memset(&w, 0, sizeof(w));
    memset(&before, 0, sizeof(before));
    return 0;
}

static const struct metric *metric(const char *name)
{
    size_t ambiguous;
    const struct metric *m = metrics_find(ff_span_text(name), &ambiguous);
    if (!m)
        fail_msg("no metric %s", name);
    return m;
}

static const char *value_of(const char *name)
{
    static char text[256];
    struct json_out j;
    json_out_init(&j, text, sizeof(text) - 1);
    metrics_write(metric(name), &w, 42, &j);
    assert_false(j.full);
    text[j.n] = '\0';
    return text;
}

/* previous"then"change, with what the window was before; NULL: of it nothing is kept. */
static const char *compared(const char *name, const struct tally_window *then)
{
    static char text[512];
    struct json_out j;
    json_out_init(&j, text, sizeof(text) - 1);
    metrics_write_previous(metric(name), then, &j);
    j.comma = false;
    json_out_text(&j, FF_LITERAL("then"));
    j.comma = false;
    metrics_write_change(metric(name), &w, then, &j);
    text[j.n] = '\0';
    return text;
}

static void pay(struct tally_window *to, enum ff_purse purse, ff_currency currency,
                ff_money_sum amount, int64_t n)
{
    to->money[purse][to->currencies[purse]++] = (struct tally_money){currency, n, amount};
}

static void add_money(enum ff_purse purse, ff_currency currency, ff_money_sum amount, int64_t n)
{
    pay(&w, purse, currency, amount, n);
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

static void what_was_and_how_it_changed_are_given_for_every_kind(void **state)
{
    (void)state;
    w.count[FF_COUNT_SESSIONS] = 12;
    w.count[FF_COUNT_BOUNCES] = 3;
    w.count[FF_COUNT_SESSION_TIME] = 60 * FF_SECOND;
    w.visitors = 5;
    before.count[FF_COUNT_SESSIONS] = 10;
    before.count[FF_COUNT_BOUNCES] = 5;
    before.count[FF_COUNT_SESSION_TIME] = 25 * FF_SECOND;
    before.visitors = 10;
    static const char *const rows[][2] = {
        {"sessions", "10\"then\"0.2"},        {"funnel.sessions", "10\"then\"0.2"},
        {"visitors", "10\"then\"-0.5"},       {"bounce_rate", "0.5\"then\"-0.5"},
        {"session_seconds", "2.5\"then\"1"},  {"orders", "0\"then\"null"},
        {"visitor_rate", "0\"then\"null"},    {"zero_result_rate", "null\"then\"null"},
        {"live_visitors", "null\"then\"null"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        assert_string_equal(compared(rows[i][0], &before), rows[i][1]);
}

static void a_rate_that_is_null_now_has_no_change(void **state)
{
    (void)state;
    before.count[FF_COUNT_SESSIONS] = 10;
    before.count[FF_COUNT_BOUNCES] = 5;
    assert_string_equal(compared("bounce_rate", &before), "0.5\"then\"null");
    assert_string_equal(compared("bounces", &before), "5\"then\"-1");
}

static void money_changes_by_currency(void **state)
{
    (void)state;
    add_money(FF_PURSE_REVENUE, EUR, 300000, 2);
    add_money(FF_PURSE_REVENUE, USD, 10000, 1);
    add_money(FF_PURSE_REFUNDED, EUR, 100000, 1);
    pay(&before, FF_PURSE_REVENUE, EUR, 100000, 1);
    pay(&before, FF_PURSE_REVENUE, GBP, 50000, 1);
    pay(&before, FF_PURSE_REFUNDED, EUR, 200000, 1);
    static const char *const rows[][2] = {
        {"revenue", "{\"EUR\":10,\"GBP\":5}\"then\"{\"EUR\":2,\"GBP\":-1,\"USD\":null}"},
        {"refunded", "{\"EUR\":20}\"then\"{\"EUR\":-0.5}"},
        /* from a loss of 10 to a gain of 20 */
        {"net_revenue", "{\"EUR\":-10,\"GBP\":5}\"then\"{\"EUR\":3,\"GBP\":-1,\"USD\":null}"},
        /* a mean of nothing is not 0 */
        {"average_order_value",
         "{\"EUR\":10,\"GBP\":5}\"then\"{\"EUR\":0.5,\"GBP\":null,\"USD\":null}"},
        {"recovered_value", "{}\"then\"{}"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        assert_string_equal(compared(rows[i][0], &before), rows[i][1]);
}

static void of_what_is_not_kept_nothing_is_known(void **state)
{
    (void)state;
    size_t n;
    const struct metric *m = metrics_all(&n);
    w.count[FF_COUNT_SESSIONS] = 12;
    for (size_t i = 0; i < n; i++) {
        char name[64] = "";
        strcat(strcat(strcat(name, m[i].section), "."), m[i].name);
        bool money = m[i].kind == METRIC_MONEY || m[i].kind == METRIC_MONEY_LESS ||
                     m[i].kind == METRIC_MONEY_MEAN;
        assert_string_equal(compared(name, NULL), money ? "{}\"then\"{}" : "null\"then\"null");
    }
    add_money(FF_PURSE_REVENUE, EUR, 300000, 2);
    assert_string_equal(compared("revenue", NULL), "{}\"then\"{\"EUR\":null}");
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
        t(what_was_and_how_it_changed_are_given_for_every_kind),
        t(a_rate_that_is_null_now_has_no_change),
        t(money_changes_by_currency),
        t(of_what_is_not_kept_nothing_is_known),
        t(names_are_found_alone_or_with_their_section),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
