#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

/* What is put is got. */
#include "strip.h"

#include "encode.h"

static void counts_and_now_are_got_as_they_were_put(void **state)
{
    (void)state;
    struct fold_counts c = {.late = 1, .duplicates = 2, .duplicate_orders = 3, .stray = -4, .visitors_evicted = 5,
                            .carts_evicted = 6, .tails_settled_early = 7, .lines_left_out = 8,
                            .lines_evicted = 9, .events_settled_early = 10, .customer_days_evicted = 11,
                            .extras_left_out = 12, .extras_evicted = 13, .customers_evicted = 14,
                            .customer_days_left_out = 15, .refunds_left_out = UINT64_MAX}, got = {0};
    struct strip strip;
    struct image_out *out = strip_begin(&strip);
    counts_put(out, &c);
    now_put(out, FF_NEVER);
    now_put(out, T(5));
    struct image_in *in = strip_turn(&strip);
    counts_get(in, &got);
    assert_memory_equal(&got, &c, sizeof c);
    assert_true(now_get(in) == FF_NEVER);
    assert_true(now_get(in) == T(5));
    assert_true(strip_end(&strip));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_and_now_are_got_as_they_were_put),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
