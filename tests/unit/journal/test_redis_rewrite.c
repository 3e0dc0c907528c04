#include "redis_rewrite.h"

#include "redis_stage.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#define SECRET "what nobody is to find"

static char why[512];

static bool server_says(struct stage *s, const char *line)
{
    const struct ff_span info = redis_reply_text(STAGE_ASK(s, "INFO", "persistence"));
    return memmem(info.p, info.n, line, strlen(line));
}

static void rest(struct stage *s)
{
    const struct timespec pause = {.tv_nsec = 2000000};
    while (server_says(s, "aof_rewrite_in_progress:1") || server_says(s, "aof_rewrite_scheduled:1"))
        nanosleep(&pause, NULL);
}

/* Whether any file of the server's has the secret. */
static bool is_found(struct stage *s)
{
    char command[SCRATCH_MAX + 128];
    snprintf(command, sizeof command, "grep -rqs '" SECRET "' '%s'", s->server.directory);
    return system(command) == 0;
}

/* Keys enough that a rewrite takes about so long, which is the server's own way of being slow. */
static void slow_down(struct stage *s, const char *microseconds_a_key)
{
    STAGE_ASK(s, "EVAL", "for i = 1, 100 do redis.call('SET', 'filler' .. i, i) end", "0");
    STAGE_ASK(s, "CONFIG", "SET", "rdb-key-save-delay", microseconds_a_key);
}

static int file_setup(void **state)
{
    struct stage *s = *state;
    stage_setup(state);
    STAGE_ASK(s, "SET", "secret", SECRET);
    STAGE_ASK(s, "CONFIG", "SET", "appendonly", "yes");
    rest(s);
    assert_true(is_found(s));
    return 0;
}

static int file_teardown(void **state)
{
    struct stage *s = *state;
    STAGE_ASK(s, "CONFIG", "SET", "rdb-key-save-delay", "0");
    rest(s);
    STAGE_ASK(s, "CONFIG", "SET", "appendonly", "no");
    return 0;
}

static void without_an_append_only_file_there_is_nothing_to_do(void **state)
{
    struct stage *s = *state;
    assert_int_equal(redis_rewrite(&s->shard, 0, why, sizeof why), REDIS_OK);
    assert_false(server_says(s, "aof_rewrite_in_progress:1"));
}

static void what_is_gone_is_not_in_the_file_afterwards(void **state)
{
    struct stage *s = *state;
    STAGE_ASK(s, "DEL", "secret");
    assert_true(is_found(s));
    assert_int_equal(redis_rewrite(&s->shard, 10 * FF_SECOND, why, sizeof why), REDIS_OK);
    assert_false(is_found(s));
}

static void one_that_was_under_way_before_is_not_taken_for_it(void **state)
{
    struct stage *s = *state;
    slow_down(s, "5000");
    STAGE_ASK(s, "BGREWRITEAOF");
    STAGE_ASK(s, "DEL", "secret");
    assert_true(server_says(s, "aof_rewrite_in_progress:1"));
    assert_int_equal(redis_rewrite(&s->shard, 20 * FF_SECOND, why, sizeof why), REDIS_OK);
    assert_false(is_found(s));
}

static void one_that_waits_for_a_dump_is_waited_for(void **state)
{
    struct stage *s = *state;
    slow_down(s, "5000");
    STAGE_ASK(s, "DEL", "secret");
    STAGE_ASK(s, "BGSAVE");
    assert_int_equal(redis_rewrite(&s->shard, 20 * FF_SECOND, why, sizeof why), REDIS_OK);
    assert_false(is_found(s));
}

/* Ends the process by which the server writes its file anew, as soon as there is one. */
static void *writer_kill(void *server)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    const int pid = ((const struct redis_server *)server)->pid;
    char path[64];
    int child = 0;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, pid);
    while (child == 0) {
        nanosleep(&pause, NULL);
        FILE *children = fopen(path, "r");
        if (fscanf(children, "%d", &child) != 1)
            child = 0;
        fclose(children);
    }
    kill(child, SIGKILL);
    return NULL;
}

static void one_that_fails_is_named(void **state)
{
    struct stage *s = *state;
    pthread_t thread;
    slow_down(s, "5000");
    assert_int_equal(pthread_create(&thread, NULL, writer_kill, &s->server), 0);
    const enum redis_trouble t = redis_rewrite(&s->shard, 10 * FF_SECOND, why, sizeof why);
    pthread_join(thread, NULL);
    assert_int_equal(t, REDIS_MISCONF);
    assert_non_null(strstr(why, "could not write it anew"));
    STAGE_ASK(s, "CONFIG", "SET", "rdb-key-save-delay", "0");
    assert_int_equal(redis_rewrite(&s->shard, 10 * FF_SECOND, why, sizeof why), REDIS_OK);
}

static void one_that_takes_too_long_is_named_and_goes_on(void **state)
{
    struct stage *s = *state;
    slow_down(s, "5000");
    STAGE_ASK(s, "DEL", "secret");
    assert_int_equal(redis_rewrite(&s->shard, 50 * FF_MILLISECOND, why, sizeof why), REDIS_BUSY);
    assert_non_null(strstr(why, "not done yet"));
    rest(s);
    assert_false(is_found(s));
}

static void who_may_not_ask_is_told(void **state)
{
    struct stage *s = *state;
    STAGE_ASK(s, "DEL", "secret");
    STAGE_ASK(s, "ACL", "SETUSER", "default", "-bgrewriteaof");
    const enum redis_trouble t = redis_rewrite(&s->shard, 10 * FF_SECOND, why, sizeof why);
    STAGE_ASK(s, "ACL", "SETUSER", "default", "+bgrewriteaof", "-info");
    assert_int_equal(t, REDIS_NOPERM);
    assert_non_null(strstr(why, "bgrewriteaof"));
    assert_int_equal(redis_rewrite(&s->shard, 10 * FF_SECOND, why, sizeof why), REDIS_NOPERM);
    STAGE_ASK(s, "ACL", "SETUSER", "default", "+info");
    rest(s);
    assert_false(is_found(s));
}

#define FILE_TEST(test) cmocka_unit_test_setup_teardown(test, file_setup, file_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(without_an_append_only_file_there_is_nothing_to_do),
        FILE_TEST(what_is_gone_is_not_in_the_file_afterwards),
        FILE_TEST(one_that_was_under_way_before_is_not_taken_for_it),
        FILE_TEST(one_that_waits_for_a_dump_is_waited_for),
        FILE_TEST(one_that_fails_is_named),
        FILE_TEST(one_that_takes_too_long_is_named_and_goes_on),
        FILE_TEST(who_may_not_ask_is_told),
    };
    return STAGE_RUN(tests);
}
