#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "words.h"

static struct words w;

static int begin(void **state)
{
    (void)state;
    return words_init(&w, 3, &(struct hash_seed){{1, 2}}) ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    words_fini(&w);
    return 0;
}

static uint32_t take(const char *text)
{
    return words_take(&w, ff_span_text(text));
}

static void is(uint32_t word, const char *text)
{
    assert_true(ff_span_is(words_text(&w, word), text));
}

static void a_text_is_kept_once_however_often_it_is_taken(void **state)
{
    (void)state;
    uint32_t one = take("/"), other = take("/shoes");
    assert_true(one > WORD_OTHER && other > WORD_OTHER && one != other);
    assert_int_equal(take("/"), one);
    is(one, "/");
    is(other, "/shoes");
    assert_int_equal(words_used(&w), 2);
    assert_int_equal(w.bytes, 7);
    assert_true(one <= words_most(&w) && other <= words_most(&w));
}

static void the_last_to_let_go_frees_it(void **state)
{
    (void)state;
    uint32_t word = take("a");
    take("a");
    words_hold(&w, word);
    words_drop(&w, word);
    words_drop(&w, word);
    is(word, "a");
    assert_int_equal(words_used(&w), 1);
    words_drop(&w, word);
    assert_int_equal(words_used(&w), 0);
    assert_int_equal(w.bytes, 0);
    assert_int_equal(take("b"), word); /* its number is free for another */
    is(word, "b");
}

static void what_there_is_no_room_for_is_other_and_counted(void **state)
{
    (void)state;
    uint32_t first = take("1");
    take("2");
    take("3");
    assert_int_equal(take("4"), WORD_OTHER);
    assert_int_equal(take("5"), WORD_OTHER);
    assert_int_equal(w.left_out, 2);
    assert_int_equal(take("1"), first); /* what is kept is still found */
    words_drop(&w, first);
    words_drop(&w, first);
    assert_int_equal(take("4"), first);
    assert_int_equal(w.left_out, 2);
}

static void none_and_other_are_always_there(void **state)
{
    (void)state;
    assert_int_equal(words_take(&w, (struct ff_span){NULL, 0}), WORD_NONE);
    assert_int_equal(take("(none)"), WORD_NONE);
    assert_int_equal(take("(other)"), WORD_OTHER);
    is(WORD_NONE, "(none)");
    is(WORD_OTHER, "(other)");
    for (int i = 0; i < 5; i++) {
        words_drop(&w, WORD_NONE);
        words_drop(&w, WORD_OTHER);
    }
    words_hold(&w, WORD_OTHER);
    is(WORD_OTHER, "(other)");
    assert_true(take("(others)") > WORD_OTHER);
    assert_true(take("(") > WORD_OTHER);
    assert_int_equal(words_used(&w), 2);
}

static void a_long_text_is_cut_on_a_character(void **state)
{
    (void)state;
    char text[WORD_MAX + 3];
    memset(text, 'x', sizeof text);
    uint32_t cut = words_take(&w, ff_span_of(text, WORD_MAX + 2));
    assert_int_equal(words_text(&w, cut).n, WORD_MAX);
    assert_int_equal(words_take(&w, ff_span_of(text, WORD_MAX)), cut);
    memcpy(text + WORD_MAX - 2, "\xe2\x82\xac", 3); /* three bytes, of which two would fit */
    uint32_t whole = words_take(&w, ff_span_of(text, WORD_MAX + 1));
    assert_int_equal(words_text(&w, whole).n, WORD_MAX - 2);
    assert_int_equal(words_take(&w, ff_span_of(text, WORD_MAX - 2)), whole);
}

static void what_is_no_utf8_is_cut_all_the_same(void **state)
{
    (void)state;
    char text[WORD_MAX + 1];
    memset(text, '\x80', sizeof text);
    uint32_t word = words_take(&w, ff_span_of(text, sizeof text));
    assert_in_range(words_text(&w, word).n, 1, WORD_MAX);
    words_drop(&w, word);
    assert_int_equal(words_used(&w), 0);
}

static void their_order_is_that_of_their_bytes(void **state)
{
    (void)state;
    uint32_t b = take("b"), a = take("a"), ab = take("ab");
    assert_true(words_compare(&w, a, b) < 0);
    assert_true(words_compare(&w, b, a) > 0);
    assert_true(words_compare(&w, a, ab) < 0); /* a beginning comes before the whole */
    assert_true(words_compare(&w, ab, b) < 0);
    assert_int_equal(words_compare(&w, ab, ab), 0);
    assert_true(words_compare(&w, WORD_NONE, a) < 0); /* by its text, too */
}

static void many_come_and_go(void **state)
{
    (void)state;
    struct words many;
    uint32_t word[1000];
    char text[16];
    assert_true(words_init(&many, 1000, &(struct hash_seed){{1, 2}}));
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 1000; i++) {
            int n = snprintf(text, sizeof text, "%d", i * 7 + round);
            word[i] = words_take(&many, ff_span_of(text, (size_t)n));
        }
        for (int i = 0; i < 1000; i++) {
            snprintf(text, sizeof text, "%d", i * 7 + round);
            assert_true(ff_span_is(words_text(&many, word[i]), word[i] == WORD_OTHER ? "(other)" : text));
        }
        for (int i = round; i < 1000; i++) /* a few stay */
            words_drop(&many, word[i]);
        assert_int_equal(many.left_out, round == 2 ? 1 : 0);
        assert_int_equal(words_used(&many), round * (round + 1) / 2);
    }
    words_fini(&many);
}

/* Its hash, as the table has it. */
static uint64_t slot_of_one(uint64_t seed, const char *text)
{
    struct words one;
    uint64_t slot = 0;
    assert_true(words_init(&one, 1, &(struct hash_seed){{seed, 0}}));
    words_take(&one, ff_span_text(text));
    for (size_t i = 0; i <= one.table.mask; i++)
        slot |= one.table.slots[i];
    words_fini(&one);
    return slot;
}

static void who_does_not_know_the_seed_cannot_choose_where_a_text_lies(void **state)
{
    (void)state;
    assert_true(slot_of_one(1, "/shoes") == slot_of_one(1, "/shoes"));
    assert_true(slot_of_one(1, "/shoes") != slot_of_one(2, "/shoes"));
}

/* Texts are first looked for by their ends and their length. */
static void texts_with_the_same_ends_are_told_apart(void **state)
{
    (void)state;
    static const char *const texts[] = {"/tea/black/1/assam.html", "/tea/black/2/assam.html", "/tea/green/1/assam.html"};
    uint32_t words[3];
    for (int i = 0; i < 3; i++)
        words[i] = take(texts[i]);
    assert_true(words[0] != words[1] && words[0] != words[2] && words[1] != words[2]);
    for (int i = 0; i < 6; i++)
        assert_int_equal(take(texts[i % 3]), words[i % 3]);
}

static void a_text_is_not_found_where_it_was_once(void **state)
{
    (void)state;
    uint32_t first = take("a");
    words_drop(&w, first);
    assert_int_equal(take("b"), first); /* its number goes to the next */
    uint32_t again = take("a");
    assert_true(again != first);
    is(again, "a");
    is(first, "b");
    assert_int_equal(take("a"), again);
    assert_int_equal(words_used(&w), 2);
}

#define t(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        t(a_text_is_kept_once_however_often_it_is_taken),
        t(the_last_to_let_go_frees_it),
        t(what_there_is_no_room_for_is_other_and_counted),
        t(none_and_other_are_always_there),
        t(a_long_text_is_cut_on_a_character),
        t(what_is_no_utf8_is_cut_all_the_same),
        t(their_order_is_that_of_their_bytes),
        t(many_come_and_go),
        t(texts_with_the_same_ends_are_told_apart),
        t(a_text_is_not_found_where_it_was_once),
        t(who_does_not_know_the_seed_cannot_choose_where_a_text_lies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
