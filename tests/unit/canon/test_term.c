#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "term.h"

static void normalises(const char *term, const char *expected)
{
    char out[TERM_KEY_MAX];
    size_t n = 0;
    if (!term_normalise(ff_span_text(term), out, &n) || !ff_span_is(ff_span_of(out, n), expected))
        fail_msg("%s became %.*s", term, (int)n, out);
}

static void ascii_is_lowered_and_its_blanks_folded(void **state)
{
    (void)state;
    normalises("shoes", "shoes");
    normalises("  Blue\t\tSUEDE \r\n shoes ", "blue suede shoes");
    normalises("a\vb\fc", "a b c");
    normalises("", "");
    normalises(" \t ", "");
    normalises("@[`{~", "@[`{~");
    normalises("a\x1f"
               "b",
               "a\x1f"
               "b");
}

static void other_letters_are_folded_in_full(void **state)
{
    (void)state;
    normalises("STRASSE Stra\xC3\x9F"
               "e",
               "strasse strasse");
    normalises("\xC3\x89T\xC3\x89", "\xC3\xA9t\xC3\xA9");
    normalises("\xCE\xA3\xCE\x99\xCE\xA3\xCF\x82",
               "\xCF\x83\xCE\xB9\xCF\x83\xCF\x83"); /* SIGMA, final sigma */
    normalises("\xCE\x90", "\xCE\x90");             /* folds to three, which compose again */
    normalises("\xEF\xAC\x83", "ffi");
    normalises("\xC4\xB0", "i\xCC\x87"); /* I with a dot */
}

static void composed_and_decomposed_letters_are_the_same(void **state)
{
    (void)state;
    normalises("e\xCC\x81", "\xC3\xA9");
    normalises("E\xCC\x81", "\xC3\xA9");
    normalises("\xE1\x84\x80\xE1\x85\xA1", "\xEA\xB0\x80"); /* Hangul */
    normalises("a\xCC\xA3\xCC\x82", "\xE1\xBA\xAD");        /* two marks, in either order */
    normalises("a\xCC\x82\xCC\xA3", "\xE1\xBA\xAD");
}

static void blanks_of_all_scripts_are_folded(void **state)
{
    (void)state;
    normalises("\xE8\x93\x9D\xE8\x89\xB2\xE3\x80\x80\xE3\x80\x80\xE9\x9E\x8B\xE3\x80\x80",
               "\xE8\x93\x9D\xE8\x89\xB2 \xE9\x9E\x8B");
    normalises("a\xC2\xA0"
               "b\xE2\x80\xA8"
               "c\xC2\x85"
               "d",
               "a b c d");
    normalises("a\xE2\x80\x8B"
               "b",
               "a\xE2\x80\x8B"
               "b"); /* a zero width space is none */
}

static void keys_are_cut_on_a_character(void **state)
{
    char term[400], out[TERM_KEY_MAX];
    size_t n;
    (void)state;
    memset(term, 'A', sizeof term);
    assert_true(term_normalise(ff_span_of(term, sizeof term), out, &n));
    assert_int_equal(n, TERM_KEY_MAX);
    memcpy(term + 255, "\xC3\xA9", 2);
    assert_true(term_normalise(ff_span_of(term, sizeof term), out, &n));
    assert_int_equal(n, 255);
    memset(term, ' ', 300);
    memcpy(term + 300, "x", 1);
    assert_true(term_normalise(ff_span_of(term, 301), out, &n));
    assert_int_equal(n, 1);
}

static void only_the_first_bytes_are_looked_at(void **state)
{
    static char term[TERM_READ_MAX + 10];
    char out[TERM_KEY_MAX];
    size_t n;
    (void)state;
    memset(term, ' ', sizeof term);
    memcpy(term + TERM_READ_MAX - 1, "xy", 2);
    assert_true(term_normalise(ff_span_of(term, sizeof term), out, &n));
    assert_int_equal(n, 1);
}

/* The letters that fall apart and fold the widest fill what is set aside for them. */
static void the_widest_terms_fit(void **state)
{
    static const char *const wide[] = {"\xCE\x90",     "\xE1\xBE\x82",     "\xEF\xAC\x83",
                                       "\xE1\xBD\x96", "\xF0\x9D\x85\xA4", "\xEC\x81\xB2"};
    char term[TERM_READ_MAX], out[TERM_KEY_MAX];
    size_t n;
    (void)state;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++) {
        size_t each = strlen(wide[i]), used = 0;
        for (; used + each <= sizeof term; used += each)
            memcpy(term + used, wide[i], each);
        assert_true(term_normalise(ff_span_of(term, used), out, &n));
        assert_in_range(n, TERM_KEY_MAX - 3, TERM_KEY_MAX);
    }
}

static void what_is_not_utf8_is_refused(void **state)
{
    char out[TERM_KEY_MAX];
    size_t n;
    (void)state;
    assert_false(term_normalise(FF_LITERAL("a\xFF"), out, &n));
    assert_false(term_normalise(FF_LITERAL("\xED\xA0\x80"), out, &n));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ascii_is_lowered_and_its_blanks_folded),
        cmocka_unit_test(other_letters_are_folded_in_full),
        cmocka_unit_test(composed_and_decomposed_letters_are_the_same),
        cmocka_unit_test(blanks_of_all_scripts_are_folded),
        cmocka_unit_test(keys_are_cut_on_a_character),
        cmocka_unit_test(only_the_first_bytes_are_looked_at),
        cmocka_unit_test(the_widest_terms_fit),
        cmocka_unit_test(what_is_not_utf8_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
