#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "strip.h"

#include "card.h"
#include "encode_texts.h"
#include "words.h"

/* Words, and both ways between them and an image. */
struct word_strip {
    struct words *words;
    struct words_out out;
    struct words_in in;
    struct strip strip;
};

static int words_open(void **state)
{
    struct word_strip *s = calloc(1, sizeof *s);
    struct fold_options options;
    s->words = bench_words(&options);
    *state = s;
    return 0;
}

static int words_close(void **state)
{
    struct word_strip *s = *state;
    bench_free_words(&s->words);
    free(s);
    return 0;
}

static struct image_out *put_begin(struct word_strip *s)
{
    struct image_out *out = strip_begin(&s->strip);
    assert_true(words_out_begin(&s->out, s->words, out));
    return out;
}

static struct image_in *get_begin(struct word_strip *s)
{
    words_out_end(&s->out);
    words_in_begin(&s->in, s->words);
    return strip_turn(&s->strip);
}

/* Whether all was got, and was good. */
static bool get_end(struct word_strip *s)
{
    words_in_end(&s->in);
    return strip_end(&s->strip);
}

static bool text_is(const struct words *w, uint32_t word, const char *text)
{
    return ff_span_is(words_text(w, word), text);
}

static void a_card_comes_back_with_its_texts(void **state)
{
    struct word_strip *s = *state;
    struct words *w = s->words;
    struct card c = {.id = UINT64_MAX, .at = NEAR + 5, .seq = UINT64_MAX, .state = CART_RECOVERED,
                     .visitor = words_take(w, FF_LITERAL("v")), .customer = WORD_NONE,
                     .page = WORD_OTHER}, got;
    card_put(put_begin(s), &s->out, &c, NEAR);
    card_get(get_begin(s), &s->in, &got, NEAR);
    assert_true(get_end(s));
    assert_true(got.id == c.id && got.at == c.at && got.seq == c.seq && got.state == c.state);
    assert_true(text_is(w, got.visitor, "v") && got.visitor == c.visitor);
    assert_true(got.customer == WORD_NONE && got.page == WORD_OTHER);
    words_drop(w, c.visitor);
    assert_int_equal(words_used(w), 1); /* it is held for the one that was got */
    words_drop(w, got.visitor);
    assert_int_equal(words_used(w), 0);
}

static void no_card_comes_back_as_none(void **state)
{
    struct word_strip *s = *state;
    struct card none = {.id = 0}, got = {.id = 7};
    card_put(put_begin(s), &s->out, &none, NEAR);
    card_get(get_begin(s), &s->in, &got, NEAR);
    assert_true(get_end(s));
    assert_memory_equal(&got, &none, sizeof got);
}

static void what_cannot_be_a_card_is_refused(void **state)
{
    struct word_strip *s = *state;
    static const uint64_t rows[][4] = {
        {2, 1, CART_OPEN, WORD_NONE},        /* neither one nor none */
        {1, 0, CART_OPEN, WORD_NONE},        /* without an id */
        {1, 1, CART_STATES, WORD_NONE},      /* in no state */
        {1, 1, CART_UNLISTED, WORD_OTHER + 2}, /* a text that was not before */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct card got;
        struct image_out *out = put_begin(s);
        image_put_uint(out, rows[i][0]);
        image_put_u64(out, rows[i][1]);
        image_put_uint(out, rows[i][2]);
        if (rows[i][2] != CART_UNLISTED) {
            image_put_int(out, 0);
            image_put_uint(out, 0);
        }
        image_put_uint(out, rows[i][3]);
        for (int k = 0; k < 9; k++)
            image_put_uint(out, WORD_NONE);
        struct image_in *in = get_begin(s);
        card_get(in, &s->in, &got, NEAR);
        assert_false(in->ok);
        get_end(s);
        assert_int_equal(words_used(s->words), 0);
    }
}

static void a_line_comes_back_with_its_texts(void **state)
{
    struct word_strip *s = *state;
    struct words *w = s->words;
    struct line l = {.sku_text = words_take(w, FF_LITERAL("sku")), .name = words_take(w, FF_LITERAL("name"))}, got;
    struct image_out *out = put_begin(s);
    line_texts_put(out, &s->out, &l);
    line_texts_put(out, &s->out, &l);
    struct image_in *in = get_begin(s);
    for (int i = 0; i < 2; i++) {
        line_texts_get(in, &s->in, &got);
        assert_true(got.sku_text == l.sku_text && got.name == l.name);
    }
    assert_true(get_end(s));
    for (int i = 0; i < 3; i++) {
        words_drop(w, l.sku_text);
        words_drop(w, l.name);
    }
    assert_int_equal(words_used(w), 0);
}

int main(void)
{
#define T_(name) cmocka_unit_test_setup_teardown(name, words_open, words_close)
    const struct CMUnitTest tests[] = {
        T_(a_card_comes_back_with_its_texts),
        T_(no_card_comes_back_as_none),
        T_(what_cannot_be_a_card_is_refused),
        T_(a_line_comes_back_with_its_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
