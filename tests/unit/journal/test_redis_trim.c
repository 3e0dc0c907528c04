#include "redis_trim.h"

#include "redis_checkpoint.h"
#include "redis_stage.h"

static struct redis_checkpoints c;
static char why[512];

static const struct ff_keep keep_all = {FF_NEVER, UINT64_MAX}, keep_nothing = {INT64_MAX, 0};

/* Appends n records in groups of five, and writes a checkpoint after them, at so many seconds. */
static void checkpoint(struct stage *s, unsigned n, int64_t seconds)
{
    for (; n > 0; n -= 5)
        stage_group(s, 5);
    assert_int_equal(redis_checkpoint_begin(&c, &s->shard, s->last), FF_OK);
    for (unsigned i = 0; i < 40; i++)
        assert_int_equal(redis_checkpoint_put(&c, &s->shard, FF_LITERAL("block")), FF_OK);
    assert_int_equal(redis_checkpoint_commit(&c, &s->shard, &s->seen, seconds * FF_SECOND), FF_OK);
}

static struct redis_trimmed trim(struct stage *s, struct ff_keep keep)
{
    struct redis_trimmed out;
    assert_int_equal(redis_trim_run(&s->shard, keep, &out), REDIS_OK);
    return out;
}

/* The first entry's id. */
static struct redis_id first(struct stage *s)
{
    struct redis_id id = {0};
    struct redis_reply r = STAGE_ASK(s, "XRANGE", s->keys.journal.text, "-", "+", "COUNT", "1");
    assert_true(redis_id_read(redis_reply_text(redis_reply_at(redis_reply_at(r, 0), 0)), &id));
    return id;
}

static size_t keys(struct stage *s)
{
    return (size_t)redis_reply_integer(STAGE_ASK(s, "DBSIZE"));
}

static void nothing_goes_with_fewer_than_two_checkpoints(void **state)
{
    struct stage *s = *state;
    trim(s, keep_nothing);
    checkpoint(s, 10, 100);
    struct redis_trimmed done = trim(s, keep_nothing);
    assert_true(done.checkpoints == 0 && done.upto.epoch == 0);
    assert_true(first(s).n == 0);
    assert_int_equal(keys(s), 42);
}

static void all_goes_up_to_the_older_of_two_checkpoints(void **state)
{
    struct stage *s = *state;
    for (unsigned i = 1; i <= 4; i++) {
        checkpoint(s, 10, 100);
        stage_group(s, 3);
        struct redis_trimmed done = trim(s, keep_nothing);
        assert_int_equal(done.checkpoints, i > 2);
        if (i > 1) {
            assert_true(done.upto.epoch == 7 && done.upto.n == s->last - 16);
            assert_true(first(s).n == s->last - 13);
        }
        assert_int_equal(keys(s), i == 1 ? 42 : 82);
    }
}

static void what_is_to_be_kept_is_kept(void **state)
{
    struct stage *s = *state;
    for (int64_t i = 1; i <= 4; i++)
        checkpoint(s, 10, 100 * i);
    assert_true(trim(s, keep_all).upto.epoch == 0);
    assert_true(trim(s, (struct ff_keep){100 * FF_SECOND, UINT64_MAX}).upto.n == 0);
    assert_true(trim(s, (struct ff_keep){200 * FF_SECOND, UINT64_MAX}).upto.n == 10);
    assert_true(first(s).n == 15);
    assert_true(trim(s, (struct ff_keep){200 * FF_SECOND, UINT64_MAX}).upto.n == 0);
    assert_true(trim(s, (struct ff_keep){FF_NEVER, 100}).upto.n == 30);
    assert_true(first(s).n == 35);
}

static void the_journal_goes_across_epochs(void **state)
{
    struct stage *s = *state;
    checkpoint(s, 10, 100);
    stage_own(s, 9);
    checkpoint(s, 10, 100);
    stage_own(s, 11);
    checkpoint(s, 10, 100);
    struct redis_trimmed done = trim(s, keep_nothing);
    assert_true(done.upto.epoch == 9 && done.upto.n == 20);
    assert_true(first(s).epoch == 11 && first(s).n == 0);
    static struct redis_manifest m;
    assert_int_equal(redis_manifest_read(&s->shard, &m, why, sizeof why), FF_OK);
    assert_true(redis_took_of(&m.took, 7) == 10 && redis_took_of(&m.took, 9) == 20);
    assert_true(m.ages.n == 1);
}

static void drafts_of_the_dead_go(void **state)
{
    struct stage *s = *state;
    struct redis_checkpoints dead = {0};
    checkpoint(s, 10, 100);
    const size_t before = keys(s);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(redis_checkpoint_begin(&dead, &s->shard, 10), FF_OK);
        for (unsigned k = 0; k < 33; k++)
            assert_int_equal(redis_checkpoint_put(&dead, &s->shard, FF_LITERAL("block")), FF_OK);
        redis_checkpoints_fini(&dead);
    }
    STAGE_ASK(s, "XADD", s->keys.draft.text, "7-1", "group", "x");
    assert_int_equal(keys(s), before + 100);
    assert_int_equal(trim(s, keep_all).checkpoints, 3);
    assert_int_equal(keys(s), before);
}

static void a_fenced_owner_removes_nothing(void **state)
{
    struct stage *s = *state;
    struct redis_trimmed out;
    for (unsigned i = 0; i < 3; i++)
        checkpoint(s, 10, 100);
    const size_t before = keys(s);
    stage_begin(s, 8);
    assert_int_equal(redis_trim_run(&s->shard, keep_nothing, &out), REDIS_FENCED);
    assert_true(keys(s) == before && first(s).n == 0 && first(s).epoch == 7);
}

/* What goes makes room, so it must go where there is none. */
static void a_full_server_is_trimmed(void **state)
{
    struct stage *s = *state;
    struct redis_checkpoints more = {0};
    for (unsigned i = 0; i < 4; i++)
        checkpoint(s, 10, 100);
    const size_t before = keys(s);
    STAGE_ASK(s, "CONFIG", "SET", "maxmemory", "1");
    assert_int_equal(redis_checkpoint_begin(&more, &s->shard, 40), FF_STORE_FULL);
    redis_checkpoint_abort(&more, &s->shard);
    struct redis_trimmed done = trim(s, keep_nothing);
    STAGE_ASK(s, "CONFIG", "SET", "maxmemory", "0");
    redis_checkpoints_fini(&more);
    assert_true(done.checkpoints == 2 && done.upto.n == 30 && first(s).n == 35);
    assert_int_equal(keys(s), before - 80);
    static struct redis_manifest m;
    assert_int_equal(redis_manifest_read(&s->shard, &m, why, sizeof why), FF_OK);
    assert_true(m.checkpoints == 2 && m.drafts == 0 && m.ages.n == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(nothing_goes_with_fewer_than_two_checkpoints),
        STAGE_TEST(all_goes_up_to_the_older_of_two_checkpoints),
        STAGE_TEST(what_is_to_be_kept_is_kept),
        STAGE_TEST(the_journal_goes_across_epochs),
        STAGE_TEST(drafts_of_the_dead_go),
        STAGE_TEST(a_fenced_owner_removes_nothing),
        STAGE_TEST(a_full_server_is_trimmed),
    };
    int failed = STAGE_RUN(tests);
    redis_checkpoints_fini(&c);
    return failed;
}
