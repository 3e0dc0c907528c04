#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "cells.h"
#include "values.h"

#define EUR FF_CURRENCY('E', 'U', 'R')
#define USD FF_CURRENCY('U', 'S', 'D')

static struct values v;
static struct cell_stock stock;

static int begin(void **state)
{
    (void)state;
    values_begin(&v, VALUES_MOST);
    stock = (struct cell_stock){.words = &v.words, .bytes_most = UINT64_MAX};
    return 0;
}

/* Whatever a test did: cells that are gone leave nothing held. */
static int end(void **state)
{
    (void)state;
    values_let_go(&v);
    int left = (int)words_used(&v.words);
    values_end(&v);
    return left == 0 && stock.bytes == 0 ? 0 : -1;
}

static void add(struct cells *c, enum ff_dimension dimension, uint32_t word, int64_t by)
{
    struct change d;
    cells_add(c, change_of(&d, dimension, word, by, 0, 0));
}

static void pay(struct cells *c, uint32_t word, ff_currency currency, ff_money_sum amount)
{
    struct change d;
    cells_add(c, change_of(&d, FF_BY_CHANNEL, word, 0, currency, amount));
}

static uint32_t place(const struct cells *c, enum ff_dimension dimension, uint32_t word)
{
    const struct cell_rows *r = c->rows[dimension];
    for (uint32_t i = 0; i < r->n; i++)
        if (r->word[i] == word)
            return i;
    return UINT32_MAX;
}

/* That every field of the row is as many times by as change_of says; a row that is not there is 0. */
static void sum_is(const struct cells *c, enum ff_dimension dimension, uint32_t word, int64_t by)
{
    const struct cell_rows *r = c->rows[dimension];
    uint32_t at = place(c, dimension, word);
    for (uint8_t i = 0; i < r->fields; i++)
        assert_int_equal(at == UINT32_MAX ? 0 : r->field[(size_t)at * r->fields + i], by * (i + 1));
}

static void amount_is(const struct cells *c, uint32_t word, ff_currency currency, ff_money_sum amount)
{
    const struct cell_rows *r = c->rows[FF_BY_CHANNEL];
    ff_money_sum found = 0;
    for (uint32_t i = 0; i < r->amounts; i++)
        if (r->word[r->amount[i].place] == word && r->amount[i].currency == currency)
            found += r->amount[i].amount;
    assert_true(found == amount);
}

static void rows_sum_up_by_value_and_dimension(void **state)
{
    (void)state;
    struct cells *c = cells_new(&stock, TIER_HOUR);
    uint32_t home = value(&v, "/"), shoes = value(&v, "/shoes");
    add(c, FF_BY_PAGE, home, 3);
    add(c, FF_BY_PAGE, shoes, 5);
    add(c, FF_BY_PAGE, home, -1);
    add(c, FF_BY_ENTRY_PAGE, home, 7);
    sum_is(c, FF_BY_PAGE, home, 2);
    sum_is(c, FF_BY_PAGE, shoes, 5);
    sum_is(c, FF_BY_ENTRY_PAGE, home, 7);
    cells_free(&c);
    assert_null(c);
}

static void one_difference_goes_to_all_that_it_names(void **state)
{
    (void)state;
    struct cells *c = cells_new(&stock, TIER_DAY);
    struct change d;
    struct ff_cells all = *change_of(&d, FF_BY_CHANNEL, value(&v, "email"), 2, EUR, 100);
    const struct ff_cell_ref refs[] = {d.ref, {value(&v, "x"), FF_BY_SOURCE}, {WORD_NONE, FF_BY_CAMPAIGN}};
    all.refs = refs;
    all.n = 3;
    cells_add(c, &all);
    for (int i = 0; i < 3; i++) {
        sum_is(c, refs[i].dimension, refs[i].word, 2);
        assert_int_equal(c->rows[refs[i].dimension]->amounts, 1);
        assert_true(c->rows[refs[i].dimension]->amount[0].amount == 100);
    }
    cells_free(&c);
}

static void every_dimension_has_its_ceiling_in_each_tier(void **state)
{
    (void)state;
    static const uint32_t most[][3] = {{0, 2000, 10000}, {0, 200, 1000}, {200, 200, 200}};
    static const enum ff_dimension of[] = {FF_BY_PAGE, FF_BY_CUSTOM, FF_BY_NPS_TOPIC};
    for (int i = 0; i < 3; i++)
        for (int tier = 0; tier < TIER_KINDS; tier++) {
            struct cells *c = cells_new(&stock, (enum tier_kind)tier);
            uint32_t n = cells_most(of[i], (enum tier_kind)tier);
            assert_int_equal(n, most[i][tier]);
            for (uint32_t k = 0; n > 0 && k <= n; k++) {
                assert_int_equal(stock.left_out[TALLY_LEFT_VALUES], 0);
                add(c, of[i], numbered(&v, (int)k), 1);
            }
            assert_int_equal(stock.left_out[TALLY_LEFT_VALUES], n > 0);
            stock.left_out[TALLY_LEFT_VALUES] = 0;
            cells_free(&c);
            values_let_go(&v);
        }
}

static void what_is_not_admitted_is_other_also_when_it_is_taken_back(void **state)
{
    (void)state;
    struct cells *c = cells_new(&stock, TIER_HOUR);
    uint32_t late = value(&v, "late");
    for (int i = 0; i < 200; i++)
        add(c, FF_BY_CHANNEL, numbered(&v, i), 1);
    add(c, FF_BY_CHANNEL, late, 5);
    sum_is(c, FF_BY_CHANNEL, late, 0);
    sum_is(c, FF_BY_CHANNEL, WORD_OTHER, 5);
    for (int i = 0; i < 200; i++) /* admitted ones stay, and keep their places when they are nothing */
        add(c, FF_BY_CHANNEL, numbered(&v, i), -1);
    add(c, FF_BY_CHANNEL, late, -2);
    add(c, FF_BY_CHANNEL, value(&v, "later still"), 4);
    sum_is(c, FF_BY_CHANNEL, WORD_OTHER, 7);
    assert_int_equal(stock.left_out[TALLY_LEFT_VALUES], 3);
    add(c, FF_BY_CHANNEL, numbered(&v, 7), 9);
    sum_is(c, FF_BY_CHANNEL, numbered(&v, 7), 9);
    add(c, FF_BY_SOURCE, late, 1); /* other dimensions are not full */
    sum_is(c, FF_BY_SOURCE, late, 1);
    cells_free(&c);
}

static void none_and_other_need_no_admission(void **state)
{
    (void)state;
    struct cells *c = cells_new(&stock, TIER_HOUR);
    stock.bytes_most = 0;
    add(c, FF_BY_CHANNEL, WORD_NONE, 2);
    add(c, FF_BY_CHANNEL, WORD_OTHER, 3);
    pay(c, WORD_NONE, EUR, 70);
    sum_is(c, FF_BY_CHANNEL, WORD_NONE, 2);
    sum_is(c, FF_BY_CHANNEL, WORD_OTHER, 3);
    amount_is(c, WORD_NONE, EUR, 70);
    assert_int_equal(stock.bytes, 0);
    assert_int_equal(stock.left_out[TALLY_LEFT_BYTES] + stock.left_out[TALLY_LEFT_VALUES], 0);
    cells_free(&c);
}

static void when_all_bytes_are_taken_nothing_new_is_admitted_until_some_expire(void **state)
{
    (void)state;
    struct cells *c = cells_new(&stock, TIER_DAY), *other = cells_new(&stock, TIER_DAY);
    uint32_t a = value(&v, "a"), b = value(&v, "b");
    add(c, FF_BY_PAGE, a, 1);
    stock.bytes_most = stock.bytes;
    add(c, FF_BY_PAGE, a, 1);
    add(other, FF_BY_PAGE, a, 1);
    add(c, FF_BY_PAGE, b, 1);
    sum_is(c, FF_BY_PAGE, a, 2);
    sum_is(c, FF_BY_PAGE, WORD_OTHER, 1);
    sum_is(other, FF_BY_PAGE, WORD_OTHER, 1);
    assert_int_equal(stock.left_out[TALLY_LEFT_BYTES], 2);
    cells_free(&c);
    assert_int_equal(stock.bytes, 0);
    add(other, FF_BY_PAGE, a, -1); /* where something was turned away nothing is admitted any more, */
    sum_is(other, FF_BY_PAGE, WORD_OTHER, 0);
    assert_int_equal(stock.left_out[TALLY_LEFT_BYTES], 3);
    add(other, FF_BY_PRODUCT, a, 1); /* but elsewhere */
    sum_is(other, FF_BY_PRODUCT, a, 1);
    cells_free(&other);
}

static void amounts_are_by_row_and_currency(void **state)
{
    (void)state;
    struct cells *c = cells_new(&stock, TIER_DAY);
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 100; i++)
            for (ff_currency k = 0; k < 5; k++)
                pay(c, numbered(&v, i), EUR + k, i * 100 + (int)k);
    for (int i = 0; i < 100; i++)
        for (ff_currency k = 0; k < 5; k++)
            amount_is(c, numbered(&v, i), EUR + k, 2 * (i * 100 + (int)k));
    cells_free(&c);
}

static void an_amount_without_room_is_others(void **state)
{
    (void)state;
    struct cells *c = cells_new(&stock, TIER_DAY);
    uint32_t a = value(&v, "a");
    pay(c, a, EUR, 5);
    stock.bytes_most = stock.bytes;
    pay(c, a, USD, 7);
    pay(c, a, EUR, 1);
    amount_is(c, a, EUR, 6);
    amount_is(c, a, USD, 0);
    amount_is(c, WORD_OTHER, USD, 7);
    stock.bytes_most = UINT64_MAX;
    pay(c, a, USD, -7); /* also when it is taken back, and there is room again */
    amount_is(c, a, USD, 0);
    amount_is(c, WORD_OTHER, USD, 0);
    assert_int_equal(stock.left_out[TALLY_LEFT_BYTES], 2);
    cells_free(&c);
}

static void a_row_holds_its_word_as_long_as_the_cells_live(void **state)
{
    (void)state;
    struct cells *c = cells_new(&stock, TIER_DAY);
    uint32_t word = value(&v, "gone");
    add(c, FF_BY_PAGE, word, 1);
    add(c, FF_BY_PAGE, word, -1);
    values_let_go(&v);
    assert_true(ff_span_is(words_text(&v.words, word), "gone"));
    cells_free(&c);
    assert_int_equal(words_used(&v.words), 0);
}

static void bytes_depend_on_what_is_admitted_alone(void **state)
{
    (void)state;
    struct cells *c = cells_new(&stock, TIER_DAY);
    for (int i = 0; i < 300; i++) {
        add(c, FF_BY_PAGE, numbered(&v, i), 1);
        pay(c, numbered(&v, i), EUR, 1);
    }
    uint64_t bytes = stock.bytes;
    assert_in_range(bytes, 300 * (8 * (FF_ROW_PAGE_FIELDS + FF_ROW_SESSION_FIELDS) + 32), 300 * 512);
    struct cells *other = cells_new(&stock, TIER_DAY);
    for (int i = 299; i >= 0; i--)
        pay(other, numbered(&v, i), EUR, 2);
    for (int i = 0; i < 900; i++)
        add(other, FF_BY_PAGE, numbered(&v, i * 7 % 300), 1);
    assert_int_equal(stock.bytes, 2 * bytes);
    cells_free(&c);
    assert_int_equal(stock.bytes, bytes);
    cells_free(&other);
}

static void cells_take_in_others(void **state)
{
    (void)state;
    struct cells *c = cells_new(&stock, TIER_DAY), *from = cells_new(&stock, TIER_HOUR);
    uint32_t a = value(&v, "a"), b = value(&v, "b");
    add(c, FF_BY_CHANNEL, a, 1);
    add(from, FF_BY_CHANNEL, b, 2);
    add(from, FF_BY_CHANNEL, a, 3);
    add(from, FF_BY_CHANNEL, WORD_OTHER, 4);
    pay(from, b, EUR, 9);
    cells_merge(c, from, FF_BY_CHANNEL);
    cells_merge(c, from, FF_BY_PAGE); /* of which it has none */
    sum_is(c, FF_BY_CHANNEL, a, 4);
    sum_is(c, FF_BY_CHANNEL, b, 2);
    sum_is(c, FF_BY_CHANNEL, WORD_OTHER, 4);
    amount_is(c, b, EUR, 9);
    assert_null(c->rows[FF_BY_PAGE]);
    from->rows[FF_BY_CHANNEL]->full = 1 + TALLY_LEFT_VALUES;
    cells_merge(c, from, FF_BY_CHANNEL);
    add(c, FF_BY_CHANNEL, value(&v, "new"), 5); /* may be in what from turned away */
    sum_is(c, FF_BY_CHANNEL, WORD_OTHER, 13);
    cells_free(&c);
    cells_free(&from);
}

static void under_another_stock_what_fits_stays(void **state)
{
    (void)state;
    struct cell_stock small = {.words = &v.words, .bytes_most = UINT64_MAX};
    struct cells *c = cells_new(&stock, TIER_DAY);
    for (int i = 0; i < 10; i++)
        add(c, FF_BY_PAGE, numbered(&v, i), 1);
    uint64_t bytes = stock.bytes;
    cells_adopt(&c, &small);
    assert_int_equal(stock.bytes, 0);
    assert_int_equal(small.bytes, bytes);
    stock.bytes_most = bytes / 2;
    cells_adopt(&c, &stock);
    assert_int_equal(small.bytes, 0);
    assert_int_equal(stock.bytes, bytes / 2);
    for (int i = 0; i < 5; i++)
        sum_is(c, FF_BY_PAGE, numbered(&v, i), 1);
    sum_is(c, FF_BY_PAGE, WORD_OTHER, 5);
    assert_int_equal(stock.left_out[TALLY_LEFT_BYTES], 5);
    cells_free(&c);
}

static void cells_are_empty_until_something_is_admitted(void **state)
{
    (void)state;
    struct cells *c = cells_new(&stock, TIER_HOUR);
    assert_true(cells_is_empty(NULL));
    assert_true(cells_is_empty(c));
    add(c, FF_BY_CHANNEL, WORD_NONE, 1);
    pay(c, WORD_OTHER, EUR, 1);
    assert_false(cells_is_empty(c));
    add(c, FF_BY_CHANNEL, WORD_NONE, -1);
    assert_false(cells_is_empty(c));
    pay(c, WORD_OTHER, EUR, -1);
    assert_true(cells_is_empty(c));
    add(c, FF_BY_CHANNEL, value(&v, "a"), 1);
    add(c, FF_BY_CHANNEL, value(&v, "a"), -1);
    assert_false(cells_is_empty(c)); /* its row stays */
    cells_free(&c);
}

#define t(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        t(rows_sum_up_by_value_and_dimension),
        t(one_difference_goes_to_all_that_it_names),
        t(every_dimension_has_its_ceiling_in_each_tier),
        t(what_is_not_admitted_is_other_also_when_it_is_taken_back),
        t(none_and_other_need_no_admission),
        t(when_all_bytes_are_taken_nothing_new_is_admitted_until_some_expire),
        t(amounts_are_by_row_and_currency),
        t(an_amount_without_room_is_others),
        t(a_row_holds_its_word_as_long_as_the_cells_live),
        t(bytes_depend_on_what_is_admitted_alone),
        t(cells_take_in_others),
        t(under_another_stock_what_fits_stays),
        t(cells_are_empty_until_something_is_admitted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
