#include "redis_checkpoint.h"

#include "redis_stage.h"

static struct redis_checkpoints c;
static char why[512];

static int setup(void **state)
{
    redis_checkpoints_fini(&c);
    return stage_setup(state);
}

/* A block of n bytes that depends on the checkpoint's seq and the block's place. */
static struct ff_span block_of(uint64_t seq, unsigned i, size_t n)
{
    static char bytes[FF_CHECKPOINT_BLOCK];
    for (size_t k = 0; k < n; k++)
        bytes[k] = (char)(seq * 31 + i * 7 + k * k);
    return ff_span_of(bytes, n);
}

static const size_t sizes[] = {1, FF_CHECKPOINT_BLOCK, 0, 17, 70000};
#define SIZES (sizeof sizes / sizeof *sizes)

static enum ff_status put_all(struct stage *s, uint64_t seq)
{
    enum ff_status st = redis_checkpoint_begin(&c, &s->shard, seq);
    for (unsigned i = 0; st == FF_OK && i < SIZES; i++)
        st = redis_checkpoint_put(&c, &s->shard, block_of(seq, i, sizes[i]));
    return st;
}

static enum ff_status save(struct stage *s, uint64_t seq)
{
    enum ff_status st = put_all(s, seq);
    if (st == FF_OK)
        st = redis_checkpoint_commit(&c, &s->shard, &s->seen, 1000 * FF_SECOND);
    if (st != FF_OK)
        redis_checkpoint_abort(&c, &s->shard);
    return st;
}

/* Reads the newest at or below most, checks its blocks, and gives its seq; 0 when there is none. */
static uint64_t load(struct stage *s, uint64_t most)
{
    uint64_t seq = 0;
    struct ff_span block;
    enum ff_status st = redis_checkpoint_open(&c, &s->shard, most, &seq, why, sizeof why);
    if (st == FF_NOT_FOUND)
        return 0;
    assert_int_equal(st, FF_OK);
    for (unsigned i = 0; i < SIZES; i++) {
        if (sizes[i] == 0)
            continue;
        assert_int_equal(redis_checkpoint_next(&c, &s->shard, &block), FF_OK);
        assert_true(ff_span_equal(block, block_of(seq, i, sizes[i])));
    }
    assert_int_equal(redis_checkpoint_next(&c, &s->shard, &block), FF_NOT_FOUND);
    redis_checkpoint_end(&c);
    return seq;
}

static size_t keys(struct stage *s)
{
    return (size_t)redis_reply_integer(STAGE_ASK(s, "DBSIZE"));
}

static void a_checkpoint_counts_once_it_is_committed(void **state)
{
    struct stage *s = *state;
    stage_group(s, 10);
    assert_int_equal(put_all(s, 10), FF_OK);
    assert_true(load(s, UINT64_MAX) == 0);
    assert_int_equal(redis_checkpoint_commit(&c, &s->shard, &s->seen, 0), FF_OK);
    assert_true(load(s, UINT64_MAX) == 10 && load(s, 10) == 10 && load(s, 9) == 0);
    redis_checkpoint_abort(&c, &s->shard);
    assert_true(load(s, UINT64_MAX) == 10);
}

static void an_abort_leaves_no_trace(void **state)
{
    struct stage *s = *state;
    stage_group(s, 10);
    assert_int_equal(put_all(s, 10), FF_OK);
    assert_true(keys(s) > 3);
    redis_checkpoint_abort(&c, &s->shard);
    redis_checkpoint_abort(&c, &s->shard);
    assert_int_equal(redis_reply_integer(STAGE_ASK(s, "HLEN", s->keys.manifest.text)), 1);
    assert_int_equal(keys(s), 2);
}

static void one_of_the_same_record_replaces_and_the_old_one_is_a_draft(void **state)
{
    struct stage *s = *state;
    stage_group(s, 10);
    assert_int_equal(save(s, 10), FF_OK);
    const size_t before = keys(s);
    assert_int_equal(put_all(s, 10), FF_OK);
    assert_true(load(s, UINT64_MAX) == 10);
    assert_int_equal(redis_checkpoint_commit(&c, &s->shard, &s->seen, 0), FF_OK);
    assert_true(load(s, UINT64_MAX) == 10 && load(s, 9) == 0);
    assert_int_equal(keys(s), before + SIZES - 1);
    static struct redis_manifest m;
    assert_int_equal(redis_manifest_read(&s->shard, &m, why, sizeof why), FF_OK);
    assert_true(m.checkpoints == 1 && m.drafts == 1 && m.draft[0].blocks == SIZES - 1);
    assert_int_equal(redis_checkpoint_drop(&s->shard, &m.draft[0]), REDIS_OK);
    assert_int_equal(keys(s), before);
    assert_true(load(s, UINT64_MAX) == 10);
}

static void what_is_no_checkpoint_is_refused(void **state)
{
    struct stage *s = *state;
    stage_group(s, 10);
    stage_group(s, 10);
    assert_int_equal(save(s, 20), FF_OK);
    assert_int_equal(redis_checkpoint_begin(&c, &s->shard, 0), FF_BAD_PARAMETER);
    assert_int_equal(redis_checkpoint_begin(&c, &s->shard, 19), FF_BAD_PARAMETER);
    char *large = calloc(1, FF_CHECKPOINT_BLOCK + 1);
    assert_int_equal(redis_checkpoint_begin(&c, &s->shard, 20), FF_OK);
    assert_int_equal(redis_checkpoint_put(&c, &s->shard, ff_span_of(large, FF_CHECKPOINT_BLOCK + 1)), FF_BAD_PARAMETER);
    assert_int_equal(redis_checkpoint_commit(&c, &s->shard, &s->seen, 0), FF_BAD_PARAMETER);
    redis_checkpoint_abort(&c, &s->shard);
    free(large);
    assert_true(load(s, UINT64_MAX) == 20);
}

static void a_fenced_owner_flips_nothing(void **state)
{
    struct stage *s = *state;
    stage_group(s, 10);
    assert_int_equal(save(s, 10), FF_OK);
    stage_group(s, 10);
    assert_int_equal(put_all(s, 20), FF_OK);
    stage_begin(s, 8);
    assert_int_equal(redis_checkpoint_commit(&c, &s->shard, &s->seen, 0), FF_STORE_FENCED);
    redis_checkpoint_abort(&c, &s->shard);
    assert_int_equal(redis_checkpoint_begin(&c, &s->shard, 20), FF_STORE_FENCED);
    redis_checkpoint_abort(&c, &s->shard);
    assert_true(load(s, UINT64_MAX) == 10);
}

/* Another process of the same owner was faster. */
static void none_below_the_newest_is_flipped(void **state)
{
    struct stage *s = *state;
    struct redis_checkpoints slow = {0};
    stage_group(s, 10);
    stage_group(s, 10);
    assert_int_equal(redis_checkpoint_begin(&slow, &s->shard, 10), FF_OK);
    assert_int_equal(save(s, 20), FF_OK);
    assert_int_equal(redis_checkpoint_commit(&slow, &s->shard, &s->seen, 0), FF_STORE_FAILED);
    redis_checkpoint_abort(&slow, &s->shard);
    redis_checkpoints_fini(&slow);
    assert_true(load(s, UINT64_MAX) == 20 && load(s, 19) == 0);
}

static void a_draft_that_was_dropped_takes_no_more(void **state)
{
    static struct redis_manifest m;
    struct stage *s = *state;
    stage_group(s, 10);
    assert_int_equal(put_all(s, 10), FF_OK);
    assert_int_equal(redis_manifest_read(&s->shard, &m, why, sizeof why), FF_OK);
    assert_int_equal(redis_checkpoint_drop(&s->shard, &m.draft[0]), REDIS_OK);
    assert_int_equal(redis_checkpoint_put(&c, &s->shard, block_of(1, 1, 5)), FF_STORE_FAILED);
    assert_int_equal(redis_checkpoint_commit(&c, &s->shard, &s->seen, 0), FF_STORE_FAILED);
    redis_checkpoint_abort(&c, &s->shard);
    assert_int_equal(keys(s), 2);
}

/* Overwrites or removes a block of the newest checkpoint. */
static void block_spoil(struct stage *s, uint32_t block, const char *offset, const char *bytes)
{
    static struct redis_manifest m;
    assert_int_equal(redis_manifest_read(&s->shard, &m, why, sizeof why), FF_OK);
    const struct redis_checkpoint *n = &m.checkpoint[0];
    const struct redis_key key = redis_key_block(&s->keys, n->owner, n->seq, n->mark, block);
    if (bytes)
        STAGE_ASK(s, "SETRANGE", key.text, offset, bytes);
    else
        STAGE_ASK(s, "DEL", key.text);
}

static void a_damaged_one_is_passed_over_and_goes_with_the_next(void **state)
{
    static const struct {
        uint32_t block;
        const char *offset, *bytes;
    } spoils[] = {{0, "0", "x"}, {1, "100000", "x"}, {3, "70016", "x"}, {2, NULL, NULL}, {3, "8", "\1"}};
    struct stage *s = *state;
    uint64_t seq;
    stage_group(s, 10);
    assert_int_equal(save(s, 10), FF_OK);
    for (uint64_t i = 0; i < sizeof spoils / sizeof *spoils; i++) {
        stage_group(s, 10);
        assert_int_equal(save(s, s->last), FF_OK);
        block_spoil(s, spoils[i].block, spoils[i].offset, spoils[i].bytes);
        assert_int_equal(redis_checkpoint_open(&c, &s->shard, UINT64_MAX, &seq, why, sizeof why), FF_STORE_CORRUPT);
        assert_true(seq == s->last && strstr(why, "block"));
        assert_true(load(s, seq - 1) == seq - 10);
        const uint64_t bad = s->last;
        stage_group(s, 10);
        assert_int_equal(save(s, s->last), FF_OK);
        assert_true(load(s, UINT64_MAX) == s->last && load(s, s->last - 1) == bad - 10);
    }
}

static void a_draft_that_was_dropped_becomes_no_checkpoint(void **state)
{
    static struct redis_manifest m;
    struct stage *s = *state;
    stage_group(s, 10);
    assert_int_equal(put_all(s, 10), FF_OK);
    assert_int_equal(redis_manifest_read(&s->shard, &m, why, sizeof why), FF_OK);
    assert_int_equal(redis_checkpoint_drop(&s->shard, &m.draft[0]), REDIS_OK);
    assert_int_equal(redis_checkpoint_commit(&c, &s->shard, &s->seen, 0), FF_STORE_FAILED);
    redis_checkpoint_abort(&c, &s->shard);
    assert_true(load(s, UINT64_MAX) == 0);
}

/* Block `to` of the newest checkpoint becomes block `from` of the one of that place in the manifest. */
static void block_copy(struct stage *s, unsigned place, uint32_t from, uint32_t to)
{
    static struct redis_manifest m;
    assert_int_equal(redis_manifest_read(&s->shard, &m, why, sizeof why), FF_OK);
    const struct redis_checkpoint *n = &m.checkpoint[0], *other = &m.checkpoint[place];
    const struct redis_key source = redis_key_block(&s->keys, other->owner, other->seq, other->mark, from);
    const struct redis_key target = redis_key_block(&s->keys, n->owner, n->seq, n->mark, to);
    STAGE_ASK(s, "EVAL", "return redis.call('SET', KEYS[2], redis.call('GET', KEYS[1]))", "2", source.text, target.text);
}

static void refused(struct stage *s)
{
    uint64_t seq;
    assert_int_equal(redis_checkpoint_open(&c, &s->shard, UINT64_MAX, &seq, why, sizeof why), FF_STORE_CORRUPT);
    assert_int_equal(seq, 20);
}

static void whole_blocks_in_the_wrong_place_are_damage(void **state)
{
    static struct redis_manifest m;
    struct stage *s = *state;
    struct redis_checkpoint shorter;
    char field[REDIS_FIELD_SIZE], text[2 * REDIS_FIELD_SIZE];
    struct redis_reply reply;
    stage_group(s, 10);
    assert_int_equal(save(s, 10), FF_OK);
    stage_group(s, 10);
    assert_int_equal(save(s, 20), FF_OK);
    block_copy(s, 1, 2, 2); /* of another checkpoint */
    refused(s);
    assert_int_equal(save(s, 20), FF_OK);
    assert_true(load(s, UINT64_MAX) == 20);
    block_copy(s, 0, 0, 99); /* two change places */
    block_copy(s, 0, 2, 0);
    block_copy(s, 0, 99, 2);
    refused(s);
    assert_int_equal(save(s, 20), FF_OK);
    assert_int_equal(redis_manifest_read(&s->shard, &m, why, sizeof why), FF_OK);
    shorter = m.checkpoint[0]; /* one block less than there were */
    shorter.blocks--;
    const struct ff_span argv[] = {FF_LITERAL("HSET"), redis_key_span(&s->keys.manifest),
                                   redis_manifest_field(field, &shorter), redis_manifest_text(text, &shorter)};
    assert_int_equal(redis_link_call(s->link, argv, 4, &reply), REDIS_OK);
    refused(s);
}

static void trouble_while_it_is_checked_is_no_damage(void **state)
{
    struct stage *s = *state;
    uint64_t seq = 1;
    stage_group(s, 10);
    assert_int_equal(save(s, 10), FF_OK);
    redis_link_close(s->link);
    assert_int_equal(redis_checkpoint_open(&c, &s->shard, UINT64_MAX, &seq, why, sizeof why), FF_STORE_AWAY);
    assert_true(seq == 0 && c.bads == 0);
}

static void the_manifest_is_told_what_was_seen(void **state)
{
    static struct redis_manifest m;
    struct stage *s = *state;
    stage_group(s, 10);
    redis_took_note(&s->seen.took, 3, 99);
    const uint64_t bytes = s->seen.bytes;
    assert_int_equal(save(s, 10), FF_OK);
    assert_true(s->seen.bytes == 0);
    stage_group(s, 10);
    assert_int_equal(save(s, 15), FF_OK);
    assert_int_equal(redis_manifest_read(&s->shard, &m, why, sizeof why), FF_OK);
    assert_true(redis_took_of(&m.took, 3) == 99 && redis_took_of(&m.took, 7) == 20);
    assert_true(m.ages.n == 2 && m.ages.row[0].end.n == 10 && m.ages.row[0].end.epoch == 7);
    assert_true(m.ages.row[0].bytes == bytes && m.ages.row[0].by == 1000 * FF_SECOND && m.ages.row[1].end.n == 15);
    assert_true(m.checkpoint[0].epoch == 7 && m.checkpoint[0].owner == 7);
}

static void more_than_may_be_there_go_the_oldest_first(void **state)
{
    static struct redis_manifest m;
    struct stage *s = *state;
    for (unsigned i = 0; i < REDIS_CHECKPOINTS_MAX + 3; i++) {
        stage_group(s, 1);
        assert_int_equal(redis_checkpoint_begin(&c, &s->shard, s->last), FF_OK);
        assert_int_equal(redis_checkpoint_commit(&c, &s->shard, &s->seen, 0), FF_OK);
    }
    assert_int_equal(redis_manifest_read(&s->shard, &m, why, sizeof why), FF_OK);
    assert_int_equal(m.checkpoints, REDIS_CHECKPOINTS_MAX);
    assert_int_equal(m.drafts, 3);
    assert_true(m.checkpoint[0].seq == s->last);
}

#define TEST(test) cmocka_unit_test_setup(test, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_checkpoint_counts_once_it_is_committed),
        TEST(an_abort_leaves_no_trace),
        TEST(one_of_the_same_record_replaces_and_the_old_one_is_a_draft),
        TEST(what_is_no_checkpoint_is_refused),
        TEST(a_fenced_owner_flips_nothing),
        TEST(none_below_the_newest_is_flipped),
        TEST(a_draft_that_was_dropped_takes_no_more),
        TEST(a_damaged_one_is_passed_over_and_goes_with_the_next),
        TEST(a_draft_that_was_dropped_becomes_no_checkpoint),
        TEST(whole_blocks_in_the_wrong_place_are_damage),
        TEST(trouble_while_it_is_checked_is_no_damage),
        TEST(the_manifest_is_told_what_was_seen),
        TEST(more_than_may_be_there_go_the_oldest_first),
    };
    int failed = STAGE_RUN_ON(REDIS_SERVER_OLD, tests);
    redis_checkpoints_fini(&c);
    return failed;
}
