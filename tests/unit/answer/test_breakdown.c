#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "desk.h"

#define PATH "/v1/stats/breakdown"
#define EUR FF_CURRENCY('E', 'U', 'R')
#define USD FF_CURRENCY('U', 'S', 'D')

#define HEAD(by)                                                                                   \
    "{\"site\":\"shop\",\"by\":\"" by "\",\"from\":\"2026-10-25T18:00:00Z\",\"to\":\"2026-10-25T20:00:00Z\"," \
    "\"generated_at\":\"2026-10-25T19:23:20Z\","

static void searched(struct desk *d, ff_wall at, const char *term, int64_t n)
{
    desk_cell(d, 0, at, FF_BY_SEARCH_TERM, term, (int64_t[]){n, n / 2, n, 1}, 4, 0, 0);
}

static void sold(struct desk *d, const char *sku, int64_t quantity, ff_currency currency, ff_money amount)
{
    desk_cell(d, 0, NOW, FF_BY_PRODUCT, sku, (int64_t[]){2 * quantity, quantity, 1, quantity}, 4, currency,
              amount);
}

static void has(struct desk *d, const char *query, const char *text)
{
    const char *body = desk_ask(d, PATH, query);
    if (!strstr(body, text))
        fail_msg("%s: %s\nlacks %s", query, body, text);
}

/* That the values of the rows are these, in this order: "a,b,". */
static void values_are(struct desk *d, const char *query, const char *values)
{
    char found[512] = "";
    for (const char *p = desk_ask(d, PATH, query); (p = strstr(p, "\"value\":\"")); p++) {
        const char *from = p + 9, *stop = strchr(from, '"');
        snprintf(found + strlen(found), sizeof found - strlen(found), "%.*s,", (int)(stop - from), from);
    }
    assert_string_equal(found, values);
}

static void rows_other_and_total_have_every_field(void **state)
{
    struct desk *d = *state;
    const int64_t email[] = {4, 3, 9, 1, 2, 1, 1, 1, 2}, direct[] = {1, 0, 1, 1, 0, 0, 0, 0, 0};
    desk_cell(d, 0, NOW, FF_BY_CHANNEL, "email", email, 9, EUR, 247500);
    desk_cell(d, 0, NOW - FF_HOUR, FF_BY_CHANNEL, "direct", direct, 9, 0, 0);
    assert_string_equal(
        desk_ask(d, PATH, "site=shop&by=channel&window=1h&limit=1"),
        HEAD("channel")
        "\"rows\":[{\"value\":\"email\",\"sessions\":4,\"new_visitors\":3,\"pageviews\":9,\"bounces\":1,"
        "\"bounce_rate\":0.25,\"engaged_sessions\":2,\"added_to_cart\":1,\"began_checkout\":1,\"purchased\":1,"
        "\"session_rate\":0.25,\"orders\":2,\"revenue\":{\"EUR\":24.75}}],"
        "\"other\":{\"sessions\":1,\"new_visitors\":0,\"pageviews\":1,\"bounces\":1,"
        "\"bounce_rate\":1,\"engaged_sessions\":0,\"added_to_cart\":0,\"began_checkout\":0,\"purchased\":0,"
        "\"session_rate\":0,\"orders\":0,\"revenue\":{}},"
        "\"total\":{\"sessions\":5,\"new_visitors\":3,\"pageviews\":10,\"bounces\":2,"
        "\"bounce_rate\":0.4,\"engaged_sessions\":2,\"added_to_cart\":1,\"began_checkout\":1,\"purchased\":1,"
        "\"session_rate\":0.2,\"orders\":2,\"revenue\":{\"EUR\":24.75}}}");
    assert_int_equal(d->status, FF_OK);
    assert_int_equal(d->out.http, 200);
    assert_string_not_equal(d->out.etag, "");
}

static void each_kind_of_dimension_has_its_fields(void **state)
{
    struct desk *d = *state;
    const int64_t page[] = {10, 4, 5, 1, 9000000, 6};
    desk_cell(d, 0, NOW, FF_BY_PAGE, "/a", page, 6, 0, 0);
    has(d, "site=shop&by=page",
        "\"rows\":[{\"value\":\"/a\",\"views\":10,\"entrances\":4,\"exits\":5,\"exit_rate\":0.5,\"bounces\":1,"
        "\"bounce_rate\":0.25,\"page_seconds\":1.5}]");
    sold(d, "shoe", 3, EUR, 5);
    has(d, "site=shop&by=product",
        "[{\"value\":\"shoe\",\"views\":6,\"added\":3,\"purchased\":1,\"quantity\":3,\"revenue\":{\"EUR\":0.0005}}]");
    has(d, "site=shop&by=category", "\"rows\":[],\"other\":{\"views\":0,");
    searched(d, NOW, "boots", 4);
    has(d, "site=shop&by=search_term",
        "[{\"value\":\"boots\",\"searches\":4,\"zero_results\":2,\"sessions\":4,\"purchased\":1}]");
    desk_cell(d, 0, NOW, FF_BY_CUSTOM, "", (int64_t[]){2, 1}, 2, 0, 0);
    has(d, "site=shop&by=custom", "[{\"value\":\"(none)\",\"events\":2,\"sessions\":1}]");
}

static void every_dimension_can_be_asked_for_and_is_empty_at_first(void **state)
{
    struct desk *d = *state;
    static const char *const by[] = {"channel", "source", "campaign", "device", "country", "visitor_type",
                                     "entry_page", "page", "exit_page", "product", "category", "search_term",
                                     "zero_result_term", "checkout_step", "custom"};
    for (size_t i = 0; i < sizeof by / sizeof *by; i++) {
        char query[64], text[64];
        snprintf(query, sizeof query, "site=shop&by=%s", by[i]);
        snprintf(text, sizeof text, "\"by\":\"%s\",", by[i]);
        has(d, query, text);
        has(d, query, "\"rows\":[],\"other\":{");
        assert_int_equal(d->out.http, 200);
    }
}

static void refuses(struct desk *d, const char *query, const char *parameter, const char *error)
{
    char text[512];
    snprintf(text, sizeof text, "{\"error\":\"%s\",\"code\":\"bad_parameter\",\"parameter\":\"%s\"}", error,
             parameter);
    assert_string_equal(desk_ask(d, PATH, query), text);
    assert_int_equal(d->out.http, 400);
}

static void parameters_that_are_not_understood_are_refused(void **state)
{
    struct desk *d = *state;
    static const char by[] = "by: expected one of channel, source, campaign, device, country, visitor_type, "
                             "entry_page, exit_page, page, product, category, search_term, zero_result_term, "
                             "checkout_step, custom";
    static const char limit[] = "limit: expected a whole number from 1 to 1000";
    refuses(d, "site=shop", "by", by);
    refuses(d, "site=shop&by=", "by", by);
    refuses(d, "site=shop&by=Channel", "by", by);
    refuses(d, "site=shop&by=csat_topic", "by", by);
    refuses(d, "site=shop&by=search_term&sort=revenue", "sort",
            "sort: expected one of searches, zero_results, sessions, purchased");
    refuses(d, "site=shop&by=custom&sort=", "sort", "sort: expected one of events, sessions");
    refuses(d, "site=shop&by=page&limit=0", "limit", limit);
    refuses(d, "site=shop&by=page&limit=1001", "limit", limit);
    refuses(d, "site=shop&by=page&limit=", "limit", limit);
    refuses(d, "site=shop&by=page&limit=-1", "limit", limit);
    refuses(d, "site=shop&by=page&limit=2x", "limit", limit);
    refuses(d, "site=shop&by=page&limit=4294967297", "limit", limit);
    has(d, "site=shop&by=page&limit=1000", "\"rows\":[]");
    desk_ask(d, PATH, "site=shop&by=page&metric=views");
    assert_int_equal(d->out.http, 400);
}

static void rows_come_from_the_greatest_down(void **state)
{
    struct desk *d = *state;
    static const char *const terms[] = {"c", "a", "e", "b", "d"};
    for (int i = 0; i < 5; i++)
        searched(d, NOW, terms[i], i == 4 ? 4 : 2 * (i + 1));
    values_are(d, "site=shop&by=search_term", "b,e,a,d,c,"); /* 8, 6, 4, 4, 2: of equals by text */
    values_are(d, "site=shop&by=search_term&sort=purchased", "a,b,c,d,e,");
    values_are(d, "site=shop&by=search_term&limit=3", "b,e,a,");
    values_are(d, "site=shop&by=search_term&limit=4&sort=zero_results", "b,e,a,d,");
}

static void a_rate_that_is_null_comes_last(void **state)
{
    struct desk *d = *state;
    desk_cell(d, 0, NOW, FF_BY_PAGE, "/never", (int64_t[]){0, 3, 9}, 3, 0, 0);
    desk_cell(d, 0, NOW, FF_BY_PAGE, "/low", (int64_t[]){10, 3, 1}, 3, 0, 0);
    desk_cell(d, 0, NOW, FF_BY_PAGE, "/zero", (int64_t[]){10, 3, 0}, 3, 0, 0);
    desk_cell(d, 0, NOW, FF_BY_PAGE, "/high", (int64_t[]){10, 3, 12}, 3, 0, 0);
    values_are(d, "site=shop&by=page&sort=exit_rate", "/high,/low,/zero,/never,");
    values_are(d, "site=shop&by=page&sort=exit_rate&limit=3", "/high,/low,/zero,");
}

static void money_is_sorted_by_the_currency_of_the_site(void **state)
{
    struct desk *d = *state;
    sold(d, "dear", 1, USD, 9000000);
    sold(d, "both", 1, USD, 70);
    sold(d, "both", 1, EUR, 50);
    sold(d, "cheap", 1, EUR, 20);
    sold(d, "back", 1, EUR, -20);
    values_are(d, "site=shop&by=product&sort=revenue", "both,cheap,dear,back,");
    has(d, "site=shop&by=product&sort=revenue&limit=1", "\"revenue\":{\"EUR\":0.005,\"USD\":0.007}");
    has(d, "site=shop&by=product&sort=revenue&limit=1", "\"other\":{\"views\":6,\"added\":3,\"purchased\":3,"
                                                        "\"quantity\":3,\"revenue\":{\"USD\":900}}"); /* 20 - 20 */
}

/* More values than a day admits: rows and other still add up to all there is. */
static void rows_and_other_add_up_to_the_total(void **state)
{
    struct desk *d = *state;
    char name[16];
    for (int i = 0; i < 900; i++) {
        snprintf(name, sizeof name, "s%d", i % 300);
        desk_cell(d, 0, NOW, FF_BY_CUSTOM, name, (int64_t[]){i % 7, 1}, 2, 0, 0);
    }
    const char *body = desk_ask(d, PATH, "site=shop&by=custom&window=1h&limit=1000&sort=sessions");
    assert_int_equal(desk_occurrences(body, "\"value\":"), 200);
    assert_null(strstr(body, "(other)"));
    has(d, "site=shop&by=custom&window=1h&limit=1000", "\"other\":{\"events\":903,\"sessions\":300},"
                                                       "\"total\":{\"events\":2694,\"sessions\":900}}");
    has(d, "site=shop&by=custom&window=1h&limit=10&sort=sessions",
        "\"sessions\":870},\"total\":{\"events\":2694,\"sessions\":900}}");
}

static void it_is_held_against_an_earlier_window(void **state)
{
    struct desk *d = *state;
    desk_cell(d, 0, NOW, FF_BY_CUSTOM, "both", (int64_t[]){6, 1}, 2, 0, 0);
    desk_cell(d, 0, NOW, FF_BY_CUSTOM, "new", (int64_t[]){5, 2}, 2, 0, 0);
    desk_cell(d, 0, NOW, FF_BY_CUSTOM, "less", (int64_t[]){1, 0}, 2, 0, 0);
    desk_cell(d, 0, NOW - 3 * FF_HOUR, FF_BY_CUSTOM, "both", (int64_t[]){4, 0}, 2, 0, 0);
    desk_cell(d, 0, NOW - 3 * FF_HOUR, FF_BY_CUSTOM, "gone", (int64_t[]){10, 5}, 2, 0, 0);
    assert_string_equal(
        desk_ask(d, PATH, "site=shop&by=custom&window=1h&limit=2&compare=previous"),
        HEAD("custom")
        "\"compare\":{\"mode\":\"previous\",\"from\":\"2026-10-25T16:00:00Z\",\"to\":\"2026-10-25T18:00:00Z\"},"
        "\"rows\":[{\"value\":\"both\",\"events\":6,\"sessions\":1,"
        "\"previous\":{\"events\":4,\"sessions\":0},\"change\":{\"events\":0.5,\"sessions\":null}},"
        "{\"value\":\"new\",\"events\":5,\"sessions\":2,"
        "\"previous\":{\"events\":0,\"sessions\":0},\"change\":{\"events\":null,\"sessions\":null}}],"
        "\"other\":{\"events\":1,\"sessions\":0,"
        "\"previous\":{\"events\":10,\"sessions\":5},\"change\":{\"events\":-0.9,\"sessions\":-1}},"
        "\"total\":{\"events\":12,\"sessions\":3,"
        "\"previous\":{\"events\":14,\"sessions\":5},\"change\":{\"events\":-0.14285714285714285,"
        "\"sessions\":-0.4}}}");
}

static void of_a_time_before_all_that_is_kept_nothing_is_known(void **state)
{
    struct desk *d = *state;
    sold(d, "shoe", 1, EUR, 10000);
    has(d, "site=shop&by=product&window=800d&compare=previous",
        "\"previous\":{\"views\":null,\"added\":null,\"purchased\":null,\"quantity\":null,\"revenue\":{}},"
        "\"change\":{\"views\":null,\"added\":null,\"purchased\":null,\"quantity\":null,"
        "\"revenue\":{\"EUR\":null}}}],");
}

static void the_window_is_widened_to_hours(void **state)
{
    struct desk *d = *state;
    searched(d, NOW - 20 * FF_MINUTE, "early", 2); /* 19:03, not in the five minutes */
    has(d, "site=shop&by=search_term&window=5m", "\"from\":\"2026-10-25T19:00:00Z\",\"to\":\"2026-10-25T20:00:00Z\"");
    values_are(d, "site=shop&by=search_term&window=5m", "early,");
    values_are(d, "site=other&by=search_term&window=5m", "");
}

#define t(name) cmocka_unit_test_setup_teardown(name, desk_open, desk_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        t(rows_other_and_total_have_every_field),
        t(each_kind_of_dimension_has_its_fields),
        t(every_dimension_can_be_asked_for_and_is_empty_at_first),
        t(parameters_that_are_not_understood_are_refused),
        t(rows_come_from_the_greatest_down),
        t(a_rate_that_is_null_comes_last),
        t(money_is_sorted_by_the_currency_of_the_site),
        t(rows_and_other_add_up_to_the_total),
        t(it_is_held_against_an_earlier_window),
        t(of_a_time_before_all_that_is_kept_nothing_is_known),
        t(the_window_is_widened_to_hours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
