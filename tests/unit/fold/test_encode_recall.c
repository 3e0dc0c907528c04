#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

/* What is put is got. */
#include "strip.h"

#include "encode.h"
#include "encode_recall.h"

#define assert_same(field) assert_true(got.field == s.field)

static void what_is_remembered_is_got_as_it_was_put(void **state)
{
    (void)state;
    const struct waiting_refund refunds[] = {
        {.entry = {{1, 2}, T(1), T(1)}, .at = T(-9), .amount = -5, .currency = EUR, .needs_amount = true},
        {.entry = {{3, 4}, DAYS(-99), T(0)}, .at = T(9), .amount = (ff_money_sum)1 << 100, .needs_currency = true},
        {.entry = {{0, 0}, 0, FF_NEVER}},
    };
    struct strip strip;
    struct image_out *out = strip_begin(&strip);
    ff_wall near = NEAR;
    for (size_t i = 0; i < 3; i++) {
        recall_entry_put(out, &refunds[i].entry, &near);
        if (i < 2)
            waiting_refund_put(out, &refunds[i].entry);
    }
    struct image_in *in = strip_turn(&strip);
    near = NEAR;
    for (size_t i = 0; i < 2; i++) {
        struct waiting_refund s = refunds[i], got;
        assert_true(recall_entry_get(in, &got.entry, &near));
        waiting_refund_get(in, &got.entry);
        assert_same(entry.key.lo);
        assert_same(entry.key.hi);
        assert_same(entry.arrival);
        assert_same(entry.received);
        assert_same(at);
        assert_same(amount);
        assert_same(currency);
        assert_same(needs_amount);
        assert_same(needs_currency);
    }
    struct recall_entry forgotten;
    assert_false(recall_entry_get(in, &forgotten, &near));
    assert_true(forgotten.received == FF_NEVER);
    assert_true(strip_end(&strip));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_remembered_is_got_as_it_was_put),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
