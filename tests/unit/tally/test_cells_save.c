#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "cells_image.h"
#include "tape.h"
#include "values.h"

#define EUR FF_CURRENCY('E', 'U', 'R')
#define VALUES 250 /* more than an hour admits of a channel */

static struct values v, w; /* of what is saved, of what is loaded */
static struct cell_stock stock, to;

static int begin(void **state)
{
    (void)state;
    values_begin(&v, VALUES_MOST);
    values_begin(&w, VALUES_MOST);
    stock = (struct cell_stock){.words = &v.words, .bytes_most = UINT64_MAX};
    to = (struct cell_stock){.words = &w.words, .bytes_most = UINT64_MAX};
    return 0;
}

static int end(void **state)
{
    (void)state;
    values_let_go(&v);
    int left = (int)(words_used(&v.words) + words_used(&w.words));
    values_end(&v);
    values_end(&w);
    return left == 0 && stock.bytes == 0 && to.bytes == 0 ? 0 : -1;
}

static void add(struct cells *c, struct values *of, enum ff_dimension dimension, int number, int64_t by)
{
    struct change d;
    ff_currency currency = number % 5 ? 0 : EUR + (ff_currency)(number % 3);
    cells_add(c, change_of(&d, dimension, numbered(of, number), by, currency, by * 1000));
}

/* Cells with something of everything, a full dimension, rows that came to nothing. */
static struct cells *rich(void)
{
    struct cells *c = cells_new(&stock, TIER_HOUR);
    struct change d;
    for (int i = 0; i < VALUES; i++)
        add(c, &v, FF_BY_CHANNEL, i * 7 % VALUES, i % 10 - 4);
    for (int i = 0; i < FF_DIMENSIONS; i++)
        if (i % 2 == 0)
            add(c, &v, (enum ff_dimension)i, i, 2);
    cells_add(c, change_of(&d, FF_BY_PAGE, WORD_NONE, 3, EUR, -5));
    cells_add(c, change_of(&d, FF_BY_PAGE, numbered(&v, 1), 1, EUR, 77));
    cells_add(c, change_of(&d, FF_BY_PAGE, numbered(&v, 1), -1, EUR, -77));
    return c;
}

static struct tape saved(const struct cells *c, struct words *words)
{
    struct tape t;
    struct cell_texts texts;
    struct image_out *out = tape_write(&t);
    cell_texts_begin(&texts, words);
    cell_texts_note(&texts, c);
    cell_texts_save(&texts, out);
    cells_save(c, &texts, out);
    cell_texts_end(&texts);
    tape_written(&t);
    return t;
}

/* The cells of the tape, under `to`. False: it was refused; NULL cells are none. */
static bool load(struct tape *t, enum tier_kind tier, struct cells **c)
{
    struct cell_texts texts;
    struct image_in *in = tape_read(t);
    *c = NULL;
    cell_texts_load(&texts, to.words, in);
    cells_load(c, &to, tier, &texts, in);
    cell_texts_end(&texts);
    bool ok = image_in_end(in);
    if (!ok && *c)
        cells_free(c);
    return ok;
}

static void all_that_they_hold_comes_back(void **state)
{
    (void)state;
    struct cells *c = rich(), *back;
    values_let_go(&v);
    struct tape t = saved(c, &v.words);
    assert_true(load(&t, TIER_HOUR, &back));
    assert_int_equal(to.bytes, stock.bytes);
    assert_int_equal(words_used(&w.words), words_used(&v.words));
    assert_int_equal(back->rows[FF_BY_CHANNEL]->n, 202);
    assert_int_equal(back->rows[FF_BY_CHANNEL]->full, 1 + TALLY_LEFT_VALUES);
    struct tape again = saved(back, &w.words);
    assert_true(tape_equal(&t, &again));
    for (int i = 0; i < VALUES; i++) { /* and they go on alike */
        add(c, &v, FF_BY_CHANNEL, i, i);
        add(back, &w, FF_BY_CHANNEL, i, i);
    }
    values_let_go(&w);
    tape_free(&t);
    tape_free(&again);
    t = saved(c, &v.words);
    again = saved(back, &w.words);
    assert_true(tape_equal(&t, &again));
    tape_free(&t);
    tape_free(&again);
    cells_free(&c);
    cells_free(&back);
}

static void neither_order_nor_numbers_of_words_are_seen(void **state)
{
    (void)state;
    struct cells *c = cells_new(&stock, TIER_DAY), *other = cells_new(&to, TIER_DAY);
    for (int i = 0; i < VALUES; i++) {
        add(c, &v, FF_BY_PRODUCT, i, i - 3);
        add(other, &w, FF_BY_PRODUCT, (i * 3 + 1) % VALUES, (i * 3 + 1) % VALUES - 3);
    }
    struct tape t = saved(c, &v.words), u = saved(other, &w.words);
    assert_true(tape_equal(&t, &u));
    tape_free(&t);
    tape_free(&u);
    cells_free(&c);
    cells_free(&other);
    values_let_go(&w);
}

static void that_a_value_was_admitted_is_kept_though_it_is_nothing(void **state)
{
    (void)state;
    struct cells *c = cells_new(&stock, TIER_HOUR), *back;
    for (int i = 0; i < 200; i++)
        add(c, &v, FF_BY_DEVICE, i, 1);
    for (int i = 0; i < 200; i++)
        add(c, &v, FF_BY_DEVICE, i, -1);
    struct tape t = saved(c, &v.words);
    assert_true(load(&t, TIER_HOUR, &back));
    add(back, &w, FF_BY_DEVICE, 201, 5);
    add(back, &w, FF_BY_DEVICE, 7, 2);
    values_let_go(&w);
    assert_int_equal(back->rows[FF_BY_DEVICE]->n, 202);
    assert_int_equal(back->rows[FF_BY_DEVICE]->field[WORD_OTHER * FF_ROW_SESSION_FIELDS], 5);
    tape_free(&t);
    cells_free(&c);
    cells_free(&back);
}

static void none_at_all_is_two_bytes(void **state)
{
    (void)state;
    struct cells *c = cells_new(&stock, TIER_HOUR), *back;
    struct change d;
    struct tape t = saved(NULL, &v.words), u;
    assert_int_equal(t.n, 2);
    assert_true(load(&t, TIER_MINUTE, &back));
    assert_null(back);
    cells_add(c, change_of(&d, FF_BY_PAGE, WORD_OTHER, 1, EUR, 1)); /* taken back, they are nothing */
    cells_add(c, change_of(&d, FF_BY_PAGE, WORD_OTHER, -1, EUR, -1));
    u = saved(c, &v.words);
    assert_true(tape_equal(&t, &u));
    tape_free(&t);
    tape_free(&u);
    cells_free(&c);
}

static void without_room_for_its_text_a_row_is_others(void **state)
{
    (void)state;
    struct cells *c = cells_new(&stock, TIER_DAY), *back;
    for (int i = 0; i < 10; i++)
        add(c, &v, FF_BY_CUSTOM, i, 1);
    struct tape t = saved(c, &v.words);
    values_end(&w);
    values_begin(&w, 4);
    assert_true(load(&t, TIER_DAY, &back));
    const struct cell_rows *r = back->rows[FF_BY_CUSTOM];
    assert_int_equal(r->n, 6); /* the first four of them */
    assert_int_equal(r->field[WORD_OTHER * FF_ROW_EVENT_FIELDS], 6);
    assert_true(r->full);
    assert_true(ff_span_is(words_text(&w.words, r->word[5]), "v3"));
    tape_free(&t);
    cells_free(&c);
    cells_free(&back);
}

static void without_room_for_an_amount_it_is_others_for_good(void **state)
{
    (void)state;
    struct cells *c = cells_new(&stock, TIER_DAY), *back;
    struct change d;
    uint32_t a = value(&v, "a");
    cells_add(c, change_of(&d, FF_BY_PRODUCT, a, 1, EUR, 5));
    cells_add(c, change_of(&d, FF_BY_PRODUCT, a, 1, EUR + 1, 7));
    struct tape t = saved(c, &v.words);
    to.bytes_most = stock.bytes - 1;
    assert_true(load(&t, TIER_DAY, &back));
    to.bytes_most = UINT64_MAX; /* others have expired */
    cells_add(back, change_of(&d, FF_BY_PRODUCT, value(&w, "a"), -2, EUR + 1, -7));
    const struct cell_rows *r = back->rows[FF_BY_PRODUCT];
    assert_true(cells_row_is_zero(r, WORD_OTHER)); /* where it was put it is taken back */
    assert_int_equal(r->amounts, 2);
    values_let_go(&w);
    tape_free(&t);
    cells_free(&c);
    cells_free(&back);
}

static void no_prefix_is_cells_and_damage_does_no_harm(void **state)
{
    (void)state;
    struct cells *c = rich(), *back;
    struct tape t = saved(c, &v.words);
    size_t whole = t.n;
    for (t.n = 0; t.n < whole; t.n += t.n < whole - 50 ? 13 : 1)
        assert_false(load(&t, TIER_HOUR, &back));
    t.n = whole;
    for (size_t at = 0; at < whole; at++)
        for (int bit = at % 2; bit < 8; bit += 3) {
            t.p[at] ^= (char)(1 << bit);
            if (load(&t, TIER_HOUR, &back) && back)
                cells_free(&back);
            t.p[at] ^= (char)(1 << bit);
        }
    tape_free(&t);
    cells_free(&c);
}

static void is(bool good, enum tier_kind tier, struct ff_span bytes)
{
    struct tape t = tape_of(bytes);
    struct cells *back;
    bool ok = load(&t, tier, &back);
    if (back)
        cells_free(&back);
    assert_int_equal(ok, good);
    tape_free(&t);
}

/* No texts, then a mask of checkout_step (2^13) or csat_topic (2^15); rows have 2 or 13 fields. */
#define NO_TEXTS "\0"
#define A_B "\2\1a\1b"
#define STEP "\x80\x40"
#define TOPIC "\x80\x80\2"
#define ROW "\2\2"
#define EUR_CODE "\xd2\xaa\x95\x02"
#define USD_CODE "\xc4\xa6\xd5\x02"

static void what_no_cells_can_hold_is_refused(void **state)
{
    (void)state;
    is(true, TIER_DAY, FF_LITERAL(NO_TEXTS STEP "\0\0\1\0" ROW "\0"));
    is(true, TIER_DAY, FF_LITERAL(A_B STEP "\0\0\2\2" ROW "\0\0" ROW "\0"));
    is(false, TIER_DAY, FF_LITERAL("\2\1b\1a" STEP "\0\0\2\2" ROW "\0\0" ROW "\0")); /* order of texts */
    is(false, TIER_DAY, FF_LITERAL("\2\1a\1a\0"));                                    /* twice */
    is(true, TIER_DAY, FF_LITERAL("\2\1a\2aa\0"));
    is(false, TIER_DAY, FF_LITERAL("\2\2aa\1a\0"));
    is(false, TIER_DAY, FF_LITERAL("\1\0\0"));        /* an empty text */
    is(false, TIER_DAY, FF_LITERAL("\1\6(none)\0"));  /* which has a number of its own */
    is(false, TIER_DAY, FF_LITERAL("\1\7(other)\0"));
    is(false, TIER_DAY, FF_LITERAL(A_B STEP "\0\0\1\4" ROW "\0")); /* no such text */
    is(false, TIER_DAY, FF_LITERAL(A_B STEP "\0\0\1\0\0\0\0"));    /* (none), and nothing of it */
    is(true, TIER_DAY, FF_LITERAL(A_B STEP "\0\0\1\2\0\0\0"));     /* "a", which was admitted */
    is(false, TIER_DAY, FF_LITERAL(A_B STEP "\0\0\0"));            /* nothing */
    is(true, TIER_DAY, FF_LITERAL(A_B STEP "\1\0\0"));             /* full, and nothing else */
    is(false, TIER_DAY, FF_LITERAL(A_B STEP "\3\0\0"));            /* no such reason */
    is(false, TIER_DAY, FF_LITERAL(A_B STEP "\1\2\0"));
    is(false, TIER_MINUTE, FF_LITERAL(NO_TEXTS STEP "\0\0\1\0" ROW "\0")); /* steps have no minutes */
    is(true, TIER_MINUTE, FF_LITERAL(NO_TEXTS TOPIC "\0\0\1\0" ROW ROW ROW ROW ROW ROW "\2\0"));
    is(false, TIER_DAY, FF_LITERAL(NO_TEXTS "\x80\x80\x10\0\0\1\0" ROW "\0")); /* no such dimension */
    is(false, TIER_DAY, FF_LITERAL(NO_TEXTS STEP "\0\0\xeb\7"));               /* 1,003 rows */
    is(true, TIER_DAY, FF_LITERAL(A_B STEP "\0\0\1\2" ROW "\2" EUR_CODE "\2\0\2" USD_CODE "\0\0\0"));
    is(false, TIER_DAY, FF_LITERAL(A_B STEP "\0\0\1\2" ROW "\2" USD_CODE "\2\0\2" EUR_CODE "\2\0\2"));
    is(false, TIER_DAY, FF_LITERAL(A_B STEP "\0\0\1\2" ROW "\1\7\2\0\2"));                 /* no letters */
    is(false, TIER_DAY, FF_LITERAL(A_B STEP "\0\0\1\0" ROW "\1" EUR_CODE "\0\0\0"));       /* 0 of (none) */
    is(false, TIER_DAY, FF_LITERAL(A_B STEP "\0\0\1\2" ROW "\1" EUR_CODE "\2\x80\x80\x80\x80\x10\2")); /* 2^96 */
}

#define t(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        t(all_that_they_hold_comes_back),
        t(neither_order_nor_numbers_of_words_are_seen),
        t(that_a_value_was_admitted_is_kept_though_it_is_nothing),
        t(none_at_all_is_two_bytes),
        t(without_room_for_its_text_a_row_is_others),
        t(without_room_for_an_amount_it_is_others_for_good),
        t(no_prefix_is_cells_and_damage_does_no_harm),
        t(what_no_cells_can_hold_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
