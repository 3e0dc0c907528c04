#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "buying.h"
#include "history.h"

static int by_place(const void *left, const void *right)
{
    const struct spender *a = left, *b = right;
    if (a->spent != b->spent)
        return a->spent < b->spent ? -1 : 1;
    return a->key < b->key ? -1 : a->key > b->key;
}

/* Few values, so that many are equal, but for their keys. */
static void the_nth_spender_is_that_of_the_sorted_ones(void **state)
{
    (void)state;
    static struct spender drawn[200], sorted[200], tried[200];
    static struct history h;
    for (uint64_t seed = 1; seed <= 400; seed++) {
        h.seed = seed * UINT64_C(0x9e3779b97f4a7c15) | 1;
        size_t n = 1 + (size_t)below(&h, 200);
        int values = 1 + below(&h, 300);
        for (size_t i = 0; i < n; i++)
            drawn[i] = (struct spender){below(&h, values) - 5, draw(&h.seed)};
        memcpy(sorted, drawn, sizeof drawn);
        qsort(sorted, n, sizeof *sorted, by_place);
        for (size_t k = 0; k < n; k += 1 + n / 7) {
            memcpy(tried, drawn, sizeof drawn);
            struct spender s = lifetime_select(tried, n, k);
            assert_int_equal(s.spent, sorted[k].spent);
            assert_int_equal(s.key, sorted[k].key);
        }
    }
}

static void sum_up(struct bench *b, uint32_t step, struct ff_lifetimes *out)
{
    int steps = 0;
    fold_lifetimes_begin(b->fold, 0);
    while (!fold_lifetimes_step(b->fold, step, out))
        assert_true(++steps < 1000);
}

static void without_customers_there_is_nothing(void **state)
{
    (void)state;
    struct bench b;
    struct ff_lifetimes l;
    bench_open(&b);
    sum_up(&b, 1, &l);
    assert_int_equal(l.first_order, FF_NEVER);
    for (int i = 0; i < FF_SPENDERS; i++)
        assert_true(l.by[i].customers == 0 && l.by[i].currencies == 0);
    bench_close(&b);
}

/* Seven customers: two low, two medium, three high. */
static void thirds_are_by_what_was_spent_in_the_sites_currency(void **state)
{
    (void)state;
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g"};
    static const int spent[] = {40, 10, 70, 30, 20, 60, 50};
    struct bench b;
    struct buying all = {0};
    struct fold_options o = bench_options();
    bench_open_with(&b, o);
    for (int i = 0; i < 7; i++)
        buying_add(&all, DAYS(i), names[i], NULL, MONEY(spent[i]));
    for (int i = 0; i < 7; i++)
        buying_send(&b, &all.deeds[i], DAYS(8));
    struct ff_beacon dollars = bench_in(bench_purchase("b", DAYS(8), "usd", MONEY(999)), USD);
    bench_send(&b, dollars); /* counts for b, but not for its place */
    for (uint32_t step = 1; step < 20; step += 3) {
        struct ff_lifetimes l;
        sum_up(&b, step, &l);
        static const int customers[] = {2, 2, 3}, euros[] = {30, 70, 180};
        for (int i = 0; i < FF_SPENDERS; i++) {
            const struct ff_lifetime *third = &l.by[i];
            assert_int_equal(third->customers, customers[i]);
            assert_int_equal(third->orders, customers[i] + (i == 0));
            assert_int_equal(third->currencies, i == 0 ? 2 : 1);
            assert_int_equal(third->money[0].currency, EUR);
            assert_int_equal((int64_t)third->money[0].amount, MONEY(euros[i]));
            assert_int_equal(third->active, customers[i]);
        }
        assert_int_equal((int64_t)l.by[0].money[1].amount, MONEY(999));
        assert_int_equal(l.first_order, DAYS(0));
        assert_int_equal(l.as_of, DAYS(8));
        assert_int_equal(l.active_for, 365 * FF_DAY);
    }
    bench_close(&b);
}

/* What a visitor bought before its customer was known is part of the customer's time. */
static void those_who_lapsed_have_the_time_between_their_orders(void **state)
{
    (void)state;
    struct bench b;
    struct buying all = {0};
    struct fold_options o = bench_options();
    struct ff_lifetimes l;
    o.customers_active_for = 10 * FF_DAY;
    bench_open_with(&b, o);
    buying_add(&all, DAYS(5) + FF_HOUR, "ann", "A", MONEY(1));
    buying_add(&all, DAYS(2), "ann", NULL, MONEY(1));
    buying_add(&all, DAYS(3), "bob", NULL, MONEY(1));
    for (int i = 0; i < 3; i++)
        buying_send(&b, &all.deeds[i], DAYS(14) + FF_HOUR);
    sum_up(&b, 100, &l);
    int64_t active = 0, lapsed = 0;
    for (int i = 0; i < FF_SPENDERS; i++)
        active += l.by[i].active;
    assert_int_equal(active, 1);
    fold_advance(b.fold, DAYS(15)); /* the tenth day after A's last */
    sum_up(&b, 100, &l);
    for (int i = 0; i < FF_SPENDERS; i++) {
        assert_int_equal(l.by[i].active, 0);
        lapsed += (int64_t)l.by[i].lapsed_time;
    }
    assert_int_equal(lapsed, 3 * FF_DAY + FF_HOUR);
    bench_close(&b);
}

static void another_that_begins_gives_the_first_up(void **state)
{
    (void)state;
    struct bench b;
    struct buying all = {0};
    struct ff_lifetimes l;
    bench_open(&b);
    buying_add(&all, DAYS(0), "ann", NULL, MONEY(1));
    buying_add(&all, DAYS(1), "bob", NULL, MONEY(1));
    buying_send(&b, &all.deeds[0], DAYS(1));
    buying_send(&b, &all.deeds[1], DAYS(1));
    fold_lifetimes_begin(b.fold, 0);
    assert_false(fold_lifetimes_step(b.fold, 1, &l));
    fold_lifetimes_begin(b.fold, 1);
    assert_true(fold_lifetimes_step(b.fold, 100, &l));
    for (int i = 0; i < FF_SPENDERS; i++)
        assert_int_equal(l.by[i].customers, 0);
    sum_up(&b, 1, &l);
    assert_int_equal(l.by[FF_SPENDERS_HIGH].customers, 2);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nth_spender_is_that_of_the_sorted_ones),
        cmocka_unit_test(without_customers_there_is_nothing),
        cmocka_unit_test(thirds_are_by_what_was_spent_in_the_sites_currency),
        cmocka_unit_test(those_who_lapsed_have_the_time_between_their_orders),
        cmocka_unit_test(another_that_begins_gives_the_first_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
