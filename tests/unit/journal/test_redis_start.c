#include "redis_stage.h"

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
    assert_non_null(strstr(why, "can't run this command"));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(the_shard_is_taken_over_from_whoever_had_it),
        STAGE_TEST(durability_for_the_disk_needs_an_append_only_file),
        STAGE_TEST(a_memory_that_throws_things_away_is_refused),
        STAGE_TEST(what_may_not_be_asked_is_not_demanded),
        STAGE_TEST(a_server_that_refuses_is_not_waited_for),
        STAGE_TEST(a_server_that_does_not_come_is_given_up),
        STAGE_TEST(a_server_that_comes_late_is_waited_for),
    };
    return STAGE_RUN(tests);
}
