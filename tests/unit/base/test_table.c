#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "table.h"

#include "hash.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* keys[place] is what place stands for. */
static bool same(const void *ctx, uint32_t place)
{
    const uint64_t *const *ask = ctx; /* {keys, &wanted} */
    return ask[0][place] == *ask[1];
}

static uint32_t find(const struct table *t, const uint64_t *keys, uint64_t hash, uint64_t key)
{
    const uint64_t *ask[] = {keys, &key};
    return table_find(t, hash, same, ask);
}

static void what_was_added_is_found_and_nothing_else(void **state)
{
    (void)state;
    struct table t;
    uint64_t keys[] = {0, 11, 22};
    assert_true(table_init(&t, 10));
    assert_int_equal(find(&t, keys, 5, 11), 0);
    table_add(&t, UINT64_C(5) << 32, 1);
    table_add(&t, UINT64_C(9) << 32, 2);
    assert_int_equal(find(&t, keys, UINT64_C(5) << 32, 11), 1);
    assert_int_equal(find(&t, keys, UINT64_C(9) << 32, 22), 2);
    assert_int_equal(find(&t, keys, UINT64_C(9) << 32, 11), 0);
    assert_int_equal(find(&t, keys, UINT64_C(7) << 32, 11), 0);
    assert_int_equal(t.used, 2);
    table_fini(&t);
    assert_null(t.slots);
}

static void equal_hashes_are_told_apart_by_their_keys(void **state)
{
    (void)state;
    struct table t;
    uint64_t keys[9], hash = UINT64_C(3) << 32 | 77;
    assert_true(table_init(&t, 8));
    for (uint32_t i = 1; i <= 8; i++) {
        keys[i] = 100 + i;
        table_add(&t, hash, i);
    }
    for (uint32_t i = 1; i <= 8; i++)
        assert_int_equal(find(&t, keys, hash, 100 + i), i);
    table_remove(&t, hash, 4);
    assert_int_equal(find(&t, keys, hash, 104), 0);
    for (uint32_t i = 1; i <= 8; i++)
        if (i != 4)
            assert_int_equal(find(&t, keys, hash, 100 + i), i);
    table_fini(&t);
}

static void the_zero_hash_is_a_hash(void **state)
{
    (void)state;
    struct table t;
    uint64_t keys[] = {0, 7};
    assert_true(table_init(&t, 1));
    table_add(&t, 0, 1);
    assert_int_equal(find(&t, keys, 0, 7), 1);
    table_remove(&t, 0, 1);
    assert_int_equal(find(&t, keys, 0, 7), 0);
    assert_int_equal(t.used, 0);
    table_fini(&t);
}

static void a_table_filled_to_its_cap_still_has_free_slots(void **state)
{
    (void)state;
    for (size_t cap = 1; cap < 200; cap++) {
        struct table t;
        assert_true(table_init(&t, cap));
        for (size_t i = 1; i <= cap; i++)
            table_add(&t, hash_mix(i), (uint32_t)i);
        assert_true(t.used == cap && t.mask + 1 >= cap + cap / 4);
        table_fini(&t);
    }
}

/* As many slots as it would have come to, without a move on the way. */
static void a_table_made_for_so_many_does_not_grow(void **state)
{
    (void)state;
    for (size_t n = 700; n < 100000; n = n * 5 / 4) {
        struct table grown, made;
        assert_true(table_init(&grown, 200000));
        assert_true(table_init(&made, 200000));
        table_reserve(&made, n);
        for (size_t i = 1; i <= n; i++) {
            table_add(&grown, hash_mix(i), (uint32_t)i);
            table_add(&made, hash_mix(i), (uint32_t)i);
            assert_null(made.old);
        }
        assert_int_equal(made.mask, grown.mask);
        for (size_t i = 1; i <= n; i++)
            table_remove(&made, hash_mix(i), (uint32_t)i);
        assert_int_equal(made.used, 0);
        table_fini(&grown);
        table_fini(&made);
    }
}

static size_t pages_there(const uint64_t *slots, size_t count)
{
    static unsigned char there[8192];
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = count * sizeof *slots / page;
    size_t n = 0;
    assert_true(pages <= sizeof there);
    assert_int_equal(mincore((void *)slots, pages * page, there), 0);
    for (size_t i = 0; i < pages; i++)
        n += there[i] & 1;
    return n;
}

/* In steps, while the 12th sixteenth of its slots is taken. */
static void the_slots_to_grow_into_are_there_when_it_grows(void **state)
{
    (void)state;
    struct table t;
    const size_t slots = 1 << 18, page = (size_t)sysconf(_SC_PAGESIZE);
    assert_true(table_init(&t, slots * 4));
    table_reserve(&t, slots / 2);
    assert_int_equal(t.mask, slots - 1);
    const uint64_t *next = t.region[t.slots == t.region[0]];
    size_t i = 1;
    for (; t.used < slots / 16 * 11; i++)
        table_add(&t, hash_mix(i), (uint32_t)i);
    assert_in_range(pages_there(next, slots * 2), 0, 16);
    for (; t.used < slots / 4 * 3; i++)
        table_add(&t, hash_mix(i), (uint32_t)i);
    assert_null(t.old);
    assert_int_equal(pages_there(next, slots * 2), slots * 2 * sizeof *next / page);
    assert_int_equal(pages_there(next + slots * 2, slots * 2), 0);
    table_add(&t, hash_mix(i), (uint32_t)i);
    assert_true(t.old && t.slots == next);
    table_fini(&t);
}

static void a_table_is_never_made_for_more_than_its_cap(void **state)
{
    (void)state;
    struct table t;
    assert_true(table_init(&t, 3000));
    table_reserve(&t, UINT32_MAX);
    assert_int_equal(t.mask + 1, t.most);
    for (uint32_t i = 1; i <= 3000; i++)
        table_add(&t, hash_mix(i), i);
    table_fini(&t);
}

static void the_first_probe_is_where_a_lone_entry_lies(void **state)
{
    (void)state;
    struct table t;
    assert_true(table_init(&t, 100));
    uint64_t hash = hash_mix(12345);
    table_add(&t, hash, 3);
    assert_int_equal((uint32_t)*table_probe(&t, hash), 3);
    table_fini(&t);
}

/* Few homes, so that gaps close over each other and over the end. */
static void adding_and_removing_at_random_agrees_with_an_array(void **state)
{
    (void)state;
    enum { CAP = 48, HOMES = 12 };
    struct table t;
    uint64_t keys[CAP + 1], hashes[CAP + 1];
    bool there[CAP + 1] = {false};
    assert_true(table_init(&t, CAP));
    for (uint32_t i = 1; i <= CAP; i++) {
        keys[i] = 1000 + i;
        hashes[i] = (t.mask - HOMES / 2 + i % HOMES) << 32 | i;
    }
    uint64_t seed = 1;
    for (int round = 0; round < 20000; round++) {
        seed = hash_mix(seed + (uint64_t)round);
        uint32_t i = 1 + (uint32_t)(seed % CAP);
        if (there[i])
            table_remove(&t, hashes[i], i);
        else
            table_add(&t, hashes[i], i);
        there[i] = !there[i];
        size_t used = 0;
        for (uint32_t k = 1; k <= CAP; k++) {
            assert_int_equal(find(&t, keys, hashes[k], keys[k]), there[k] ? k : 0);
            used += there[k];
        }
        assert_int_equal(t.used, used);
    }
    table_fini(&t);
}

/* Grown from the first slots to many times as many, with removals at every stage of the move. */
static void it_grows_without_losing_or_reordering_anything(void **state)
{
    (void)state;
    enum { CAP = 60000 };
    struct table t;
    static uint64_t keys[CAP + 1];
    static bool there[CAP + 1];
    assert_true(table_init(&t, CAP));
    size_t first = t.mask, moving = 0;
    for (uint32_t i = 1; i <= CAP; i++) {
        keys[i] = i;
        there[i] = true;
        table_add(&t, hash_mix(i / 3), i); /* three of each hash */
        moving += t.old != NULL;
        uint32_t gone = (uint32_t)(hash_mix(i) % i) + 1;
        if (i % 4 == 0 && there[gone]) {
            table_remove(&t, hash_mix(gone / 3), gone);
            there[gone] = false;
        }
        if (i % 997 == 0)
            for (uint32_t k = 1; k <= i; k++)
                assert_int_equal(find(&t, keys, hash_mix(k / 3), k), there[k] ? k : 0);
    }
    assert_true(t.mask > 16 * first && moving > 0);
    for (uint32_t k = 1; k <= CAP; k++)
        assert_int_equal(find(&t, keys, hash_mix(k / 3), k), there[k] ? k : 0);
    table_fini(&t);
}

static bool any(const void *ctx, uint32_t place)
{
    (void)ctx;
    (void)place;
    return true;
}

static void of_equal_hashes_the_first_added_is_found_while_it_grows(void **state)
{
    (void)state;
    enum { CAP = 40000 };
    struct table t;
    assert_true(table_init(&t, 2 * CAP));
    for (uint32_t i = 1; i <= CAP; i++) {
        table_add(&t, hash_mix(i), i);
        uint32_t earlier = i / 2 + 1;
        if (earlier < i)
            table_add(&t, hash_mix(earlier), CAP + i);
        assert_int_equal(table_find(&t, hash_mix(earlier), any, NULL), earlier);
    }
    table_fini(&t);
}

/* Down to the first slots again, with additions on the way; and memory with them. */
static void it_shrinks_without_losing_or_reordering_anything(void **state)
{
    (void)state;
    enum { MANY = 60000, FEW = 50 };
    struct table t;
    static uint64_t keys[2 * MANY + 1];
    static bool there[2 * MANY + 1];
    assert_true(table_init(&t, 2 * MANY));
    size_t first = t.mask, moving = 0;
    for (uint32_t i = 1; i <= 2 * MANY; i++)
        keys[i] = i;
    for (int round = 0; round < 2; round++) {
        uint32_t n = MANY;
        for (uint32_t i = 1; i <= n; i++, there[i - 1] = true)
            table_add(&t, hash_mix(i / 3), i);
        size_t most = t.mask;
        for (uint32_t k = MANY; k > FEW; k--) {
            table_remove(&t, hash_mix(k / 3), k);
            there[k] = false;
            moving += t.old && t.old_mask > t.mask;
            if (k % 9 == 0) { /* additions go on, fewer than removals */
                n++;
                table_add(&t, hash_mix(n / 3), n);
                there[n] = true;
            }
            if (k % 997 == 0)
                for (uint32_t i = 1; i <= n; i++)
                    assert_int_equal(find(&t, keys, hash_mix(i / 3), i), there[i] ? i : 0);
        }
        for (uint32_t i = n; i > 0; i--) {
            if (!there[i])
                continue;
            table_remove(&t, hash_mix(i / 3), i);
            there[i] = false;
        }
        assert_int_equal(t.used, 0);
        assert_true(most > 32 * first && t.mask == first && moving > 0);
    }
    table_fini(&t);
}

static void of_equal_hashes_the_first_added_is_found_while_it_shrinks(void **state)
{
    (void)state;
    enum { CAP = 40000 };
    struct table t;
    assert_true(table_init(&t, 2 * CAP));
    for (uint32_t i = 1; i <= CAP; i++)
        table_add(&t, hash_mix(i), i);
    size_t shrinking = 0;
    for (uint32_t i = CAP; i > 100; i--) {
        table_remove(&t, hash_mix(i), i);
        uint32_t other = (uint32_t)(hash_mix(i) % (i - 1)) + 1;
        table_add(&t, hash_mix(other), CAP + i);
        assert_int_equal(table_find(&t, hash_mix(other), any, NULL), other);
        table_remove(&t, hash_mix(other), CAP + i);
        shrinking += t.old != NULL;
    }
    assert_true(shrinking > 0);
    table_fini(&t);
}

/* At a steady number of entries it neither grows nor shrinks, whatever number that is. */
static void it_does_not_waver(void **state)
{
    (void)state;
    for (uint32_t n = 1000; n < 20000; n = n * 8 / 7) {
        struct table t;
        assert_true(table_init(&t, 100000));
        size_t resizes = 0;
        for (uint32_t i = 1; i <= 60000; i++) {
            bool moving = t.old != NULL;
            table_add(&t, hash_mix(i), i);
            if (i > n)
                table_remove(&t, hash_mix(i - n), i - n);
            resizes += i > 2 * n && !moving && t.old;
        }
        assert_true(resizes <= 1);
        table_fini(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_added_is_found_and_nothing_else),
        cmocka_unit_test(equal_hashes_are_told_apart_by_their_keys),
        cmocka_unit_test(the_zero_hash_is_a_hash),
        cmocka_unit_test(a_table_filled_to_its_cap_still_has_free_slots),
        cmocka_unit_test(a_table_made_for_so_many_does_not_grow),
        cmocka_unit_test(the_slots_to_grow_into_are_there_when_it_grows),
        cmocka_unit_test(a_table_is_never_made_for_more_than_its_cap),
        cmocka_unit_test(the_first_probe_is_where_a_lone_entry_lies),
        cmocka_unit_test(adding_and_removing_at_random_agrees_with_an_array),
        cmocka_unit_test(it_grows_without_losing_or_reordering_anything),
        cmocka_unit_test(of_equal_hashes_the_first_added_is_found_while_it_grows),
        cmocka_unit_test(it_shrinks_without_losing_or_reordering_anything),
        cmocka_unit_test(of_equal_hashes_the_first_added_is_found_while_it_shrinks),
        cmocka_unit_test(it_does_not_waver),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
