#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "guard.h"
#include "keys.h"

static const struct ff_span words[] = {
    {"a", 1},    {"b", 1},    {"ab", 2},       {"ba", 2},        {"aa", 2},
    {"url", 3},  {"lru", 3},  {"abcdefgh", 8}, {"abcdxefgh", 9}, {"remove_from_cart", 16},
    {"abcd", 4}, {"abxcd", 5}};
#define WORDS (sizeof words / sizeof *words)

static void every_word_is_found_at_its_place(void **state)
{
    struct keys k;
    (void)state;
    keys_init(&k, words, WORDS);
    for (size_t i = 0; i < WORDS; i++)
        assert_int_equal(keys_find(&k, words[i]), (int)i);
}

static void other_words_are_not_found(void **state)
{
    struct keys k;
    (void)state;
    keys_init(&k, words, WORDS);
    assert_int_equal(keys_find(&k, FF_LITERAL("")), -1);
    assert_int_equal(keys_find(&k, FF_LITERAL("c")), -1);
    assert_int_equal(keys_find(&k, FF_LITERAL("bb")), -1);
    assert_int_equal(keys_find(&k, FF_LITERAL("URL")), -1);
    assert_int_equal(keys_find(&k, FF_LITERAL("url\0")), -1);
    assert_int_equal(keys_find(&k, FF_LITERAL("\0")), -1);
    assert_int_equal(keys_find(&k, FF_LITERAL("remove_from_cart2")), -1);
    assert_int_equal(keys_find(&k, FF_LITERAL("remove_from_cars")), -1);
    assert_int_equal(keys_find(&k, FF_LITERAL("abcdefg")), -1);
    assert_int_equal(keys_find(&k, FF_LITERAL("abcdyefgh")), -1);
    assert_int_equal(keys_find(&k, FF_LITERAL("abycd")), -1);
}

static void words_that_share_a_slot_are_told_apart(void **state)
{
    static char text[KEYS_MAX][3];
    struct ff_span many[KEYS_MAX];
    struct keys k;
    (void)state;
    for (int i = 0; i < KEYS_MAX; i++) {
        text[i][0] = (char)('a' + i % 10);
        text[i][1] = (char)('a' + i / 10);
        many[i] = ff_span_of(text[i], 2);
    }
    keys_init(&k, many, KEYS_MAX);
    for (int i = 0; i < KEYS_MAX; i++)
        assert_int_equal(keys_find(&k, many[i]), i);
    assert_int_equal(keys_find(&k, FF_LITERAL("zz")), -1);
}

/* Words are told by their bytes alone, and none past their end is looked at. */
static void nothing_behind_a_word_is_read(void **state)
{
    struct keys k;
    (void)state;
    keys_init(&k, words, WORDS);
    for (size_t i = 0; i < WORDS; i++) {
        struct guard g;
        assert_int_equal(keys_find(&k, guard_put(&g, words[i], 0)), (int)i);
        guard_drop(&g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_word_is_found_at_its_place),
        cmocka_unit_test(other_words_are_not_found),
        cmocka_unit_test(nothing_behind_a_word_is_read),
        cmocka_unit_test(words_that_share_a_slot_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
