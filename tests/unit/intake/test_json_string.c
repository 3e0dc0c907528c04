#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "json_string.h"

static char room[256];

static bool read(const char *body, struct intake_value *v)
{
    struct texts texts = {room, 0, sizeof room};
    return json_unescape(&texts, ff_span_text(body), v);
}

static void gives(const char *body, const char *expected, size_t n)
{
    struct intake_value v;
    assert_true(read(body, &v));
    assert_int_equal(v.kind, INTAKE_STRING);
    assert_true(ff_span_equal(v.text, ff_span_of(expected, n)));
}

static void plain_strings_are_borrowed(void **state)
{
    static const char body[] = "pl\xC3\xA4in";
    struct texts texts = {room, 0, sizeof room};
    struct intake_value v;
    (void)state;
    assert_true(json_unescape(&texts, FF_LITERAL(body), &v));
    assert_ptr_equal(v.text.p, body);
    assert_int_equal(texts.used, 0);
    gives("", "", 0);
}

static void escapes_become_their_bytes(void **state)
{
    (void)state;
    gives("\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t", 8);
    gives("a\\u0041b", "aAb", 3);
    gives("\\u00e9\\u00E9", "\xC3\xA9\xC3\xA9", 4);
    gives("\\u20ac", "\xE2\x82\xAC", 3);
    gives("\\ud83d\\ude00!", "\xF0\x9F\x98\x80!", 5);
    gives("\\uD800\\uDC00\\uDBFF\\uDFFF", "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF", 8);
    gives("x\\u0000y", "x\0y", 3);
    gives("\\\\u0041", "\\u0041", 6);
}

static void unescaped_strings_stand_side_by_side(void **state)
{
    struct texts texts = {room, 0, sizeof room};
    struct intake_value a, b;
    (void)state;
    assert_true(json_unescape(&texts, FF_LITERAL("1\\n"), &a));
    assert_true(json_unescape(&texts, FF_LITERAL("2\\n"), &b));
    assert_true(ff_span_is(a.text, "1\n"));
    assert_true(ff_span_is(b.text, "2\n"));
    assert_int_equal(texts.used, 4);
}

static void unknown_escapes_are_malformed(void **state)
{
    static const char *const bad[] = {"\\x41",   "\\",  "\\u", "\\u12",        "\\u12g4",
                                      "\\u 123", "\\'", "\\0", "\\ud83d\\u12", "\\ud83d\\uzzzz"};
    struct intake_value v;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(read(bad[i], &v));
    assert_false(json_unescape(&(struct texts){room, 0, sizeof room}, ff_span_of("\\\0", 2), &v));
}

static void half_a_surrogate_pair_is_no_text(void **state)
{
    static const char *const broken[] = {"\\ud83d",
                                         "a\\ude00b",
                                         "\\ud83dx",
                                         "\\ud83d\\n",
                                         "\\ud83d\\ud83d",
                                         "\\ud83d\\u0041",
                                         "\\ud83d\\ud83d\\ude00"};
    struct intake_value v;
    (void)state;
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        assert_true(read(broken[i], &v));
        assert_int_equal(v.kind, INTAKE_BROKEN_STRING);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_strings_are_borrowed),
        cmocka_unit_test(escapes_become_their_bytes),
        cmocka_unit_test(unescaped_strings_stand_side_by_side),
        cmocka_unit_test(unknown_escapes_are_malformed),
        cmocka_unit_test(half_a_surrogate_pair_is_no_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
