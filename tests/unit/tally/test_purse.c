#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tally.h"
#include "zone.h"

#define NOW (INT64_C(1729980000) * FF_SECOND) /* 27 October 2024, midnight in Berlin: the day has 25 hours */
#define EUR FF_CURRENCY('E', 'U', 'R')
#define CHF FF_CURRENCY('C', 'H', 'F')

static struct zone *zone;
static struct tally *tally;

static int open_tally(void **state)
{
    (void)state;
    const struct zone *const zones[] = {zone = zone_new("Europe/Berlin")};
    struct tally_options options = {zones, 1, 50 * FF_HOUR, 62 * FF_DAY, 800 * FF_DAY, NULL, UINT64_MAX};
    tally = tally_new(&options);
    tally_advance(tally, NOW + FF_HOUR);
    return 0;
}

static int close_tally(void **state)
{
    (void)state;
    tally_free(&tally);
    zone_free(&zone);
    return 0;
}

static void spend(ff_wall at, enum ff_purse purse, ff_currency currency, ff_money amount, int64_t by)
{
    struct ff_fact f = {.at = at, .kind = FF_FACT_MONEY, .which = (uint8_t)purse, .currency = currency, .by = by};
    f.amount = amount;
    tally_add(tally, &f, 1);
}

static void a_purse_is_summed_up_over_local_days(void **state)
{
    (void)state;
    struct tally_money m[TALLY_CURRENCIES];
    spend(NOW - 1, FF_PURSE_RETENTION_SPEND, EUR, 10, 1);
    spend(NOW, FF_PURSE_RETENTION_SPEND, EUR, 200, 1);
    spend(NOW + FF_HOUR, FF_PURSE_RETENTION_SPEND, CHF, 3, 1);
    spend(NOW, FF_PURSE_REVENUE, EUR, 9999, 1);
    assert_int_equal(tally_read_purse(tally, 0, FF_PURSE_RETENTION_SPEND, NOW - FF_DAY, NOW + FF_DAY, m), 2);
    assert_int_equal(m[0].currency, CHF);
    assert_int_equal((int64_t)m[0].amount, 3);
    assert_int_equal((int64_t)m[1].amount, 210);
    assert_int_equal(m[1].n, 2);
    assert_int_equal(tally_read_purse(tally, 0, FF_PURSE_RETENTION_SPEND, NOW - FF_DAY, NOW, m), 1);
    assert_int_equal((int64_t)m[0].amount, 10);
    assert_int_equal(tally_read_purse(tally, 0, FF_PURSE_RETENTION_SPEND, NOW, NOW, m), 0);
    assert_int_equal(tally_read_purse(tally, 0, FF_PURSE_RETENTION_SPEND, NOW, NOW + 9000 * FF_DAY, m), 2);
    assert_int_equal((int64_t)m[1].amount, 200); /* no day from before, which stands behind those of the window */
}

static void what_was_taken_back_did_not_occur(void **state)
{
    (void)state;
    struct tally_money m[TALLY_CURRENCIES];
    spend(NOW, FF_PURSE_REFUNDED, EUR, 10, 1);
    spend(NOW + 1, FF_PURSE_REFUNDED, EUR, -10, -1);
    assert_int_equal(tally_read_purse(tally, 0, FF_PURSE_REFUNDED, NOW, NOW + FF_DAY, m), 0);
}

/* A part of it would be a wrong sum. */
static void of_days_that_are_not_all_kept_there_is_no_sum(void **state)
{
    (void)state;
    struct tally_money m[TALLY_CURRENCIES];
    spend(NOW, FF_PURSE_RETENTION_SPEND, EUR, 10, 1);
    assert_int_equal(tally_read_purse(tally, 0, FF_PURSE_RETENTION_SPEND, NOW - 799 * FF_DAY, NOW + FF_DAY, m), 1);
    assert_int_equal(tally_read_purse(tally, 0, FF_PURSE_RETENTION_SPEND, NOW - 802 * FF_DAY, NOW + FF_DAY, m), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_purse_is_summed_up_over_local_days, open_tally, close_tally),
        cmocka_unit_test_setup_teardown(what_was_taken_back_did_not_occur, open_tally, close_tally),
        cmocka_unit_test_setup_teardown(of_days_that_are_not_all_kept_there_is_no_sum, open_tally, close_tally),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
