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
        "\"conversion\":{\"session_rate\":0,\"visitor_rate\":null}}");
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

#define t(name) cmocka_unit_test_setup_teardown(name, desk_open, desk_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        t(stats_have_every_section_and_field),
        t(the_window_is_the_sites),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
