#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

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

static void a_get_is_answered_and_the_connection_kept(void **state)
{
    (void)state;
    for (int i = 1; i <= 3; i++) {
        rig_say(&rig, client, "GET /a?b HTTP/1.1\r\nHost: h\r\n\r\n");
        assert_string_equal(rig_hear(&rig, client), OK_HELLO);
        assert_string_equal(rig.told, "GET /a?b [] ");
        assert_int_equal(rig.requests, i);
    }
    assert_int_equal(net_counts(rig.net).open, 1);
}

static void a_post_brings_its_body(void **state)
{
    (void)state;
    rig_say(&rig, client,
            "POST /e HTTP/1.1\r\nHost: h\r\nContent-Type: a/b\r\nContent-Length: 3\r\n\r\nabc");
    assert_string_equal(rig.told, "POST /e? [a/b] abc");
    assert_non_null(strstr(rig_hear(&rig, client), "\r\n\r\nabc"));
}

static void a_head_is_answered_without_its_body(void **state)
{
    (void)state;
    rig_say(&rig, client, "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_string_equal(rig_hear(&rig, client),
                        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\n");
}

static void bytes_that_come_singly_give_the_same_request(void **state)
{
    (void)state;
    static const char text[] = "\r\nPOST /e?x HTTP/1.1\r\nHost: h\r\nContent-Type: "
                               "a/b\r\nTransfer-Encoding: chunked\r\n\r\n"
                               "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
                               "POST /f HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nwxyz";
    for (size_t i = 0; i + 1 < sizeof text; i++) {
        rig_send(&rig, client, text + i, 1);
        rig_turns(&rig, 1);
        if (rig.requests == 1 && strstr(rig.told, "/e"))
            assert_string_equal(rig.told, "POST /e?x [a/b] abcde");
    }
    rig_turns(&rig, 1);
    assert_int_equal(rig.requests, 2);
    assert_string_equal(rig.told, "POST /f? [] wxyz");
}

/* A hundred requests in one write, their replies given in reverse order as far as they wait. */
static void pipelined_requests_are_answered_in_order(void **state)
{
    (void)state;
    char text[20000], wanted[20000];
    int n = 0, m = 0;
    for (int i = 0; i < 100; i++) {
        n += snprintf(text + n, sizeof text - (size_t)n,
                      "POST /%d HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n%03d", i, i);
        m += snprintf(
            wanted + m, sizeof wanted - (size_t)m,
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\n%03d", i);
    }
    rig.hold = true;
    rig_say(&rig, client, text);
    assert_int_equal(rig.requests, PIPELINE_SLOTS);
    int done = 0;
    while (done < 100) {
        for (int i = rig.requests; i-- > done;) {
            char body[16];
            snprintf(body, sizeof body, "%03d", i);
            rig_answer(&rig, rig.handle[i], body, 3);
        }
        done = rig.requests;
        rig_turns(&rig, 3);
    }
    assert_string_equal(rig_hear(&rig, client), wanted);
}

static void replies_of_one_turn_leave_in_one_packet_train(void **state)
{
    (void)state;
    char text[8000] = "", got[65536];
    for (int i = 0; i < 50; i++)
        strcat(text, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    rig_send(&rig, client, text, strlen(text));
    rig_turns(&rig, 1);
    assert_int_equal(rig.requests, 50);
    assert_int_equal(rig.turns, 1);
    assert_int_equal(recv(client, got, sizeof got, 0), 50 * (int)strlen(OK_HELLO));
}

static void a_client_that_waits_for_continue_is_told(void **state)
{
    (void)state;
    rig_say(&rig, client,
            "POST /e HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    assert_string_equal(rig_hear(&rig, client), "HTTP/1.1 100 Continue\r\n\r\n");
    assert_int_equal(rig.requests, 0);
    rig_say(&rig, client, "ab");
    assert_string_equal(rig_hear(&rig, client), "");
    rig_say(&rig, client, "c");
    assert_string_equal(rig.told, "POST /e? [] abc");
}

static void continue_is_said_once(void **state)
{
    (void)state;
    rig_say(&rig, client,
            "POST /e HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nTransfer-Encoding: "
            "chunked\r\n\r\n");
    assert_string_equal(rig_hear(&rig, client), "HTTP/1.1 100 Continue\r\n\r\n");
    rig_say(&rig, client, "5");
    rig_say(&rig, client, "\r\n");
    assert_string_equal(rig_hear(&rig, client), "");
    rig_say(&rig, client, "hello\r\n0\r\n\r\n");
    assert_string_equal(rig_hear(&rig, client), OK_HELLO);
}

static void continue_waits_for_the_replies_before_it(void **state)
{
    (void)state;
    rig.hold = true;
    rig_say(&rig, client,
            "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
            "POST /e HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    assert_string_equal(rig_hear(&rig, client), "");
    rig_answer(&rig, rig.handle[0], "hello", 5);
    assert_string_equal(rig_hear(&rig, client), OK_HELLO "HTTP/1.1 100 Continue\r\n\r\n");
}

static void continue_is_not_said_to_who_sends_the_body_anyway(void **state)
{
    (void)state;
    rig_say(
        &rig, client,
        "POST /e HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello");
    assert_string_equal(rig_hear(&rig, client), OK_HELLO);
}

static void http_1_0_closes_unless_asked_to_stay(void **state)
{
    (void)state;
    int closed;
    rig_say(&rig, client, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    assert_non_null(strstr(rig_hear_until(&rig, client, &closed), "Connection: keep-alive\r\n"));
    assert_false(closed);
    rig_say(&rig, client, "GET / HTTP/1.0\r\n\r\n");
    assert_non_null(strstr(rig_hear_until(&rig, client, &closed), "Connection: close\r\n"));
    assert_int_equal(closed, 1);
    assert_int_equal(net_counts(rig.net).open, 0);
}

static void what_follows_a_request_that_closes_is_not_read(void **state)
{
    (void)state;
    int closed;
    rig_say(&rig, client,
            "GET /1 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\nGET /2 HTTP/1.1\r\nHost: "
            "h\r\n\r\n");
    assert_non_null(strstr(rig_hear_until(&rig, client, &closed), "Connection: close\r\n"));
    assert_int_equal(closed, 1);
    assert_int_equal(rig.requests, 1);
}

static void the_owner_can_close(void **state)
{
    (void)state;
    int closed;
    rig.close = true;
    rig_say(&rig, client, "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_non_null(strstr(rig_hear_until(&rig, client, &closed), "Connection: close\r\n"));
    assert_int_equal(closed, 1);
    assert_int_equal(rig.requests, 1);
}

/* The client must be able to read why, though it goes on sending. */
static void hostile_requests_get_their_status_and_are_cut_off(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *status;
    } table[] = {
        {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1048577\r\n\r\n", "HTTP/1.1 413 "},
        {"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: "
         "99999999999\r\n\r\n",
         "HTTP/1.1 413 "},
        {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n",
         "HTTP/1.1 413 "},
        {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n", "HTTP/1.1 400 "},
        {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
         "HTTP/1.1 400 "},
        {"GET / HTTP/1.1\nHost: h\n\n", "HTTP/1.1 400 "},
        {"GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400 "},
        {"\x16\x03\x01", "HTTP/1.1 400 "},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        int closed, fd = rig_connect(&rig);
        rig_say(&rig, fd, table[i].text);
        rig_say(&rig, fd, "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n");
        const char *heard = rig_hear_until(&rig, fd, &closed);
        assert_memory_equal(heard, table[i].status, strlen(table[i].status));
        assert_non_null(strstr(heard, "Connection: close\r\n"));
        assert_non_null(strstr(heard, "\r\n\r\n{\"error\":\""));
        assert_int_equal(closed, 1);
        close(fd);
    }
    rig_turns(&rig, 2);
    assert_int_equal(rig.requests, 0);
    assert_int_equal(net_counts(rig.net).bad_requests, sizeof table / sizeof *table);
    assert_int_equal(net_counts(rig.net).open, 1);
}

static void a_header_without_end_is_refused(void **state)
{
    (void)state;
    int closed;
    char text[9000];
    memset(text, 'a', sizeof text);
    memcpy(text, "GET /", 5);
    rig_send(&rig, client, text, sizeof text);
    rig_turns(&rig, 3);
    assert_memory_equal(rig_hear_until(&rig, client, &closed), "HTTP/1.1 431 ", 13);
    assert_int_equal(closed, 1);
}

static void an_error_keeps_its_place_among_the_replies(void **state)
{
    (void)state;
    rig.hold = true;
    rig_say(&rig, client, "GET / HTTP/1.1\r\nHost: h\r\n\r\nrubbish");
    assert_string_equal(rig_hear(&rig, client), "");
    rig_answer(&rig, rig.handle[0], "hello", 5);
    const char *heard = rig_hear(&rig, client);
    assert_memory_equal(heard, OK_HELLO "HTTP/1.1 400 ", strlen(OK_HELLO) + 13);
}

static void a_large_body_arrives_whole(void **state)
{
    (void)state;
    size_t n = 1024 * 1024;
    char *body = malloc(n), head[200];
    unsigned sum = 0;
    for (size_t i = 0; i < n; i++) {
        body[i] = (char)(i * 7 % 253);
        sum = sum * 31 + (unsigned char)body[i];
    }
    int m =
        snprintf(head, sizeof head, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %zu\r\n\r\n", n);
    for (int chunked = 0; chunked < 2; chunked++) {
        if (chunked)
            m = snprintf(head, sizeof head,
                         "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n%zx\r\n",
                         n);
        rig_send(&rig, client, head, (size_t)m);
        rig_send(&rig, client, body, n);
        rig_say(&rig, client, chunked ? "\r\n0\r\n\r\n" : "");
        rig_turns(&rig, 40);
        assert_int_equal(rig.requests, chunked + 1);
        assert_int_equal(rig.body_n, n);
        assert_int_equal(rig.body_sum, sum);
        const char *heard = rig_hear(&rig, client);
        assert_memory_equal(strstr(heard, "\r\n\r\n") + 4, body, n);
    }
    assert_int_equal(rig.net->conns[0].in.cap, 0);
    assert_int_equal(rig.net->conns[0].pipeline.out.cap, 0);
    free(body);
}

static void a_client_that_goes_amid_a_request_leaves_nothing(void **state)
{
    (void)state;
    rig_say(&rig, client, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
    assert_int_equal(net_counts(rig.net).open, 1);
    close(client);
    rig_turns(&rig, 3);
    assert_int_equal(net_counts(rig.net).open, 0);
    assert_int_equal(rig.requests, 0);
    client = rig_connect(&rig);
    rig_say(&rig, client, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_string_equal(rig_hear(&rig, client), OK_HELLO);
}

static void a_client_that_has_said_all_still_gets_its_replies(void **state)
{
    (void)state;
    int closed;
    rig.hold = true;
    rig_send(&rig, client, "GET / HTTP/1.1\r\nHost: h\r\n\r\nGET /par", 35);
    shutdown(client, SHUT_WR);
    rig_turns(&rig, 5);
    assert_int_equal(net_counts(rig.net).open, 1);
    rig_answer(&rig, rig.handle[0], "hello", 5);
    assert_non_null(
        strstr(rig_hear_until(&rig, client, &closed), "Connection: close\r\n\r\nhello"));
    assert_int_equal(closed, 1);
    assert_int_equal(net_counts(rig.net).open, 0);
}

static void a_stale_handle_is_ignored(void **state)
{
    (void)state;
    rig.hold = true;
    rig_say(&rig, client, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    struct net_handle old = rig.handle[0];
    struct linger now = {1, 0};
    setsockopt(client, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(client);
    rig_turns(&rig, 3);
    assert_int_equal(net_counts(rig.net).open, 0);
    rig_answer(&rig, old, "gone!", 5);
    client = rig_connect(&rig);
    rig_say(&rig, client, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(rig.handle[1].conn, old.conn);
    rig_answer(&rig, old, "wrong", 5);
    assert_string_equal(rig_hear(&rig, client), "");
    rig_answer(&rig, rig.handle[1], "hello", 5);
    rig_answer(&rig, rig.handle[1], "twice", 5);
    rig_answer(&rig, (struct net_handle){7, 0, 0}, "never", 5);
    assert_string_equal(rig_hear(&rig, client), OK_HELLO);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_get_is_answered_and_the_connection_kept),
        T(a_post_brings_its_body),
        T(a_head_is_answered_without_its_body),
        T(bytes_that_come_singly_give_the_same_request),
        T(pipelined_requests_are_answered_in_order),
        T(replies_of_one_turn_leave_in_one_packet_train),
        T(a_client_that_waits_for_continue_is_told),
        T(continue_is_said_once),
        T(continue_waits_for_the_replies_before_it),
        T(continue_is_not_said_to_who_sends_the_body_anyway),
        T(http_1_0_closes_unless_asked_to_stay),
        T(what_follows_a_request_that_closes_is_not_read),
        T(the_owner_can_close),
        T(hostile_requests_get_their_status_and_are_cut_off),
        T(a_header_without_end_is_refused),
        T(an_error_keeps_its_place_among_the_replies),
        T(a_large_body_arrives_whole),
        T(a_client_that_goes_amid_a_request_leaves_nothing),
        T(a_client_that_has_said_all_still_gets_its_replies),
        T(a_stale_handle_is_ignored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
