#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "pool.h"

#include <string.h>

static void numbers_start_at_one_and_end_at_the_cap(void **state)
{
    (void)state;
    struct pool p;
    assert_true(pool_init(&p, 3, 24));
    assert_int_equal(pool_left(&p), 3);
    for (uint32_t i = 1; i <= 3; i++)
        assert_int_equal(pool_take(&p), i);
    assert_int_equal(pool_take(&p), 0);
    assert_int_equal(pool_left(&p), 0);
    pool_give(&p, 2);
    assert_int_equal(pool_left(&p), 1);
    assert_int_equal(pool_take(&p), 2);
    assert_int_equal(pool_take(&p), 0);
    pool_fini(&p);
    assert_null(p.things);
}

static void a_thing_is_all_zeros_also_the_second_time(void **state)
{
    (void)state;
    static const unsigned char zeros[40];
    struct pool p;
    assert_true(pool_init(&p, 2, sizeof zeros));
    for (int round = 0; round < 3; round++) {
        uint32_t a = pool_take(&p), b = pool_take(&p);
        assert_memory_equal(pool_at(&p, a), zeros, sizeof zeros);
        assert_memory_equal(pool_at(&p, b), zeros, sizeof zeros);
        memset(pool_at(&p, a), 0xff, sizeof zeros);
        memset(pool_at(&p, b), 0xee, sizeof zeros);
        pool_give(&p, a);
        pool_give(&p, b);
    }
    pool_fini(&p);
}

static void things_lie_apart_and_stay_where_they_are(void **state)
{
    (void)state;
    struct pool p;
    assert_true(pool_init(&p, 100, 4));
    for (uint32_t i = 1; i <= 100; i++)
        memcpy(pool_at(&p, pool_take(&p)), &i, sizeof i);
    for (uint32_t i = 2; i <= 100; i += 2)
        pool_give(&p, i);
    for (uint32_t i = 1; i <= 100; i += 2)
        assert_memory_equal(pool_at(&p, i), &i, sizeof i);
    assert_int_equal(p.used, 50);
    pool_fini(&p);
}

static void all_numbers_come_back_whatever_the_order_they_were_given_in(void **state)
{
    (void)state;
    enum { CAP = 50 };
    struct pool p;
    bool taken[CAP + 1] = {false};
    assert_true(pool_init(&p, CAP, 8));
    uint64_t seed = 9;
    for (int i = 0; i < 20000; i++) {
        seed = seed * UINT64_C(6364136223846793005) + 1;
        uint32_t n = 1 + (uint32_t)(seed >> 33) % CAP;
        if (taken[n]) {
            pool_give(&p, n);
            taken[n] = false;
            continue;
        }
        uint32_t number = pool_take(&p);
        assert_true(number >= 1 && number <= CAP && !taken[number]);
        taken[number] = true;
    }
    uint32_t left = pool_left(&p);
    for (uint32_t i = 0; i < left; i++)
        assert_int_not_equal(pool_take(&p), 0);
    assert_int_equal(pool_take(&p), 0);
    pool_fini(&p);
}

static void a_pool_of_nothing_gives_nothing(void **state)
{
    (void)state;
    struct pool p;
    assert_true(pool_init(&p, 0, 8));
    assert_int_equal(pool_take(&p), 0);
    pool_fini(&p);
    pool_fini(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_start_at_one_and_end_at_the_cap),
        cmocka_unit_test(a_thing_is_all_zeros_also_the_second_time),
        cmocka_unit_test(things_lie_apart_and_stay_where_they_are),
        cmocka_unit_test(all_numbers_come_back_whatever_the_order_they_were_given_in),
        cmocka_unit_test(a_pool_of_nothing_gives_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
