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

static void a_taken_udp_address_is_named(void **state)
{
    (void)state;
    char why[200];
    int n = net_listen_udp(rig.net, "127.0.0.1:0", why, sizeof why);
    assert_int_equal(n, 1);
    assert_int_equal(net_listen_udp(rig.net, net_address(rig.net, n), why, sizeof why), -1);
    assert_non_null(strstr(why, "cannot listen: Address already in use"));
}

static void nets_can_share_an_address(void **state)
{
    (void)state;
    enum { CLIENTS = 60 };
    static struct rig other;
    char why[200];
    int client[CLIENTS];
    struct net_options options = rig_options();
    options.reuse_port = true;
    rig_fini(&rig);
    rig_init(&rig, &options);
    rig_init(&other, &options);
    const char *address = net_address(rig.net, rig.listener);
    assert_int_equal(net_listen_http(other.net, address, why, sizeof why), 1);
    assert_string_equal(net_address(other.net, 1), address);
    for (int i = 0; i < CLIENTS; i++) {
        client[i] = rig_connect(&rig);
        rig_turns(&other, 2);
    }
    assert_int_equal(net_counts(rig.net).open + net_counts(other.net).open, CLIENTS);
    assert_true(net_counts(rig.net).open > 0 && net_counts(other.net).open > 0);
    for (int i = 0; i < CLIENTS; i++)
        close(client[i]);
    rig_fini(&other);
}

static int opened_by_somebody(int kind, bool listening)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, kind, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
    if (listening)
        assert_int_equal(listen(fd, 10), 0);
    return fd;
}

static void a_listening_socket_is_adopted(void **state)
{
    (void)state;
    char why[200] = "";
    int fd = opened_by_somebody(SOCK_STREAM, true);
    rig.listener = net_adopt_http(rig.net, fd, why, sizeof why);
    assert_string_equal(why[0] && rig.listener < 0 ? why : "", "");
    assert_int_equal(rig.listener, 1);
    assert_memory_equal(net_address(rig.net, 1), "127.0.0.1:", 10);
    assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
    int client = rig_connect(&rig);
    rig_say(&rig, client, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(rig.requests, 1);
    close(client);
}

static void a_datagram_socket_is_adopted(void **state)
{
    (void)state;
    char why[200] = "";
    int n = net_adopt_udp(rig.net, opened_by_somebody(SOCK_DGRAM, false), why, sizeof why);
    assert_int_equal(n, 1);
    struct sockaddr_in to = rig_port(&rig, n);
    int sender = socket(AF_INET, SOCK_DGRAM, 0);
    assert_int_equal(sendto(sender, "x", 1, 0, (struct sockaddr *)&to, sizeof to), 1);
    rig_turns(&rig, 2);
    assert_string_equal(rig.told, "x");
    close(sender);
}

static void what_cannot_be_adopted_is_named_and_left_alone(void **state)
{
    (void)state;
    char why[200], wanted[200];
    int table[4] = {opened_by_somebody(SOCK_STREAM, false), opened_by_somebody(SOCK_DGRAM, false),
                    socket(AF_UNIX, SOCK_STREAM, 0), open("/dev/null", O_RDONLY)};
    static const char *const expected[4] = {"a socket that listens", "a stream socket",
                                            "an IPv4 or IPv6 socket", "a stream socket"};
    for (int i = 0; i < 4; i++) {
        snprintf(wanted, sizeof wanted, "descriptor %d: expected %s", table[i], expected[i]);
        assert_int_equal(net_adopt_http(rig.net, table[i], why, sizeof why), -1);
        assert_string_equal(why, wanted);
        assert_int_equal(fcntl(table[i], F_GETFD), 0);
    }
    assert_int_equal(net_adopt_udp(rig.net, table[0], why, sizeof why), -1);
    assert_non_null(strstr(why, "expected a datagram socket"));
    for (int i = 0; i < 4; i++)
        close(table[i]);
}

/* Two nets that accept from one socket: who comes too late is not put out by it. */
static void an_adopted_socket_can_be_shared(void **state)
{
    (void)state;
    static struct rig other;
    char why[200];
    struct net_options options = rig_options();
    rig_init(&other, &options);
    int fd = opened_by_somebody(SOCK_STREAM, true), again = dup(fd), client[5];
    rig.listener = net_adopt_http(rig.net, fd, why, sizeof why);
    assert_int_equal(net_adopt_http(other.net, again, why, sizeof why), 1);
    for (int i = 0; i < 2; i++)
        client[i] = rig_connect(&rig);
    rig_turns(&other, 2);
    net_stop(rig.net, 0);
    rig_turns(&rig, 1);
    for (int i = 2; i < 5; i++)
        client[i] = rig_connect(&rig);
    rig_turns(&other, 4);
    assert_int_equal(net_counts(rig.net).accepted, 2);
    assert_int_equal(net_counts(other.net).accepted, 3);
    for (int i = 0; i < 5; i++)
        close(client[i]);
    rig_fini(&other);
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

static void connections_of_one_address_have_a_limit(void **state)
{
    (void)state;
    int client[4], closed;
    struct net_options options = rig_options();
    options.max_connections_per_address = 2;
    rig_fini(&rig);
    rig_init(&rig, &options);
    for (int i = 0; i < 3; i++)
        client[i] = rig_connect(&rig);
    rig_hear_until(&rig, client[2], &closed);
    assert_int_equal(closed, 1);
    assert_int_equal(net_counts(rig.net).open, 2);
    assert_int_equal(net_counts(rig.net).refused_by_address, 1);
    assert_int_equal(net_counts(rig.net).refused_connections, 0);
    close(client[0]);
    rig_turns(&rig, 2);
    client[3] = rig_connect(&rig);
    rig_hear_until(&rig, client[3], &closed);
    assert_int_equal(closed, 0);
    for (int i = 1; i < 4; i++)
        close(client[i]);
}

static void a_trusted_listener_has_no_limit_by_address_and_room_to_spare(void **state)
{
    (void)state;
    int client[NET_SPARE + 4], closed;
    struct net_options options = rig_options();
    options.max_connections_per_address = options.requests_per_second = 1;
    options.max_connections = 3;
    rig_fini(&rig);
    rig_init(&rig, &options);
    net_trust(rig.net, rig.listener);
    for (int i = 0; i < NET_SPARE + 4; i++)
        client[i] = rig_connect(&rig);
    assert_int_equal(net_counts(rig.net).open, 3 + NET_SPARE);
    assert_int_equal(net_counts(rig.net).refused_connections, 1);
    rig_hear_until(&rig, client[NET_SPARE + 3], &closed);
    assert_int_equal(closed, 1);
    for (int i = 0; i < 5; i++)
        rig_say(&rig, client[0], "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(rig.requests, 5);
    for (int i = 0; i < NET_SPARE + 4; i++)
        close(client[i]);
}

/* A connection that the kernel has taken, but nobody has accepted, is one that we have taken. */
static void a_stop_accepts_what_waits(void **state)
{
    (void)state;
    struct sockaddr_in a = rig_port(&rig, rig.listener);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(send(fd, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", 27, 0), 27);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    net_stop(rig.net, FF_SECOND);
    loop_enable(rig.net->listeners[0].event, false); /* so that the turn itself does not accept */
    rig_turns(&rig, 2);
    assert_int_equal(rig.requests, 1);
    assert_non_null(strstr(rig_hear(&rig, fd), "hello"));
    close(fd);
}

static void descriptors_are_raised_to_what_is_allowed(void **state)
{
    (void)state;
    struct rlimit old, low, now;
    struct rig other;
    struct net_options options = rig_options();
    getrlimit(RLIMIT_NOFILE, &old);
    low = old;
    low.rlim_cur = 64;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
    rig_init(&other, &options);
    getrlimit(RLIMIT_NOFILE, &now);
    assert_int_equal(now.rlim_cur, old.rlim_max);
    rig_fini(&other);
    setrlimit(RLIMIT_NOFILE, &old);
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
    assert_false(loop_is_on(rig.net->listeners[0].event));
    net_pause(rig.net, true); /* the end of a pause is not the end of the lack */
    net_pause(rig.net, false);
    rig_turns(&rig, 2);
    assert_int_equal(net_counts(rig.net).open, 0);
    listen_find_room(rig.net);
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
        T(a_taken_udp_address_is_named),
        T(nets_can_share_an_address),
        T(a_listening_socket_is_adopted),
        T(a_datagram_socket_is_adopted),
        T(what_cannot_be_adopted_is_named_and_left_alone),
        T(an_adopted_socket_can_be_shared),
        T(listeners_have_a_ceiling),
        T(connections_beyond_the_limit_are_closed_and_counted),
        T(connections_of_one_address_have_a_limit),
        T(a_trusted_listener_has_no_limit_by_address_and_room_to_spare),
        T(a_stop_accepts_what_waits),
        T(descriptors_are_raised_to_what_is_allowed),
        T(connections_send_without_delay),
        T(running_out_of_descriptors_pauses_accepting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
