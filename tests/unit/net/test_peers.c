#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "peers.h"

#include "footfall/time.h"

#include <arpa/inet.h>
#include <string.h>

static struct peers *peers;

static int tear_down(void **state)
{
    (void)state;
    peers_free(&peers);
    return peers ? -1 : 0;
}

static void make(uint32_t connections, uint32_t requests)
{
    peers = peers_new(&(struct peers_limits){connections, requests}, 10);
    assert_non_null(peers);
}

static uint32_t enter(const char *address)
{
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    struct sockaddr_in four = {.sin_family = AF_INET};
    if (strchr(address, ':')) {
        assert_int_equal(inet_pton(AF_INET6, address, &six.sin6_addr), 1);
        return peers_enter(peers, (struct sockaddr *)&six);
    }
    assert_int_equal(inet_pton(AF_INET, address, &four.sin_addr), 1);
    return peers_enter(peers, (struct sockaddr *)&four);
}

static uint32_t enter_number(uint32_t number)
{
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(number)};
    return peers_enter(peers, (struct sockaddr *)&four);
}

static void an_address_has_so_many_connections(void **state)
{
    (void)state;
    make(2, 0);
    uint32_t a = enter("192.0.2.1");
    assert_int_not_equal(a, 0);
    assert_int_equal(enter("192.0.2.1"), a);
    assert_int_equal(enter("192.0.2.1"), 0);
    assert_int_equal(enter("192.0.2.1"), 0);
    assert_int_not_equal(enter("192.0.2.2"), 0);
    peers_leave(peers, a);
    assert_int_equal(enter("192.0.2.1"), a);
    assert_int_equal(enter("192.0.2.1"), 0);
}

static void ipv6_is_known_by_its_64_bits(void **state)
{
    (void)state;
    make(1, 0);
    assert_int_not_equal(enter("2001:db8:0:1::1"), 0);
    assert_int_equal(enter("2001:db8:0:1:ffff::2"), 0);
    assert_int_not_equal(enter("2001:db8:0:2::1"), 0);
}

static void ipv4_within_ipv6_is_ipv4(void **state)
{
    (void)state;
    make(1, 0);
    assert_int_not_equal(enter("::ffff:192.0.2.1"), 0);
    assert_int_not_equal(enter("::ffff:192.0.2.2"), 0);
    assert_int_equal(enter("192.0.2.1"), 0);
}

static void other_kinds_of_address_are_refused(void **state)
{
    (void)state;
    make(1, 0);
    assert_int_equal(peers_enter(peers, &(struct sockaddr){.sa_family = AF_UNIX}), 0);
}

static int asked(uint32_t peer, int times, ff_mono now)
{
    int taken = 0;
    while (times--)
        taken += peers_ask(peers, peer, now);
    return taken;
}

static void an_address_has_so_many_requests_a_second(void **state)
{
    (void)state;
    make(0, 10);
    ff_mono now = 5 * FF_SECOND;
    uint32_t a = enter("192.0.2.1"), b = enter("192.0.2.2");
    assert_int_equal(asked(a, 100, now), 20);
    assert_int_equal(asked(a, 100, now + FF_SECOND / 10 - 1), 0);
    assert_int_equal(asked(a, 100, now + FF_SECOND / 10), 1);
    assert_int_equal(asked(a, 100, now + FF_SECOND), 9);
    assert_int_equal(asked(a, 100, now + FF_HOUR), 20);
    assert_int_equal(asked(b, 100, now), 20);
}

static void the_highest_rate_is_not_lost_to_rounding(void **state)
{
    (void)state;
    make(0, 3000000);
    uint32_t a = enter("192.0.2.1");
    int taken = asked(a, 7000000, 0) + asked(a, 7000000, FF_SECOND);
    assert_in_range(taken, 9000000, 9030000);
}

static void connections_of_an_address_share_its_requests(void **state)
{
    (void)state;
    make(0, 10);
    uint32_t a = enter("192.0.2.1"), again = enter("192.0.2.1");
    assert_int_equal(asked(a, 15, 0), 15);
    assert_int_equal(asked(again, 15, 0), 5);
}

static void coming_again_does_not_wipe_the_slate(void **state)
{
    (void)state;
    make(0, 10);
    uint32_t a = enter("192.0.2.1");
    assert_int_equal(asked(a, 20, 0), 20);
    peers_leave(peers, a);
    assert_int_equal(asked(enter("192.0.2.1"), 20, FF_SECOND / 2), 5);
}

static void the_oldest_address_gives_way(void **state)
{
    (void)state;
    make(0, 1);
    assert_int_equal(asked(enter("192.0.2.1"), 5, 0), 2); /* and stays */
    uint32_t a = enter("192.0.2.2");
    assert_int_equal(asked(a, 5, 0), 2);
    peers_leave(peers, a);
    uint32_t b = enter("192.0.2.3");
    assert_int_equal(asked(b, 5, 0), 2);
    peers_leave(peers, b);
    for (uint32_t i = 0; i < PEERS_REMEMBERED + 8; i++)
        peers_leave(peers, enter_number(0x0a000000 + i));
    assert_int_equal(asked(enter("192.0.2.1"), 5, 0), 0);
    assert_int_equal(asked(enter("192.0.2.3"), 5, 0), 0);
    assert_int_equal(asked(enter("192.0.2.2"), 5, 0), 2);
}

static void who_has_come_back_does_not_give_way(void **state)
{
    (void)state;
    make(0, 1);
    uint32_t a = enter("192.0.2.1");
    assert_int_equal(asked(a, 5, 0), 2);
    peers_leave(peers, a);
    assert_int_equal(enter("192.0.2.1"), a);
    for (uint32_t i = 0; i < PEERS_REMEMBERED + 20; i++)
        peers_leave(peers, enter_number(0x0a000000 + i));
    assert_int_equal(enter("192.0.2.1"), a);
    assert_int_equal(asked(a, 5, 0), 0);
    peers_leave(peers, a);
    peers_leave(peers, a);
}

static void without_a_rate_nobody_is_remembered(void **state)
{
    (void)state;
    make(1, 0);
    for (uint32_t i = 0; i < 2 * PEERS_REMEMBERED; i++)
        peers_leave(peers, enter_number(i));
    uint32_t a = enter_number(1);
    assert_int_equal(a, 1); /* the first place is free again */
    assert_int_equal(asked(a, 1000, 0), 1000);
}

#define T(name) cmocka_unit_test_teardown(name, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(an_address_has_so_many_connections),
        T(ipv6_is_known_by_its_64_bits),
        T(ipv4_within_ipv6_is_ipv4),
        T(other_kinds_of_address_are_refused),
        T(an_address_has_so_many_requests_a_second),
        T(the_highest_rate_is_not_lost_to_rounding),
        T(connections_of_an_address_share_its_requests),
        T(coming_again_does_not_wipe_the_slate),
        T(the_oldest_address_gives_way),
        T(who_has_come_back_does_not_give_way),
        T(without_a_rate_nobody_is_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
