#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "http.h"

static void escape_leaves_only_what_a_query_may_hold(void **state)
{
    (void)state;
    char out[64];
    assert_true(http_escape("aZ09-._~:", out, sizeof(out)));
    assert_string_equal(out, "aZ09-._~:");
    assert_true(http_escape("a b&c=d+\xc3\xbc", out, sizeof(out)));
    assert_string_equal(out, "a%20b%26c%3Dd%2B%C3%BC");
}

static void escape_refuses_what_does_not_fit(void **state)
{
    (void)state;
    char out[4];
    assert_true(http_escape("abc", out, sizeof(out)));
    assert_false(http_escape("abcd", out, sizeof(out)));
    assert_true(http_escape("&", out, sizeof(out)));
    assert_false(http_escape("a&", out, sizeof(out)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escape_leaves_only_what_a_query_may_hold),
        cmocka_unit_test(escape_refuses_what_does_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
