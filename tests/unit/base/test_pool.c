#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "pool.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Bytes of the pool's things that are in memory. */
static size_t resident(const struct pool *p)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = (p->cap * p->size + page - 1) / page, n = 0;
    unsigned char *there = malloc(pages);
    assert_non_null(there);
    assert_int_equal(mincore(p->things, p->cap * p->size, there), 0);
    for (size_t i = 0; i < pages; i++)
        n += there[i] & 1;
    free(there);
    return n * page;
}

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

/* --- memory of what is not used any more ---------------------------------------------------- */

#define SIZE 16
#define CHUNK_BYTES (POOL_CHUNK * SIZE)

static void numbers_come_from_the_chunk_last_given_to_then_from_the_first_with_room(void **state)
{
    (void)state;
    struct pool p;
    assert_true(pool_init(&p, 5 * POOL_CHUNK, SIZE));
    for (uint32_t i = 1; i <= 4 * POOL_CHUNK; i++)
        assert_int_equal(pool_take(&p), i);
    pool_give(&p, 3 * POOL_CHUNK + 7);
    pool_give(&p, 2 * POOL_CHUNK);
    pool_give(&p, 3 * POOL_CHUNK);
    assert_int_equal(pool_take(&p), 3 * POOL_CHUNK);
    assert_int_equal(pool_take(&p), 2 * POOL_CHUNK);
    assert_int_equal(pool_take(&p), 3 * POOL_CHUNK + 7);
    assert_int_equal(pool_take(&p), 4 * POOL_CHUNK + 1);
    pool_fini(&p);
}

static void a_last_chunk_that_holds_fewer_is_never_asked_for_more(void **state)
{
    (void)state;
    enum { CAP = POOL_CHUNK + 88 };
    struct pool p;
    assert_true(pool_init(&p, CAP, SIZE));
    for (uint32_t i = 1; i <= CAP; i++)
        assert_int_equal(pool_take(&p), i);
    pool_give(&p, 7);
    pool_give(&p, CAP);
    assert_int_equal(pool_take(&p), CAP);
    assert_int_equal(pool_take(&p), 7);
    assert_int_equal(pool_take(&p), 0);
    pool_fini(&p);
}

static void no_number_is_taken_from_behind_what_all_in_use_would_fill(void **state)
{
    (void)state;
    enum { CAP = 8 * POOL_CHUNK + 100 }; /* the last chunk holds fewer */
    static bool taken[CAP + 1];
    struct pool p;
    assert_true(pool_init(&p, CAP, SIZE));
    uint64_t seed = 3;
    for (int i = 0; i < 400000; i++) {
        seed = seed * UINT64_C(6364136223846793005) + 1;
        uint32_t n = 1 + (uint32_t)(seed >> 33) % CAP;
        bool more = i / 50000 % 2 == 0; /* up to the cap, down to nothing, and again */
        if (taken[n]) {
            pool_give(&p, n);
            taken[n] = false;
        }
        for (int k = more ? 2 : i % 8 == 0; k > 0 && p.used < CAP; k--) {
            uint32_t zone = p.used / POOL_CHUNK, number = pool_take(&p);
            assert_true(number >= 1 && number <= CAP && !taken[number]);
            assert_true((number - 1) / POOL_CHUNK <= zone);
            taken[number] = true;
        }
    }
    pool_fini(&p);
}

static void a_chunk_with_nothing_in_use_is_given_back_but_for_one(void **state)
{
    (void)state;
    enum { CHUNKS = 20 };
    struct pool p;
    assert_true(pool_init(&p, CHUNKS * POOL_CHUNK, SIZE));
    for (int round = 0; round < 3; round++) {
        for (uint32_t i = 0; i < CHUNKS * POOL_CHUNK; i++)
            memset(pool_at(&p, pool_take(&p)), 0xff, SIZE);
        assert_int_equal(resident(&p), CHUNKS * CHUNK_BYTES);
        for (uint32_t i = CHUNKS * POOL_CHUNK; i > 0; i--) {
            uint32_t step = i * 7 % (CHUNKS * POOL_CHUNK); /* in any order */
            pool_give(&p, step + 1);
        }
        assert_int_equal(p.used, 0);
        assert_int_equal(resident(&p), CHUNK_BYTES);
        assert_int_not_equal(p.spare, 0);
    }
    pool_fini(&p);
}

static void what_was_given_back_is_zeros_when_it_is_taken_again(void **state)
{
    (void)state;
    static const size_t sizes[] = {4, 12, 16, 20, 104}; /* some chunks are not made of whole pages */
    static const unsigned char zeros[104];
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        struct pool p;
        uint32_t cap = 6 * POOL_CHUNK + 9;
        assert_true(pool_init(&p, cap, sizes[k]));
        for (int round = 0; round < 3; round++) {
            for (uint32_t i = 0; i < cap; i++) {
                uint32_t number = pool_take(&p);
                assert_memory_equal(pool_at(&p, number), zeros, sizes[k]);
                memset(pool_at(&p, number), 0xff, sizes[k]);
            }
            assert_int_equal(pool_take(&p), 0);
            for (uint32_t i = cap; i > 0; i--)
                if (i % (POOL_CHUNK + 1) > 0 || round == 1)
                    pool_give(&p, i);
            for (uint32_t i = cap; i > 0 && round != 1; i--) {
                if (i % (POOL_CHUNK + 1) > 0)
                    continue;
                unsigned char *thing = pool_at(&p, i); /* its neighbours have gone, it has not */
                assert_true(thing[0] == 0xff && thing[sizes[k] - 1] == 0xff);
                pool_give(&p, i);
            }
            assert_int_equal(p.used, 0);
        }
        pool_fini(&p);
    }
}

static void use_that_goes_up_and_down_a_little_keeps_its_memory(void **state)
{
    (void)state;
    struct pool p;
    assert_true(pool_init(&p, 4 * POOL_CHUNK, SIZE));
    for (uint32_t i = 0; i < POOL_CHUNK; i++)
        memset(pool_at(&p, pool_take(&p)), 0xff, SIZE);
    for (int i = 0; i < 10; i++) {
        uint32_t number = pool_take(&p);
        assert_int_equal(number, POOL_CHUNK + 1);
        memset(pool_at(&p, number), 0xff, SIZE);
        pool_give(&p, number);
        assert_int_equal(resident(&p), CHUNK_BYTES + (size_t)sysconf(_SC_PAGESIZE));
    }
    pool_fini(&p);
}

/* Things that live for LIFE steps each, one taken a step, but for a burst of many: so much later than
 * two lives the pool is as small as before. Those of the burst go in any order. */
static void the_memory_of_a_burst_is_given_back_while_use_goes_on(void **state)
{
    (void)state;
    enum { LIFE = 1000, BURST = 100 * POOL_CHUNK, STEPS = 8 * LIFE };
    struct pool p;
    assert_true(pool_init(&p, 2 * BURST, SIZE));
    static uint32_t going[STEPS + LIFE + 1][2], burst[BURST];
    size_t before = 0;
    uint32_t gone = 0;
    for (int i = 0; i < STEPS; i++) {
        if (going[i][0])
            pool_give(&p, going[i][0]);
        going[i + LIFE][0] = pool_take(&p);
        memset(pool_at(&p, going[i + LIFE][0]), 0xff, SIZE);
        if (i == 3 * LIFE) {
            before = resident(&p);
            for (uint32_t k = 0; k < BURST; k++)
                burst[(uint64_t)k * 50021 % BURST] = pool_take(&p);
            for (uint32_t k = 0; k < BURST; k++)
                memset(pool_at(&p, burst[k]), 0xff, SIZE);
            assert_true(resident(&p) >= BURST * SIZE);
        }
        if (i > 4 * LIFE)
            for (int k = 0; k < BURST / LIFE + 1 && gone < BURST; k++)
                pool_give(&p, burst[gone++]);
    }
    assert_int_equal(gone, BURST);
    assert_int_equal(p.used, LIFE);
    assert_true(resident(&p) <= before + CHUNK_BYTES);
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

static void what_lies_beside_a_pool_has_the_numbers_of_its_things(void **state)
{
    (void)state;
    struct pool things, beside;
    assert_true(pool_init(&things, 2000, 24));
    assert_true(pool_init_beside(&beside, &things, sizeof(uint64_t)));
    for (uint32_t i = 1; i <= 2000; i++) {
        uint64_t number = pool_take(&things);
        memcpy(pool_at(&beside, (uint32_t)number), &number, sizeof number);
    }
    for (uint64_t i = 1; i <= 2000; i++)
        assert_memory_equal(pool_at(&beside, (uint32_t)i), &i, sizeof i);
    assert_int_equal(beside.used, 0);
    pool_fini(&beside);
    pool_fini(&things);
}

static void what_lies_beside_a_pool_gives_its_memory_back_with_it(void **state)
{
    (void)state;
    enum { MANY = 20 * POOL_CHUNK };
    struct pool things, beside[2];
    assert_true(pool_init(&things, MANY, 24));
    assert_true(pool_init_beside(&beside[0], &things, 8) && pool_init_beside(&beside[1], &things, 16));
    for (uint32_t i = 1; i <= MANY; i++) {
        assert_int_equal(pool_take(&things), i);
        memset(pool_at(&beside[0], i), 0xff, 8);
        memset(pool_at(&beside[1], i), 0xff, 16);
    }
    const size_t before[] = {resident(&beside[0]), resident(&beside[1])};
    for (uint32_t i = MANY; i > POOL_CHUNK; i--)
        pool_give(&things, i);
    assert_true(resident(&beside[0]) <= before[0] / 10 && resident(&beside[1]) <= before[1] / 10);
    for (uint32_t i = 1; i <= POOL_CHUNK; i++)
        assert_true(*(unsigned char *)pool_at(&beside[0], i) == 0xff && *(unsigned char *)pool_at(&beside[1], i) == 0xff);
    for (int i = 0; i < 2; i++)
        pool_fini(&beside[i]);
    pool_fini(&things);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_start_at_one_and_end_at_the_cap),
        cmocka_unit_test(a_thing_is_all_zeros_also_the_second_time),
        cmocka_unit_test(things_lie_apart_and_stay_where_they_are),
        cmocka_unit_test(all_numbers_come_back_whatever_the_order_they_were_given_in),
        cmocka_unit_test(numbers_come_from_the_chunk_last_given_to_then_from_the_first_with_room),
        cmocka_unit_test(a_last_chunk_that_holds_fewer_is_never_asked_for_more),
        cmocka_unit_test(no_number_is_taken_from_behind_what_all_in_use_would_fill),
        cmocka_unit_test(a_chunk_with_nothing_in_use_is_given_back_but_for_one),
        cmocka_unit_test(what_was_given_back_is_zeros_when_it_is_taken_again),
        cmocka_unit_test(use_that_goes_up_and_down_a_little_keeps_its_memory),
        cmocka_unit_test(the_memory_of_a_burst_is_given_back_while_use_goes_on),
        cmocka_unit_test(a_pool_of_nothing_gives_nothing),
        cmocka_unit_test(what_lies_beside_a_pool_has_the_numbers_of_its_things),
        cmocka_unit_test(what_lies_beside_a_pool_gives_its_memory_back_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
