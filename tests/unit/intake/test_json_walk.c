#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "guard.h"
#include "json.h"
#include "json_walk.h"

#define CAPACITY 100000

static char room[CAPACITY];

/* Walks text as one value up to its end. */
static enum ff_status walk(struct ff_span text, struct intake_value *v)
{
    struct guard g;
    struct texts texts = {room, 0, sizeof room};
    struct json_index *index = json_index_new(CAPACITY);
    struct json_walk w;
    const uint32_t *at;
    size_t n;
    struct ff_span copy = guard_put(&g, text, 0);
    enum ff_status s = json_index_run(index, copy, &at, &n);
    if (s == FF_OK) {
        w = json_begin(copy, at, n, &texts);
        s = json_value(&w, v);
    }
    if (s == FF_OK && w.at != w.end)
        s = FF_MALFORMED;
    guard_drop(&g);
    json_index_free(&index);
    return s;
}

static void is_sound(const char *text, enum intake_kind kind)
{
    struct intake_value v;
    enum ff_status s = walk(ff_span_text(text), &v);
    if (s != FF_OK || v.kind != kind)
        fail_msg("%s: %s, kind %d", text, ff_status_code(s), (int)v.kind);
}

static void is_broken(const char *text)
{
    struct intake_value v;
    enum ff_status s = walk(ff_span_text(text), &v);
    if (s != FF_MALFORMED)
        fail_msg("%s: %s", text, ff_status_code(s));
}

static void every_kind_of_value_is_told(void **state)
{
    (void)state;
    is_sound("null", INTAKE_NULL);
    is_sound(" true ", INTAKE_BOOLEAN);
    is_sound("false", INTAKE_BOOLEAN);
    is_sound("-12.5e-3", INTAKE_NUMBER);
    is_sound("0", INTAKE_NUMBER);
    is_sound("123456789012345678901234567890", INTAKE_NUMBER);
    is_sound("1E400", INTAKE_NUMBER);
    is_sound("\"\"", INTAKE_STRING);
    is_sound("\"a \\\" ]\"\n", INTAKE_STRING);
    is_sound("\"\\ud800\"", INTAKE_BROKEN_STRING);
    is_sound("{}", INTAKE_NESTED);
    is_sound("[]", INTAKE_NESTED);
    is_sound("[ 1 , [ ] , { \"a\" : { } , \"b\" : [ null , \"x\" ] } ]", INTAKE_NESTED);
}

static void broken_values_are_found_wherever_they_are(void **state)
{
    static const char *const bad[] = {
        "nul",
        "nulll",
        "True",
        "NaN",
        "Infinity",
        "-",
        "+1",
        "01",
        "1.",
        ".5",
        "1e",
        "0x1",
        "1 2",
        "tru e",
        "'a'",
        "a",
        "\"a\"b",
        "\"a\" \"b\"",
        "1\"a\"",
        "\"\\x\"",
        "{",
        "[",
        "}",
        "]",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1 2 3]",
        "[1:2]",
        "{\"a\":1:\"b\":2}",
        "[1 2]",
        "[1}",
        "{]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{,\"a\":1}",
        "{\"a\":1 \"b\":2}",
        "{\"a\" 1}",
        "{1:2}",
        "{a:1}",
        "{\"a\"::1}",
        "{\"a\":[1,{\"b\":tru}]}",
        "[[[\"\\u12\"]]]",
        "[1]]",
        "{}{}",
        "[]\x01",
        "[\x0c]",
        "[1\x1a]",
        ",",
        ":",
        "\\",
        "[1]//x",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        is_broken(bad[i]);
}

static void a_zero_byte_is_no_end(void **state)
{
    struct intake_value v;
    (void)state;
    assert_int_equal(walk(ff_span_of("[1]\0", 4), &v), FF_MALFORMED);
    assert_int_equal(walk(ff_span_of("[\0]", 3), &v), FF_MALFORMED);
}

/* depth brackets in one another. */
static struct ff_span nested(char *text, size_t depth)
{
    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    return ff_span_of(text, 2 * depth);
}

static void nesting_has_a_limit(void **state)
{
    static char text[CAPACITY];
    struct intake_value v;
    (void)state;
    assert_int_equal(walk(nested(text, JSON_MAX_DEPTH), &v), FF_OK);
    assert_int_equal(walk(nested(text, JSON_MAX_DEPTH + 1), &v), FF_TOO_DEEP);
    assert_int_equal(walk(nested(text, CAPACITY / 2), &v), FF_TOO_DEEP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_value_is_told),
        cmocka_unit_test(broken_values_are_found_wherever_they_are),
        cmocka_unit_test(a_zero_byte_is_no_end),
        cmocka_unit_test(nesting_has_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
