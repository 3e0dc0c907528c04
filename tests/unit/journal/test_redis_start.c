#include "redis_stage.h"

#include "redis_fake.h"
#include "redis_start.h"

#include <pthread.h>
#include <unistd.h>

static char why[512];

struct started {
    struct redis_id mine;
    uint64_t last;
    char by[REDIS_BY];
};

static enum ff_status start(struct stage *s, enum ff_durability durability, ff_dur within, struct started *out)
{
    const struct redis_start how = {.link = s->link, .keys = &s->keys, .durability = durability, .within = within};
    redis_link_close(s->link);
    why[0] = 0;
    return redis_start(&how, &out->mine, &out->last, out->by, why, sizeof why);
}

static void the_shard_is_taken_over_from_whoever_had_it(void **state)
{
    struct stage *s = *state;
    struct started one, two;
    stage_group(s, 5);
    assert_int_equal(start(s, FF_DURABLE_PROCESS, FF_SECOND, &one), FF_OK);
    assert_true(one.mine.epoch > 1700000000000 && one.mine.n == 0 && one.last == 5);
    assert_int_equal(start(s, FF_DURABLE_PROCESS, FF_SECOND, &two), FF_OK);
    assert_true(two.mine.epoch > one.mine.epoch && two.last == 5);
    assert_string_not_equal(one.by, two.by);
    char pid[24];
    snprintf(pid, sizeof pid, ":%ld:", (long)getpid());
    assert_non_null(strstr(two.by, pid));
}

static void durability_for_the_disk_needs_an_append_only_file(void **state)
{
    struct stage *s = *state;
    struct started t;
    assert_int_equal(start(s, FF_DURABLE_DISK, FF_SECOND, &t), FF_STORE_FAILED);
    assert_non_null(strstr(why, "appendonly is no"));
    assert_int_equal(redis_reply_count(STAGE_ASK(s, "XRANGE", s->keys.journal.text, "-", "+")), 1);
    STAGE_ASK(s, "CONFIG", "SET", "appendonly", "yes");
    assert_int_equal(start(s, FF_DURABLE_DISK, FF_SECOND, &t), FF_OK);
    STAGE_ASK(s, "CONFIG", "SET", "appendonly", "no");
}

static void a_memory_that_throws_things_away_is_refused(void **state)
{
    struct stage *s = *state;
    struct started t;
    STAGE_ASK(s, "CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
    assert_int_equal(start(s, FF_DURABLE_PROCESS, FF_SECOND, &t), FF_OK);
    STAGE_ASK(s, "CONFIG", "SET", "maxmemory", "1gb");
    assert_int_equal(start(s, FF_DURABLE_PROCESS, FF_SECOND, &t), FF_STORE_FAILED);
    assert_non_null(strstr(why, "maxmemory-policy is allkeys-lru"));
    STAGE_ASK(s, "CONFIG", "SET", "maxmemory-policy", "noeviction");
    assert_int_equal(start(s, FF_DURABLE_PROCESS, FF_SECOND, &t), FF_OK);
    STAGE_ASK(s, "CONFIG", "SET", "maxmemory", "0");
}

static void what_may_not_be_asked_is_not_demanded(void **state)
{
    struct stage *s = *state;
    struct started t;
    STAGE_ASK(s, "ACL", "SETUSER", "default", "-config");
    const enum ff_status st = start(s, FF_DURABLE_DISK, FF_SECOND, &t);
    STAGE_ASK(s, "ACL", "SETUSER", "default", "+config");
    assert_int_equal(st, FF_OK);
}

static void a_server_that_refuses_is_not_waited_for(void **state)
{
    struct stage *s = *state;
    struct started t;
    STAGE_ASK(s, "ACL", "SETUSER", "default", "-xadd");
    const enum ff_status st = start(s, FF_DURABLE_PROCESS, 10 * FF_MINUTE, &t);
    STAGE_ASK(s, "ACL", "SETUSER", "default", "+xadd");
    assert_int_equal(st, FF_STORE_FAILED);
    assert_non_null(strstr(why, "script"));
    STAGE_ASK(s, "ACL", "SETUSER", "default", "-xrange");
    assert_int_equal(start(s, FF_DURABLE_PROCESS, 10 * FF_MINUTE, &t), FF_STORE_FAILED);
    STAGE_ASK(s, "ACL", "SETUSER", "default", "+xrange");
    assert_non_null(strstr(why, "xrange"));
}

static void a_server_that_does_not_come_is_given_up(void **state)
{
    struct stage *s = *state;
    struct started t;
    redis_server_stop(&s->server);
    const enum ff_status st = start(s, FF_DURABLE_PROCESS, 100 * FF_MILLISECOND, &t);
    redis_server_start(&s->server, NULL);
    assert_int_equal(st, FF_STORE_AWAY);
    assert_non_null(strstr(why, s->server.socket));
}

/* Beside the start that is under way. */
struct late {
    struct stage *stage;
    struct started started;
    enum ff_status status;
};

static void *start_late(void *ctx)
{
    struct late *l = ctx;
    l->status = start(l->stage, FF_DURABLE_PROCESS, FF_MINUTE, &l->started);
    return NULL;
}

static void a_server_that_comes_late_is_waited_for(void **state)
{
    struct late late = {.stage = *state};
    pthread_t thread;
    redis_server_stop(&late.stage->server);
    assert_int_equal(pthread_create(&thread, NULL, start_late, &late), 0);
    redis_server_start(&late.stage->server, NULL);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(late.status, FF_OK);
    assert_true(late.started.mine.epoch > 0);
}

/* What 6.0 answers. */
static void what_6_0_says_is_told_from_other_refusals(void **state)
{
    struct stage *s = *state;
    static const char *const answers[][2] = {
        {"-ERR Invalid stream ID specified as stream command argument\r\n", NULL},
        {"-WRONGTYPE Operation against a key holding the wrong kind of value\r\n", NULL},
    };
    for (size_t i = 0; i < 2; i++) {
        struct redis_fake fake;
        struct redis_url url;
        struct started t;
        redis_fake_start(&fake, answers[i]);
        assert_true(redis_url_parse(fake.url, &url, why, sizeof why));
        struct stage there = {.link = redis_link_new(&url), .keys = s->keys};
        assert_int_equal(start(&there, FF_DURABLE_PROCESS, 10 * FF_MINUTE, &t), FF_STORE_FAILED);
        redis_link_free(there.link);
        redis_fake_end(&fake);
        assert_true((strstr(why, "redis_too_old: Redis 6.2") != NULL) == (i == 0));
    }
}

/* On one that is old: what 6.2 has brought is not missed at the first beacon but at the start. */
static void a_server_before_6_2_is_refused_and_says_so(void **state)
{
    struct stage *s = *state;
    struct started t;
    assert_int_equal(start(s, FF_DURABLE_PROCESS, 10 * FF_MINUTE, &t), FF_STORE_FAILED);
    assert_non_null(strstr(why, "redis_too_old"));
    assert_int_equal(redis_reply_count(STAGE_ASK(s, "XRANGE", s->keys.journal.text, "-", "+")), 1);
}

int main(void)
{
    const struct CMUnitTest old[] = {
        STAGE_TEST(a_server_before_6_2_is_refused_and_says_so),
    };
    if (!redis_server_there(REDIS_SERVER_STORE))
        return STAGE_RUN_ON(REDIS_SERVER_OLD, old);
    const struct CMUnitTest tests[] = {
        STAGE_TEST(the_shard_is_taken_over_from_whoever_had_it),
        STAGE_TEST(durability_for_the_disk_needs_an_append_only_file),
        STAGE_TEST(a_memory_that_throws_things_away_is_refused),
        STAGE_TEST(what_may_not_be_asked_is_not_demanded),
        STAGE_TEST(a_server_that_refuses_is_not_waited_for),
        STAGE_TEST(what_6_0_says_is_told_from_other_refusals),
        STAGE_TEST(a_server_that_does_not_come_is_given_up),
        STAGE_TEST(a_server_that_comes_late_is_waited_for),
    };
    return STAGE_RUN(tests);
}
