#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "strip.h"

#include "card.h"
#include "encode_texts.h"
#include "words.h"

static int words_open(void **state)
{
    struct fold_options unused;
    *state = bench_words(&unused);
    return 0;
}

static int words_close(void **state)
{
    words_fini(*state);
    free(*state);
    return 0;
}

static bool text_is(const struct words *w, uint32_t word, const char *text)
{
    return ff_span_is(words_text(w, word), text);
}

static void a_card_comes_back_with_its_texts(void **state)
{
    struct words *w = *state;
    struct strip strip;
    struct card c = {.id = UINT64_MAX, .at = NEAR + 5, .seq = UINT64_MAX, .state = CART_RECOVERED,
                     .visitor = words_take(w, FF_LITERAL("v")), .customer = WORD_NONE,
                     .page = WORD_OTHER}, got;
    card_put(strip_begin(&strip), w, &c, NEAR);
    card_get(strip_turn(&strip), w, &got, NEAR);
    assert_true(strip_end(&strip));
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
    struct strip strip;
    struct card none = {.id = 0}, got = {.id = 7};
    card_put(strip_begin(&strip), *state, &none, NEAR);
    card_get(strip_turn(&strip), *state, &got, NEAR);
    assert_true(strip_end(&strip));
    assert_memory_equal(&got, &none, sizeof got);
}

static void what_cannot_be_a_card_is_refused(void **state)
{
    static const uint64_t rows[][4] = {
        {2, 1, CART_OPEN, 0},                /* neither one nor none */
        {1, 0, CART_OPEN, 0},                /* without an id */
        {1, 1, CART_STATES, 0},              /* in no state */
        {1, 1, CART_UNLISTED, WORD_MAX + 1}, /* a text that is too long */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct strip strip;
        struct card got;
        struct image_out *out = strip_begin(&strip);
        image_put_uint(out, rows[i][0]);
        image_put_u64(out, rows[i][1]);
        image_put_uint(out, rows[i][2]);
        if (rows[i][2] != CART_UNLISTED) {
            image_put_int(out, 0);
            image_put_uint(out, 0);
        }
        image_put_uint(out, rows[i][3]);
        for (int k = 0; k < WORD_MAX + 9; k++)
            image_put_uint(out, 0);
        struct image_in *in = strip_turn(&strip);
        card_get(in, *state, &got, NEAR);
        assert_false(in->ok);
        strip_end(&strip);
        assert_int_equal(words_used(*state), 0);
    }
}

static void a_line_that_is_read_over_holds_no_texts(void **state)
{
    struct words *w = *state;
    struct strip strip;
    struct line l = {.sku_text = words_take(w, FF_LITERAL("sku")), .name = words_take(w, FF_LITERAL("name"))}, got;
    line_texts_put(strip_begin(&strip), w, &l);
    line_texts_put(&strip.out, w, &l);
    struct image_in *in = strip_turn(&strip);
    line_texts_get(in, NULL, &got);
    assert_true(got.sku_text == WORD_NONE && got.name == WORD_NONE);
    line_texts_get(in, w, &got);
    assert_true(got.sku_text == l.sku_text && got.name == l.name);
    assert_true(strip_end(&strip));
    for (int i = 0; i < 2; i++) {
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
        T_(a_line_that_is_read_over_holds_no_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
