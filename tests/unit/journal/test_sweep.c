/* A store through its life while its disk fails at any call: whatever fails, a record that was told
 * durable is there after the next start, once and in order, whether by a checkpoint or by the journal,
 * and there is no hole. */
#include "checkpoint.h"
#include "room.h"
#include "segment.h"

#include <errno.h>

static const struct ff_keep keep_nothing = {INT64_MAX, 0};

/* A room, and what was told of a small value. */
struct sweep {
    struct room room;
    bool put; /* the value "name" was told to be new */
};

/* Flushes as the journal does: again after a failure, a few times, taking the news in between. */
static void flush_patiently(struct suite *s)
{
    uint64_t durable = s->durable;
    for (unsigned tries = 0; tries < 3; tries++) {
        if (s->ops->flush(s->store) != FF_OK || s->ops->poll(s->store, &s->durable) != FF_OK)
            continue;
        while (s->durable < s->last && suite_news(s) == FF_OK)
            continue;
        if (s->durable == s->last)
            break;
    }
    assert_true(s->durable >= durable);
}

/* Gives what is settled after a few tries to have all of it so. */
static uint64_t settle_patiently(struct suite *s)
{
    for (unsigned tries = 0; tries < 2 && s->ops->settled(s->store) < s->last; tries++) {
        if (s->ops->flush(s->store) != FF_OK || s->ops->poll(s->store, &s->durable) != FF_OK)
            continue;
        while (s->ops->settled(s->store) < s->last && suite_news(s) == FF_OK)
            continue;
    }
    return s->ops->settled(s->store);
}

/* False when it could not be opened. What was durable must be there if it could. */
static bool open_patiently(struct suite *s)
{
    char why[WHY];
    uint64_t seq;
    enum ff_status st = suite_try(s, &seq, why, sizeof why);
    assert_true(st == FF_OK || st == FF_STORE_FAILED || st == FF_STORE_FULL);
    return st == FF_OK;
}

static void checkpoint_patiently(struct suite *s)
{
    const uint64_t upto = settle_patiently(s);
    enum ff_status st = upto ? suite_checkpoint_beside(s, upto) : FF_OK;
    assert_true(st == FF_OK || st == FF_STORE_FAILED || st == FF_STORE_FULL);
    st = s->ops->trim(s->store, keep_nothing);
    assert_true(st == FF_OK || st == FF_STORE_FAILED || st == FF_STORE_FULL);
}

static void life(struct sweep *w)
{
    struct suite *s = &w->room.suite;
    if (!open_patiently(s))
        return;
    for (unsigned group = 0; group < 3; group++) {
        suite_append(s, 2 + group);
        flush_patiently(s);
    }
    checkpoint_patiently(s);
    w->put = s->ops->put(s->store, "name", FF_LITERAL("new")) == FF_OK || w->put;
    suite_append(s, 2);
    flush_patiently(s);
    checkpoint_patiently(s);
    suite_append(s, 3);
    suite_close(s);
}

/* One life of a store that has lived before, or the first two. */
static void scenario(struct sweep *w, bool prepared)
{
    life(w);
    if (!prepared)
        life(w);
}

static void value_check(struct sweep *w, bool prepared)
{
    struct suite *s = &w->room.suite;
    char value[8] = "";
    size_t n = 0;
    enum ff_status st = s->ops->get(s->store, "name", value, sizeof value, &n);
    if (st == FF_NOT_FOUND && !prepared && !w->put)
        return;
    assert_int_equal(st, FF_OK);
    struct ff_span got = ff_span_of(value, n);
    assert_true(ff_span_is(got, "new") || (prepared && !w->put && ff_span_is(got, "old")));
}

/* The checkpoint before the newest serves as well, or else the journal is whole. */
static void redundancy_check(struct suite *s)
{
    char why[WHY];
    uint64_t last = 0;
    struct suite_state state;
    enum ff_status st = suite_load_good(s->ops, s->store, &state, why, sizeof why);
    assert_int_equal(st, FF_OK);
    if (state.last > 0 && suite_load(s->ops, s->store, state.last - 1, &state, why, sizeof why) != FF_OK)
        state = (struct suite_state){0};
    st = s->ops->replay(s->store, state.last + 1, s->last, suite_fold, &state, &last, why, sizeof why);
    if (st != FF_OK)
        fail_msg("%s: %s", ff_status_code(st), why);
    suite_state_check(&state);
}

/* After the disk is well again everything works, and what is needless goes. */
static void works(struct suite *s)
{
    for (unsigned i = 0; i < 2; i++) {
        suite_append(s, 4);
        suite_settle(s);
        assert_int_equal(suite_checkpoint_beside(s, s->last), FF_OK);
        assert_int_equal(s->ops->trim(s->store, keep_nothing), FF_OK);
    }
    assert_int_equal(room_files((struct room *)s, &checkpoint_kind), 2);
    assert_in_range(room_files((struct room *)s, &segment_kind), 1, 3);
    suite_append(s, 2);
    suite_flush(s);
    suite_close(s);
    const uint64_t last = s->last;
    assert_true(suite_restore(s) == last - 2 && s->last == last);
    suite_close(s);
}

static void sweep_check(struct sweep *w, bool prepared, bool cut)
{
    struct suite *s = &w->room.suite;
    faulty_fail_call(&w->room.faulty, 0, 0, false);
    suite_restore(s);
    value_check(w, prepared);
    if (!cut)
        redundancy_check(s);
    works(s);
}

/* A store that has lived already, so that what fails is not only its making. */
static void sweep_begin(struct sweep *w, enum ff_durability durability, bool prepared)
{
    room_begin(&w->room, durability, 500);
    w->put = false;
    if (!prepared)
        return;
    scenario(w, true);
    suite_restore(&w->room.suite);
    assert_int_equal(w->room.suite.ops->put(w->room.suite.store, "name", FF_LITERAL("old")), FF_OK);
    w->put = false;
    suite_close(&w->room.suite);
}

/* Runs the scenario with call 1 failing, then call 2, and so on until none fails. on: all later
 * calls fail too, as where the process dies; cut: then the power goes. */
static void sweep(enum ff_durability durability, bool prepared, int error, bool on, bool cut)
{
    static struct sweep w;
    bool reached = true;
    unsigned k = 1;
    for (; reached; k++) {
        sweep_begin(&w, durability, prepared);
        faulty_fail_call(&w.room.faulty, k, error, on);
        scenario(&w, prepared);
        reached = faulty_reached(&w.room.faulty);
        if (cut)
            faulty_power_cut(&w.room.faulty, k);
        sweep_check(&w, prepared, cut);
        room_end(&w.room);
    }
    assert_true(k > 120);
}

static void any_one_call_may_fail(void **state)
{
    (void)state;
    sweep(FF_DURABLE_DISK, true, EIO, false, false);
    sweep(FF_DURABLE_DISK, false, ENOSPC, false, false);
    sweep(FF_DURABLE_PROCESS, true, ENOSPC, false, false);
    sweep(FF_DURABLE_PROCESS, false, EIO, false, false);
}

static void the_process_may_die_at_any_call(void **state)
{
    (void)state;
    sweep(FF_DURABLE_DISK, true, ENOSPC, true, false);
    sweep(FF_DURABLE_DISK, false, EIO, true, false);
    sweep(FF_DURABLE_PROCESS, true, EIO, true, false);
    sweep(FF_DURABLE_PROCESS, false, ENOSPC, true, false);
}

static void the_power_may_go_at_any_call(void **state)
{
    (void)state;
    sweep(FF_DURABLE_DISK, true, EIO, true, true);
    sweep(FF_DURABLE_DISK, false, EIO, true, true);
}

static void the_power_may_go_after_any_one_failure(void **state)
{
    (void)state;
    sweep(FF_DURABLE_DISK, true, EIO, false, true);
    sweep(FF_DURABLE_DISK, false, ENOSPC, false, true);
}

static void the_power_may_go_after_any_sync(void **state)
{
    (void)state;
    static struct sweep w;
    bool reached = true;
    unsigned k = 1;
    for (; reached; k++) {
        reached = false;
        for (unsigned seed = 1; seed <= 4; seed++) {
            sweep_begin(&w, FF_DURABLE_DISK, seed % 2);
            faulty_fail_call(&w.room.faulty, 0, 0, false);
            faulty_die_after_sync(&w.room.faulty, k);
            scenario(&w, seed % 2);
            reached |= faulty_reached(&w.room.faulty);
            faulty_power_cut(&w.room.faulty, seed * 1000 + k);
            sweep_check(&w, seed % 2, true);
            room_end(&w.room);
        }
    }
    assert_true(k > 30);
}

/* Many failures at once, several lives, power cuts between: chosen by seed. */
static void a_bad_disk_loses_nothing_that_was_durable(void **state)
{
    (void)state;
    static struct sweep w;
    for (unsigned seed = 1; seed <= 100; seed++) {
        const bool disk = seed % 3 != 0;
        sweep_begin(&w, disk ? FF_DURABLE_DISK : FF_DURABLE_PROCESS, false);
        for (unsigned i = 0; i < 4; i++) {
            faulty_chance(&w.room.faulty, 10 + seed % 7 * 30, seed * 31 + i);
            scenario(&w, false);
            faulty_chance(&w.room.faulty, 0, 0);
            if (disk)
                faulty_power_cut(&w.room.faulty, seed + i);
        }
        sweep_check(&w, false, disk);
        room_end(&w.room);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_one_call_may_fail),
        cmocka_unit_test(the_process_may_die_at_any_call),
        cmocka_unit_test(the_power_may_go_at_any_call),
        cmocka_unit_test(the_power_may_go_after_any_one_failure),
        cmocka_unit_test(the_power_may_go_after_any_sync),
        cmocka_unit_test(a_bad_disk_loses_nothing_that_was_durable),
    };
    room_in_memory();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
