#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "guard.h"
#include "utf8.h"

static bool valid(const char *text)
{
    struct guard g;
    struct ff_span copy = guard_put(&g, ff_span_text(text), 0);
    bool v = utf8_valid(copy);
    guard_drop(&g);
    return v;
}

static void well_formed_text_is_valid(void **state)
{
    static const char *const good[] = {
        "",
        "a",
        "plain ascii, longer than eight bytes",
        "\x7f",
        "\xC2\x80",
        "\xDF\xBF",
        "\xE0\xA0\x80",
        "\xED\x9F\xBF",
        "\xEE\x80\x80",
        "\xEF\xBF\xBF",
        "\xF0\x90\x80\x80",
        "\xF4\x8F\xBF\xBF",
        "1234567\xC3\xA9",
        "12345678\xC3\xA9"
        "12345678\xE2\x82\xAC",
    };
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(valid(good[i]));
    assert_true(utf8_valid(ff_span_of(NULL, 0)));
    assert_true(utf8_valid(ff_span_of("a\0b", 3)));
}

static void everything_else_is_not(void **state)
{
    static const char *const bad[] = {
        "\x80",
        "\xBF",
        "\xC0\x80",
        "\xC1\xBF",
        "\xC2",
        "\xC2\x41",
        "\xC2\xC2",
        "\xE0\x80\x80",
        "\xE0\x9F\xBF",
        "\xE2\x82",
        "\xE2\x28\xA1",
        "\xE2\x82\x28",
        "\xED\xA0\x80",
        "\xED\xBF\xBF",
        "\xF0\x80\x80\x80",
        "\xF0\x8F\xBF\xBF",
        "\xF0\x9F\x98",
        "\xF0\x9F\x98\x28",
        "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80",
        "\xFF",
        "\xFE",
        "1234567\xC3",
        "12345678\xFF",
        "1234567\xC3\xA9\x80",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (valid(bad[i]))
            fail_msg("row %zu is taken for UTF-8", i);
}

static void one_byte_is_told_at_every_place_of_every_length(void **state)
{
    static const char letters[] = "the quick brown fox jumps over the lazy dog, and over 70 others of them too";
    struct guard g;
    (void)state;
    for (size_t n = 0; n < sizeof letters; n++) {
        struct ff_span text = guard_put(&g, ff_span_of(letters, n), 0);
        char *p = g.base + (text.p - g.base);
        assert_true(utf8_is_ascii(text) && utf8_valid(text));
        for (size_t i = 0; i < n; i++) {
            p[i] = (char)0x80;
            if (utf8_is_ascii(text) || utf8_valid(text))
                fail_msg("byte %zu of %zu is not seen", i, n);
            p[i] = letters[i];
        }
        guard_drop(&g);
    }
}

static void texts_are_cut_on_a_character(void **state)
{
    static const struct {
        const char *text;
        size_t max, n;
    } table[] = {
        {"abc", 3, 3},
        {"abc", 2, 2},
        {"abc", 0, 0},
        {"a\xC3\xA9", 2, 1},
        {"a\xC3\xA9", 3, 3},
        {"a\xE2\x82\xAC", 3, 1},
        {"a\xE2\x82\xAC", 2, 1},
        {"\xF0\x9F\x98\x80", 3, 0},
        {"\xF0\x9F\x98\x80x", 4, 4},
        {"", 5, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_int_equal(utf8_cut(ff_span_text(table[i].text), table[i].max).n, table[i].n);
    assert_int_equal(utf8_cut(FF_LITERAL("\x80\x80\x80\x80\x80\x80"), 5).n, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(well_formed_text_is_valid),
        cmocka_unit_test(everything_else_is_not),
        cmocka_unit_test(one_byte_is_told_at_every_place_of_every_length),
        cmocka_unit_test(texts_are_cut_on_a_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
