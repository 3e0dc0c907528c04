#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "chain.h"

#include "hash.h"

#include <string.h>

struct thing {
    uint64_t payload;
    struct chain_link one, other;
};

/* The chain's numbers, oldest first, checked in both directions. */
static size_t numbers(const struct chain *c, uint32_t *out)
{
    size_t n = 0;
    uint32_t before = 0;
    for (uint32_t i = c->oldest; i; i = chain_at(c, i)->newer) {
        assert_int_equal(chain_at(c, i)->older, before);
        before = out[n++] = i;
    }
    assert_int_equal(c->newest, before);
    return n;
}

static void assert_chain(const struct chain *c, size_t n, const uint32_t *want)
{
    uint32_t got[64];
    assert_int_equal(numbers(c, got), n);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(got[i], want[i]);
}

#define ASSERT_CHAIN(c, ...)                                                                     \
    assert_chain(c, sizeof((uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t), (uint32_t[]){__VA_ARGS__})

static struct pool new_pool(uint32_t n)
{
    struct pool p;
    assert_true(pool_init(&p, n, sizeof(struct thing)));
    for (uint32_t i = 0; i < n; i++)
        pool_take(&p);
    return p;
}

static void the_newest_is_added_at_the_end(void **state)
{
    (void)state;
    struct pool p = new_pool(4);
    struct chain c = {&p, offsetof(struct thing, one), 0, 0};
    assert_chain(&c, 0, NULL);
    chain_add(&c, 2);
    ASSERT_CHAIN(&c, 2);
    chain_add(&c, 4);
    chain_add(&c, 1);
    ASSERT_CHAIN(&c, 2, 4, 1);
    pool_fini(&p);
}

static void the_oldest_can_be_added_too(void **state)
{
    (void)state;
    struct pool p = new_pool(4);
    struct chain c = {&p, offsetof(struct thing, one), 0, 0};
    chain_add_oldest(&c, 2);
    ASSERT_CHAIN(&c, 2);
    chain_add_oldest(&c, 4);
    chain_add(&c, 1);
    chain_add_oldest(&c, 3);
    ASSERT_CHAIN(&c, 3, 4, 2, 1);
    pool_fini(&p);
}

static void what_is_touched_becomes_the_newest(void **state)
{
    (void)state;
    struct pool p = new_pool(3);
    struct chain c = {&p, offsetof(struct thing, one), 0, 0};
    for (uint32_t i = 1; i <= 3; i++)
        chain_add(&c, i);
    chain_touch(&c, 3);
    ASSERT_CHAIN(&c, 1, 2, 3);
    chain_touch(&c, 2);
    ASSERT_CHAIN(&c, 1, 3, 2);
    chain_touch(&c, 1);
    ASSERT_CHAIN(&c, 3, 2, 1);
    pool_fini(&p);
}

static void the_oldest_a_middle_and_the_newest_can_be_removed(void **state)
{
    (void)state;
    struct pool p = new_pool(5);
    struct chain c = {&p, offsetof(struct thing, one), 0, 0};
    for (uint32_t i = 1; i <= 5; i++)
        chain_add(&c, i);
    chain_remove(&c, 3);
    ASSERT_CHAIN(&c, 1, 2, 4, 5);
    chain_remove(&c, 1);
    ASSERT_CHAIN(&c, 2, 4, 5);
    chain_remove(&c, 5);
    ASSERT_CHAIN(&c, 2, 4);
    chain_remove(&c, 2);
    chain_remove(&c, 4);
    assert_chain(&c, 0, NULL);
    assert_int_equal(c.oldest, 0);
    pool_fini(&p);
}

static void two_chains_through_the_same_things_do_not_meet(void **state)
{
    (void)state;
    struct pool p = new_pool(3);
    struct chain a = {&p, offsetof(struct thing, one), 0, 0}, b = {&p, offsetof(struct thing, other), 0, 0};
    for (uint32_t i = 1; i <= 3; i++) {
        chain_add(&a, i);
        chain_add(&b, 4 - i);
    }
    chain_remove(&a, 2);
    ASSERT_CHAIN(&a, 1, 3);
    ASSERT_CHAIN(&b, 3, 2, 1);
    pool_fini(&p);
}

static void a_random_chain_is_what_an_array_is(void **state)
{
    (void)state;
    enum { N = 20 };
    struct pool p = new_pool(N);
    struct chain c = {&p, offsetof(struct thing, one), 0, 0};
    uint32_t model[N + 1];
    size_t n = 0;
    for (uint64_t round = 0; round < 5000; round++) {
        uint64_t x = hash_mix(round);
        uint32_t number = 1 + (uint32_t)(x % N);
        size_t at = 0;
        while (at < n && model[at] != number)
            at++;
        if (at == n) {
            chain_add(&c, number);
            model[n++] = number;
        } else {
            memmove(&model[at], &model[at + 1], (n - at - 1) * sizeof *model);
            if (x >> 32 & 1) {
                chain_touch(&c, number);
                model[n - 1] = number;
            } else {
                chain_remove(&c, number);
                n--;
            }
        }
        assert_chain(&c, n, model);
    }
    pool_fini(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_is_added_at_the_end),
        cmocka_unit_test(the_oldest_can_be_added_too),
        cmocka_unit_test(what_is_touched_becomes_the_newest),
        cmocka_unit_test(the_oldest_a_middle_and_the_newest_can_be_removed),
        cmocka_unit_test(two_chains_through_the_same_things_do_not_meet),
        cmocka_unit_test(a_random_chain_is_what_an_array_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
