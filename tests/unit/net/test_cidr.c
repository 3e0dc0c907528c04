#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "cidr.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/un.h>

static bool matches(const char *range, const char *address)
{
    struct cidr c;
    struct sockaddr_in four = {.sin_family = AF_INET};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    assert_true(cidr_parse(range, &c));
    if (inet_pton(AF_INET, address, &four.sin_addr) == 1)
        return cidr_match(&c, 1, (struct sockaddr *)&four);
    assert_int_equal(inet_pton(AF_INET6, address, &six.sin6_addr), 1);
    return cidr_match(&c, 1, (struct sockaddr *)&six);
}

static void ranges_hold_what_shares_their_bits(void **state)
{
    (void)state;
    assert_true(matches("10.0.0.0/8", "10.255.1.2"));
    assert_false(matches("10.0.0.0/8", "11.0.0.0"));
    assert_true(matches("172.16.0.0/12", "172.31.255.255"));
    assert_false(matches("172.16.0.0/12", "172.32.0.0"));
    assert_true(matches("192.0.2.1", "192.0.2.1"));
    assert_false(matches("192.0.2.1", "192.0.2.0"));
    assert_true(matches("192.0.2.77/24", "192.0.2.1"));
    assert_true(matches("0.0.0.0/0", "1.2.3.4"));
    assert_false(matches("0.0.0.0/0", "::1"));
    assert_true(matches("::/0", "1.2.3.4"));
    assert_true(matches("::1/128", "::1"));
    assert_false(matches("::1/128", "::2"));
    assert_true(matches("fd00::/7", "fdff::1"));
    assert_false(matches("fc00::/7", "fe00::1"));
    assert_true(matches("10.0.0.0/8", "::ffff:10.1.2.3"));
}

static void other_words_are_no_ranges(void **state)
{
    (void)state;
    static const char *const table[] = {
        "",
        "/",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/08",
        "10.0.0.0/8x",
        "10.0.0/8",
        "::1/129",
        "localhost",
        "10.0.0.0 /8",
        "1.2.3.4.5",
        "::1/1280",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/8",
    };
    struct cidr c;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (cidr_parse(table[i], &c))
            fail_msg("taken: %s", table[i]);
}

static void other_kinds_of_address_are_in_no_range(void **state)
{
    (void)state;
    struct cidr c;
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    assert_true(cidr_parse("::/0", &c));
    assert_false(cidr_match(&c, 1, (struct sockaddr *)&local));
    assert_false(
        cidr_match(&c, 0, (struct sockaddr *)&(struct sockaddr_in){.sin_family = AF_INET}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_hold_what_shares_their_bits),
        cmocka_unit_test(other_words_are_no_ranges),
        cmocka_unit_test(other_kinds_of_address_are_in_no_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
