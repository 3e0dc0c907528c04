#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "distinct.h"
#include "hash.h"

/* The i-th mark of a stream: marks of different streams are unrelated. */
static uint64_t mark_of(uint64_t stream, uint64_t i)
{
    return hash_mix(hash_mix(stream + 1) + i * UINT64_C(0x9e3779b97f4a7c15));
}

static double count_of(const struct distinct *d)
{
    bool exact;
    return distinct_count(d, &exact);
}

static void the_empty_set_counts_nothing(void **state)
{
    (void)state;
    struct distinct d = {0}, other = {0};
    bool exact = false;
    assert_true(distinct_count(&d, &exact) == 0 && exact);
    distinct_merge(&d, &other);
    assert_true(count_of(&d) == 0);
    distinct_reset(&d);
}

static void repeats_change_nothing_and_zero_is_a_mark(void **state)
{
    (void)state;
    struct distinct d = {0};
    for (int round = 0; round < 3; round++)
        for (uint64_t mark = 0; mark < 10; mark++)
            distinct_add(&d, mark);
    assert_true(count_of(&d) == 10);
    distinct_reset(&d);
    assert_true(count_of(&d) == 0);
}

static void it_is_exact_up_to_2048_and_never_below_that_after(void **state)
{
    (void)state;
    for (uint64_t stream = 0; stream < 20; stream++) {
        struct distinct d = {0};
        bool exact = false;
        for (uint64_t i = 0; i < DISTINCT_EXACT; i++) {
            distinct_add(&d, mark_of(stream, i));
            distinct_add(&d, mark_of(stream, i / 2));
            assert_true(distinct_count(&d, &exact) == i + 1 && exact);
        }
        distinct_add(&d, mark_of(stream, DISTINCT_EXACT));
        double n = distinct_count(&d, &exact);
        assert_false(exact);
        assert_true(n >= DISTINCT_EXACT + 1 && n == rint(n));
        distinct_reset(&d);
    }
}

static void the_standard_error_is_below_one_percent_at_all_sizes(void **state)
{
    (void)state;
    static const struct {
        uint64_t n;
        int trials;
    } rows[] = {{2049, 150},  {3000, 150},  {6000, 150},   {12000, 150}, {25000, 120}, {41000, 120},
                {50000, 120}, {70000, 100}, {100000, 100}, {250000, 60}, {1000000, 40}};
    uint64_t stream = 100;
    for (size_t r = 0; r < sizeof(rows) / sizeof(*rows); r++) {
        double squares = 0, sum = 0;
        for (int trial = 0; trial < rows[r].trials; trial++, stream++) {
            struct distinct d = {0};
            for (uint64_t i = 0; i < rows[r].n; i++)
                distinct_add(&d, mark_of(stream, i));
            double error = count_of(&d) / (double)rows[r].n - 1;
            squares += error * error;
            sum += error;
            distinct_reset(&d);
        }
        double spread = sqrt(squares / rows[r].trials), bias = sum / rows[r].trials;
        if (spread > 0.01 || fabs(bias) > 0.003)
            fail_msg("%lu marks: standard error %f, bias %f", (unsigned long)rows[r].n, spread,
                     bias);
    }
}

static void assert_same(const struct distinct *a, const struct distinct *b)
{
    bool exact_a, exact_b;
    double n_a = distinct_count(a, &exact_a), n_b = distinct_count(b, &exact_b);
    assert_true(n_a == n_b);
    assert_int_equal(exact_a, exact_b);
    if (!exact_a)
        assert_memory_equal(a->registers, b->registers, 1 << 14);
}

static void the_order_of_marks_does_not_matter(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {100, 2048, 2049, 30000};
    for (size_t s = 0; s < 4; s++) {
        struct distinct up = {0}, down = {0};
        for (uint64_t i = 0; i < sizes[s]; i++) {
            distinct_add(&up, i ? mark_of(7, i) : 0);
            distinct_add(&down, i < sizes[s] - 1 ? mark_of(7, sizes[s] - 1 - i) : 0);
        }
        assert_same(&up, &down);
        distinct_reset(&up);
        distinct_reset(&down);
    }
}

/* Splits n marks, some of them shared, over parts and merges these; all in one is the truth. */
static void check_merge(uint64_t n, uint64_t parts)
{
    struct distinct whole = {0}, merged = {0};
    for (uint64_t part = 0; part < parts; part++) {
        struct distinct d = {0};
        for (uint64_t i = part * n / parts; i < (part + 2) * n / parts && i < n; i++) {
            distinct_add(&d, i ? mark_of(9, i) : 0);
            distinct_add(&whole, i ? mark_of(9, i) : 0);
        }
        distinct_merge(&merged, &d);
        distinct_reset(&d);
    }
    assert_same(&whole, &merged);
    distinct_reset(&whole);
    distinct_reset(&merged);
}

static void merging_is_adding_all(void **state)
{
    (void)state;
    check_merge(1, 1);
    check_merge(500, 7);
    check_merge(2048, 3);
    check_merge(2049, 3);
    check_merge(9000, 2);
    check_merge(9000, 50);
    check_merge(100000, 20);
}

/* The union of sets of those sizes, which do not overlap. */
static double union_of(const uint64_t *sizes, size_t n, bool *exact)
{
    struct distinct set[4] = {{0}};
    struct distinct_union u = {0};
    uint64_t next = 0;
    for (size_t i = 0; i < n; i++) {
        for (uint64_t k = 0; k < sizes[i]; k++)
            distinct_add(&set[i], mark_of(11, next++));
        distinct_union_add(&u, &set[i]);
    }
    double count = distinct_union_end(&u, exact);
    for (size_t i = 0; i < n; i++)
        distinct_reset(&set[i]);
    return count;
}

static void unions_count_each_mark_once_and_leave_their_sets_alone(void **state)
{
    (void)state;
    bool exact;
    assert_true(union_of(NULL, 0, &exact) == 0 && exact);
    assert_true(union_of((uint64_t[]){0, 7, 0}, 3, &exact) == 7 && exact);
    assert_true(union_of((uint64_t[]){1000, 0, 1000, 48}, 4, &exact) == 2048 && exact);
    assert_true(union_of((uint64_t[]){1000, 1000, 49}, 3, &exact) > 2048 && !exact);
    double apart = union_of((uint64_t[]){4000, 10, 3000}, 3, &exact);
    assert_true(apart == union_of((uint64_t[]){7010}, 1, &exact) && !exact);

    struct distinct a = {0}, b = {0};
    struct distinct_union u = {0};
    distinct_add(&a, 1);
    distinct_add(&b, 1);
    distinct_add(&b, 2);
    distinct_union_add(&u, &a);
    distinct_union_add(&u, &b);
    assert_true(distinct_union_end(&u, &exact) == 2);
    assert_true(count_of(&a) == 1 && count_of(&b) == 2);
    distinct_reset(&a);
    distinct_reset(&b);
}

/* In every order, through tables that are full of neighbours. */
static void marks_that_are_removed_are_gone_and_no_others(void **state)
{
    (void)state;
    for (uint64_t round = 0; round < 200; round++) {
        struct distinct d = {0};
        uint64_t n = 1 + round * 7 % 300;
        bool there[300] = {false};
        double count = 0;
        for (uint64_t i = 0; i < 2000; i++) {
            uint64_t which = mark_of(round, i) % n, mark = round % 2 ? mark_of(99, which) : which * (round + 1);
            if (i % 3) {
                distinct_add(&d, mark);
                count += !there[which];
            } else {
                distinct_remove(&d, mark);
                count -= there[which];
            }
            there[which] = i % 3 != 0;
            assert_true(count_of(&d) == count);
        }
        for (uint64_t which = 0; which < n; which++)
            if (there[which])
                distinct_remove(&d, round % 2 ? mark_of(99, which) : which * (round + 1));
        assert_true(distinct_is_empty(&d));
        distinct_reset(&d);
    }
}

static void a_sketch_keeps_what_is_removed(void **state)
{
    (void)state;
    struct distinct d = {0};
    for (uint64_t i = 0; i < 3000; i++)
        distinct_add(&d, mark_of(1, i));
    double before = count_of(&d);
    distinct_remove(&d, mark_of(1, 5));
    assert_true(count_of(&d) == before);
    distinct_reset(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_empty_set_counts_nothing),
        cmocka_unit_test(repeats_change_nothing_and_zero_is_a_mark),
        cmocka_unit_test(it_is_exact_up_to_2048_and_never_below_that_after),
        cmocka_unit_test(the_standard_error_is_below_one_percent_at_all_sizes),
        cmocka_unit_test(the_order_of_marks_does_not_matter),
        cmocka_unit_test(merging_is_adding_all),
        cmocka_unit_test(marks_that_are_removed_are_gone_and_no_others),
        cmocka_unit_test(a_sketch_keeps_what_is_removed),
        cmocka_unit_test(unions_count_each_mark_once_and_leave_their_sets_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
