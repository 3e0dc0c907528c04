#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "patterns.h"

#include <stdio.h>
#include <stdlib.h>

/* Matches written one behind the other: "mark:first-end ". */
struct heard {
    char text[8192];
};

static void hear(void *ctx, uint16_t mark, size_t first, size_t end)
{
    struct heard *h = ctx;
    size_t n = strlen(h->text);
    snprintf(h->text + n, sizeof h->text - n, "%u:%zu-%zu ", mark, first, end);
}

static const char *scan(struct heard *h, const struct pattern *rows, size_t n, const char *text)
{
    char why[128];
    struct patterns *p = patterns_new(rows, n, why, sizeof why);
    assert_non_null(p);
    h->text[0] = '\0';
    patterns_scan(p, ff_span_text(text), hear, h);
    patterns_free(&p);
    assert_null(p);
    return h->text;
}

#define ROW(text, mark) {{(text), sizeof(text) - 1}, (mark)}

static void all_that_a_text_holds_is_found_also_one_within_another(void **state)
{
    (void)state;
    static const struct pattern rows[] = {ROW("he", 1), ROW("she", 2), ROW("his", 3), ROW("hers", 4)};
    struct heard h;
    assert_string_equal(scan(&h, rows, 4, "ushers"), "2:1-4 1:2-4 4:2-6 ");
    assert_string_equal(scan(&h, rows, 4, "this, she"), "3:1-4 2:6-9 1:7-9 ");
    assert_string_equal(scan(&h, rows, 4, "h e r s"), "");
    assert_string_equal(scan(&h, rows, 4, ""), "");
}

static void letters_match_in_either_case(void **state)
{
    (void)state;
    static const struct pattern rows[] = {ROW("Bot", 7)};
    struct heard h;
    assert_string_equal(scan(&h, rows, 1, "a BOT, a bOt"), "7:2-5 7:9-12 ");
}

static void signs_at_the_ends_say_where_a_pattern_may_stand(void **state)
{
    (void)state;
    static const struct pattern rows[] = {ROW("^cur", 1), ROW("curl$", 2), ROW("<rl", 3), ROW("cu>", 4)};
    struct heard h;
    assert_string_equal(scan(&h, rows, 4, "curl"), "1:0-3 2:0-4 ");
    assert_string_equal(scan(&h, rows, 4, "a curl."), "");
    assert_string_equal(scan(&h, rows, 4, "cu/rl cu"), "4:0-2 3:3-5 4:6-8 ");
    assert_string_equal(scan(&h, rows, 4, "cu9rl"), "");
}

static void a_sign_alone_is_looked_for_as_it_is(void **state)
{
    (void)state;
    static const struct pattern rows[] = {ROW("<", 1), ROW("$", 2)};
    struct heard h;
    assert_string_equal(scan(&h, rows, 2, "a<b$"), "1:1-2 2:3-4 ");
}

static void any_byte_may_be_in_a_pattern_and_in_a_text(void **state)
{
    (void)state;
    struct pattern rows[255];
    char bytes[255], text[256], expected[64];
    for (int i = 0; i < 255; i++) {
        bytes[i] = (char)(i + 1);
        rows[i] = (struct pattern){ff_span_of(&bytes[i], 1), (uint16_t)i};
        text[i] = (char)(i + 1);
    }
    text[255] = '\0';
    struct heard h;
    assert_non_null(strstr(scan(&h, rows, 200, text), "198:198-199 "));
    snprintf(expected, sizeof expected, "%u:0-1 ", 0xe2 - 1);
    rows[0] = rows[0xe2 - 1];
    assert_string_equal(scan(&h, rows, 1, "\xe2\x82"), expected);
}

/* A sum that tells which pattern was found where. */
static void add(void *ctx, uint16_t mark, size_t first, size_t end)
{
    (void)end;
    *(unsigned *)ctx += (unsigned)((mark + 1u) * (first + 1));
}

/* Against the plain search, over texts and patterns of few letters, so that there is much of both. */
static void it_finds_what_a_plain_search_finds(void **state)
{
    (void)state;
    unsigned seed = 1;
    for (int round = 0; round < 200; round++) {
        char words[12][6], text[40], why[64];
        struct pattern rows[12];
        for (int i = 0; i < 12; i++) {
            size_t n = 1 + (size_t)(rand_r(&seed) % 4);
            for (size_t k = 0; k < n; k++)
                words[i][k] = (char)('a' + rand_r(&seed) % 3);
            rows[i] = (struct pattern){ff_span_of(words[i], n), (uint16_t)i};
        }
        for (size_t i = 0; i < sizeof text - 1; i++)
            text[i] = (char)('a' + rand_r(&seed) % 4);
        text[sizeof text - 1] = '\0';
        unsigned plain = 0, sum = 0;
        for (int i = 0; i < 12; i++)
            for (size_t at = 0; at + rows[i].text.n < sizeof text; at++)
                if (memcmp(text + at, rows[i].text.p, rows[i].text.n) == 0)
                    plain += (unsigned)((size_t)(i + 1) * (at + 1));
        struct patterns *p = patterns_new(rows, 12, why, sizeof why);
        assert_non_null(p);
        patterns_scan(p, ff_span_text(text), add, &sum);
        assert_int_equal(sum, plain);
        patterns_free(&p);
    }
}

static void what_cannot_be_used_is_refused_with_a_reason(void **state)
{
    (void)state;
    char why[128] = "", *much = malloc(70000);
    memset(much, 'a', 70000);
    struct pattern rows[] = {ROW("a", 1), {{NULL, 0}, 2}};
    assert_null(patterns_new(rows, 2, why, sizeof why));
    assert_string_equal(why, "an empty pattern");
    rows[1].text = ff_span_of(much, 70000);
    assert_null(patterns_new(rows, 2, why, sizeof why));
    assert_non_null(strstr(why, "more than 65534 characters"));
    free(much);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_a_text_holds_is_found_also_one_within_another),
        cmocka_unit_test(letters_match_in_either_case),
        cmocka_unit_test(signs_at_the_ends_say_where_a_pattern_may_stand),
        cmocka_unit_test(a_sign_alone_is_looked_for_as_it_is),
        cmocka_unit_test(any_byte_may_be_in_a_pattern_and_in_a_text),
        cmocka_unit_test(it_finds_what_a_plain_search_finds),
        cmocka_unit_test(what_cannot_be_used_is_refused_with_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
