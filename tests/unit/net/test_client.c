#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

/* Whom requests are from: by their connection, by a proxy's word. */
#include "rig.h"

static const char *const proxies[] = {"127.0.0.1/32", "10.0.0.0/8", NULL};
static const char *const others[] = {"192.0.2.0/24", NULL};

static struct rig rig;
static char client[INET6_ADDRSTRLEN];
static bool proxy;

static void look(void *ctx, struct net_handle handle, const struct net_request *request)
{
    uint8_t address[16];
    assert_true(net_client(rig.net, request, address));
    inet_ntop(AF_INET6, address, client, sizeof client);
    proxy = net_is_proxy(rig.net, request);
    rig_request(ctx, handle, request);
}

static void start(const char *const *trusted, bool expects, uint32_t per_address)
{
    struct net_options options = rig_options();
    options.trusted_proxies = trusted;
    options.max_connections_per_address = per_address;
    options.requests_per_second = per_address;
    rig_init(&rig, &options);
    rig.net->events.request = look;
    if (expects)
        net_expect_proxy(rig.net, rig.listener, 0);
}

static int tear_down(void **state)
{
    (void)state;
    rig_fini(&rig);
    return 0;
}

static void says(int fd, const char *text, const char *who, bool by_proxy)
{
    client[0] = '\0';
    rig_say(&rig, fd, text);
    assert_string_equal(client, who);
    assert_int_equal(proxy, by_proxy);
    rig_hear(&rig, fd);
}

#define REQUEST(lines) "GET / HTTP/1.1\r\nHost: h\r\n" lines "\r\n"

static void a_stranger_is_who_is_connected(void **state)
{
    (void)state;
    start(others, false, 0);
    int fd = rig_connect(&rig);
    says(fd, REQUEST("X-Forwarded-For: 203.0.113.1\r\n"), "::ffff:127.0.0.1", false);
    close(fd);
}

static void a_proxy_says_who_it_is_with_each_request(void **state)
{
    (void)state;
    start(proxies, false, 0);
    int fd = rig_connect(&rig);
    says(fd, REQUEST("X-Forwarded-For: 203.0.113.1\r\n"), "::ffff:203.0.113.1", true);
    says(fd, REQUEST("X-Forwarded-For: 203.0.113.1\r\n"), "::ffff:203.0.113.1", true); /* a head that is known */
    says(fd, REQUEST("X-Forwarded-For: 203.0.113.2, 10.1.1.1\r\n"), "::ffff:203.0.113.2", true);
    says(fd, REQUEST(""), "::ffff:127.0.0.1", true);
    close(fd);
}

static void by_the_protocol_it_is_the_connections(void **state)
{
    (void)state;
    start(proxies, true, 0);
    int fd = rig_connect(&rig);
    rig_say(&rig, fd, "PROXY TCP4 203.0.113.1 ");
    says(fd, "203.0.113.9 1 2\r\n" REQUEST("X-Forwarded-For: 203.0.113.7\r\n"), "::ffff:203.0.113.1", false);
    says(fd, REQUEST(""), "::ffff:203.0.113.1", false);
    close(fd);
    fd = rig_connect(&rig);
    says(fd, "PROXY TCP4 10.1.1.1 10.1.1.2 1 2\r\n" REQUEST("X-Forwarded-For: 203.0.113.7\r\n"), "::ffff:203.0.113.7", true);
    close(fd);
}

static void without_the_protocol_a_proxy_is_refused(void **state)
{
    (void)state;
    int closed;
    start(proxies, true, 0);
    int fd = rig_connect(&rig);
    rig_say(&rig, fd, REQUEST(""));
    assert_non_null(strstr(rig_hear_until(&rig, fd, &closed), "400 Bad Request"));
    assert_int_equal(closed, 1);
    assert_int_equal(rig.requests, 0);
    assert_int_equal(net_counts(rig.net).bad_requests, 1);
    close(fd);
}

static void one_that_does_not_come_to_an_end_is_timed_out(void **state)
{
    (void)state;
    start(proxies, true, 0);
    int fd = rig_connect(&rig);
    rig_say(&rig, fd, "PROXY TCP4 203.");
    rig_time += rig_options().request_timeout + FF_SECOND;
    assert_non_null(strstr(rig_hear(&rig, fd), "408"));
    close(fd);
}

static void others_need_no_protocol_and_may_use_none(void **state)
{
    (void)state;
    start(others, true, 0);
    int fd = rig_connect(&rig);
    says(fd, REQUEST(""), "::ffff:127.0.0.1", false);
    rig_say(&rig, fd, "PROXY TCP4 203.0.113.1 203.0.113.2 1 2\r\n" REQUEST(""));
    assert_non_null(strstr(rig_hear(&rig, fd), "400 Bad Request"));
    close(fd);
}

static void proxies_are_not_limited_by_address(void **state)
{
    (void)state;
    start(proxies, false, 1);
    int fds[3];
    for (int i = 0; i < 3; i++) {
        fds[i] = rig_connect(&rig);
        for (int k = 0; k < 4; k++)
            says(fds[i], REQUEST("X-Forwarded-For: 203.0.113.1\r\n"), "::ffff:203.0.113.1", true);
    }
    assert_int_equal(rig.requests, 12);
    for (int i = 0; i < 3; i++)
        close(fds[i]);
}

static void addresses_are_read_from_text(void **state)
{
    (void)state;
    start(others, false, 0);
    static const char *const wrong[] = {"", "1.2.3", "1.2.3.4.5", "1.2.3.4/8", "localhost", "::g", "[::1]", "1.2.3.4%eth0",
                                        "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc:dddd"};
    uint8_t four[16], mapped[16], zone[16], plain[16];
    assert_true(net_address_of(FF_LITERAL("192.0.2.1"), four) && net_address_of(FF_LITERAL("::ffff:192.0.2.1"), mapped));
    assert_memory_equal(four, mapped, 16);
    assert_true(net_address_of(FF_LITERAL("fe80::1%eth0"), zone) && net_address_of(FF_LITERAL("fe80::1"), plain));
    assert_memory_equal(zone, plain, 16);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(net_address_of(ff_span_text(wrong[i]), four));
    assert_false(net_address_of(ff_span_of("1.2.3.4\0", 8), four));
    assert_false(net_address_of((struct ff_span){NULL, 0}, four));
}

static void a_proxy_that_is_no_network_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"10.0.0.0/8", "proxy.example", NULL};
    struct net_options options = rig_options();
    options.trusted_proxies = wrong;
    assert_null(net_new(&options, &(struct net_events){0}));
    start(others, false, 0);
}

#define TEST(name) cmocka_unit_test_teardown(name, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_stranger_is_who_is_connected),
        TEST(a_proxy_says_who_it_is_with_each_request),
        TEST(by_the_protocol_it_is_the_connections),
        TEST(without_the_protocol_a_proxy_is_refused),
        TEST(one_that_does_not_come_to_an_end_is_timed_out),
        TEST(others_need_no_protocol_and_may_use_none),
        TEST(proxies_are_not_limited_by_address),
        TEST(addresses_are_read_from_text),
        TEST(a_proxy_that_is_no_network_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
