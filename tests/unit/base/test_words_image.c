#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "words_image.h"

#include <string.h>

struct tape {
    unsigned char bytes[1 << 16];
    size_t n;
    bool given;
};

static struct tape tape;
static struct words words;

static bool tape_give(void *ctx, struct ff_span block)
{
    (void)ctx;
    assert_true(tape.n + block.n <= sizeof tape.bytes);
    memcpy(tape.bytes + tape.n, block.p, block.n);
    tape.n += block.n;
    return true;
}

static bool tape_take(void *ctx, struct ff_span *block)
{
    (void)ctx;
    *block = ff_span_of((const char *)tape.bytes, tape.given ? 0 : tape.n);
    tape.given = true;
    return block->n > 0;
}

/* The image of these words, one after the other. */
static void record(const uint32_t *put, size_t n)
{
    struct image_out out;
    struct words_out w;
    struct hash128 digest;
    tape.n = 0;
    assert_true(image_out_begin(&out, tape_give, NULL));
    assert_true(words_out_begin(&w, &words, &out));
    for (size_t i = 0; i < n; i++)
        words_put(&w, &out, put[i]);
    words_out_end(&w);
    assert_true(image_out_end(&out, &digest));
}

static struct image_in *play(struct image_in *in, struct words_in *w, struct words *into)
{
    tape.given = false;
    image_in_begin(in, tape_take, NULL);
    words_in_begin(w, into);
    return in;
}

static uint32_t take(const char *text)
{
    return words_take(&words, ff_span_text(text));
}

static void words_are_got_as_they_were_put_by_whatever_number(void **state)
{
    (void)state;
    struct words other;
    assert_true(words_init(&other, 8));
    uint32_t a = take("/shoes"), b = take("/"), put[] = {a, b, WORD_NONE, a, WORD_OTHER, b};
    record(put, 6);
    words_take(&other, FF_LITERAL("in the way"));
    struct image_in in;
    struct words_in w;
    play(&in, &w, &other);
    for (size_t i = 0; i < 6; i++) {
        uint32_t got = words_get(&w, &in);
        assert_true(ff_span_equal(words_text(&other, got), words_text(&words, put[i])));
        words_drop(&other, got);
    }
    assert_true(image_in_end(&in));
    words_in_end(&w);
    assert_int_equal(words_used(&other), 1);
    words_fini(&other);
    words_drop(&words, a);
    words_drop(&words, b);
}

static void a_text_is_written_once(void **state)
{
    (void)state;
    uint32_t a = take("a page of some length"), once[] = {a}, thrice[] = {a, a, a};
    record(once, 1);
    size_t n = tape.n;
    record(thrice, 3);
    assert_int_equal(tape.n, n + 2);
    words_drop(&words, a);
}

static void the_numbers_of_words_leave_no_trace(void **state)
{
    (void)state;
    unsigned char first[64];
    uint32_t a = take("x"), b = take("y"), put[] = {b, a};
    record(put, 2);
    size_t n = tape.n;
    memcpy(first, tape.bytes, n);
    words_drop(&words, a);
    words_drop(&words, b);
    uint32_t between = take("between"), c = take("y"), d = take("x"), again[] = {c, d};
    record(again, 2);
    assert_int_equal(tape.n, n);
    assert_memory_equal(tape.bytes, first, n);
    words_drop(&words, between);
    words_drop(&words, c);
    words_drop(&words, d);
}

static void what_there_is_no_room_for_is_other(void **state)
{
    (void)state;
    struct words small;
    assert_true(words_init(&small, 1));
    uint32_t a = take("one"), b = take("two"), put[] = {a, b, a};
    record(put, 3);
    struct image_in in;
    struct words_in w;
    play(&in, &w, &small);
    uint32_t one = words_get(&w, &in);
    assert_true(ff_span_is(words_text(&small, one), "one"));
    assert_int_equal(words_get(&w, &in), WORD_OTHER);
    assert_int_equal(words_get(&w, &in), one);
    assert_true(image_in_end(&in));
    words_in_end(&w);
    words_fini(&small);
    words_drop(&words, a);
    words_drop(&words, b);
}

/* Each row is an image made by hand. */
static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    static const struct {
        unsigned char bytes[8];
        size_t n;
        bool good;
    } rows[] = {
        {{0}, 1, true},
        {{1}, 1, true},
        {{2, 1, 'a'}, 3, true},
        {{2, 0}, 2, false},              /* no text */
        {{3, 1, 'a'}, 3, false},         /* a place that none has had */
        {{2, 2, 'a'}, 3, false},         /* cut off */
        {{2, 0x81, 4, 'a'}, 4, false},   /* longer than any */
        {{0xff, 0xff, 0xff, 0xff, 0x0f}, 5, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        memcpy(tape.bytes, rows[i].bytes, tape.n = rows[i].n);
        struct image_in in;
        struct words_in w;
        play(&in, &w, &words);
        words_drop(&words, words_get(&w, &in));
        if (image_in_end(&in) != rows[i].good)
            fail_msg("row %zu", i);
        words_in_end(&w);
        assert_int_equal(words_used(&words), 0);
    }
}

static int set_up(void **state)
{
    (void)state;
    return !words_init(&words, 16);
}

static int tear_down(void **state)
{
    (void)state;
    words_fini(&words);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(words_are_got_as_they_were_put_by_whatever_number, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_text_is_written_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_numbers_of_words_leave_no_trace, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_there_is_no_room_for_is_other, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_cannot_be_is_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
