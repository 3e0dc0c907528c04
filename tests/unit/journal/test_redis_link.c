#include "redis_stage.h"

#include "redis_socket.h"

#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static enum redis_trouble call(struct redis_link *l, struct redis_reply *reply, const char *const *words)
{
    struct ff_span argv[8];
    size_t n = 0;
    for (; words[n]; n++)
        argv[n] = ff_span_text(words[n]);
    return redis_link_call(l, argv, n, reply);
}

#define CALL(l, reply, ...) call(l, reply, (const char *const[]){__VA_ARGS__, NULL})

static void answers_of_every_kind_are_read(void **state)
{
    struct stage *s = *state;
    struct redis_reply r;
    assert_int_equal(CALL(s->link, &r, "SET", "k", "value"), REDIS_OK);
    assert_true(redis_reply_kind(r) == REDIS_TEXT && ff_span_is(redis_reply_text(r), "OK"));
    assert_int_equal(CALL(s->link, &r, "GET", "k"), REDIS_OK);
    assert_true(ff_span_is(redis_reply_text(r), "value"));
    assert_int_equal(CALL(s->link, &r, "GET", "none"), REDIS_OK);
    assert_int_equal(redis_reply_kind(r), REDIS_NIL);
    assert_int_equal(CALL(s->link, &r, "DECRBY", "n", "9223372036854775807"), REDIS_OK);
    assert_true(redis_reply_kind(r) == REDIS_INTEGER && redis_reply_integer(r) == -INT64_MAX);
    assert_int_equal(CALL(s->link, &r, "EVAL", "return {1, 'a', {2, {'b'}}, false}", "0"), REDIS_OK);
    assert_true(redis_reply_kind(r) == REDIS_LIST && redis_reply_count(r) == 4);
    const struct redis_reply inner = redis_reply_at(redis_reply_at(r, 2), 1);
    assert_true(ff_span_is(redis_reply_text(redis_reply_at(inner, 0)), "b"));
    assert_int_equal(redis_reply_kind(redis_reply_at(r, 3)), REDIS_NIL);
}

static void what_is_not_there_reads_as_nothing(void **state)
{
    struct stage *s = *state;
    struct redis_reply r;
    assert_int_equal(CALL(s->link, &r, "EVAL", "return {1}", "0"), REDIS_OK);
    const struct redis_reply none = redis_reply_at(redis_reply_at(r, 5), 2);
    assert_int_equal(redis_reply_kind(none), REDIS_NIL);
    assert_true(redis_reply_text(none).n == 0 && redis_reply_integer(none) == 0 && redis_reply_count(none) == 0);
    assert_true(redis_reply_text(r).n == 0 && redis_reply_integer(r) == 0);
}

static void an_error_is_named_and_the_link_goes_on(void **state)
{
    struct stage *s = *state;
    struct redis_reply r;
    assert_int_equal(CALL(s->link, &r, "NONSENSE"), REDIS_REFUSED);
    assert_int_equal(redis_reply_kind(r), REDIS_ERROR);
    assert_non_null(strstr(redis_link_why(s->link), "unknown command"));
    assert_non_null(strstr(redis_link_why(s->link), s->server.socket));
    assert_true(redis_link_connected(s->link));
    assert_int_equal(CALL(s->link, &r, "PING"), REDIS_OK);
}

static void what_was_sent_is_not_repeated_in_what_is_shown(void **state)
{
    struct stage *s = *state;
    struct redis_reply r;
    assert_int_equal(CALL(s->link, &r, "NONSENSE", "shop", "a-password"), REDIS_REFUSED);
    assert_non_null(strstr(redis_reply_text(r).p, "a-password"));
    assert_non_null(strstr(redis_link_why(s->link), "NONSENSE"));
    assert_null(strstr(redis_link_why(s->link), "a-password"));
}

static void a_node_of_a_cluster_that_has_not_the_shard_is_told(void **state)
{
    struct stage *s = *state;
    struct redis_reply r;
    assert_int_equal(CALL(s->link, &r, "EVAL", "return redis.error_reply('MOVED 866 127.0.0.1:7001')", "0"), REDIS_REFUSED);
    assert_non_null(strstr(redis_link_why(s->link), "127.0.0.1:7001 (a Cluster"));
}

static void long_arguments_and_any_bytes_come_through(void **state)
{
    struct stage *s = *state;
    const size_t size = (size_t)9 << 20;
    char *bytes = malloc(size);
    struct redis_reply r;
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)(i * 7 + i / 251);
    const struct ff_span set[] = {FF_LITERAL("SET"), FF_LITERAL("long"), {bytes, size}};
    assert_int_equal(redis_link_call(s->link, set, 3, &r), REDIS_OK);
    assert_int_equal(CALL(s->link, &r, "GET", "long"), REDIS_OK);
    assert_true(ff_span_equal(redis_reply_text(r), ff_span_of(bytes, size)));
    assert_int_equal(CALL(s->link, &r, "SET", "empty", ""), REDIS_OK);
    assert_int_equal(CALL(s->link, &r, "GET", "empty"), REDIS_OK);
    assert_true(redis_reply_kind(r) == REDIS_TEXT && redis_reply_text(r).n == 0);
    free(bytes);
}

static void several_commands_go_on_one_way(void **state)
{
    struct stage *s = *state;
    const struct ff_span incr[] = {FF_LITERAL("INCR"), FF_LITERAL("n")};
    struct redis_reply r;
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < 1000; i++)
            assert_int_equal(redis_link_send(s->link, incr, 2), REDIS_OK);
        for (unsigned i = 0; i < 1000; i++) {
            assert_int_equal(redis_link_receive(s->link, &r), REDIS_OK);
            assert_int_equal(redis_reply_integer(r), round * 1000 + i + 1);
        }
    }
    assert_int_equal(CALL(s->link, &r, "GET", "n"), REDIS_OK);
    assert_true(ff_span_is(redis_reply_text(r), "3000"));
}

static ff_mono now_mono(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * FF_SECOND + t.tv_nsec / 1000;
}

static void a_late_answer_is_nobodys(void **state)
{
    struct stage *s = *state;
    struct redis_reply r;
    redis_link_patience(s->link, 50 * FF_MILLISECOND);
    redis_server_pause(&s->server);
    const ff_mono before = now_mono();
    assert_int_equal(CALL(s->link, &r, "SET", "k", "late"), REDIS_AWAY);
    assert_in_range(now_mono() - before, 50 * FF_MILLISECOND, 5 * FF_SECOND);
    assert_non_null(strstr(redis_link_why(s->link), "no answer in 50 ms"));
    assert_false(redis_link_connected(s->link));
    assert_int_equal(CALL(s->link, &r, "PING"), REDIS_AWAY);
    redis_server_resume(&s->server);
    assert_int_equal(redis_link_connect(s->link, 5 * FF_SECOND), REDIS_OK);
    assert_int_equal(CALL(s->link, &r, "PING"), REDIS_OK);
    assert_true(ff_span_is(redis_reply_text(r), "PONG"));
}

static void a_cut_connection_is_told(void **state)
{
    struct stage *s = *state;
    struct redis_reply r;
    char answer[64];
    redis_server_ask(&s->server, "CLIENT KILL TYPE normal", answer, sizeof answer);
    assert_int_equal(CALL(s->link, &r, "PING"), REDIS_AWAY);
    assert_true(redis_link_why(s->link)[0]);
    assert_int_equal(redis_link_send(s->link, (const struct ff_span[]){FF_LITERAL("PING")}, 1), REDIS_AWAY);
    assert_int_equal(redis_link_receive(s->link, &r), REDIS_AWAY);
    assert_int_equal(redis_link_connect(s->link, 5 * FF_SECOND), REDIS_OK);
    assert_int_equal(CALL(s->link, &r, "PING"), REDIS_OK);
}

/* Until there is something to hear of the server. */
static void hear(struct stage *s)
{
    assert_true(redis_socket_wait(redis_link_fd(s->link), POLLIN, redis_clock() + 30 * FF_SECOND));
}

static const struct ff_span ping[] = {FF_LITERAL("PING")}, nonsense[] = {FF_LITERAL("NONSENSE")};

static void what_is_begun_is_not_waited_for(void **state)
{
    struct stage *s = *state;
    struct redis_reply r;
    enum redis_trouble t;
    bool whole;
    redis_server_pause(&s->server);
    assert_int_equal(redis_link_begin(s->link, ping, 1, &whole), REDIS_OK);
    assert_true(whole);
    assert_false(redis_link_answered(s->link, &r, &t));
    redis_server_resume(&s->server);
    hear(s);
    assert_true(redis_link_answered(s->link, &r, &t));
    assert_int_equal(t, REDIS_OK);
    assert_true(ff_span_is(redis_reply_text(r), "PONG"));
    assert_int_equal(redis_link_begin(s->link, nonsense, 1, &whole), REDIS_OK);
    hear(s);
    assert_true(redis_link_answered(s->link, &r, &t));
    assert_int_equal(t, REDIS_REFUSED);
    assert_int_equal(CALL(s->link, &r, "PING"), REDIS_OK);
}

static void what_is_begun_may_be_late(void **state)
{
    struct stage *s = *state;
    struct redis_reply r;
    enum redis_trouble t;
    bool whole;
    redis_link_patience(s->link, 50 * FF_MILLISECOND);
    redis_server_pause(&s->server);
    assert_int_equal(redis_link_begin(s->link, ping, 1, &whole), REDIS_OK);
    assert_in_range(redis_link_due(s->link) - now_mono(), 0, 50 * FF_MILLISECOND);
    assert_int_equal(redis_socket_wait(redis_link_fd(s->link), POLLIN, redis_link_due(s->link)), 0);
    assert_true(redis_link_answered(s->link, &r, &t));
    assert_int_equal(t, REDIS_AWAY);
    assert_non_null(strstr(redis_link_why(s->link), "no answer in 50 ms"));
    assert_false(redis_link_connected(s->link));
    assert_int_equal(redis_link_begin(s->link, ping, 1, &whole), REDIS_AWAY);
    assert_false(whole);
    redis_server_resume(&s->server);
}

static void what_the_socket_does_not_take_is_sent_by_who_waits(void **state)
{
    struct stage *s = *state;
    const size_t size = (size_t)3 << 20;
    char *bytes = malloc(size);
    struct redis_reply r;
    bool whole;
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)(i * 7 + i / 251);
    const struct ff_span set[] = {FF_LITERAL("SET"), FF_LITERAL("long"), {bytes, size}};
    assert_int_equal(redis_link_begin(s->link, set, 3, &whole), REDIS_OK);
    assert_false(whole);
    assert_int_equal(redis_link_receive(s->link, &r), REDIS_OK);
    assert_int_equal(CALL(s->link, &r, "GET", "long"), REDIS_OK);
    assert_true(ff_span_equal(redis_reply_text(r), ff_span_of(bytes, size)));
    free(bytes);
}

static void who_hangs_up_is_heard(void **state)
{
    struct stage *s = *state;
    char answer[64];
    redis_link_listen(s->link);
    assert_true(redis_link_connected(s->link));
    redis_server_ask(&s->server, "CLIENT KILL TYPE normal", answer, sizeof answer);
    hear(s);
    redis_link_listen(s->link);
    assert_int_equal(redis_link_fd(s->link), -1);
    assert_true(redis_link_why(s->link)[0]);
    redis_link_listen(s->link);
    assert_false(redis_link_connected(s->link));
}

static void who_hangs_up_does_not_answer(void **state)
{
    struct stage *s = *state;
    struct redis_reply r;
    enum redis_trouble t;
    bool whole;
    redis_server_pause(&s->server);
    assert_int_equal(redis_link_begin(s->link, ping, 1, &whole), REDIS_OK);
    shutdown(redis_link_fd(s->link), SHUT_RDWR);
    assert_true(redis_link_answered(s->link, &r, &t));
    assert_int_equal(t, REDIS_AWAY);
    assert_false(redis_link_connected(s->link));
    redis_server_resume(&s->server);
}

static enum redis_trouble connect_as(const struct stage *s, const char *user, const char *password, unsigned db,
                                     char *why, size_t size)
{
    struct redis_url url;
    struct redis_reply r;
    assert_true(redis_url_parse(s->server.url, &url, why, size));
    snprintf(url.user, sizeof url.user, "%s", user);
    snprintf(url.password, sizeof url.password, "%s", password);
    url.db = db;
    struct redis_link *l = redis_link_new(&url);
    enum redis_trouble t = redis_link_connect(l, 5 * FF_SECOND);
    assert_true(redis_link_connected(l) == (t == REDIS_OK));
    if (t == REDIS_OK)
        t = CALL(l, &r, "SET", "who", "me");
    snprintf(why, size, "%s", redis_link_why(l));
    redis_link_free(l);
    return t;
}

static void who_asks_says_who_it_is_and_where(void **state)
{
    struct stage *s = *state;
    struct redis_reply r;
    char why[512];
    STAGE_ASK(s, "ACL", "SETUSER", "shop", "on", ">secret word", "~*", "+@all");
    STAGE_ASK(s, "ACL", "SETUSER", "guest", "on", ">guest", "~*", "+select");
    STAGE_ASK(s, "ACL", "SETUSER", "default", ">other");
    assert_int_equal(connect_as(s, "shop", "secret word", 3, why, sizeof why), REDIS_OK);
    assert_int_equal(connect_as(s, "", "other", 0, why, sizeof why), REDIS_OK);
    assert_int_equal(connect_as(s, "shop", "wrong", 0, why, sizeof why), REDIS_NOAUTH);
    assert_null(strstr(why, "wrong"));
    assert_int_equal(connect_as(s, "guest", "guest", 0, why, sizeof why), REDIS_NOPERM);
    assert_int_equal(connect_as(s, "shop", "secret word", 9999, why, sizeof why), REDIS_REFUSED);
    assert_int_equal(CALL(s->link, &r, "ACL", "SETUSER", "default", "resetpass", "nopass"), REDIS_OK);
    assert_int_equal(CALL(s->link, &r, "SELECT", "3"), REDIS_OK);
    assert_int_equal(CALL(s->link, &r, "GET", "who"), REDIS_OK);
    assert_true(ff_span_is(redis_reply_text(r), "me"));
}

static void nobody_there_is_away(void **state)
{
    (void)state;
    static const char *const nowhere[] = {"unix:///nonexistent/redis.sock", "redis://127.0.0.1:1",
                                          "redis://[::1]:1"};
    for (size_t i = 0; i < sizeof nowhere / sizeof *nowhere; i++) {
        struct redis_url url;
        char why[256];
        assert_true(redis_url_parse(nowhere[i], &url, why, sizeof why));
        struct redis_link *l = redis_link_new(&url);
        assert_int_equal(redis_link_connect(l, FF_SECOND), REDIS_AWAY);
        assert_false(redis_link_connected(l));
        assert_non_null(strstr(redis_link_why(l), redis_link_server(l)));
        redis_link_free(l);
    }
}

static void numbers_are_digits_alone(void **state)
{
    (void)state;
    uint64_t n;
    assert_true(redis_number(FF_LITERAL("0"), &n) && n == 0);
    assert_true(redis_number(FF_LITERAL("18446744073709551615"), &n) && n == UINT64_MAX);
    assert_false(redis_number(FF_LITERAL("18446744073709551616"), &n));
    assert_false(redis_number(FF_LITERAL("99999999999999999999"), &n));
    assert_false(redis_number(FF_LITERAL(""), &n));
    assert_false(redis_number(FF_LITERAL("-1"), &n));
    assert_false(redis_number(FF_LITERAL("1 "), &n));
    assert_false(redis_number(FF_LITERAL("000000000000000000001"), &n));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(answers_of_every_kind_are_read),
        STAGE_TEST(what_is_not_there_reads_as_nothing),
        STAGE_TEST(an_error_is_named_and_the_link_goes_on),
        STAGE_TEST(what_was_sent_is_not_repeated_in_what_is_shown),
        STAGE_TEST(a_node_of_a_cluster_that_has_not_the_shard_is_told),
        STAGE_TEST(long_arguments_and_any_bytes_come_through),
        STAGE_TEST(several_commands_go_on_one_way),
        STAGE_TEST(a_late_answer_is_nobodys),
        STAGE_TEST(a_cut_connection_is_told),
        STAGE_TEST(what_is_begun_is_not_waited_for),
        STAGE_TEST(what_is_begun_may_be_late),
        STAGE_TEST(what_the_socket_does_not_take_is_sent_by_who_waits),
        STAGE_TEST(who_hangs_up_is_heard),
        STAGE_TEST(who_hangs_up_does_not_answer),
        STAGE_TEST(who_asks_says_who_it_is_and_where),
        STAGE_TEST(nobody_there_is_away),
        STAGE_TEST(numbers_are_digits_alone),
    };
    return STAGE_RUN_ON(REDIS_SERVER_OLD, tests);
}
