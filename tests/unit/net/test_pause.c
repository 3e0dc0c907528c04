#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

/* What a pause holds back, and that all of it comes afterwards. */
#include "rig.h"

#include <netinet/udp.h>

#define GET(path) "GET " path " HTTP/1.1\r\nHost: h\r\n\r\n"

static struct rig rig;
static int client;
static int patience; /* the owner pauses the net with the request that makes this 0 */

static void request_and_pause(void *ctx, struct net_handle handle, const struct net_request *q)
{
    rig_request(ctx, handle, q);
    if (--patience == 0)
        net_pause(rig.net, true);
}

static void datagrams_and_pause(void *ctx, const struct net_datagram *datagrams, size_t n)
{
    rig_datagrams(ctx, datagrams, n);
    if (--patience == 0)
        net_pause(rig.net, true);
}

static int set_up(void **state)
{
    (void)state;
    struct net_options options = rig_options();
    rig_init(&rig, &options);
    rig.net->events.request = request_and_pause;
    rig.net->events.datagrams = datagrams_and_pause;
    client = rig_connect(&rig);
    patience = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    close(client);
    rig_fini(&rig);
    return 0;
}

static void nothing_is_read_in_a_pause(void **state)
{
    (void)state;
    net_pause(rig.net, true);
    rig_say(&rig, client, GET("/1"));
    assert_int_equal(rig.requests, 0);
    assert_false(loop_is_on(rig.net->conns[0].reader)); /* or the loop would spin */
    net_pause(rig.net, false);
    rig_turns(&rig, 3);
    assert_string_equal(rig.told, "GET /1? [] ");
    rig_say(&rig, client, GET("/2"));
    assert_int_equal(rig.requests, 2);
}

static void nothing_is_accepted_in_a_pause(void **state)
{
    (void)state;
    net_pause(rig.net, true);
    int other = rig_connect(&rig);
    assert_int_equal(net_counts(rig.net).accepted, 1);
    assert_false(loop_is_on(rig.net->listeners[0].event));
    net_pause(rig.net, false);
    rig_turns(&rig, 2);
    assert_int_equal(net_counts(rig.net).accepted, 2);
    close(other);
}

static void what_is_in_the_buffer_waits(void **state)
{
    (void)state;
    patience = 2;
    rig_say(&rig, client, GET("/1") GET("/2") GET("/3") GET("/4"));
    rig_turns(&rig, 5);
    assert_int_equal(rig.requests, 2);
    for (int i = 0; i < 5; i++) { /* the same pause, again and again */
        net_pause(rig.net, false);
        net_pause(rig.net, true);
        rig_turns(&rig, 3);
    }
    assert_int_equal(rig.requests, 2);
    patience = 1;
    net_pause(rig.net, false);
    rig_turns(&rig, 3);
    assert_int_equal(rig.requests, 3);
    net_pause(rig.net, false);
    rig_turns(&rig, 3);
    assert_int_equal(rig.requests, 4);
    assert_string_equal(rig.told, "GET /4? [] ");
}

static void replies_go_out_in_a_pause(void **state)
{
    (void)state;
    rig.hold = true;
    patience = 1;
    rig_say(&rig, client, GET("/1") GET("/2"));
    rig_answer(&rig, rig.handle[0], "hello", 5);
    assert_non_null(strstr(rig_hear(&rig, client), "hello"));
    assert_int_equal(rig.requests, 1);
    net_pause(rig.net, false);
    rig_turns(&rig, 3);
    assert_int_equal(rig.requests, 2);
}

static void a_full_pipeline_goes_on_after_a_pause(void **state)
{
    (void)state;
    char text[8000] = "";
    for (int i = 0; i < 2 * PIPELINE_SLOTS; i++)
        strcat(text, GET("/"));
    rig.hold = true;
    rig_say(&rig, client, text);
    assert_int_equal(rig.requests, PIPELINE_SLOTS);
    net_pause(rig.net, true);
    for (int i = 0; i < PIPELINE_SLOTS; i++)
        rig_answer(&rig, rig.handle[i], "hello", 5);
    rig_turns(&rig, 3);
    assert_int_equal(rig.requests, PIPELINE_SLOTS);
    net_pause(rig.net, false);
    rig_turns(&rig, 3);
    assert_int_equal(rig.requests, 2 * PIPELINE_SLOTS);
}

static void a_pause_times_nobody_out(void **state)
{
    (void)state;
    int idle = rig_connect(&rig);
    rig_say(&rig, client, "GET /1 HTTP/1.1\r\n");
    rig_time += 5 * FF_SECOND;
    net_pause(rig.net, true);
    rig_say(&rig, client, "Host: ");
    rig_say(&rig, idle, GET("/2"));
    rig_time += 100 * FF_SECOND;
    rig_turns(&rig, 3);
    net_pause(rig.net, false);
    rig_turns(&rig, 3);
    assert_int_equal(net_counts(rig.net).open, 2);
    assert_int_equal(rig.requests, 1);
    rig_time += 4 * FF_SECOND;
    rig_turns(&rig, 2);
    assert_int_equal(net_counts(rig.net).timed_out, 0);
    rig_time += 1 * FF_SECOND; /* what it had used of its time before counts */
    rig_turns(&rig, 2);
    assert_int_equal(net_counts(rig.net).timed_out, 1);
    close(idle);
}

static void a_client_that_goes_in_a_pause_is_forgotten(void **state)
{
    (void)state;
    net_pause(rig.net, true);
    rig_say(&rig, client, GET("/1"));
    close(client);
    rig_turns(&rig, 3);
    net_pause(rig.net, false);
    rig_turns(&rig, 5);
    assert_int_equal(rig.requests, 1);
    assert_int_equal(net_counts(rig.net).open, 0);
    client = rig_connect(&rig);
    rig_say(&rig, client, GET("/2"));
    assert_int_equal(rig.requests, 2);
}

/* Ten datagrams of one sender come joined, more than one hand-over holds. */
static int send_datagrams(int n)
{
    char why[200], text[64];
    int listener = net_listen_udp(rig.net, "127.0.0.1:0", why, sizeof why), size = 10;
    struct sockaddr_in to = rig_port(&rig, listener);
    int sender = socket(AF_INET, SOCK_DGRAM, 0);
    assert_int_equal(connect(sender, (struct sockaddr *)&to, sizeof to), 0);
    setsockopt(sender, SOL_UDP, UDP_SEGMENT, &size, sizeof size);
    for (int i = 0; i < n; i++)
        assert_int_equal(send(sender, text, 50, 0), 50);
    close(sender);
    return 5 * n;
}

static void datagrams_that_were_received_wait(void **state)
{
    (void)state;
    patience = 1;
    int sent = send_datagrams(30);
    rig_turns(&rig, 3);
    assert_int_equal(rig.requests, 64);
    for (int told = 128; told < sent; told += 64) {
        patience = 1;
        net_pause(rig.net, false);
        rig_turns(&rig, 3);
        assert_int_equal(rig.requests, told);
    }
    net_pause(rig.net, false);
    loop_enable(rig.net->sweep_timer, false);
    alarm(10);
    assert_true(net_turn(rig.net, true)); /* does not wait, though nothing comes from outside */
    alarm(0);
    assert_int_equal(rig.requests, sent);
    assert_int_equal(net_counts(rig.net).datagrams, sent);
}

static void a_stop_waits_for_the_end_of_a_pause(void **state)
{
    (void)state;
    int other = rig_connect(&rig);
    int sent = send_datagrams(30);
    rig.hold = true;
    patience = 1;
    assert_int_equal(send(client, GET("/1") GET("/2"), 2 * strlen(GET("/1")), 0),
                     2 * strlen(GET("/1")));
    assert_int_equal(send(other, GET("/3"), strlen(GET("/3")), 0), strlen(GET("/3")));
    net_stop(rig.net, 10 * FF_SECOND);
    for (int i = 0; i < 20; i++) {
        rig_turns(&rig, 2);
        patience = 1;
        net_pause(rig.net, false);
    }
    assert_int_equal(rig.requests, sent + 3);
    for (int i = sent; i < sent + 3; i++)
        assert_true(conn_find(rig.net, rig.handle[i]) != NULL || i < 3);
    close(other);
}

static void a_pause_takes_nothing_off_the_patience_of_a_stop(void **state)
{
    (void)state;
    int fd = rig_connect(&rig);
    net_stop(rig.net, 10 * FF_SECOND);
    rig_turns(&rig, 2);
    net_pause(rig.net, true);
    rig_say(&rig, fd, GET("/1"));
    rig_time += 2 * NET_STOP_PATIENCE;
    rig_turns(&rig, 2);
    net_pause(rig.net, false);
    rig_turns(&rig, 3);
    assert_int_equal(rig.requests, 1);
    assert_non_null(strstr(rig_hear(&rig, fd), "200 OK"));
    close(fd);
}

static void a_stop_keeps_datagrams_for_the_end_of_a_pause(void **state)
{
    (void)state;
    patience = 1;
    int sent = send_datagrams(30);
    net_stop(rig.net, 10 * FF_SECOND);
    loop_enable(rig.net->listeners[1].event, false); /* so that the stop itself reads it */
    rig_turns(&rig, 2);
    assert_int_equal(rig.requests, 64);
    net_pause(rig.net, false);
    rig_turns(&rig, 2);
    assert_int_equal(rig.requests, sent);
}

static void a_stop_in_a_pause_ends_after_its_grace(void **state)
{
    (void)state;
    net_pause(rig.net, true);
    rig_say(&rig, client, GET("/1"));
    net_stop(rig.net, 3 * FF_SECOND);
    rig_time += 2 * FF_SECOND;
    assert_true(net_turn(rig.net, false));
    rig_time += 1 * FF_SECOND;
    assert_false(net_turn(rig.net, false));
    assert_int_equal(rig.requests, 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(nothing_is_read_in_a_pause),
        T(nothing_is_accepted_in_a_pause),
        T(what_is_in_the_buffer_waits),
        T(replies_go_out_in_a_pause),
        T(a_full_pipeline_goes_on_after_a_pause),
        T(a_pause_times_nobody_out),
        T(a_client_that_goes_in_a_pause_is_forgotten),
        T(datagrams_that_were_received_wait),
        T(a_stop_waits_for_the_end_of_a_pause),
        T(a_pause_takes_nothing_off_the_patience_of_a_stop),
        T(a_stop_keeps_datagrams_for_the_end_of_a_pause),
        T(a_stop_in_a_pause_ends_after_its_grace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
