#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "rig.h"

#include <netinet/tcp.h>
#include <sys/resource.h>

static struct rig rig;

static int set_up(void **state)
{
    (void)state;
    struct net_options options = rig_options();
    options.max_connections = 3;
    rig_init(&rig, &options);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rig_fini(&rig);
    return 0;
}

static void addresses_are_read_and_told(void **state)
{
    (void)state;
    char why[200], six[64];
    assert_memory_equal(net_address(rig.net, rig.listener), "127.0.0.1:", 10);
    assert_string_not_equal(net_address(rig.net, rig.listener), "127.0.0.1:0");
    int n = net_listen_http(rig.net, "[::1]:0", why, sizeof why);
    if (n < 0)
        skip();
    assert_int_equal(n, 1);
    snprintf(six, sizeof six, "%s", net_address(rig.net, n));
    assert_memory_equal(six, "[::1]:", 6);
    struct sockaddr_in6 a = {.sin6_family = AF_INET6,
                             .sin6_addr = IN6ADDR_LOOPBACK_INIT,
                             .sin6_port = htons((uint16_t)atoi(six + 6))};
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    rig_say(&rig, fd, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(rig.requests, 1);
    close(fd);
}

static void bad_addresses_are_named(void **state)
{
    (void)state;
    static const char *const table[] = {
        "",
        ":",
        "127.0.0.1",
        "127.0.0.1:",
        ":7070",
        "127.0.0.1:65536",
        "127.0.0.1:-1",
        "127.0.0.1:7a",
        "::1:7070",
        "[::1]",
        "[::1:7070",
        "::1]:7070",
        "[]:7070",
        "localhost:7070",
        "127.0.0.1:123456",
        "[127.0.0.1]:1",
        "[:1",
    };
    char why[200], wanted[200];
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        snprintf(wanted, sizeof wanted, "%s: expected ADDR:PORT or [ADDR]:PORT", table[i]);
        assert_int_equal(net_listen_http(rig.net, table[i], why, sizeof why), -1);
        assert_string_equal(why, wanted);
    }
}

static void a_taken_address_is_named(void **state)
{
    (void)state;
    char why[200];
    assert_int_equal(net_listen_http(rig.net, net_address(rig.net, rig.listener), why, sizeof why),
                     -1);
    assert_non_null(strstr(why, "cannot listen: Address already in use"));
    assert_int_equal(net_listen_http(rig.net, "127.0.0.1:0", why, sizeof why), 1);
}

static void listeners_have_a_ceiling(void **state)
{
    (void)state;
    char why[200];
    for (int i = 1; i < NET_LISTENERS; i++)
        assert_int_equal(net_listen_http(rig.net, "127.0.0.1:0", why, sizeof why), i);
    assert_int_equal(net_listen_http(rig.net, "127.0.0.1:0", why, sizeof why), -1);
    assert_non_null(strstr(why, "more than 8 listeners"));
}

static void connections_beyond_the_limit_are_closed_and_counted(void **state)
{
    (void)state;
    int fd[5], closed;
    for (int i = 0; i < 5; i++)
        fd[i] = rig_connect(&rig);
    assert_int_equal(net_counts(rig.net).open, 3);
    assert_int_equal(net_counts(rig.net).refused_connections, 2);
    assert_int_equal(net_counts(rig.net).accepted, 3);
    rig_hear_until(&rig, fd[4], &closed);
    assert_int_equal(closed, 1);
    close(fd[0]);
    rig_turns(&rig, 3);
    int again = rig_connect(&rig);
    rig_say(&rig, again, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(rig.requests, 1);
    close(again);
    for (int i = 1; i < 5; i++)
        close(fd[i]);
}

static void connections_send_without_delay(void **state)
{
    (void)state;
    int fd = rig_connect(&rig), on = 0;
    socklen_t size = sizeof on;
    assert_int_equal(getsockopt(rig.net->conns[0].fd, IPPROTO_TCP, TCP_NODELAY, &on, &size), 0);
    assert_true(on);
    close(fd);
}

static void running_out_of_descriptors_pauses_accepting(void **state)
{
    (void)state;
    struct rlimit old, low;
    struct sockaddr_in a = rig_port(&rig, rig.listener);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    getrlimit(RLIMIT_NOFILE, &old);
    low = old;
    low.rlim_cur = (rlim_t)fd + 1;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    rig_turns(&rig, 2);
    setrlimit(RLIMIT_NOFILE, &old);
    assert_int_equal(net_counts(rig.net).open, 0);
    rig_turns(&rig, 1);
    assert_int_equal(net_counts(rig.net).open, 0);
    listen_go_on(rig.net);
    rig_turns(&rig, 2);
    assert_int_equal(net_counts(rig.net).open, 1);
    close(fd);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(addresses_are_read_and_told),
        T(bad_addresses_are_named),
        T(a_taken_address_is_named),
        T(listeners_have_a_ceiling),
        T(connections_beyond_the_limit_are_closed_and_counted),
        T(connections_send_without_delay),
        T(running_out_of_descriptors_pauses_accepting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
