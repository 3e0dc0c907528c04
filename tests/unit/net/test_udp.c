#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "rig.h"

#include <netinet/udp.h>

static struct rig rig;
static int sender;

static struct sockaddr_in open_listener(const char *const *allow)
{
    char why[200] = "";
    struct net_options options = rig_options();
    options.udp_allow = allow;
    rig_init(&rig, &options);
    int n = net_listen_udp(rig.net, "127.0.0.1:0", why, sizeof why);
    assert_string_equal(n < 0 ? why : "", "");
    sender = socket(AF_INET, SOCK_DGRAM, 0);
    return rig_port(&rig, n);
}

static int tear_down(void **state)
{
    (void)state;
    close(sender);
    rig_fini(&rig);
    return 0;
}

static void post(const struct sockaddr_in *to, const void *p, size_t n)
{
    assert_int_equal(sendto(sender, p, n, 0, (const struct sockaddr *)to, sizeof *to), n);
}

static void datagrams_come_in_batches(void **state)
{
    (void)state;
    struct sockaddr_in to = open_listener(rig_allow);
    char text[32];
    for (int i = 0; i < 150; i++)
        post(&to, text, (size_t)snprintf(text, sizeof text, "datagram %d", i));
    rig_turns(&rig, 1);
    assert_int_equal(rig.requests, 150);
    assert_int_equal(rig.turns, 1);
    assert_string_equal(rig.told, "datagram 149");
    assert_int_equal(net_counts(rig.net).datagrams, 150);
}

static void the_largest_datagram_is_taken_whole(void **state)
{
    (void)state;
    struct sockaddr_in to = open_listener(rig_allow);
    static char text[65507];
    memset(text, 'a', sizeof text);
    post(&to, text, sizeof text);
    rig_turns(&rig, 1);
    assert_int_equal(rig.requests, 1);
    assert_int_equal(net_counts(rig.net).datagrams_truncated, 0);
}

static void joined_datagrams_are_taken_apart(void **state)
{
    (void)state;
    struct sockaddr_in to = open_listener(rig_allow);
    char text[1050];
    int size = 100;
    memset(text, 'a', 1000);
    memset(text + 1000, 'b', 50);
    if (setsockopt(sender, SOL_UDP, UDP_SEGMENT, &size, sizeof size) != 0)
        skip();
    post(&to, text, sizeof text);
    rig_turns(&rig, 1);
    assert_int_equal(rig.requests, 11);
    assert_int_equal(net_counts(rig.net).datagrams, 11);
    assert_int_equal(strlen(rig.told), 50);
    assert_int_equal(rig.told[0], 'b');
}

static void senders_outside_the_list_are_dropped_and_counted(void **state)
{
    (void)state;
    static const char *const foreign[] = {"10.0.0.0/8", "fd00::/8", NULL};
    struct sockaddr_in to = open_listener(foreign);
    for (int i = 0; i < 3; i++)
        post(&to, "x", 1);
    rig_turns(&rig, 1);
    assert_int_equal(rig.requests, 0);
    assert_int_equal(rig.turns, 0);
    assert_int_equal(net_counts(rig.net).datagrams_refused, 3);
    assert_int_equal(net_counts(rig.net).datagrams, 0);
}

static void a_bad_range_is_named(void **state)
{
    (void)state;
    static const char *const bad[] = {"10.0.0.0/8", "10.0.0.0/64", NULL};
    char why[200];
    struct net_options options = rig_options();
    options.udp_allow = bad;
    rig_init(&rig, &options);
    sender = -1;
    assert_int_equal(net_listen_udp(rig.net, "127.0.0.1:0", why, sizeof why), -1);
    assert_string_equal(why, "10.0.0.0/64: expected a range such as 10.0.0.0/8");
}

static void datagrams_that_do_not_fit_are_dropped_and_counted(void **state)
{
    (void)state;
    char why[200], text[600];
    struct sockaddr_in to = open_listener(rig_allow);
    struct net_events events = {rig_request, rig_datagrams, rig_turn_end, &rig};
    struct net_counts counts = {0};
    struct udp *u = udp_new(rig.net->listeners[1].fd, 500, rig_allow, why, sizeof why);
    memset(text, 'a', sizeof text);
    post(&to, text, 500);
    post(&to, text, 501);
    post(&to, text, 600);
    post(&to, "", 0);
    bool paused = false;
    assert_true(udp_read(u, &events, &counts, &paused));
    assert_int_equal(counts.datagrams, 2);
    assert_int_equal(counts.datagrams_truncated, 2);
    assert_int_equal(rig.requests, 2);
    udp_free(&u);
    assert_null(u);
}

static void what_the_kernel_dropped_is_counted(void **state)
{
    (void)state;
    enum { SENT = 20000 };
    struct sockaddr_in to = open_listener(rig_allow);
    char text[1400] = "";
    for (int i = 0; i < SENT; i++)
        post(&to, text, sizeof text);
    uint64_t dropped = net_counts(rig.net).datagrams_dropped_by_kernel;
    assert_true(dropped > 0 && dropped < SENT);
    uint64_t before;
    do {
        before = net_counts(rig.net).datagrams;
        rig_turns(&rig, 1);
    } while (net_counts(rig.net).datagrams != before);
    assert_int_equal(before + dropped, SENT);
    net_stop(rig.net, 0);
    rig_turns(&rig, 1);
    assert_int_equal(net_counts(rig.net).datagrams_dropped_by_kernel, dropped);
}

static void a_turn_takes_a_bounded_number(void **state)
{
    (void)state;
    struct sockaddr_in to = open_listener(rig_allow);
    for (int i = 0; i < 300; i++)
        post(&to, "x", 1);
    rig_turns(&rig, 1);
    assert_int_equal(rig.requests, 256);
    rig_turns(&rig, 1);
    assert_int_equal(rig.requests, 300);
}

static void a_stop_takes_what_has_come(void **state)
{
    (void)state;
    struct sockaddr_in to = open_listener(rig_allow);
    post(&to, "x", 1);
    net_stop(rig.net, 0);
    loop_enable(rig.net->listeners[1].event, false); /* so that the turn itself does not read it */
    rig_turns(&rig, 1);
    assert_int_equal(rig.requests, 1);
    assert_int_equal(rig.turns, 1);
}

static void those_that_come_fast_are_read_together(void **state)
{
    (void)state;
    struct sockaddr_in to = open_listener(rig_allow);
    const struct loop_event *event = rig.net->listeners[1].event;
    rig_time += FF_SECOND;
    post(&to, "1", 1);
    rig_turns(&rig, 1);
    assert_true(loop_is_on(event)); /* the first in a long time */
    post(&to, "2", 1);
    rig_turns(&rig, 1);
    assert_int_equal(rig.requests, 2);
    assert_false(loop_is_on(event)); /* the clock stands still: that was fast */
    post(&to, "3", 1);
    post(&to, "4", 1);
    while (!loop_is_on(event))
        net_turn(rig.net, true); /* wakes when they have gathered for long enough */
    rig_turns(&rig, 1);
    assert_int_equal(rig.requests, 4);
}

#define T(name) cmocka_unit_test_teardown(name, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(datagrams_come_in_batches),
        T(the_largest_datagram_is_taken_whole),
        T(joined_datagrams_are_taken_apart),
        T(senders_outside_the_list_are_dropped_and_counted),
        T(a_bad_range_is_named),
        T(datagrams_that_do_not_fit_are_dropped_and_counted),
        T(what_the_kernel_dropped_is_counted),
        T(a_turn_takes_a_bounded_number),
        T(those_that_come_fast_are_read_together),
        T(a_stop_takes_what_has_come),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
