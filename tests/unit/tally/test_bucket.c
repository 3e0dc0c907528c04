#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "bucket.h"

#define EUR FF_CURRENCY('E', 'U', 'R')
#define USD FF_CURRENCY('U', 'S', 'D')

static void add_money(struct bucket *b, enum ff_purse purse, ff_currency currency,
                      ff_money_sum amount, int64_t by)
{
    struct ff_fact f = {.kind = FF_FACT_MONEY,
                        .which = (uint8_t)purse,
                        .currency = currency,
                        .by = by,
                        .amount = amount};
    bucket_add(b, &f);
}

/* The sums of n buckets, which are freed. */
static struct tally_window *sum_of(struct bucket **b, size_t n)
{
    static struct tally_window w;
    struct distinct_union visitors = {0};
    memset(&w, 0, sizeof(w));
    for (size_t i = 0; i < n; i++)
        bucket_sum(b[i], &w, &visitors);
    bucket_sum_end(&w);
    w.visitors = distinct_union_end(&visitors, &w.visitors_exact);
    for (size_t i = 0; i < n; i++)
        bucket_free(&b[i]);
    assert_null(b[0]);
    return &w;
}

static struct bucket *new_bucket(void)
{
    return bucket_new(3, (struct zone_span){0, FF_MINUTE});
}

static void counts_add_up_and_can_be_taken_back(void **state)
{
    (void)state;
    struct bucket *b[2] = {new_bucket(), new_bucket()};
    bucket_add(b[0], &(struct ff_fact){.kind = FF_FACT_COUNT, .which = FF_COUNT_SESSIONS, .by = 5});
    bucket_add(b[0],
               &(struct ff_fact){.kind = FF_FACT_COUNT, .which = FF_COUNT_SESSIONS, .by = -2});
    bucket_add(b[1], &(struct ff_fact){.kind = FF_FACT_COUNT, .which = FF_COUNT_SESSIONS, .by = 1});
    bucket_add(b[1], &(struct ff_fact){.kind = FF_FACT_COUNT, .which = FF_COUNT_BOUNCES, .by = -1});
    const struct tally_window *w = sum_of(b, 2);
    assert_int_equal(w->count[FF_COUNT_SESSIONS], 4);
    assert_int_equal(w->count[FF_COUNT_BOUNCES], -1);
}

static void money_is_kept_by_purse_and_currency_and_sorted(void **state)
{
    (void)state;
    struct bucket *b[2] = {new_bucket(), new_bucket()};
    add_money(b[0], FF_PURSE_REVENUE, USD, 100, 1);
    add_money(b[0], FF_PURSE_REVENUE, EUR, 200, 1);
    add_money(b[1], FF_PURSE_REVENUE, EUR, 50, 1);
    add_money(b[0], FF_PURSE_REFUNDED, USD, 7, 1);
    const struct tally_window *w = sum_of(b, 2);
    assert_int_equal(w->currencies[FF_PURSE_REVENUE], 2);
    assert_int_equal(w->money[FF_PURSE_REVENUE][0].currency, EUR);
    assert_true(w->money[FF_PURSE_REVENUE][0].amount == 250);
    assert_int_equal(w->money[FF_PURSE_REVENUE][0].n, 2);
    assert_int_equal(w->money[FF_PURSE_REVENUE][1].currency, USD);
    assert_int_equal(w->currencies[FF_PURSE_REFUNDED], 1);
    assert_int_equal(w->currencies[FF_PURSE_ABANDONED_VALUE], 0);
}

static void a_currency_that_was_taken_back_did_not_occur(void **state)
{
    (void)state;
    struct bucket *b[2] = {new_bucket(), new_bucket()};
    add_money(b[0], FF_PURSE_ABANDONED_VALUE, EUR, 100, 1);
    add_money(b[0], FF_PURSE_ABANDONED_VALUE, USD, 0, 1);
    add_money(b[1], FF_PURSE_ABANDONED_VALUE, EUR, -100, -1);
    const struct tally_window *w = sum_of(b, 2);
    assert_int_equal(w->currencies[FF_PURSE_ABANDONED_VALUE], 1);
    assert_int_equal(w->money[FF_PURSE_ABANDONED_VALUE][0].currency, USD);
}

static void sums_of_money_are_wider_than_64_bits(void **state)
{
    (void)state;
    struct bucket *b[1] = {new_bucket()};
    ff_money_sum huge = (ff_money_sum)INT64_MAX * 1000;
    for (int i = 0; i < 3; i++)
        add_money(b[0], FF_PURSE_REVENUE, EUR, huge, 1);
    const struct tally_window *w = sum_of(b, 1);
    assert_true(w->money[FF_PURSE_REVENUE][0].amount == huge * 3);
}

static void as_many_currencies_as_there_are_fit(void **state)
{
    (void)state;
    struct bucket *b[1] = {new_bucket()};
    for (uint32_t i = 0; i < TALLY_CURRENCIES + 5; i++)
        add_money(b[0], FF_PURSE_REVENUE, FF_CURRENCY('A', 'A' + (i * 7) % 26, 'A' + i / 26), i, 1);
    const struct tally_window *w = sum_of(b, 1);
    assert_int_equal(w->currencies[FF_PURSE_REVENUE], TALLY_CURRENCIES);
    for (uint16_t i = 1; i < TALLY_CURRENCIES; i++)
        assert_true(w->money[FF_PURSE_REVENUE][i - 1].currency <
                    w->money[FF_PURSE_REVENUE][i].currency);
}

static void visitors_of_two_buckets_are_counted_once(void **state)
{
    (void)state;
    struct bucket *b[2] = {new_bucket(), new_bucket()};
    for (uint64_t mark = 1; mark <= 10; mark++)
        bucket_add(b[mark % 2], &(struct ff_fact){.kind = FF_FACT_VISITOR, .mark = mark});
    bucket_add(b[0], &(struct ff_fact){.kind = FF_FACT_VISITOR, .mark = 1});
    const struct tally_window *w = sum_of(b, 2);
    assert_true(w->visitors == 10 && w->visitors_exact);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_add_up_and_can_be_taken_back),
        cmocka_unit_test(money_is_kept_by_purse_and_currency_and_sorted),
        cmocka_unit_test(a_currency_that_was_taken_back_did_not_occur),
        cmocka_unit_test(sums_of_money_are_wider_than_64_bits),
        cmocka_unit_test(as_many_currencies_as_there_are_fit),
        cmocka_unit_test(visitors_of_two_buckets_are_counted_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
