#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "bucket.h"
#include "tape.h"

#define EUR FF_CURRENCY('E', 'U', 'R')
#define USD FF_CURRENCY('U', 'S', 'D')
#define JPY FF_CURRENCY('J', 'P', 'Y')

static struct bucket *new_bucket(void)
{
    return bucket_new(3, (struct zone_span){0, FF_MINUTE});
}

static void add_count(struct bucket *b, enum ff_counter which, int64_t by)
{
    bucket_add(b, &(struct ff_fact){.kind = FF_FACT_COUNT, .which = (uint8_t)which, .by = by});
}

static void add_money(struct bucket *b, enum ff_purse purse, ff_currency currency,
                      ff_money_sum amount, int64_t by)
{
    bucket_add(b, &(struct ff_fact){.kind = FF_FACT_MONEY,
                                    .which = (uint8_t)purse,
                                    .currency = currency,
                                    .by = by,
                                    .amount = amount});
}

static void add_visitor(struct bucket *b, uint64_t mark)
{
    bucket_add(b, &(struct ff_fact){.kind = FF_FACT_VISITOR, .mark = mark});
}

static struct tape saved(const struct bucket *b)
{
    struct tape t;
    bucket_save(b, tape_write(&t));
    tape_written(&t);
    return t;
}

/* The bucket that the tape holds, or NULL. */
static struct bucket *load(struct tape *t)
{
    struct bucket *b = new_bucket();
    struct image_in *in = tape_read(t);
    bucket_load(b, in);
    if (!image_in_end(in))
        bucket_free(&b);
    return b;
}

static void assert_same_bytes(const struct bucket *a, const struct bucket *b)
{
    struct tape x = saved(a), y = saved(b);
    assert_true(tape_equal(&x, &y));
    tape_free(&x);
    tape_free(&y);
}

/* A bucket with something of everything. */
static struct bucket *rich(void)
{
    struct bucket *b = new_bucket();
    for (int i = 0; i < FF_COUNTERS; i++)
        add_count(b, i, i % 3 ? INT64_C(1) << i : -i);
    add_money(b, FF_PURSE_REVENUE, USD, (ff_money_sum)1 << 100, 3);
    add_money(b, FF_PURSE_REVENUE, EUR, -((ff_money_sum)1 << 100) - 5, -3);
    add_money(b, FF_PURSE_ABANDONED_VALUE, JPY, 0, 7);
    add_money(b, FF_PURSE_REFUNDED, JPY, -1, 0);
    add_visitor(b, 0);
    add_visitor(b, 77);
    return b;
}

static void all_that_it_holds_comes_back(void **state)
{
    (void)state;
    struct bucket *b = rich();
    struct tape t = saved(b);
    struct bucket *back = load(&t);
    assert_non_null(back);
    assert_memory_equal(back->count, b->count, sizeof b->count);
    assert_int_equal(back->money_n, 4);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(back->money[i].purse, b->money[i].purse);
        assert_int_equal(back->money[i].currency, b->money[i].currency);
        assert_int_equal(back->money[i].n, b->money[i].n);
        assert_true(back->money[i].amount == b->money[i].amount);
    }
    assert_int_equal(back->visitors.count, 2);
    assert_int_equal(back->key, 3);
    assert_int_equal(back->span.end, FF_MINUTE);
    assert_same_bytes(b, back);
    add_money(back, FF_PURSE_REVENUE, JPY, 1, 1); /* between others: it goes on from there */
    add_money(b, FF_PURSE_REVENUE, JPY, 1, 1);
    assert_same_bytes(b, back);
    tape_free(&t);
    bucket_free(&b);
    bucket_free(&back);
}

static void amounts_of_every_size_come_back(void **state)
{
    (void)state;
    for (int bits = 0; bits < 111; bits++)
        for (int sign = -1; sign <= 1; sign += 2) {
            struct bucket *b = new_bucket();
            add_money(b, FF_PURSE_REVENUE, EUR, sign * (((ff_money_sum)1 << bits) - sign), 1);
            struct tape t = saved(b);
            struct bucket *back = load(&t);
            assert_non_null(back);
            assert_true(back->money[0].amount == b->money[0].amount);
            tape_free(&t);
            bucket_free(&b);
            bucket_free(&back);
        }
}

static void the_order_of_what_was_added_is_not_seen(void **state)
{
    (void)state;
    static const ff_currency currency[] = {EUR, USD, JPY, FF_CURRENCY('A', 'A', 'A')};
    struct bucket *b = new_bucket(), *other = new_bucket();
    for (int i = 0; i < 64; i++)
        add_money(b, i % FF_PURSES, currency[i / FF_PURSES % 4], i, 1);
    for (int k = 0; k < 64; k++) {
        int i = k * 37 % 64;
        add_money(other, i % FF_PURSES, currency[i / FF_PURSES % 4], i, 1);
    }
    assert_same_bytes(b, other);
    bucket_free(&b);
    bucket_free(&other);
}

static void what_came_to_nothing_is_not_seen(void **state)
{
    (void)state;
    struct bucket *b = new_bucket(), *plain = new_bucket();
    assert_true(bucket_is_empty(b));
    add_count(b, FF_COUNT_SESSIONS, 5);
    assert_false(bucket_is_empty(b));
    add_count(b, FF_COUNT_SESSIONS, -5);
    add_money(b, FF_PURSE_REFUNDED, EUR, 100, 1);
    assert_false(bucket_is_empty(b));
    add_money(b, FF_PURSE_REFUNDED, EUR, -100, -1);
    assert_true(bucket_is_empty(b));
    add_money(b, FF_PURSE_REVENUE, USD, 7, 1);
    add_money(plain, FF_PURSE_REVENUE, USD, 7, 1);
    assert_same_bytes(b, plain);
    add_money(b, FF_PURSE_REVENUE, USD, 0, -1); /* no thing, yet an amount */
    assert_false(bucket_is_empty(b));
    bucket_free(&b);
    b = new_bucket();
    add_visitor(b, 0);
    assert_false(bucket_is_empty(b));
    bucket_free(&b);
    bucket_free(&plain);
}

static void a_bucket_takes_in_another(void **state)
{
    (void)state;
    struct bucket *b = rich(), *from = rich(), *twice = rich();
    for (int i = 0; i < FF_COUNTERS; i++)
        add_count(twice, i, from->count[i]);
    for (int i = 0; i < from->money_n; i++)
        add_money(twice, from->money[i].purse, from->money[i].currency, from->money[i].amount,
                  from->money[i].n);
    add_visitor(from, 78);
    add_visitor(twice, 78);
    add_money(from, FF_PURSE_REFUNDED, EUR, 9, 1);
    add_money(twice, FF_PURSE_REFUNDED, EUR, 9, 1);
    bucket_merge(b, from);
    assert_same_bytes(b, twice);
    bucket_free(&b);
    bucket_free(&from);
    bucket_free(&twice);
}

static void sums_of_senseless_counts_wrap(void **state)
{
    (void)state;
    struct bucket *b = new_bucket();
    static struct tally_window w;
    struct distinct_union visitors = {0};
    bool exact;
    add_count(b, 0, INT64_MAX);
    add_count(b, 0, 1);
    add_money(b, 0, EUR, 1, INT64_MAX);
    add_money(b, 0, EUR, 1, 1);
    bucket_sum(b, &w, &visitors);
    bucket_sum(b, &w, &visitors);
    bucket_merge(b, b);
    distinct_union_end(&visitors, &exact);
    assert_int_equal(w.count[0], 0);
    assert_int_equal(w.money[0][0].n, 0);
    bucket_free(&b);
}

/* A bucket's bytes: counters are zero, then what is given. */
static void refuses(struct ff_span rest, bool good)
{
    struct tape t;
    struct image_out *out = tape_write(&t);
    for (int i = 0; i < FF_COUNTERS; i++)
        image_put_int(out, 0);
    image_put_bytes(out, rest.p, rest.n);
    tape_written(&t);
    struct bucket *b = load(&t);
    assert_int_equal(b != NULL, good);
    bucket_free(&b);
    tape_free(&t);
}

#define EUR_CODE "\xd2\xaa\x95\x02"
#define USD_CODE "\xc4\xa6\xd5\x02"

static void what_no_bucket_can_hold_is_refused(void **state)
{
    (void)state;
    refuses(FF_LITERAL("\1\0" EUR_CODE "\2\2\0\0"), true);
    refuses(FF_LITERAL("\2\0" EUR_CODE "\2\2\0\0" USD_CODE "\2\2\0\0"), true);
    refuses(FF_LITERAL("\2\0" USD_CODE "\2\2\0\0" EUR_CODE "\2\2\0\0"), false); /* order */
    refuses(FF_LITERAL("\2\0" EUR_CODE "\2\2\0\0" EUR_CODE "\2\2\0\0"), false); /* twice */
    refuses(FF_LITERAL("\2\1" EUR_CODE "\2\2\0\0" USD_CODE "\2\2\0\0"), false); /* order */
    refuses(FF_LITERAL("\1\5" EUR_CODE "\2\2\0\0"), false);                     /* no such purse */
    refuses(FF_LITERAL("\1\0\5\2\2\0\0"), false);                               /* no letters */
    refuses(FF_LITERAL("\1\0\xd2\xaa\x95\x0a\2\2\0\0"), false);                 /* four of them */
    refuses(FF_LITERAL("\1\0" EUR_CODE "\0\0\0\0"), false);                     /* nothing */
    refuses(FF_LITERAL("\0\0"), true);      /* without anything: cells may follow */
    refuses(FF_LITERAL("\xa1\6\0"), false); /* 801 cells */
    refuses(FF_LITERAL("\1\0" EUR_CODE "\2\0\xff\xff\xff\xff\xff\xff\x3f\0"), true);
    refuses(FF_LITERAL("\1\0" EUR_CODE "\2\0\x80\x80\x80\x80\x80\x80\x40\0"), false); /* 2^112 */
    refuses(FF_LITERAL("\0\1\7\0\0\0\0\0\0\0"), true); /* a visitor */
    refuses(FF_LITERAL("\0\1\7\0\0\0\0\0\0"), false);
}

static void no_prefix_is_a_bucket(void **state)
{
    (void)state;
    struct bucket *b = rich();
    struct tape t = saved(b);
    while (t.n-- > 0)
        assert_null(load(&t));
    tape_free(&t);
    bucket_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_it_holds_comes_back),
        cmocka_unit_test(amounts_of_every_size_come_back),
        cmocka_unit_test(the_order_of_what_was_added_is_not_seen),
        cmocka_unit_test(what_came_to_nothing_is_not_seen),
        cmocka_unit_test(a_bucket_takes_in_another),
        cmocka_unit_test(sums_of_senseless_counts_wrap),
        cmocka_unit_test(what_no_bucket_can_hold_is_refused),
        cmocka_unit_test(no_prefix_is_a_bucket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
