#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "guard.h"
#include "json.h"

static enum ff_status run(const char *text, size_t capacity, size_t *n)
{
    struct guard g;
    const uint32_t *at;
    struct json_index *index = json_index_new(capacity);
    assert_non_null(index);
    enum ff_status s = json_index_run(index, guard_put(&g, ff_span_text(text), 64), &at, n);
    if (s == FF_OK)
        assert_int_equal(at[*n], strlen(text));
    guard_drop(&g);
    json_index_free(&index);
    assert_null(index);
    return s;
}

static void every_token_is_found_at_its_offset(void **state)
{
    static const char text[] = "{\"a\" : [1,-2.5e3, true],\"b{\\\"}\":null}  ";
    static const uint32_t expected[] = {0, 1, 5, 7, 8, 9, 10, 16, 18, 22, 23, 24, 31, 32, 36, 40};
    struct json_index *index = json_index_new(1000);
    const uint32_t *at;
    size_t n;
    (void)state;
    assert_int_equal(json_index_run(index, FF_LITERAL(text), &at, &n), FF_OK);
    assert_int_equal(n, sizeof expected / sizeof *expected - 1);
    for (size_t i = 0; i <= n; i++)
        assert_int_equal(at[i], i < n ? expected[i] : sizeof text - 1);
    json_index_free(&index);
}

static void broken_bytes_and_quotes_are_refused(void **state)
{
    size_t n;
    (void)state;
    assert_int_equal(run("", 100, &n), FF_EMPTY);
    assert_int_equal(run("  \n ", 100, &n), FF_EMPTY);
    assert_int_equal(run("{\"a\":\"\xff\"}", 100, &n), FF_NOT_UTF8);
    assert_int_equal(run("{\"a\":\"\xC3\"}", 100, &n), FF_NOT_UTF8);
    assert_int_equal(run("{\"a\":\"\xED\xA0\x80\"}", 100, &n), FF_NOT_UTF8);
    assert_int_equal(run("{\"a\":\"b}", 100, &n), FF_MALFORMED);
    assert_int_equal(run("{\"a\":\"b\nc\"}", 100, &n), FF_MALFORMED);
}

static void documents_up_to_the_capacity_are_read(void **state)
{
    size_t n;
    char text[201];
    (void)state;
    memset(text, '[', 200);
    text[200] = '\0';
    assert_int_equal(run(text, 200, &n), FF_OK);
    assert_int_equal(n, 200);
    assert_int_equal(run(text, 199, &n), FF_BODY_TOO_LARGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_token_is_found_at_its_offset),
        cmocka_unit_test(broken_bytes_and_quotes_are_refused),
        cmocka_unit_test(documents_up_to_the_capacity_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
