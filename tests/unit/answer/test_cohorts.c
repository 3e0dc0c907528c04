#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "desk.h"

static void cohorts_are_rows_of_later_months(void **state)
{
    struct desk *d = *state;
    assert_string_equal(desk_ask(d, "/v1/customers/cohorts", "site=shop"),
                        "{\"site\":\"shop\",\"generated_at\":\"2026-10-25T19:23:20Z\",\"cohorts\":["
                        "{\"month\":\"2026-01\",\"customers\":5,\"buyers\":[3,0,2]},"
                        "{\"month\":\"2026-09\",\"customers\":9,\"buyers\":[3]}]}");
    assert_int_equal(d->out.http, 200);
    assert_true(d->out.etag[0] == '"');
}

static void a_window_picks_cohorts(void **state)
{
    struct desk *d = *state;
    const char *body = desk_ask(d, "/v1/customers/cohorts", "site=shop&from=2026-08-01T00:00:00Z");
    assert_null(strstr(body, "2026-01\""));
    assert_non_null(strstr(body, "\"2026-09\""));
    body = desk_ask(d, "/v1/customers/cohorts", "site=shop&from=2025-08-01T00:00:00Z&to=2026-08-01T00:00:00Z");
    assert_non_null(strstr(body, "\"2026-01\""));
    assert_null(strstr(body, "\"2026-09\""));
    desk_ask(d, "/v1/customers/cohorts", "site=shop&window=1h");
    assert_int_equal(d->out.http, 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(cohorts_are_rows_of_later_months, desk_open, desk_close),
        cmocka_unit_test_setup_teardown(a_window_picks_cohorts, desk_open, desk_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
