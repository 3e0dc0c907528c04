#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "buying.h"
#include "state.h"
#include "history.h"
#include "picture.h"

#define DAY(n) ((int32_t)(BENCH_START / FF_DAY) + (n))

static struct bench bench;

static struct bench *shop(struct buying *all, int32_t active_for)
{
    struct fold_options o = bench_options();
    static const struct zone *zones[2];
    zones[0] = zones[1] = all->zone;
    o.customers_active_for = active_for * FF_DAY;
    o.max_orders = 1000;
    o.zones = all->zone ? zones : NULL;
    all->active_for = active_for;
    bench_open_with(&bench, o);
    return &bench;
}

static void send_all(struct bench *b, const struct buying *all, ff_wall received)
{
    for (int i = 0; i < all->n; i++)
        buying_send(b, &all->deeds[i], received);
}

static struct ff_customers window(const struct bench *b, int32_t from, int32_t to)
{
    struct ff_customers w;
    fold_customers(b->fold, 0, from * FF_DAY, to * FF_DAY, &w);
    return w;
}

static void a_customer_is_who_purchased(void **state)
{
    (void)state;
    struct buying all = {0};
    struct bench *b = shop(&all, 365);
    buying_add(&all, DAYS(0), "ann", NULL, MONEY(3));
    buying_add(&all, DAYS(0), "bob", "B", MONEY(3));
    buying_add(&all, DAYS(0), "cyn", "C", 0);
    buying_add(&all, DAYS(1), "dan", "B", MONEY(3));
    send_all(b, &all, DAYS(2));
    struct ff_customers w = window(b, DAY(0), DAY(1));
    assert_int_equal(w.new, 2);
    assert_int_equal(w.ever, 2);
    assert_int_equal(w.repeat, 0);
    w = window(b, DAY(0), DAY(2));
    assert_int_equal(w.new, 2);
    assert_int_equal(w.repeat, 1);
    assert_int_equal(w.start, 0);
    assert_int_equal(w.end, 2);
    bench_close(b);
}

static void without_a_visitor_there_is_no_customer(void **state)
{
    (void)state;
    struct buying all = {0};
    struct bench *b = shop(&all, 365);
    struct ff_beacon e = bench_purchase("x", DAYS(0), "o", MONEY(1));
    e.has &= ~FF_HAS(VISITOR);
    bench_send(b, e);
    assert_int_equal(fold_counts(b->fold).customers, 0);
    bench_close(b);
}

static void repeats_of_an_order_count_nowhere(void **state)
{
    (void)state;
    struct buying all = {0};
    struct bench *b = shop(&all, 365);
    struct ff_beacon e = bench_purchase("ann", DAYS(0), "o", MONEY(1));
    bench_send(b, e);
    e.time = DAYS(1);
    e.has |= FF_HAS(CUSTOMER);
    e.text[FF_TEXT_CUSTOMER] = FF_LITERAL("A");
    bench_send(b, e);
    struct ff_customers w = window(b, DAY(0), DAY(2));
    assert_int_equal(w.ever, 1);
    assert_int_equal(w.repeat, 0);
    assert_int_equal(fold_counts(b->fold).customers, 1); /* nor is A known now */
    bench_close(b);
}

/* The first id by the time of the events claims all that was bought without one, before and after. */
static void the_first_customer_id_claims_in_every_order_of_arrival(void **state)
{
    (void)state;
    static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (int i = 0; i < 6; i++) {
        struct buying all = {0};
        struct bench *b = shop(&all, 365);
        buying_add(&all, DAYS(3), "ann", NULL, MONEY(1)); /* A's */
        buying_add(&all, DAYS(5), "ann", "A", 0);
        buying_add(&all, DAYS(7), "ann", "B", MONEY(2)); /* B's own */
        for (int k = 0; k < 3; k++)
            buying_send(b, &all.deeds[orders[i][k]], DAYS(10));
        assert_int_equal(window(b, DAY(0), DAY(9)).ever, 2);
        buying_assert(b, &all, DAY(0), DAY(9));
        buying_add(&all, DAYS(4), "ann", "B", 0); /* an earlier claim comes last: all is B's */
        buying_send(b, &all.deeds[3], DAYS(10));
        struct ff_customers w = window(b, DAY(0), DAY(9));
        assert_int_equal(w.ever, 1);
        assert_int_equal(w.repeat, 1);
        buying_assert(b, &all, DAY(0), DAY(9));
        bench_close(b);
    }
}

static void of_claims_at_one_time_the_first_in_the_journal_holds(void **state)
{
    (void)state;
    struct buying all = {0};
    struct bench *b = shop(&all, 365);
    buying_add(&all, DAYS(1), "ann", "A", 0);
    buying_add(&all, DAYS(1), "ann", "B", 0);
    buying_add(&all, DAYS(2), "ann", NULL, MONEY(1));
    buying_add(&all, DAYS(2), "bob", "A", MONEY(1));
    send_all(b, &all, DAYS(3));
    assert_int_equal(window(b, DAY(0), DAY(3)).ever, 1); /* ann's is A's */
    bench_close(b);
}

static void a_customer_lapses_on_the_day_and_comes_back(void **state)
{
    (void)state;
    for (int gap = 9; gap <= 11; gap++) {
        struct buying all = {0};
        struct bench *b = shop(&all, 10);
        buying_add(&all, DAYS(0) + FF_HOUR, "ann", NULL, MONEY(1));
        buying_add(&all, DAYS(gap), "ann", NULL, MONEY(1));
        send_all(b, &all, DAYS(40));
        bool lapsed = gap > 10;
        assert_int_equal(window(b, DAY(10), DAY(11)).lost, lapsed);
        assert_int_equal(window(b, DAY(0), DAY(40)).lost, 1 + lapsed);
        assert_int_equal(window(b, DAY(gap), DAY(gap + 1)).reactivated, lapsed);
        assert_int_equal(window(b, DAY(gap + 9), DAY(gap + 10)).end, 1);
        assert_int_equal(window(b, DAY(gap + 10), DAY(gap + 11)).end, 0);
        for (int from = -2; from < 30; from++)
            for (int to = from + 1; to < 32; to++)
                buying_assert(b, &all, DAY(from), DAY(to));
        bench_close(b);
    }
}

/* Nothing has to happen for it: a lapse is there when its day has come. */
static void lapses_that_lie_ahead_do_not_count_yet(void **state)
{
    (void)state;
    struct buying all = {0};
    struct bench *b = shop(&all, 10);
    buying_add(&all, DAYS(0), "ann", NULL, MONEY(1));
    send_all(b, &all, DAYS(0));
    for (int today = 0; today < 14; today++) {
        fold_advance(b->fold, DAYS(today) + FF_HOUR);
        struct ff_customers w = window(b, DAY(0), DAY(30));
        assert_int_equal(w.lost, today >= 10);
        assert_int_equal(w.end, today < 10);
        buying_assert(b, &all, DAY(today + 1), DAY(30));
    }
    bench_close(b);
}

/* A purchase shortly before and one shortly after local midnight, through days of 23 and 25 hours. */
static void days_are_the_sites_own(void **state)
{
    (void)state;
    struct zone *zone = zone_new("Europe/Berlin");
    assert_non_null(zone);
    static const ff_wall midnights[] = {
        INT64_C(1711839600) * FF_SECOND, /* 31 March 2024, 00:00+01: 23 hours long */
        INT64_C(1711922400) * FF_SECOND, /* 1 April, 00:00+02 */
        INT64_C(1729980000) * FF_SECOND, /* 27 October, 00:00+02: 25 hours */
        INT64_C(1730070000) * FF_SECOND, /* 28 October, 00:00+01 */
    };
    struct buying all = {.zone = zone};
    struct bench *b = shop(&all, 10);
    for (int i = 0; i < 4; i++) {
        buying_add(&all, midnights[i] - 1, "ann", NULL, MONEY(1));
        buying_add(&all, midnights[i], "bob", NULL, MONEY(1));
    }
    send_all(b, &all, midnights[3] + 40 * FF_DAY);
    int32_t first = (int32_t)zone_date(zone, midnights[0]) - 2, last = (int32_t)zone_date(zone, midnights[3]) + 14;
    for (int32_t day = first; day < last; day++) {
        buying_assert(b, &all, day, day + 1);
        buying_assert(b, &all, first, day);
    }
    struct ff_customers w; /* whole days around an hour of them */
    fold_customers(b->fold, 0, midnights[0] + FF_HOUR, midnights[0] + 2 * FF_HOUR, &w);
    assert_int_equal(w.from, midnights[0]);
    assert_int_equal(w.to, midnights[1]);
    bench_close(b);
    zone_free(&zone);
}

static void draw_buying(struct history *h, struct buying *all)
{
    static const char *const visitors[] = {"ann", "bob", "cyn", "dan"};
    static const char *const customers[] = {"A", "B", "C"};
    int n = 2 + below(h, 38);
    while (all->n < n) {
        ff_wall at = DAYS(below(h, 60)) + below(h, 24) * FF_HOUR + all->n; /* no two at once */
        const char *customer = below(h, 3) == 0 ? customers[below(h, 3)] : NULL;
        buying_add(all, at, visitors[below(h, 4)], customer, below(h, 3) ? MONEY(1 + below(h, 9)) : 0);
    }
}

static void shuffle(struct history *h, struct buying *all)
{
    for (int i = all->n - 1; i > 0; i--) {
        int k = below(h, i + 1);
        struct deed d = all->deeds[i];
        all->deeds[i] = all->deeds[k];
        all->deeds[k] = d;
    }
}

/* Whatever came, in whatever order, through a checkpoint in between: the numbers are those of the list. */
static void any_order_of_arrival_gives_the_same_numbers(void **state)
{
    (void)state;
    static struct history h;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct buying all = {0};
        h.seed = seed * UINT64_C(0x9e3779b97f4a7c15) | 1;
        struct bench *b = shop(&all, 1 + (int32_t)(seed % 14));
        draw_buying(&h, &all);
        char cohorts[2][4096] = {"", ""};
        for (int round = 0; round < 2; round++) {
            shuffle(&h, &all);
            int reload = below(&h, all.n);
            for (int i = 0; i < all.n; i++) {
                buying_send(b, &all.deeds[i], DAYS(70) + i);
                if (i == reload)
                    bench_reload(b);
            }
            for (int i = 0; i < 30; i++) {
                int from = below(&h, 80) - 5;
                buying_assert(b, &all, DAY(from), DAY(from + 1 + below(&h, 40)));
            }
            fold_cohorts(b->fold, 0, 0, INT64_MAX, buying_cohort, cohorts[round]);
            bench_close(b);
            b = shop(&all, all.active_for);
        }
        assert_string_equal(cohorts[0], cohorts[1]);
        bench_close(b);
    }
}

static void cohorts_are_by_the_month_of_the_first_order(void **state)
{
    (void)state;
    struct buying all = {0};
    struct bench *b = shop(&all, 365);
    char text[4096] = "";
    buying_add(&all, DAYS(40), "ann", NULL, MONEY(1)); /* 10 February 2024 */
    buying_add(&all, DAYS(41), "ann", NULL, MONEY(1));
    buying_add(&all, DAYS(100), "ann", NULL, MONEY(1)); /* 10 April */
    buying_add(&all, DAYS(41), "bob", NULL, MONEY(1));
    buying_add(&all, DAYS(70), "cyn", NULL, MONEY(1)); /* 11 March */
    send_all(b, &all, DAYS(121));                      /* 1 May */
    fold_cohorts(b->fold, 0, 0, INT64_MAX, buying_cohort, text);
    assert_string_equal(text, "649:2,0,1,0;650:1,0,0;");
    text[0] = '\0';
    fold_cohorts(b->fold, 0, DAYS(60), DAYS(90), buying_cohort, text);
    assert_string_equal(text, "650:1,0,0;");
    text[0] = '\0';
    buying_add(&all, DAYS(5), "bob", "B", MONEY(1)); /* an older order: bob's cohort is January's */
    buying_send(b, &all.deeds[5], DAYS(121));
    fold_cohorts(b->fold, 0, 0, INT64_MAX, buying_cohort, text);
    assert_string_equal(text, "648:1,1,0,0,0;649:1,0,1,0;650:1,0,0;");
    bench_close(b);
}

static void those_who_were_kept_bought_before_and_since(void **state)
{
    (void)state;
    struct buying all = {0};
    struct bench *b = shop(&all, 365);
    buying_add(&all, DAYS(99), "ann", NULL, MONEY(1));
    buying_add(&all, DAYS(100), "ann", NULL, MONEY(1));
    buying_add(&all, DAYS(99), "bob", NULL, MONEY(1));
    buying_add(&all, DAYS(100), "cyn", NULL, MONEY(1));
    send_all(b, &all, DAYS(101));
    struct ff_kept kept;
    fold_kept_customers(b->fold, 0, DAYS(100) + FF_HOUR, &kept);
    assert_true(kept.customers == 1);
    assert_int_equal(kept.from, DAYS(100 - 365));
    assert_int_equal(kept.to, DAYS(100));
    fold_kept_customers(b->fold, 0, DAYS(99), &kept);
    assert_true(kept.customers == 0);
    bench_close(b);
}

/* --- who leaves ------------------------------------------------------------------------------- */

static void at_the_ceiling_those_who_never_bought_go_first_then_the_oldest(void **state)
{
    (void)state;
    struct fold_options o = bench_options();
    o.max_customers = 8;
    bench_open_with(&bench, o);
    char names[20][8];
    for (int i = 0; i < 6; i++) {
        snprintf(names[i], sizeof names[i], "v%d", i);
        struct deed d = {DAYS(i), names[i], NULL, MONEY(1), true, ""};
        snprintf(d.order, sizeof d.order, "o%d", i);
        buying_send(&bench, &d, DAYS(i));
    }
    struct deed claim = {DAYS(6), "w", "W", 0, false, ""};
    buying_send(&bench, &claim, DAYS(6)); /* two more: full */
    assert_int_equal(fold_counts(bench.fold).customers, 8);
    assert_int_equal(fold_counts(bench.fold).customers_evicted, 0);
    struct deed next = {DAYS(7), "x", NULL, MONEY(1), true, "ox"};
    buying_send(&bench, &next, DAYS(7)); /* room is made for two */
    assert_int_equal(fold_counts(bench.fold).customers_evicted, 2);
    struct deed again = {DAYS(8), "v0", NULL, MONEY(1), true, "oy"};
    buying_send(&bench, &again, DAYS(8)); /* v0 was still there */
    struct ff_customers w = window(&bench, DAY(0), DAY(9));
    assert_int_equal(w.new, 7);
    assert_int_equal(w.repeat, 1);
    bench_reload(&bench);
    w = window(&bench, DAY(0), DAY(9));
    assert_int_equal(w.new, 7); /* what they were counted as stays */
    bench_close(&bench);
}

static void what_a_member_bought_stays_its_customers(void **state)
{
    (void)state;
    struct buying all = {0};
    struct bench *b = shop(&all, 10);
    buying_add(&all, DAYS(0), "ann", NULL, MONEY(5));
    buying_add(&all, DAYS(1), "ann", "A", 0);
    buying_add(&all, DAYS(2), "ann", "A", MONEY(7));
    send_all(b, &all, DAYS(3));
    customers_forget(b->fold, person_key(b->fold, 0, PERSON_VISITOR, FF_LITERAL("ann")));
    customers_forget(b->fold, person_key(b->fold, 0, PERSON_VISITOR, FF_LITERAL("ann"))); /* nobody now */
    assert_int_equal(fold_counts(b->fold).customers, 1);
    struct ff_lifetimes l;
    fold_lifetimes_begin(b->fold, 0);
    assert_true(fold_lifetimes_step(b->fold, 100, &l));
    assert_int_equal(l.by[FF_SPENDERS_HIGH].orders, 2);
    assert_int_equal((int64_t)l.by[FF_SPENDERS_HIGH].money[0].amount, MONEY(12));
    buying_assert(b, &all, DAY(0), DAY(20));
    bench_close(b);
}

static void a_customer_that_is_forgotten_takes_its_visitors_along(void **state)
{
    (void)state;
    struct buying all = {0};
    struct bench *b = shop(&all, 10);
    buying_add(&all, DAYS(0), "ann", NULL, MONEY(5));
    buying_add(&all, DAYS(1), "ann", "A", MONEY(5));
    buying_add(&all, DAYS(1), "bob", "A", 0);
    buying_add(&all, DAYS(1), "cyn", NULL, MONEY(5));
    send_all(b, &all, DAYS(3));
    customers_forget(b->fold, person_key(b->fold, 1, PERSON_CUSTOMER, FF_LITERAL("A"))); /* of another site */
    assert_int_equal(fold_counts(b->fold).customers, 4);
    customers_forget(b->fold, person_key(b->fold, 0, PERSON_CUSTOMER, FF_LITERAL("A")));
    struct fold_counts c = fold_counts(b->fold);
    assert_int_equal(c.customers, 1);
    assert_int_equal(c.customer_days, 1);
    assert_int_equal(c.customers_evicted, 0);
    buying_assert(b, &all, DAY(0), DAY(20)); /* the counts stay */
    bench_reload(b);
    buying_assert(b, &all, DAY(0), DAY(20));
    bench_close(b);
}

/* Five years from the receipt of the last purchase on, however old what was bought is. */
static void who_stays_away_is_forgotten_and_counts_on(void **state)
{
    (void)state;
    struct buying all = {0};
    struct bench *b = shop(&all, 10);
    buying_add(&all, DAYS(0) - 3000 * FF_DAY, "ann", "A", MONEY(5));
    buying_add(&all, DAYS(0), "ann", "A", MONEY(5));
    send_all(b, &all, DAYS(1));
    fold_advance(b->fold, DAYS(1 + 1825));
    assert_int_equal(fold_counts(b->fold).customers, 2);
    fold_advance(b->fold, DAYS(1 + 1826));
    assert_int_equal(fold_counts(b->fold).customers, 0);
    assert_int_equal(fold_counts(b->fold).customer_days, 0);
    struct ff_customers w = window(b, DAY(0), DAY(20));
    assert_int_equal(w.reactivated, 1);
    assert_int_equal(w.lost, 1);
    assert_int_equal(w.ever, 1);
    bench_close(b);
}

/* Where not even the family of the record fits, its order is left out of the customers, and counted. */
static void days_without_room_are_left_out_and_counted(void **state)
{
    (void)state;
    struct fold_options o = bench_options();
    o.max_customer_days = 1; /* as many as there are at least */
    o.max_orders = 1000;
    bench_open_with(&bench, o);
    struct deed d = {DAYS(0), "ann", NULL, MONEY(1), true, ""};
    for (int i = 0; i < 100; i++) {
        d.at = DAYS(i);
        snprintf(d.order, sizeof d.order, "o%d", i);
        buying_send(&bench, &d, DAYS(i));
    }
    struct fold_counts c = fold_counts(bench.fold);
    assert_true(c.customer_days_left_out > 0);
    assert_int_equal(c.customer_days + c.customer_days_left_out, 100);
    assert_int_equal(bench_total(&bench, FF_COUNT_ORDERS), 100);
    d.visitor = "bob"; /* ann gives way for another */
    snprintf(d.order, sizeof d.order, "bob");
    buying_send(&bench, &d, DAYS(100));
    assert_int_equal(fold_counts(bench.fold).customers, 1);
    assert_int_equal(fold_counts(bench.fold).customer_days, 1);
    bench_close(&bench);
}

static void spend_on_keeping_customers_is_counted(void **state)
{
    (void)state;
    struct buying all = {0};
    struct bench *b = shop(&all, 10);
    struct ff_beacon e = bench_with_value(bench_event(FF_SPEND, NULL, DAYS(1)), MONEY(8));
    e.text[FF_TEXT_PURPOSE] = FF_LITERAL("retention");
    bench_send(b, e);
    bench_send(b, bench_in(e, USD));
    e.text[FF_TEXT_PURPOSE] = FF_LITERAL("acquisition");
    bench_send(b, e);
    int64_t n;
    assert_int_equal(bench_money(b, FF_PURSE_RETENTION_SPEND, EUR, &n), MONEY(8));
    assert_int_equal(n, 1);
    assert_int_equal(bench_money(b, FF_PURSE_RETENTION_SPEND, USD, &n), MONEY(8));
    bench_close(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_customer_is_who_purchased),
        cmocka_unit_test(without_a_visitor_there_is_no_customer),
        cmocka_unit_test(repeats_of_an_order_count_nowhere),
        cmocka_unit_test(the_first_customer_id_claims_in_every_order_of_arrival),
        cmocka_unit_test(of_claims_at_one_time_the_first_in_the_journal_holds),
        cmocka_unit_test(a_customer_lapses_on_the_day_and_comes_back),
        cmocka_unit_test(lapses_that_lie_ahead_do_not_count_yet),
        cmocka_unit_test(days_are_the_sites_own),
        cmocka_unit_test(any_order_of_arrival_gives_the_same_numbers),
        cmocka_unit_test(cohorts_are_by_the_month_of_the_first_order),
        cmocka_unit_test(those_who_were_kept_bought_before_and_since),
        cmocka_unit_test(at_the_ceiling_those_who_never_bought_go_first_then_the_oldest),
        cmocka_unit_test(what_a_member_bought_stays_its_customers),
        cmocka_unit_test(a_customer_that_is_forgotten_takes_its_visitors_along),
        cmocka_unit_test(who_stays_away_is_forgotten_and_counts_on),
        cmocka_unit_test(days_without_room_are_left_out_and_counted),
        cmocka_unit_test(spend_on_keeping_customers_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
