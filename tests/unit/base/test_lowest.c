#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "lowest.h"

#include <stdlib.h>

static void a_new_set_is_empty_whatever_its_cap(void **state)
{
    (void)state;
    static const uint32_t caps[] = {0, 1, 63, 64, 65, 4096, 4097, 262145, UINT32_MAX};
    for (size_t i = 0; i < sizeof caps / sizeof *caps; i++) {
        struct lowest s;
        assert_true(lowest_init(&s, caps[i]));
        assert_true(lowest_empty(&s));
        if (caps[i] > 0) { /* its last number is a number like others */
            lowest_add(&s, caps[i] - 1);
            assert_int_equal(lowest_first(&s), caps[i] - 1);
            lowest_add(&s, caps[i] / 2);
            assert_int_equal(lowest_first(&s), caps[i] / 2);
            lowest_remove(&s, caps[i] / 2);
            if (caps[i] / 2 != caps[i] - 1)
                lowest_remove(&s, caps[i] - 1);
            assert_true(lowest_empty(&s));
        }
        lowest_fini(&s);
        assert_null(s.level[0]);
    }
}

static void a_number_may_be_added_twice(void **state)
{
    (void)state;
    struct lowest s;
    assert_true(lowest_init(&s, 100));
    lowest_add(&s, 70);
    lowest_add(&s, 70);
    lowest_remove(&s, 70);
    assert_true(lowest_empty(&s));
    lowest_fini(&s);
}

/* Against a plain array: over words, over levels, sparse and dense. */
static void it_is_the_lowest_whatever_comes_and_goes(void **state)
{
    (void)state;
    static const uint32_t caps[] = {5, 64, 130, 5000, 20000};
    for (size_t k = 0; k < sizeof caps / sizeof *caps; k++) {
        uint32_t cap = caps[k], first = cap;
        struct lowest s;
        assert_true(lowest_init(&s, cap));
        unsigned char *there = calloc(cap, 1);
        assert_non_null(there);
        uint64_t seed = 5 + k;
        for (int i = 0; i < 200000; i++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
            uint32_t n = (uint32_t)(seed >> 33) % cap;
            if (first < cap && i % 3)
                n = first; /* the lowest goes most of the time */
            if (there[n])
                lowest_remove(&s, n);
            else
                lowest_add(&s, n);
            there[n] = !there[n];
            if (n <= first)
                for (first = n; first < cap && !there[first];)
                    first++;
            assert_true(lowest_empty(&s) == (first == cap));
            if (first < cap)
                assert_int_equal(lowest_first(&s), first);
        }
        free(there);
        lowest_fini(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_set_is_empty_whatever_its_cap),
        cmocka_unit_test(a_number_may_be_added_twice),
        cmocka_unit_test(it_is_the_lowest_whatever_comes_and_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
