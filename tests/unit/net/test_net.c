#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "rig.h"

#include <signal.h>

static struct rig rig;

static int set_up(void **state)
{
    (void)state;
    struct net_options options = rig_options();
    rig_init(&rig, &options);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rig_fini(&rig);
    return 0;
}

#define GET(path) "GET " path " HTTP/1.1\r\nHost: h\r\n\r\n"

static void a_stop_answers_what_was_accepted(void **state)
{
    (void)state;
    int closed, idle = rig_connect(&rig), busy = rig_connect(&rig), late = rig_connect(&rig);
    rig_say(&rig, idle, GET("/0"));
    rig_hear(&rig, idle);
    rig.hold = true;
    rig_say(&rig, busy, GET("/1") GET("/2"));
    assert_int_equal(rig.requests, 3);
    assert_int_equal(send(late, GET("/3"), strlen(GET("/3")), 0), strlen(GET("/3")));
    net_stop(rig.net, 10 * FF_SECOND);
    assert_true(net_turn(rig.net, true));
    assert_int_equal(rig.requests, 4);
    rig_turns(&rig, 3);
    assert_string_equal(rig_hear_until(&rig, idle, &closed), "");
    assert_int_equal(closed, 1);
    assert_int_equal(net_counts(rig.net).open, 2);
    for (int i = 4; i-- > 1;)
        rig_answer(&rig, rig.handle[i], "hello", 5);
    const char *heard = rig_hear_until(&rig, busy, &closed);
    const char *first = strstr(heard, "hello"),
               *last = strstr(heard, "Connection: close\r\n\r\nhello");
    assert_true(first && last && first < last);
    assert_int_equal(closed, 1);
    assert_non_null(strstr(rig_hear_until(&rig, late, &closed), "Connection: close\r\n\r\nhello"));
    assert_int_equal(closed, 1);
    assert_false(net_turn(rig.net, false)); /* though no client has closed */
    struct sockaddr_in a = rig_port(&rig, rig.listener);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), -1);
    close(fd);
    close(idle);
    close(busy);
    close(late);
}

static void a_stop_waits_a_little_for_a_first_request(void **state)
{
    (void)state;
    int closed, whole = rig_connect(&rig), part = rig_connect(&rig), gone = rig_connect(&rig);
    rig_say(&rig, part, "GET /part HT");
    net_stop(rig.net, 10 * FF_SECOND);
    rig_turns(&rig, 3);
    assert_int_equal(net_counts(rig.net).open, 3);
    rig_time += NET_STOP_PATIENCE - 1;
    rig.hold = true;
    rig_say(&rig, whole, GET("/whole"));
    rig_say(&rig, part, "TP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(rig.requests, 2);
    close(gone);
    rig_turns(&rig, 2);
    assert_int_equal(net_counts(rig.net).open, 2);
    rig_time += FF_SECOND; /* the answers are waited for, as any */
    rig_turns(&rig, 2);
    rig_answer(&rig, rig.handle[0], "1", 1);
    rig_answer(&rig, rig.handle[1], "2", 1);
    assert_non_null(strstr(rig_hear_until(&rig, whole, &closed), "Connection: close\r\n\r\n1"));
    assert_int_equal(closed, 1);
    assert_non_null(strstr(rig_hear_until(&rig, part, &closed), "Connection: close\r\n\r\n2"));
    assert_false(net_turn(rig.net, false));
    close(whole);
    close(part);
}

static void a_stop_waits_a_little_for_the_rest_of_a_request(void **state)
{
    (void)state;
    int closed, fd = rig_connect(&rig);
    rig_say(&rig, fd, GET("/1") "GET /2 HT");
    net_stop(rig.net, 10 * FF_SECOND);
    rig_turns(&rig, 2);
    rig_say(&rig, fd, "TP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(rig.requests, 2);
    rig_hear_until(&rig, fd, &closed);
    assert_int_equal(closed, 1);
    assert_false(net_turn(rig.net, false));
    close(fd);
}

/* What is left of it may be on its way, so this one is not closed at once. */
static void a_request_that_came_in_part_spoils_no_answer_before_it(void **state)
{
    (void)state;
    int closed, fd = rig_connect(&rig);
    rig.hold = true;
    rig_say(&rig, fd, GET("/1") "GET /2 HT");
    net_stop(rig.net, 10 * FF_SECOND);
    rig_turns(&rig, 2);
    rig_time += NET_STOP_PATIENCE;
    rig_turns(&rig, 2);
    rig_answer(&rig, rig.handle[0], "1", 1);
    rig_turns(&rig, 2);
    assert_int_equal(net_counts(rig.net).open, 1);
    rig_say(&rig, fd, "TP/1.1\r\nHost: h\r\n\r\n");
    assert_non_null(strstr(rig_hear_until(&rig, fd, &closed), "Connection: close\r\n\r\n1"));
    assert_int_equal(closed, 1);
    assert_int_equal(rig.requests, 1);
    close(fd);
}

static void a_stop_resets_nobody_who_has_sent_more(void **state)
{
    (void)state;
    int closed, fd = rig_connect(&rig);
    rig.hold = true;
    rig_say(&rig, fd, GET("/1"));
    net_stop(rig.net, 10 * FF_SECOND);
    rig_turns(&rig, 2);
    assert_int_equal(send(fd, GET("/2"), strlen(GET("/2")), 0), strlen(GET("/2")));
    rig_answer(&rig, rig.handle[0], "1", 1);
    assert_non_null(strstr(rig_hear_until(&rig, fd, &closed), "Connection: close\r\n\r\n1"));
    assert_int_equal(closed, 1);
    assert_int_equal(rig.requests, 1);
    assert_int_equal(net_counts(rig.net).open, 1); /* what it has sent is read, and thrown away */
    close(fd);
    rig_turns(&rig, 2);
    assert_false(net_turn(rig.net, false));
}

static void a_stop_does_not_wait_long_for_a_first_request(void **state)
{
    (void)state;
    int closed, none = rig_connect(&rig), part = rig_connect(&rig);
    net_stop(rig.net, 10 * FF_SECOND);
    rig_turns(&rig, 2);
    assert_true(loop_is_on(rig.net->stop_timer)); /* which ends the wait where nothing else does */
    rig_time += NET_STOP_PATIENCE - 1;
    rig_say(&rig, part, "GET /part HT");
    assert_true(net_turn(rig.net, false));
    assert_int_equal(net_counts(rig.net).open, 2);
    rig_time += NET_STOP_EVERY;
    assert_false(net_turn(rig.net, false));
    assert_string_equal(rig_hear_until(&rig, none, &closed), "");
    assert_int_equal(closed, 1);
    assert_string_equal(rig_hear_until(&rig, part, &closed), "");
    assert_int_equal(closed, 1);
    close(none);
    close(part);
}

/* A connection that is closed before all of its request has come. */
static int refused(void)
{
    int fd = rig_connect(&rig);
    rig_say(&rig, fd, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 999999999\r\n\r\n");
    assert_non_null(strstr(rig_hear(&rig, fd), "413 "));
    return fd;
}

static void a_stop_waits_for_what_may_be_on_its_way(void **state)
{
    (void)state;
    int fd = refused();
    net_stop(rig.net, 10 * FF_SECOND);
    rig_time += NET_STOP_PATIENCE - 1;
    rig_turns(&rig, 2);
    assert_int_equal(net_counts(rig.net).open, 1);
    rig_time += NET_STOP_EVERY;
    assert_false(net_turn(rig.net, false));
    close(fd);
}

static void a_stop_waits_longer_where_something_comes(void **state)
{
    (void)state;
    int fd = refused();
    net_stop(rig.net, 10 * FF_SECOND);
    rig_turns(&rig, 2);
    rig_say(&rig, fd, "some of it");
    rig_time += NET_LINGER_TIME - 1;
    rig_turns(&rig, 2);
    assert_int_equal(net_counts(rig.net).open, 1);
    rig_time += NET_STOP_EVERY;
    assert_false(net_turn(rig.net, false));
    close(fd);
}

static void a_stop_answers_pipelined_requests_that_have_come(void **state)
{
    (void)state;
    char text[16000] = "";
    for (int i = 0; i < 200; i++)
        strcat(text, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    int fd = rig_connect(&rig), replies = 0;
    rig_send(&rig, fd, text, strlen(text));
    rig_turns(&rig, 1);
    assert_int_equal(rig.requests, 64);
    net_stop(rig.net, 10 * FF_SECOND);
    const char *heard = rig_hear(&rig, fd);
    for (const char *at = heard; (at = strstr(at, "HTTP/1.1 200")); at++)
        replies++;
    assert_int_equal(rig.requests, 200);
    assert_int_equal(replies, 200);
    close(fd);
}

static void a_stop_ends_after_its_grace(void **state)
{
    (void)state;
    int closed, fd = rig_connect(&rig);
    rig.hold = true;
    rig_say(&rig, fd, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    net_stop(rig.net, 3 * FF_SECOND);
    assert_true(net_turn(rig.net, false));
    rig_time += 2 * FF_SECOND;
    assert_true(net_turn(rig.net, false));
    rig_time += 1 * FF_SECOND;
    net_run(rig.net);
    assert_int_equal(net_counts(rig.net).open, 0);
    rig_hear_until(&rig, fd, &closed);
    assert_int_equal(closed, 1);
    close(fd);
}

static void run_returns_at_once_when_a_stop_was_asked_before(void **state)
{
    (void)state;
    net_stop(rig.net, FF_SECOND);
    net_run(rig.net);
}

static int calls;

static void stop_it(void *ctx)
{
    (void)ctx;
    if (++calls == 3)
        net_stop(rig.net, 0);
}

static void signals_watches_and_intervals_call(void **state)
{
    (void)state;
    int pair[2];
    assert_int_equal(pipe(pair), 0);
    assert_int_equal(write(pair[1], "x", 1), 1);
    calls = 0;
    assert_int_equal(net_watch(rig.net, pair[0], stop_it, NULL), 0);
    net_run(rig.net);
    assert_int_equal(calls, 3);
    rig_fini(&rig);
    close(pair[0]);
    close(pair[1]);

    set_up(NULL);
    calls = 0;
    assert_int_equal(net_every(rig.net, 1, stop_it, NULL), 0);
    net_run(rig.net);
    assert_int_equal(calls, 3);
    rig_fini(&rig);

    set_up(NULL);
    calls = 2;
    assert_int_equal(net_signal(rig.net, SIGUSR1, stop_it, NULL), 0);
    raise(SIGUSR1);
    net_run(rig.net);
    assert_int_equal(calls, 3);
}

static void watches_have_a_ceiling(void **state)
{
    (void)state;
    for (int i = 0; i < NET_WATCHES; i++)
        assert_int_equal(net_every(rig.net, FF_HOUR, stop_it, NULL), 0);
    assert_int_equal(net_every(rig.net, FF_HOUR, stop_it, NULL), -1);
}

static void the_turn_is_told_after_its_requests_and_only_then(void **state)
{
    (void)state;
    int fd = rig_connect(&rig);
    assert_int_equal(rig.turns, 0);
    rig_say(&rig, fd, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(rig.turns, 1);
    rig_turns(&rig, 10);
    assert_int_equal(rig.turns, 1);
    close(fd);
}

#define CROWD 90

static void of_a_crowd_the_first_do_not_wait_for_the_last(void **state)
{
    (void)state;
    int fd[CROWD];
    for (int i = 0; i < CROWD; i++)
        fd[i] = rig_connect(&rig);
    for (int round = 0; round < 3; round++) { /* at first the loop looks at some of them at a time */
        rig.most = 0;
        for (int i = 0; i < CROWD; i++)
            assert_int_equal(send(fd[i], GET("/1"), strlen(GET("/1")), 0), strlen(GET("/1")));
        rig_turns(&rig, 4);
        for (int i = 0; i < CROWD; i++)
            assert_non_null(strstr(rig_hear(&rig, fd[i]), "hello"));
    }
    assert_int_equal(rig.requests, 3 * CROWD);
    assert_int_equal(rig.most, NET_PART_REQUESTS);
    for (int i = 0; i < CROWD; i++)
        close(fd[i]);
}

static void who_closes_in_a_crowd_goes_alone(void **state)
{
    (void)state;
    static const char last[] = "GET /1 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    int fd[CROWD];
    for (int i = 0; i < CROWD; i++)
        fd[i] = rig_connect(&rig);
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < CROWD; i++) {
            const char *text = round == 1 && i % 2 ? last : GET("/1");
            assert_int_equal(send(fd[i], text, strlen(text), 0), strlen(text));
            if (i == CROWD - 1)
                rig_turns(&rig, 4);
        }
    for (int i = 0; i < CROWD; i++) {
        int closed;
        assert_non_null(strstr(rig_hear_until(&rig, fd[i], &closed), "hello"));
        assert_int_equal(closed, i % 2);
        close(fd[i]);
    }
    assert_int_equal(rig.requests, 2 * CROWD);
}

static void counters_add_up(void **state)
{
    (void)state;
    int a = rig_connect(&rig), b = rig_connect(&rig);
    rig_say(&rig, a, "GET / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n");
    rig_say(&rig, b, "rubbish");
    close(a);
    close(b);
    rig_turns(&rig, 5);
    struct net_counts c = net_counts(rig.net);
    assert_int_equal(c.accepted, 2);
    assert_int_equal(c.closed, 2);
    assert_int_equal(c.open, 0);
    assert_int_equal(c.requests, 2);
    assert_int_equal(c.bad_requests, 1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_stop_answers_what_was_accepted),
        T(a_stop_waits_a_little_for_a_first_request),
        T(a_stop_waits_a_little_for_the_rest_of_a_request),
        T(a_request_that_came_in_part_spoils_no_answer_before_it),
        T(a_stop_resets_nobody_who_has_sent_more),
        T(a_stop_does_not_wait_long_for_a_first_request),
        T(a_stop_waits_for_what_may_be_on_its_way),
        T(a_stop_waits_longer_where_something_comes),
        T(a_stop_answers_pipelined_requests_that_have_come),
        T(a_stop_ends_after_its_grace),
        T(run_returns_at_once_when_a_stop_was_asked_before),
        T(signals_watches_and_intervals_call),
        T(watches_have_a_ceiling),
        T(the_turn_is_told_after_its_requests_and_only_then),
        T(of_a_crowd_the_first_do_not_wait_for_the_last),
        T(who_closes_in_a_crowd_goes_alone),
        T(counters_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
