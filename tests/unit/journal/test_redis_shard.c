#include "redis_stage.h"

static const char count_up[] = "return redis.call('INCR', KEYS[3])";

/* What a script of the shard's gave that counts a key up; *n is how often it ran. */
static enum redis_trouble run(struct stage *s, int64_t *n)
{
    const struct ff_span words[] = {FF_LITERAL("count")};
    struct redis_reply reply;
    enum redis_trouble t = redis_shard_run(&s->shard, count_up, words, 1, 1, NULL);
    assert_int_equal(t, s->shard.trouble);
    const struct ff_span get[] = {FF_LITERAL("INCRBY"), FF_LITERAL("count"), FF_LITERAL("0")};
    assert_int_equal(redis_link_call(s->link, get, 3, &reply), REDIS_OK);
    *n = redis_reply_integer(reply);
    return t;
}

static void an_owner_may_change_its_shard(void **state)
{
    int64_t n;
    assert_int_equal(run(*state, &n), REDIS_OK);
    assert_int_equal(n, 1);
    stage_group(*state, 3);
    assert_int_equal(run(*state, &n), REDIS_OK);
    assert_int_equal(n, 2);
}

static void a_fenced_owner_changes_nothing(void **state)
{
    int64_t n;
    char why[256];
    struct stage *s = *state;
    stage_begin(s, 10);
    assert_int_equal(run(s, &n), REDIS_FENCED);
    assert_int_equal(n, 0);
    assert_int_equal(redis_shard_why(&s->shard, why, sizeof why), FF_STORE_FENCED);
    s->shard.epoch = UINT64_MAX - 1;
    stage_begin(s, UINT64_MAX);
    assert_int_equal(run(s, &n), REDIS_FENCED);
    assert_int_equal(n, 0);
}

static void without_what_it_wrote_an_owner_changes_nothing(void **state)
{
    int64_t n;
    struct stage *s = *state;
    s->shard.epoch = 8;
    assert_int_equal(run(s, &n), REDIS_LOST_DATA);
    STAGE_ASK(s, "DEL", s->keys.journal.text);
    assert_int_equal(run(s, &n), REDIS_LOST_DATA);
    assert_int_equal(n, 0);
}

static void the_words_of_a_script_are_in_their_places(void **state)
{
    struct stage *s = *state;
    struct redis_reply reply;
    const struct ff_span words[] = {FF_LITERAL("key"), FF_LITERAL("a"), FF_LITERAL("b")};
    assert_int_equal(redis_shard_run(&s->shard, "return {KEYS[1], KEYS[2], KEYS[3], ARGV[1], ARGV[2], ARGV[3], #KEYS, #ARGV}",
                                     words, 1, 3, &reply), REDIS_OK);
    static const char *const expected[] = {"footfall:{test}:journal", "footfall:{test}:manifest", "key", "7", "a", "b"};
    for (size_t i = 0; i < 6; i++)
        assert_true(ff_span_is(redis_reply_text(redis_reply_at(reply, i)), expected[i]));
    assert_int_equal(redis_reply_integer(redis_reply_at(reply, 6)), 3);
    assert_int_equal(redis_reply_integer(redis_reply_at(reply, 7)), 3);
}

static void numbers_of_64_bits_are_compared_as_they_are(void **state)
{
    struct stage *s = *state;
    struct redis_reply reply;
    assert_int_equal(redis_shard_run(&s->shard,
                                     "local function b(x) return x and 1 or 0 end\n"
                                     "return {b(above('9007199254740993', '9007199254740992')), b(above('10', '9')),"
                                     " b(above('9', '10')), b(above('9', '9'))}",
                                     NULL, 0, 0, &reply), REDIS_OK);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(redis_reply_integer(redis_reply_at(reply, i)), i < 2);
}

static void a_full_server_is_a_trouble_with_a_name(void **state)
{
    struct stage *s = *state;
    int64_t n;
    STAGE_ASK(s, "CONFIG", "SET", "maxmemory", "1");
    const struct ff_span words[] = {FF_LITERAL("count")};
    enum redis_trouble t = redis_shard_run(&s->shard, count_up, words, 1, 1, NULL);
    STAGE_ASK(s, "CONFIG", "SET", "maxmemory", "0");
    assert_int_equal(t, REDIS_OOM);
    assert_int_equal(run(s, &n), REDIS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(an_owner_may_change_its_shard),
        STAGE_TEST(a_fenced_owner_changes_nothing),
        STAGE_TEST(without_what_it_wrote_an_owner_changes_nothing),
        STAGE_TEST(the_words_of_a_script_are_in_their_places),
        STAGE_TEST(numbers_of_64_bits_are_compared_as_they_are),
        STAGE_TEST(a_full_server_is_a_trouble_with_a_name),
    };
    return STAGE_RUN(tests);
}
