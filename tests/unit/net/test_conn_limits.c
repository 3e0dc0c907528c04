#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

/* What a connection may cost: memory, turns of the loop, time. */
#include "rig.h"

#define OK_HELLO "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"

static struct rig rig;
static int client;

static int set_up(void **state)
{
    (void)state;
    struct net_options options = rig_options();
    rig_init(&rig, &options);
    client = rig_connect(&rig);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    close(client);
    rig_fini(&rig);
    return 0;
}

static void a_client_that_does_not_read_is_not_read(void **state)
{
    (void)state;
    static char text[200000];
    size_t n = 0;
    rig.reply_size = 100000;
    for (int i = 0; i < 500; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "GET /%d HTTP/1.1\r\nHost: h\r\n\r\n", i);
    for (size_t at = 0; at < n;) {
        ssize_t sent = send(client, text + at, n - at, MSG_NOSIGNAL);
        if (sent < 0)
            break;
        at += (size_t)sent;
        rig_turns(&rig, 1);
    }
    rig_turns(&rig, 50);
    struct conn *c = &rig.net->conns[0];
    assert_true(rig.requests < 500);
    assert_true(pipeline_bytes(&c->pipeline) < NET_REPLY_BYTES + 2 * rig.reply_size);
    assert_true(c->in.cap <= 4 * NET_WORK_BYTES);
    int before = rig.requests, replies = 0;
    rig_turns(&rig, 50);
    assert_int_equal(rig.requests, before);
    for (const char *heard; *(heard = rig_hear(&rig, client));)
        for (const char *at = heard; (at = strstr(at, "HTTP/1.1 200")); at++)
            replies++;
    assert_int_equal(rig.requests, 500);
    assert_int_equal(replies, 500);
}

static void pipelined_requests_take_turns_with_other_clients(void **state)
{
    (void)state;
    char text[16000] = "";
    for (int i = 0; i < 300; i++)
        strcat(text, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    rig_send(&rig, client, text, strlen(text));
    rig_turns(&rig, 1);
    assert_int_equal(rig.requests, NET_TURN_REQUESTS);
    rig_send(&rig, client, text, strlen(text));
    rig_turns(&rig, 1);
    assert_int_equal(rig.requests, 2 * NET_TURN_REQUESTS);
    rig_turns(&rig, 10);
    assert_int_equal(rig.requests, 600);
    assert_int_equal(strlen(rig_hear(&rig, client)), 600 * strlen(OK_HELLO));
}

static void a_request_that_takes_too_long_is_told_so(void **state)
{
    (void)state;
    int closed;
    rig_say(&rig, client, "GET / HTTP/1.1\r\n");
    rig_time += 9 * FF_SECOND;
    rig_say(&rig, client, "Host:");
    assert_string_equal(rig_hear(&rig, client), "");
    rig_time += 1 * FF_SECOND;
    assert_memory_equal(rig_hear_until(&rig, client, &closed), "HTTP/1.1 408 ", 13);
    assert_int_equal(closed, 1);
    assert_int_equal(net_counts(rig.net).timed_out, 1);
    assert_int_equal(net_counts(rig.net).open, 1);
    rig_time += NET_LINGER_TIME;
    rig_turns(&rig, 2);
    assert_int_equal(net_counts(rig.net).open, 0);
}

static void replies_before_it_give_a_request_no_more_time(void **state)
{
    (void)state;
    rig.hold = true;
    rig_say(&rig, client, "GET / HTTP/1.1\r\nHost: h\r\n\r\nGET /slow");
    rig_time += 9 * FF_SECOND;
    rig_answer(&rig, rig.handle[0], "hello", 5);
    assert_string_equal(rig_hear(&rig, client), OK_HELLO);
    rig_time += 1 * FF_SECOND;
    assert_memory_equal(rig_hear(&rig, client), "HTTP/1.1 408 ", 13);
}

static void an_idle_connection_is_closed_without_a_word(void **state)
{
    (void)state;
    int closed;
    rig_say(&rig, client, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    rig_hear(&rig, client);
    rig_time += 74 * FF_SECOND;
    assert_string_equal(rig_hear_until(&rig, client, &closed), "");
    assert_false(closed);
    rig_time += 1 * FF_SECOND;
    assert_string_equal(rig_hear_until(&rig, client, &closed), "");
    assert_int_equal(closed, 1);
    assert_int_equal(net_counts(rig.net).timed_out, 0);
}

/* After a pause of ours a turn reads from some of the many that have sent something, not from all. */
enum { MANY = 40 }; /* a wait of libevent's begins with 32 */

static void many_send_and_we_are_late(int fds[MANY], const char *text)
{
    for (int i = 0; i < MANY; i++)
        fds[i] = rig_connect(&rig);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(send(fds[i], text, strlen(text), 0), strlen(text));
    rig_time += 100 * FF_SECOND;
    rig_turns(&rig, 1);
}

static void blanks_buy_no_time_where_we_are_late(void **state)
{
    int fds[MANY];
    (void)state;
    many_send_and_we_are_late(fds, "\r\n");
    assert_true(net_counts(rig.net).open > 0);
    rig_turns(&rig, 3);
    rig_time += FF_SECOND;
    rig_turns(&rig, 1);
    assert_int_equal(net_counts(rig.net).open, 0);
    for (int i = 0; i < MANY; i++)
        close(fds[i]);
}

static void who_has_sent_something_is_not_idle_because_we_were_late(void **state)
{
    int fds[MANY], closed;
    (void)state;
    many_send_and_we_are_late(fds, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_true(rig.requests > 0 && rig.requests < MANY);
    for (int i = 0; i < MANY; i++) {
        assert_string_equal(rig_hear_until(&rig, fds[i], &closed), OK_HELLO);
        assert_int_equal(closed, 0);
    }
    rig_time += 75 * FF_SECOND;
    rig_turns(&rig, 2);
    assert_int_equal(net_counts(rig.net).open, 0);
    for (int i = 0; i < MANY; i++)
        close(fds[i]);
}

static void our_own_slowness_times_nobody_out(void **state)
{
    (void)state;
    rig.hold = true;
    rig_say(&rig, client, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    rig_time += 1000 * FF_SECOND;
    rig_turns(&rig, 5);
    rig_answer(&rig, rig.handle[0], "hello", 5);
    assert_string_equal(rig_hear(&rig, client), OK_HELLO);
    rig_time += 74 * FF_SECOND;
    rig_turns(&rig, 5);
    assert_int_equal(net_counts(rig.net).open, 1);
}

static void a_request_that_could_not_be_read_is_not_late(void **state)
{
    (void)state;
    char text[4000] = "";
    for (int i = 0; i < PIPELINE_SLOTS; i++)
        strcat(text, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    strcat(text, "GET /more");
    rig.hold = true;
    rig_say(&rig, client, text);
    rig_time += 20 * FF_SECOND;
    rig_turns(&rig, 2);
    for (int i = 0; i < PIPELINE_SLOTS; i++)
        rig_answer(&rig, rig.handle[i], "hello", 5);
    rig_time += FF_SECOND;
    rig_turns(&rig, 3);
    rig_time += FF_SECOND;
    rig_turns(&rig, 3);
    rig_say(&rig, client, " HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_string_equal(rig.told, "GET /more? [] ");
}

static void a_client_that_reads_slowly_is_waited_for(void **state)
{
    (void)state;
    static char some[65536];
    rig.reply_size = 1024 * 1024;
    for (int i = 0; i < 50; i++)
        rig_say(&rig, client, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    for (int i = 0; i < 5; i++) {
        rig_time += 50 * FF_SECOND;
        for (int k = 0; k < 60; k++)
            (void)!recv(client, some, sizeof some, 0);
        rig_turns(&rig, 5);
        assert_int_equal(net_counts(rig.net).open, 1);
    }
    assert_true(rig.requests < 50);
}

static void a_client_that_reads_next_to_nothing_is_let_go(void **state)
{
    (void)state;
    char some[1000];
    int small = 2000;
    setsockopt(client, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    rig.reply_size = 1024 * 1024;
    for (int i = 0; i < 50; i++)
        rig_say(&rig, client, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    for (int i = 0; i < 100 && net_counts(rig.net).open; i++) {
        rig_time += 20 * FF_SECOND;
        (void)!recv(client, some, sizeof some, 0);
        rig_turns(&rig, 3);
    }
    assert_int_equal(net_counts(rig.net).open, 0);
}

static void memory_grows_with_what_came_not_with_what_was_announced(void **state)
{
    (void)state;
    char text[6000];
    int n = snprintf(text, sizeof text,
                     "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n");
    memset(text + n, 'x', 5000);
    rig_send(&rig, client, text, (size_t)n);
    rig_turns(&rig, 1);
    assert_int_equal(rig.net->conns[0].in.cap, NETBUF_BLOCK);
    rig_send(&rig, client, text + n, 5000);
    rig_turns(&rig, 1);
    rig_send(&rig, client, text + n, 100);
    rig_turns(&rig, 1);
    assert_true(rig.net->conns[0].in.cap <= 4 * NETBUF_BLOCK);
}

static void memory_of_a_large_request_is_given_back(void **state)
{
    (void)state;
    char text[30000];
    int n =
        snprintf(text, sizeof text, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 20000\r\n\r\n");
    memset(text + n, 'x', 20000);
    rig_send(&rig, client, text, (size_t)n + 10000);
    rig_turns(&rig, 1);
    assert_true(rig.net->conns[0].in.cap > NETBUF_BLOCK);
    memcpy(text + n + 20000, "GET /rest", 9);
    rig_send(&rig, client, text + n + 10000, 10009);
    rig_turns(&rig, 2);
    assert_int_equal(rig.requests, 1);
    assert_int_equal(rig.net->conns[0].in.cap, NETBUF_BLOCK);
    rig_say(&rig, client, " HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_string_equal(rig.told, "GET /rest? [] ");
    assert_int_equal(rig.net->conns[0].in.cap, 0);
}

static void a_client_that_never_reads_is_let_go(void **state)
{
    (void)state;
    rig.reply_size = 1024 * 1024;
    for (int i = 0; i < 50; i++)
        rig_say(&rig, client, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_true(rig.net->conns[0].blocked);
    rig_time += 75 * FF_SECOND;
    rig_turns(&rig, 5);
    assert_int_equal(net_counts(rig.net).open, 0);
}

static void draining_after_an_error_is_bounded(void **state)
{
    (void)state;
    static char rubbish[65536];
    memset(rubbish, 'x', sizeof rubbish);
    rig_say(&rig, client, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\n\r\n");
    for (int i = 0; i < 200 && net_counts(rig.net).open; i++) {
        rig_send(&rig, client, rubbish, sizeof rubbish);
        rig_turns(&rig, 2);
        assert_true(i < 80);
    }
    assert_int_equal(net_counts(rig.net).open, 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_client_that_does_not_read_is_not_read),
        T(pipelined_requests_take_turns_with_other_clients),
        T(a_request_that_takes_too_long_is_told_so),
        T(replies_before_it_give_a_request_no_more_time),
        T(an_idle_connection_is_closed_without_a_word),
        T(who_has_sent_something_is_not_idle_because_we_were_late),
        T(blanks_buy_no_time_where_we_are_late),
        T(our_own_slowness_times_nobody_out),
        T(a_request_that_could_not_be_read_is_not_late),
        T(a_client_that_reads_slowly_is_waited_for),
        T(a_client_that_reads_next_to_nothing_is_let_go),
        T(memory_grows_with_what_came_not_with_what_was_announced),
        T(memory_of_a_large_request_is_given_back),
        T(a_client_that_never_reads_is_let_go),
        T(draining_after_an_error_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
