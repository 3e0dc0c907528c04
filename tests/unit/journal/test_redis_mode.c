#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "redis_mode.h"

/* Where a chain of events leads. */
static enum redis_mode after(enum redis_mode mode, const enum redis_event *events, size_t n)
{
    for (size_t i = 0; i < n; i++)
        mode = redis_mode_after(mode, events[i]);
    return mode;
}

#define AFTER(mode, ...) \
    after(mode, (const enum redis_event[]){__VA_ARGS__}, sizeof((const enum redis_event[]){__VA_ARGS__}) / sizeof(enum redis_event))

static void an_outage_is_spilled_and_drained(void **state)
{
    (void)state;
    assert_int_equal(AFTER(REDIS_DIRECT, REDIS_EVENT_OURS), REDIS_DIRECT);
    assert_int_equal(AFTER(REDIS_DIRECT, REDIS_EVENT_TROUBLE), REDIS_SPILLING);
    assert_int_equal(AFTER(REDIS_SPILLING, REDIS_EVENT_TROUBLE), REDIS_SPILLING);
    assert_int_equal(AFTER(REDIS_SPILLING, REDIS_EVENT_OURS), REDIS_DRAINING);
    assert_int_equal(AFTER(REDIS_DRAINING, REDIS_EVENT_NEARLY), REDIS_CLOSING);
    assert_int_equal(AFTER(REDIS_DRAINING, REDIS_EVENT_DRAINED), REDIS_DIRECT);
    assert_int_equal(AFTER(REDIS_CLOSING, REDIS_EVENT_DRAINED), REDIS_DIRECT);
}

static void trouble_while_it_is_drained_is_an_outage_again(void **state)
{
    (void)state;
    assert_int_equal(AFTER(REDIS_DRAINING, REDIS_EVENT_TROUBLE), REDIS_SPILLING);
    assert_int_equal(AFTER(REDIS_CLOSING, REDIS_EVENT_TROUBLE), REDIS_SPILLING);
}

static void lost_data_lasts_until_the_state_was_written(void **state)
{
    (void)state;
    for (int mode = 0; mode < REDIS_MODES; mode++)
        if (mode != REDIS_MODE_FENCED)
            assert_int_equal(redis_mode_after((enum redis_mode)mode, REDIS_EVENT_LOST), REDIS_LOST);
    assert_int_equal(AFTER(REDIS_LOST, REDIS_EVENT_TROUBLE, REDIS_EVENT_OURS, REDIS_EVENT_NEARLY, REDIS_EVENT_DRAINED),
                     REDIS_LOST);
    assert_int_equal(AFTER(REDIS_LOST, REDIS_EVENT_MENDED), REDIS_DIRECT);
}

static void a_fence_is_for_good(void **state)
{
    (void)state;
    for (int mode = 0; mode < REDIS_MODES; mode++)
        assert_int_equal(redis_mode_after((enum redis_mode)mode, REDIS_EVENT_FENCED), REDIS_MODE_FENCED);
    for (int event = 0; event < REDIS_EVENTS; event++)
        assert_int_equal(redis_mode_after(REDIS_MODE_FENCED, (enum redis_event)event), REDIS_MODE_FENCED);
}

static void a_trouble_is_an_event(void **state)
{
    (void)state;
    assert_int_equal(redis_mode_event(REDIS_AWAY), REDIS_EVENT_TROUBLE);
    assert_int_equal(redis_mode_event(REDIS_OOM), REDIS_EVENT_TROUBLE);
    assert_int_equal(redis_mode_event(REDIS_FENCED), REDIS_EVENT_FENCED);
    assert_int_equal(redis_mode_event(REDIS_LOST_DATA), REDIS_EVENT_LOST);
}

static void what_spills_says_so(void **state)
{
    (void)state;
    assert_true(redis_mode_spills(REDIS_SPILLING) && redis_mode_spills(REDIS_DRAINING) && redis_mode_spills(REDIS_LOST));
    assert_false(redis_mode_spills(REDIS_DIRECT) || redis_mode_spills(REDIS_CLOSING) ||
                 redis_mode_spills(REDIS_MODE_FENCED));
    assert_null(redis_mode_degraded(REDIS_DIRECT));
    assert_string_equal(redis_mode_degraded(REDIS_SPILLING), "spilling");
    assert_string_equal(redis_mode_degraded(REDIS_LOST), "spilling");
    assert_string_equal(redis_mode_degraded(REDIS_DRAINING), "spilling");
    assert_string_equal(redis_mode_degraded(REDIS_CLOSING), "draining");
    assert_string_equal(redis_mode_name(REDIS_CLOSING), "closing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_outage_is_spilled_and_drained),
        cmocka_unit_test(trouble_while_it_is_drained_is_an_outage_again),
        cmocka_unit_test(lost_data_lasts_until_the_state_was_written),
        cmocka_unit_test(a_fence_is_for_good),
        cmocka_unit_test(a_trouble_is_an_event),
        cmocka_unit_test(what_spills_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
