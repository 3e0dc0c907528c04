#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "faulty_io.h"
#include "journal.h"
#include "scratch.h"
#include "store_memory.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#define PATH "memory:journal"

static struct journal *journal;

static enum ff_status count(void *ctx, uint64_t seq, struct ff_span body)
{
    (void)body;
    assert_true(seq == ++*(uint64_t *)ctx);
    return FF_OK;
}

static uint64_t open_with(const struct ff_store_ops *ops, const struct ff_store_options *options)
{
    char why[256];
    uint64_t seen = 0;
    assert_int_equal(journal_open(&journal, ops, options, why, sizeof why), FF_OK);
    if (journal_replay(journal, count, &seen, why, sizeof why) != FF_OK)
        fail_msg("%s", why);
    assert_true(journal_last(journal) == seen && journal_durable(journal) == seen);
    return seen;
}

static uint64_t open_memory(void)
{
    return open_with(&store_memory, &(struct ff_store_options){.path = PATH});
}

static int teardown(void **state)
{
    (void)state;
    journal_close(&journal);
    store_memory_forget(PATH);
    return 0;
}

static enum ff_status append(uint64_t *seq)
{
    return journal_append(journal, FF_LITERAL("beacon"), seq);
}

static void records_are_numbered_from_one_and_on_after_reopening(void **state)
{
    (void)state;
    uint64_t seq = 0;
    assert_int_equal(open_memory(), 0);
    for (uint64_t i = 1; i <= 5; i++) {
        assert_int_equal(append(&seq), FF_OK);
        assert_int_equal(seq, i);
    }
    assert_int_equal(journal_last(journal), 5);
    assert_int_equal(journal_durable(journal), 0);
    journal_flush(journal);
    assert_int_equal(journal_durable(journal), 5);
    journal_close(&journal);
    assert_null(journal);
    assert_int_equal(open_memory(), 5);
    assert_int_equal(append(&seq), FF_OK);
    assert_int_equal(seq, 6);
}

static void a_store_that_refuses_is_told_until_it_is_mended(void **state)
{
    (void)state;
    uint64_t seq = 0;
    open_memory();
    assert_int_equal(append(&seq), FF_OK);
    store_memory_refuse(PATH, FF_STORE_FULL);
    journal_flush(journal);
    assert_int_equal(journal_state(journal), FF_STORE_FULL);
    assert_int_equal(append(&seq), FF_STORE_FULL);
    assert_int_equal(journal_last(journal), 1);
    store_memory_refuse(PATH, FF_STORE_FAILED);
    journal_flush(journal);
    assert_int_equal(journal_state(journal), FF_STORE_FAILED);
    assert_int_equal(journal_durable(journal), 0);
    store_memory_refuse(PATH, FF_OK);
    journal_flush(journal);
    assert_int_equal(journal_state(journal), FF_OK);
    assert_int_equal(journal_durable(journal), 1);
    assert_int_equal(append(&seq), FF_OK);
    assert_int_equal(seq, 2);
}

static void it_is_mended_only_when_what_was_in_trouble_is_durable(void **state)
{
    (void)state;
    uint64_t seq;
    open_memory();
    assert_int_equal(append(&seq), FF_OK);
    store_memory_refuse(PATH, FF_STORE_FAILED);
    journal_flush(journal);
    store_memory_refuse(PATH, FF_OK);
    store_memory_hold(PATH, 0);
    journal_flush(journal);
    assert_int_equal(journal_state(journal), FF_STORE_FAILED);
    store_memory_hold(PATH, UINT64_MAX);
    assert_int_equal(journal_poll(journal), 1);
    assert_int_equal(journal_state(journal), FF_OK);
}

static void the_watermark_never_steps_back(void **state)
{
    (void)state;
    uint64_t seq;
    open_memory();
    assert_int_equal(append(&seq), FF_OK);
    assert_int_equal(append(&seq), FF_OK);
    journal_flush(journal);
    assert_int_equal(journal_poll(journal), 2);
    store_memory_hold(PATH, 1);
    assert_int_equal(journal_poll(journal), 2);
    assert_int_equal(journal_durable(journal), 2);
    store_memory_hold(PATH, UINT64_MAX);
}

static void too_much_that_waits_is_busy_until_it_is_durable(void **state)
{
    (void)state;
    static char body[1 << 20];
    uint64_t seq = 0, taken = 0;
    open_memory();
    store_memory_hold(PATH, 0);
    enum ff_status st;
    while ((st = journal_append(journal, ff_span_of(body, sizeof body), &seq)) == FF_OK) {
        taken++;
        if (taken % 2)
            journal_flush(journal);
    }
    assert_int_equal(st, FF_BUSY);
    assert_int_equal(taken, 64);
    assert_int_equal(journal_last(journal), 64);
    assert_int_equal(journal_state(journal), FF_OK);
    journal_flush(journal);
    store_memory_hold(PATH, 10);
    journal_poll(journal);
    for (unsigned i = 0; i < 9; i++)
        assert_int_equal(journal_append(journal, ff_span_of(body, sizeof body), &seq), FF_OK);
    store_memory_hold(PATH, UINT64_MAX);
    journal_flush(journal);
    assert_int_equal(journal_durable(journal), 73);
}

static void more_groups_under_way_than_marks_are_counted_with_the_last(void **state)
{
    (void)state;
    static char body[100000];
    uint64_t seq;
    unsigned taken = 0;
    open_memory();
    store_memory_hold(PATH, 0);
    for (unsigned i = 0; i < 500; i++) {
        assert_int_equal(journal_append(journal, ff_span_of(body, sizeof body), &seq), FF_OK);
        journal_flush(journal);
    }
    store_memory_hold(PATH, UINT64_MAX);
    journal_poll(journal);
    store_memory_hold(PATH, 500);
    while (journal_append(journal, ff_span_of(body, sizeof body), &seq) == FF_OK)
        taken++;
    assert_int_equal(taken, (64u << 20) / sizeof body);
    store_memory_hold(PATH, UINT64_MAX);
}

static void a_drain_gives_up_on_a_store_that_keeps_failing(void **state)
{
    (void)state;
    uint64_t seq;
    open_memory();
    assert_int_equal(journal_drain(journal), FF_OK);
    assert_int_equal(append(&seq), FF_OK);
    store_memory_refuse(PATH, FF_STORE_FULL);
    assert_int_equal(journal_drain(journal), FF_STORE_FULL);
    store_memory_refuse(PATH, FF_OK);
    assert_int_equal(journal_drain(journal), FF_OK);
    assert_int_equal(journal_durable(journal), 1);
}

static void an_open_that_fails_says_why(void **state)
{
    (void)state;
    struct journal *second;
    char why[256] = "";
    open_memory();
    assert_int_equal(journal_open(&second, &store_memory, &(struct ff_store_options){.path = PATH}, why, sizeof why),
                     FF_STORE_LOCKED);
    assert_null(second);
    assert_string_not_equal(why, "");
}

static void small_values_pass_through(void **state)
{
    (void)state;
    char out[8];
    size_t n = 0;
    open_memory();
    assert_int_equal(journal_get(journal, "seed", out, sizeof out, &n), FF_NOT_FOUND);
    assert_int_equal(journal_put(journal, "seed", FF_LITERAL("salt")), FF_OK);
    assert_int_equal(journal_get(journal, "seed", out, sizeof out, &n), FF_OK);
    assert_true(ff_span_is(ff_span_of(out, n), "salt"));
}

static enum ff_status sum(void *ctx, uint64_t seq, struct ff_span body)
{
    (void)body;
    *(uint64_t *)ctx += seq;
    return FF_OK;
}

/* The sum of the seqs up to a record is the state, saved beside the owner. */
static void save_beside(const struct ff_store_ops *ops, const struct ff_store_options *options, uint64_t from,
                        uint64_t upto, uint64_t state)
{
    struct journal *beside;
    struct ff_store_options looking = *options;
    char why[256];
    looking.beside = true;
    assert_int_equal(journal_open(&beside, ops, &looking, why, sizeof why), FF_OK);
    assert_int_equal(journal_news_fd(beside), -1);
    assert_int_equal(journal_read(beside, from, upto, sum, &state, why, sizeof why), FF_OK);
    assert_true(state == upto * (upto + 1) / 2);
    assert_int_equal(journal_checkpoint_begin(beside, upto), FF_OK);
    assert_int_equal(journal_checkpoint_put(beside, ff_span_of((const char *)&state, sizeof state)), FF_OK);
    journal_checkpoint_abort(beside);
    assert_int_equal(journal_checkpoint_begin(beside, upto), FF_OK);
    assert_int_equal(journal_checkpoint_put(beside, ff_span_of((const char *)&state, sizeof state)), FF_OK);
    assert_int_equal(journal_checkpoint_commit(beside), FF_OK);
    journal_close(&beside);
}

/* Opens from the newest checkpoint, whose seq it gives; the state after the last record is asserted. */
static uint64_t open_from_checkpoint(const struct ff_store_ops *ops, const struct ff_store_options *options,
                                     uint64_t last)
{
    uint64_t seq = 0, state = 0;
    struct ff_span block;
    char why[256];
    assert_int_equal(journal_open(&journal, ops, options, why, sizeof why), FF_OK);
    assert_int_equal(journal_checkpoint_open(journal, UINT64_MAX, &seq, why, sizeof why), FF_OK);
    assert_int_equal(journal_checkpoint_next(journal, &block), FF_OK);
    assert_int_equal(block.n, sizeof state);
    memcpy(&state, block.p, sizeof state);
    assert_int_equal(journal_checkpoint_next(journal, &block), FF_NOT_FOUND);
    journal_checkpoint_end(journal);
    assert_int_equal(journal_replay_from(journal, seq + 1, sum, &state, why, sizeof why), FF_OK);
    assert_true(state == last * (last + 1) / 2);
    assert_true(journal_last(journal) == last && journal_durable(journal) == last);
    return seq;
}

static void append_many(unsigned n)
{
    uint64_t seq;
    while (n--)
        assert_int_equal(append(&seq), FF_OK);
    assert_int_equal(journal_drain(journal), FF_OK);
    while (journal_settled(journal) < journal_last(journal)) {
        struct pollfd news = {.fd = journal_news_fd(journal), .events = POLLIN};
        poll(&news, 1, 1000);
        journal_poll(journal);
    }
}

static void checkpoints_shorten_it(const struct ff_store_ops *ops, const struct ff_store_options *options)
{
    uint64_t first = 0;
    assert_int_equal(open_with(ops, options), 0);
    append_many(10);
    save_beside(ops, options, 1, 10, 0);
    append_many(10);
    save_beside(ops, options, 11, 20, 55);
    assert_int_equal(journal_trim(journal, (struct ff_keep){INT64_MAX, 0}), FF_OK);
    assert_int_equal(journal_first(journal, &first), FF_OK);
    assert_int_equal(first, 11);
    journal_close(&journal);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(open_from_checkpoint(ops, options, 20), 20);
        journal_close(&journal);
    }
    assert_int_equal(open_from_checkpoint(ops, options, 20), 20);
    append_many(5);
    assert_int_equal(journal_last(journal), 25);
    journal_close(&journal);
    assert_int_equal(open_from_checkpoint(ops, options, 25), 20);
    journal_close(&journal);
}

static void checkpoints_shorten_the_replay(void **state)
{
    (void)state;
    char path[SCRATCH_MAX];
    checkpoints_shorten_it(&store_memory, &(struct ff_store_options){.path = PATH});
    for (unsigned d = 0; d < 2; d++) {
        scratch_make(path);
        struct ff_store_options options = {
            .path = path, .durability = d ? FF_DURABLE_PROCESS : FF_DURABLE_DISK, .segment_bytes = 1};
        checkpoints_shorten_it(&store_embedded, &options);
        scratch_remove(path);
    }
}

/* Over the embedded store, with its thread: a disk that fills, a sync that fails, and the end of both. */
static void a_drain_outlives_a_few_failures_of_the_disk(void **state)
{
    (void)state;
    static const enum ff_durability durabilities[] = {FF_DURABLE_DISK, FF_DURABLE_PROCESS};
    char path[SCRATCH_MAX];
    struct faulty_io faulty;
    uint64_t seq;
    for (unsigned d = 0; d < 2; d++) {
        scratch_make(path);
        faulty_init(&faulty);
        struct ff_store_options options = {
            .path = path, .durability = durabilities[d], .segment_bytes = 1000, .io = &faulty.io};
        open_with(&store_embedded, &options);
        for (unsigned i = 1; i <= 200; i++) {
            if (i % 10 == 3)
                faulty_script(&faulty, FAULTY_WRITE, "short:9 enospc");
            if (i % 10 == 5)
                faulty_script(&faulty, FAULTY_TRUNCATE, "eio");
            if (i % 10 == 8)
                faulty_script(&faulty, FAULTY_SYNC, "eio");
            assert_int_equal(append(&seq), FF_OK);
            assert_int_equal(journal_drain(journal), FF_OK);
            assert_true(journal_durable(journal) == i);
        }
        journal_close(&journal);
        faulty_script(&faulty, FAULTY_TRUNCATE, "");
        assert_int_equal(open_with(&store_embedded, &options), 200);
        journal_close(&journal);
        faulty_fini(&faulty);
        scratch_remove(path);
    }
}

/* Groups written while a sync is under way are covered by the next. */
static void many_groups_share_a_sync(void **state)
{
    (void)state;
    char path[SCRATCH_MAX];
    uint64_t seq;
    scratch_make(path);
    struct ff_store_options options = {.path = path, .durability = FF_DURABLE_DISK, .segment_bytes = 1 << 20};
    open_with(&store_embedded, &options);
    for (unsigned i = 0; i < 5000; i++) {
        assert_int_equal(append(&seq), FF_OK);
        journal_flush(journal);
        assert_true(journal_poll(journal) <= i + 1);
    }
    assert_int_equal(journal_drain(journal), FF_OK);
    assert_int_equal(journal_durable(journal), 5000);
    journal_close(&journal);
    assert_int_equal(open_with(&store_embedded, &options), 5000);
    journal_close(&journal);
    scratch_remove(path);
}

static void a_journal_may_begin_behind_another(void **state)
{
    (void)state;
    char why[256];
    uint64_t seq;
    struct ff_store_health health;
    assert_int_equal(journal_open(&journal, &store_memory, &(struct ff_store_options){.path = PATH}, why, sizeof why),
                     FF_OK);
    assert_int_equal(journal_graft(journal, 70), FF_OK);
    assert_true(journal_last(journal) == 70 && journal_durable(journal) == 70);
    assert_int_equal(append(&seq), FF_OK);
    assert_int_equal(seq, 71);
    journal_flush(journal);
    assert_int_equal(journal_durable(journal), 71);
    journal_health(journal, &health);
    assert_string_equal(health.state, "ok");
    assert_false(journal_lost(journal));
    assert_int_equal(journal_strays(journal, count, NULL), FF_NOT_FOUND);
}

#define CASE(name) cmocka_unit_test_teardown(name, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(records_are_numbered_from_one_and_on_after_reopening),
        CASE(a_store_that_refuses_is_told_until_it_is_mended),
        CASE(it_is_mended_only_when_what_was_in_trouble_is_durable),
        CASE(the_watermark_never_steps_back),
        CASE(too_much_that_waits_is_busy_until_it_is_durable),
        CASE(more_groups_under_way_than_marks_are_counted_with_the_last),
        CASE(a_drain_gives_up_on_a_store_that_keeps_failing),
        CASE(an_open_that_fails_says_why),
        CASE(a_journal_may_begin_behind_another),
        CASE(small_values_pass_through),
        CASE(checkpoints_shorten_the_replay),
        CASE(a_drain_outlives_a_few_failures_of_the_disk),
        CASE(many_groups_share_a_sync),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
