/* The cases of the store suite about stores that begin behind another's records, and about how one is. */
#include "store_suite.h"

#define WHY 512

static enum ff_status stray_is_none(void *ctx, uint64_t seq, struct ff_span body)
{
    (void)ctx;
    (void)body;
    fail_msg("record %llu is a stray", (unsigned long long)seq);
    return FF_INTERNAL;
}

void suite_begins_behind_records_that_are_elsewhere(void **state)
{
    struct suite *s = *state;
    char why[WHY];
    s->last = 41;
    const struct suite_state elsewhere = suite_state_now(s);
    assert_int_equal(s->ops->open(&s->store, &s->options, why, sizeof why), FF_OK);
    assert_int_equal(s->ops->graft(s->store, 41), FF_OK);
    assert_int_equal(s->ops->poll(s->store, &s->durable), FF_OK);
    assert_true(s->durable == 41 && s->ops->settled(s->store) == 41);
    assert_int_equal(suite_save(s->ops, s->store, &elsewhere), FF_OK);
    suite_close(s);
    assert_int_equal(suite_restore(s), 41);
    assert_true(s->last == 41);
    suite_append(s, 9);
    suite_flush(s);
    suite_close(s);
    assert_int_equal(suite_restore(s), 41);
    assert_true(s->last == 50);
    suite_close(s);
}

void suite_grafts_nothing_onto_what_was_written_to(void **state)
{
    struct suite *s = *state;
    char why[WHY];
    suite_open(s);
    suite_append(s, 3);
    suite_flush(s);
    suite_close(s);
    assert_int_equal(s->ops->open(&s->store, &s->options, why, sizeof why), FF_OK);
    assert_int_equal(s->ops->graft(s->store, 41), FF_BAD_PARAMETER);
    s->ops->close(&s->store);
    suite_open(s);
    assert_true(s->last == 3);
    suite_close(s);
}

void suite_a_store_that_is_well_says_so(void **state)
{
    struct suite *s = *state;
    struct ff_store_health health;
    suite_open(s);
    suite_append(s, 3);
    suite_flush(s);
    s->ops->health(s->store, &health);
    assert_string_equal(health.state, "ok");
    assert_null(health.degraded);
    assert_true(health.spilled_records == 0 && health.spilled_bytes == 0 && !health.strays);
    assert_false(s->ops->lost(s->store));
    assert_int_equal(s->ops->strays(s->store, stray_is_none, NULL), FF_NOT_FOUND);
    suite_close(s);
}
