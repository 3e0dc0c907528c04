/* The cases of the store suite about checkpoints, and about reading beside the owner. */
#include "store_suite.h"

#include <stdlib.h>

#define WHY 512

static const struct ff_keep keep_all = {FF_NEVER, UINT64_MAX};
static const struct ff_keep keep_nothing = {INT64_MAX, 0};

void suite_settle(struct suite *s)
{
    suite_flush(s);
    while (s->ops->settled(s->store) < s->last)
        assert_int_equal(suite_news(s), FF_OK);
    assert_true(s->ops->settled(s->store) == s->last);
}

/* n records, in groups of five. */
static void append_settled(struct suite *s, unsigned n)
{
    for (; n > 0; n -= 5) {
        suite_append(s, 5);
        suite_flush(s);
    }
    suite_settle(s);
}

static void checkpoint_now(struct suite *s)
{
    assert_int_equal(suite_checkpoint_beside(s, s->last), FF_OK);
}

static uint64_t first_of(struct suite *s)
{
    uint64_t first = 0;
    assert_int_equal(s->ops->first(s->store, &first), FF_OK);
    assert_true(first >= 1 && first <= s->last + 1);
    return first;
}

void suite_settles_what_was_written(void **state)
{
    struct suite *s = *state;
    suite_open(s);
    assert_int_equal(s->ops->settled(s->store), 0);
    for (unsigned i = 0; i < 5; i++) {
        suite_append(s, 3);
        assert_true(s->ops->settled(s->store) <= s->last - 3);
        suite_settle(s);
    }
    suite_close(s);
    suite_open(s);
    assert_int_equal(s->ops->settled(s->store), 15);
    suite_close(s);
}

static enum ff_status replay_between(struct suite *s, struct ff_store *store, uint64_t from, uint64_t upto,
                                     char why[WHY])
{
    uint64_t seen = from - 1, last = 0;
    why[0] = '\0';
    enum ff_status st = s->ops->replay(store, from, upto, suite_expect, &seen, &last, why, WHY);
    if (st == FF_OK)
        assert_true(seen == last && (last == upto || upto == UINT64_MAX));
    else
        assert_string_not_equal(why, "");
    return st;
}

void suite_replays_up_to_a_record(void **state)
{
    struct suite *s = *state;
    char why[WHY];
    suite_open(s);
    append_settled(s, 50);
    for (uint64_t from = 1; from <= 51; from += 5)
        for (uint64_t upto = from - 1; upto <= 50; upto += 3)
            assert_int_equal(replay_between(s, s->store, from, upto, why), FF_OK);
    suite_append(s, 5);
    suite_flush(s);
    suite_close(s);
    suite_open(s);
    assert_int_equal(s->last, 55);
    suite_close(s);
}

void suite_refuses_to_replay_up_to_beyond_the_end(void **state)
{
    struct suite *s = *state;
    char why[WHY];
    suite_open(s);
    assert_int_equal(replay_between(s, s->store, 1, 0, why), FF_OK);
    assert_int_equal(replay_between(s, s->store, 1, 1, why), FF_STORE_CORRUPT);
    append_settled(s, 10);
    assert_int_equal(replay_between(s, s->store, 1, 11, why), FF_STORE_CORRUPT);
    assert_int_equal(replay_between(s, s->store, 11, 12, why), FF_STORE_CORRUPT);
    suite_close(s);
}

void suite_is_read_beside_its_owner(void **state)
{
    struct suite *s = *state;
    struct ff_store *beside, *other;
    struct ff_store_options options = s->options;
    char why[WHY];
    uint64_t first = 0;
    suite_open(s);
    append_settled(s, 10);
    options.beside = true;
    assert_int_equal(s->ops->open(&beside, &options, why, sizeof why), FF_OK);
    assert_int_equal(s->ops->news_fd(beside), -1);
    for (unsigned round = 0; round < 4; round++) {
        const uint64_t settled = s->last;
        suite_append(s, 3);
        suite_flush(s);
        assert_int_equal(replay_between(s, beside, 1, settled, why), FF_OK);
        assert_int_equal(replay_between(s, beside, 4, UINT64_MAX, why), FF_OK);
        assert_int_equal(s->ops->first(beside, &first), FF_OK);
        assert_int_equal(first, 1);
        suite_settle(s);
    }
    assert_int_equal(s->ops->open(&other, &s->options, why, sizeof why), FF_STORE_LOCKED);
    s->ops->close(&beside);
    assert_null(beside);
    assert_int_equal(s->ops->open(&other, &s->options, why, sizeof why), FF_STORE_LOCKED);
    suite_close(s);
    suite_open(s);
    assert_int_equal(s->last, 22);
    suite_close(s);
}

void suite_beside_nothing_is_refused(void **state)
{
    struct suite *s = *state;
    struct ff_store *store;
    struct ff_store_options options = s->options;
    char why[WHY] = "";
    options.beside = true;
    assert_int_equal(s->ops->open(&store, &options, why, sizeof why), FF_STORE_FAILED);
    assert_null(store);
    assert_non_null(strstr(why, s->named ? s->named : options.path));
    suite_open(s);
    assert_int_equal(s->last, 0);
    suite_close(s);
}

void suite_gives_back_the_blocks_of_a_checkpoint(void **state)
{
    static const size_t sizes[] = {1, FF_CHECKPOINT_BLOCK, 0, 17, FF_CHECKPOINT_BLOCK - 1, 65536, 3, 0};
    const size_t count = sizeof sizes / sizeof *sizes;
    struct suite *s = *state;
    struct ff_span block;
    uint64_t seq = 0;
    char why[WHY];
    char *bytes = malloc(FF_CHECKPOINT_BLOCK);
    for (size_t i = 0; i < FF_CHECKPOINT_BLOCK; i++)
        bytes[i] = (char)(i * i >> 3);
    suite_open(s);
    append_settled(s, 5);
    assert_int_equal(s->ops->checkpoint_begin(s->store, 5), FF_OK);
    for (unsigned round = 0; round < 10; round++)
        for (size_t i = 0; i < count; i++)
            assert_int_equal(s->ops->checkpoint_put(s->store, ff_span_of(bytes, sizes[i])), FF_OK);
    assert_int_equal(s->ops->checkpoint_commit(s->store), FF_OK);
    suite_close(s);
    suite_open(s);
    assert_int_equal(s->ops->checkpoint_open(s->store, UINT64_MAX, &seq, why, sizeof why), FF_OK);
    assert_int_equal(seq, 5);
    for (unsigned i = 0; i < 10 * count; i++) {
        if (sizes[i % count] == 0)
            continue;
        assert_int_equal(s->ops->checkpoint_next(s->store, &block), FF_OK);
        assert_true(ff_span_equal(block, ff_span_of(bytes, sizes[i % count])));
    }
    assert_int_equal(s->ops->checkpoint_next(s->store, &block), FF_NOT_FOUND);
    s->ops->checkpoint_end(s->store);
    suite_close(s);
    free(bytes);
}

/* The seq of the newest checkpoint at or below most, 0 when there is none. */
static uint64_t newest(struct suite *s, uint64_t most)
{
    char why[WHY];
    struct suite_state state;
    enum ff_status st = suite_load(s->ops, s->store, most, &state, why, sizeof why);
    assert_true(st == FF_OK || st == FF_NOT_FOUND);
    return st == FF_OK ? state.last : 0;
}

void suite_a_checkpoint_counts_once_it_is_committed(void **state)
{
    struct suite *s = *state;
    suite_open(s);
    append_settled(s, 10);
    const struct suite_state now = suite_state_now(s);
    assert_int_equal(newest(s, UINT64_MAX), 0);
    s->ops->checkpoint_abort(s->store);
    assert_int_equal(s->ops->checkpoint_begin(s->store, 10), FF_OK);
    assert_int_equal(suite_put(s->ops, s->store, &now), FF_OK);
    assert_int_equal(newest(s, UINT64_MAX), 0);
    s->ops->checkpoint_abort(s->store);
    assert_int_equal(newest(s, UINT64_MAX), 0);
    assert_int_equal(s->ops->checkpoint_begin(s->store, 10), FF_OK);
    assert_int_equal(suite_put(s->ops, s->store, &now), FF_OK);
    suite_close(s); /* as good as an abort */
    suite_open(s);
    assert_int_equal(newest(s, UINT64_MAX), 0);
    assert_int_equal(suite_save(s->ops, s->store, &now), FF_OK);
    assert_int_equal(newest(s, UINT64_MAX), 10);
    s->ops->checkpoint_abort(s->store);
    assert_int_equal(newest(s, UINT64_MAX), 10);
    suite_close(s);
}

void suite_gives_the_newest_checkpoint_up_to_the_asked(void **state)
{
    struct suite *s = *state;
    suite_open(s);
    for (unsigned i = 0; i < 3; i++) {
        append_settled(s, 10);
        checkpoint_now(s);
    }
    suite_close(s);
    assert_int_equal(suite_restore(s), 30);
    assert_int_equal(newest(s, 30), 30);
    assert_int_equal(newest(s, 29), 20);
    assert_int_equal(newest(s, 20), 20);
    assert_int_equal(newest(s, 19), 10);
    assert_int_equal(newest(s, 9), 0);
    assert_int_equal(newest(s, 0), 0);
    suite_close(s);
}

void suite_refuses_what_is_no_checkpoint(void **state)
{
    struct suite *s = *state;
    char *bytes = calloc(1, FF_CHECKPOINT_BLOCK + 1);
    suite_open(s);
    append_settled(s, 10);
    checkpoint_now(s);
    assert_int_equal(s->ops->checkpoint_begin(s->store, 0), FF_BAD_PARAMETER);
    assert_int_equal(s->ops->checkpoint_begin(s->store, 9), FF_BAD_PARAMETER);
    assert_int_equal(s->ops->checkpoint_begin(s->store, 11), FF_BAD_PARAMETER);
    append_settled(s, 10);
    assert_int_equal(s->ops->checkpoint_begin(s->store, 20), FF_OK);
    assert_int_equal(s->ops->checkpoint_put(s->store, ff_span_of(bytes, FF_CHECKPOINT_BLOCK + 1)), FF_BAD_PARAMETER);
    s->ops->checkpoint_abort(s->store);
    assert_int_equal(newest(s, UINT64_MAX), 10);
    suite_close(s);
    free(bytes);
}

void suite_a_checkpoint_of_the_same_record_replaces(void **state)
{
    struct suite *s = *state;
    suite_open(s);
    append_settled(s, 10);
    const struct suite_state now = suite_state_now(s);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(suite_save(s->ops, s->store, &now), FF_OK);
        assert_int_equal(newest(s, UINT64_MAX), 10);
        assert_int_equal(newest(s, 9), 0);
    }
    suite_close(s);
}

void suite_restores_from_a_checkpoint_at_the_very_end(void **state)
{
    struct suite *s = *state;
    suite_open(s);
    append_settled(s, 20);
    checkpoint_now(s);
    for (unsigned i = 0; i < 2; i++) {
        suite_close(s);
        assert_int_equal(suite_restore(s), 20);
        assert_int_equal(s->last, 20);
    }
    assert_int_equal(suite_checkpoint_beside(s, 20), FF_OK);
    append_settled(s, 5);
    suite_close(s);
    assert_int_equal(suite_restore(s), 20);
    assert_int_equal(s->last, 25);
    suite_close(s);
}

void suite_restores_from_a_checkpoint_and_a_tail(void **state)
{
    struct suite *s = *state;
    suite_open(s);
    for (unsigned round = 0; round < 4; round++) {
        append_settled(s, 10);
        checkpoint_now(s);
        suite_append(s, 7);
        suite_flush(s);
        const uint64_t last = s->last;
        for (unsigned i = 0; i < 2; i++) {
            suite_close(s);
            assert_int_equal(suite_restore(s), last - 7);
            assert_true(s->last == last);
        }
        assert_int_equal(s->ops->trim(s->store, keep_nothing), FF_OK);
    }
    suite_close(s);
}

void suite_trims_nothing_with_fewer_than_two_checkpoints(void **state)
{
    struct suite *s = *state;
    suite_open(s);
    append_settled(s, 20);
    assert_int_equal(s->ops->trim(s->store, keep_nothing), FF_OK);
    assert_int_equal(first_of(s), 1);
    checkpoint_now(s);
    assert_int_equal(s->ops->trim(s->store, keep_nothing), FF_OK);
    assert_int_equal(first_of(s), 1);
    suite_close(s);
    suite_open(s);
    assert_int_equal(s->last, 20);
    assert_int_equal(newest(s, UINT64_MAX), 20);
    suite_close(s);
}

void suite_trims_up_to_the_older_of_two_checkpoints(void **state)
{
    struct suite *s = *state;
    char why[WHY];
    suite_open(s);
    for (unsigned round = 1; round <= 4; round++) {
        append_settled(s, 10);
        checkpoint_now(s);
        suite_append(s, 3);
        suite_flush(s);
        assert_int_equal(s->ops->trim(s->store, keep_nothing), FF_OK);
        const uint64_t newer = newest(s, UINT64_MAX), older = newest(s, newer - 1);
        assert_true(newer == s->last - 3 && older == (round == 1 ? 0 : newer - 13));
        assert_true(older == 0 || newest(s, older - 1) == 0);
        assert_true(first_of(s) <= older + 1);
        assert_int_equal(replay_between(s, s->store, older + 1, newer, why), FF_OK);
        suite_close(s);
        assert_true(suite_restore(s) == newer);
        assert_true(first_of(s) <= older + 1);
        assert_int_equal(s->ops->trim(s->store, keep_nothing), FF_OK);
    }
    suite_close(s);
}

void suite_keeps_of_the_journal_what_is_to_be_kept(void **state)
{
    struct suite *s = *state;
    suite_open(s);
    for (unsigned i = 0; i < 3; i++) {
        append_settled(s, 10);
        checkpoint_now(s);
    }
    assert_int_equal(s->ops->trim(s->store, keep_all), FF_OK);
    assert_int_equal(first_of(s), 1);
    assert_int_equal(newest(s, 29), 20);
    assert_int_equal(newest(s, 19), 0);
    suite_close(s);
    suite_open(s);
    assert_int_equal(s->last, 30);
    suite_close(s);
}

void suite_a_trimmed_journal_is_not_replayed_from_its_start(void **state)
{
    struct suite *s = *state;
    char why[WHY];
    suite_open(s);
    for (unsigned i = 0; i < 3; i++) {
        append_settled(s, 10);
        checkpoint_now(s);
    }
    assert_int_equal(s->ops->trim(s->store, keep_nothing), FF_OK);
    const uint64_t first = first_of(s);
    assert_int_equal(replay_between(s, s->store, first, 30, why), FF_OK);
    if (first > 1) {
        assert_int_equal(replay_between(s, s->store, first - 1, 30, why), FF_STORE_CORRUPT);
        assert_int_equal(replay_between(s, s->store, 1, 30, why), FF_STORE_CORRUPT);
        assert_non_null(strstr(why, "the records from 1 on are missing"));
    }
    suite_close(s);
    assert_int_equal(suite_restore(s), 30);
    suite_close(s);
}
