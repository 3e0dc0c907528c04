#include "redis_stage.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

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

/* What a script's writing is refused as while Redis is so: where the error ends the script, and where the script gives
 * it as it does the fence's; and a write outside of scripts. */
static void refused_as(struct stage *s, enum redis_trouble expected)
{
    static const char *const scripts[] = {count_up, "return redis.pcall('INCR', KEYS[3])"};
    const struct ff_span words[] = {FF_LITERAL("count")}, set[] = {FF_LITERAL("SET"), words[0], FF_LITERAL("0")};
    struct redis_reply reply;
    for (size_t i = 0; i < 2; i++)
        if (redis_shard_run(&s->shard, scripts[i], words, 1, 1, NULL) != expected)
            fail_msg("%s: %s", redis_trouble_name(s->shard.trouble), redis_link_why(s->link));
    if (redis_link_call(s->link, set, 3, &reply) != expected)
        fail_msg("%s", redis_link_why(s->link));
}

static void a_full_server_is_a_trouble_with_a_name(void **state)
{
    struct stage *s = *state;
    int64_t n;
    STAGE_ASK(s, "CONFIG", "SET", "maxmemory", "1");
    refused_as(s, REDIS_OOM);
    STAGE_ASK(s, "CONFIG", "SET", "maxmemory", "0");
    assert_int_equal(run(s, &n), REDIS_OK);
}

static void a_replica_is_a_trouble_with_a_name(void **state)
{
    struct stage *s = *state;
    int64_t n;
    STAGE_ASK(s, "REPLICAOF", "127.0.0.1", "1");
    refused_as(s, REDIS_READONLY);
    STAGE_ASK(s, "REPLICAOF", "NO", "ONE");
    assert_int_equal(run(s, &n), REDIS_OK);
}

/* Whether INFO says so. */
static bool server_says(struct stage *s, const char *line)
{
    const struct ff_span info = redis_reply_text(STAGE_ASK(s, "INFO", "persistence"));
    return memmem(info.p, info.n, line, strlen(line));
}

/* Saves the dump, which goes well or not. */
static void server_save(struct stage *s, const char *outcome)
{
    const struct timespec pause = {.tv_nsec = 2000000};
    STAGE_ASK(s, "BGSAVE");
    while (server_says(s, "rdb_bgsave_in_progress:1") || !server_says(s, outcome))
        nanosleep(&pause, NULL);
}

static void one_that_cannot_save_is_a_trouble_with_a_name(void **state)
{
    struct stage *s = *state;
    char dump[SCRATCH_MAX + 16];
    int64_t n;
    snprintf(dump, sizeof dump, "%s/dump.rdb", s->server.directory);
    assert_int_equal(mkdir(dump, 0700), 0);
    STAGE_ASK(s, "CONFIG", "SET", "save", "3600 1");
    server_save(s, "rdb_last_bgsave_status:err");
    refused_as(s, REDIS_MISCONF);
    assert_int_equal(rmdir(dump), 0);
    server_save(s, "rdb_last_bgsave_status:ok");
    STAGE_ASK(s, "CONFIG", "SET", "save", "");
    assert_int_equal(run(s, &n), REDIS_OK);
}

/* Of a user's permissions the fence needs one (XINFO), the script another, and its keys a third. */
static void what_a_user_may_not_do_is_a_trouble_with_a_name(void **state)
{
    static const char *const lacks[][2] = {{"-incr", "-set"}, {"-xinfo", "-set"}, {"resetkeys", "-set"}};
    struct stage *s = *state;
    int64_t n;
    for (size_t i = 0; i < sizeof lacks / sizeof *lacks; i++) {
        STAGE_ASK(s, "ACL", "SETUSER", "default", lacks[i][0], lacks[i][1]);
        if (i == 2) /* beside keys of its own, on which the fence is */
            STAGE_ASK(s, "ACL", "SETUSER", "default", "~footfall:*");
        refused_as(s, REDIS_NOPERM);
        STAGE_ASK(s, "ACL", "SETUSER", "default", "allkeys", "+@all");
    }
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
        STAGE_TEST(a_replica_is_a_trouble_with_a_name),
        STAGE_TEST(one_that_cannot_save_is_a_trouble_with_a_name),
        STAGE_TEST(what_a_user_may_not_do_is_a_trouble_with_a_name),
    };
    return STAGE_RUN_ON(REDIS_SERVER_OLD, tests);
}
