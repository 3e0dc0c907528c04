#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "footfall/status.h"

#include <string.h>

static void every_status_has_a_code_prose_and_http_status(void **state)
{
    (void)state;
    for (int s = 0; s < FF_STATUS_COUNT; s++) {
        const char *code = ff_status_code((enum ff_status)s), *prose = ff_status_prose((enum ff_status)s);
        int http = ff_status_http((enum ff_status)s);
        assert_non_null(code);
        assert_non_null(prose);
        assert_true(*code && *prose);
        assert_true(http >= 200 && http < 600);
        assert_int_equal(strspn(code, "abcdefghijklmnopqrstuvwxyz0123456789_"), strlen(code));
        assert_null(strchr(prose, '"')); /* it stands in JSON as it is */
        assert_null(strchr(prose, '\\'));
    }
}

static void codes_are_told_apart(void **state)
{
    (void)state;
    for (int s = 0; s < FF_STATUS_COUNT; s++)
        for (int t = 0; t < s; t++)
            assert_string_not_equal(ff_status_code((enum ff_status)s), ff_status_code((enum ff_status)t));
}

static void what_was_taken_is_no_failure_and_trouble_is_the_daemons_own(void **state)
{
    (void)state;
    static const struct {
        enum ff_status status;
        const char *code;
        int http;
    } rows[] = {
        {FF_OK, "ok", 200},
        {FF_DUPLICATE, "duplicate", 200},
        {FF_DUPLICATE_ORDER, "duplicate_order", 200},
        {FF_LATE, "late", 200},
        {FF_STRAY, "stray", 200},
        {FF_MISSING, "missing", 400},
        {FF_BODY_TOO_LARGE, "body_too_large", 413},
        {FF_UNSUPPORTED_TYPE, "unsupported_type", 415},
        {FF_STORE_FULL, "store_full", 503},
        {FF_INTERNAL, "internal", 500},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_string_equal(ff_status_code(rows[i].status), rows[i].code);
        assert_int_equal(ff_status_http(rows[i].status), rows[i].http);
    }
}

static void what_is_no_status_is_an_internal_error(void **state)
{
    (void)state;
    assert_string_equal(ff_status_code(FF_STATUS_COUNT), "internal");
    assert_string_equal(ff_status_code((enum ff_status)-1), "internal");
    assert_int_equal(ff_status_http((enum ff_status)12345), 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_a_code_prose_and_http_status),
        cmocka_unit_test(codes_are_told_apart),
        cmocka_unit_test(what_was_taken_is_no_failure_and_trouble_is_the_daemons_own),
        cmocka_unit_test(what_is_no_status_is_an_internal_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
