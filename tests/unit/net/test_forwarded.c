#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "forwarded.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

/* Whom a request with these header lines is from, when it came from 10.0.0.1, and 10.0.0.0/8 and fd00::/8 are
 * trusted. Read in memory of its own. */
static const char *client_of(const char *lines)
{
    static char text[INET6_ADDRSTRLEN];
    struct cidr trusted[2];
    uint8_t address[16];
    size_t n = strlen(lines);
    char *copy = malloc(n ? n : 1);
    assert_true(cidr_parse("10.0.0.0/8", &trusted[0]) && cidr_parse("fd00::/8", &trusted[1]));
    assert_true(cidr_address_parse(FF_LITERAL("10.0.0.1"), address));
    memcpy(copy, lines, n);
    forwarded_read(ff_span_of(copy, n), trusted, 2, address);
    free(copy);
    inet_ntop(AF_INET6, address, text, sizeof text);
    return text + (cidr_is_four(address) ? strlen("::ffff:") : 0);
}

static void from(const char *lines, const char *expected)
{
    char head[512];
    strcpy(head, "POST /v1/events HTTP/1.1\r\nHost: shop\r\n");
    strcat(head, lines);
    strcat(head, "User-Agent: x, y\r\n\r\n");
    assert_string_equal(client_of(head), expected);
}

static void the_right_most_who_is_not_trusted_is_the_client(void **state)
{
    (void)state;
    from("X-Forwarded-For: 192.0.2.1\r\n", "192.0.2.1");
    from("X-Forwarded-For: 198.51.100.1, 192.0.2.1\r\n", "192.0.2.1");
    from("X-Forwarded-For: 198.51.100.1, 192.0.2.1, 10.9.9.9,fd00::7\r\n", "192.0.2.1");
    from("x-forwarded-for:2001:db8::1 ,10.0.0.2\r\n", "2001:db8::1");
}

static void several_lines_are_one_list(void **state)
{
    (void)state;
    from("X-Forwarded-For: 198.51.100.1\r\nAccept: 1\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 10.0.0.2\r\n", "192.0.2.1");
}

static void where_all_are_trusted_the_first_is_the_client(void **state)
{
    (void)state;
    from("X-Forwarded-For: 10.0.0.3, 10.0.0.2\r\n", "10.0.0.3");
    from("", "10.0.0.1");
    from("X-Forwarded-For:\r\n", "10.0.0.1");
}

static void nodes_may_have_ports_and_brackets(void **state)
{
    (void)state;
    from("X-Forwarded-For: 192.0.2.1:4711\r\n", "192.0.2.1");
    from("X-Forwarded-For: [2001:db8::1]:4711\r\n", "2001:db8::1");
    from("X-Forwarded-For: [2001:db8::1]\r\n", "2001:db8::1");
    from("X-Forwarded-For: \"192.0.2.1\"\r\n", "192.0.2.1");
}

static void what_is_no_address_ends_the_way_back(void **state)
{
    (void)state;
    from("X-Forwarded-For: 192.0.2.1, unknown, 10.0.0.2\r\n", "10.0.0.2");
    from("X-Forwarded-For: 192.0.2.1, [::1, 10.0.0.2\r\n", "10.0.0.2");
    from("X-Forwarded-For: 192.0.2.1, , 10.0.0.2\r\n", "10.0.0.2");
    from("X-Forwarded-For: 192.0.2.1.9\r\n", "10.0.0.1");
    from("X-Forwarded-For: :\r\n", "10.0.0.1");
    from("X-Forwarded-For: \"\r\n", "10.0.0.1");
}

static void the_standard_header_counts_where_the_other_is_missing(void **state)
{
    (void)state;
    from("Forwarded: for=192.0.2.1\r\n", "192.0.2.1");
    from("Forwarded: for=198.51.100.1, proto=https; For = x;FOR=192.0.2.1;by=10.0.0.1, for=10.0.0.2\r\n", "192.0.2.1");
    from("Forwarded: for=\"[2001:db8::1]:4711\"\r\n", "2001:db8::1");
    from("Forwarded: for=_hidden, for=10.0.0.2\r\n", "10.0.0.2");
    from("Forwarded: proto=https\r\n", "10.0.0.1");
    from("Forwarded: for=192.0.2.2\r\nX-Forwarded-For: 192.0.2.1\r\n", "192.0.2.1");
    from("X-Forwarded-Form: 192.0.2.3\r\nForwarded-For: 192.0.2.4\r\n", "10.0.0.1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_right_most_who_is_not_trusted_is_the_client),
        cmocka_unit_test(several_lines_are_one_list),
        cmocka_unit_test(where_all_are_trusted_the_first_is_the_client),
        cmocka_unit_test(nodes_may_have_ports_and_brackets),
        cmocka_unit_test(what_is_no_address_ends_the_way_back),
        cmocka_unit_test(the_standard_header_counts_where_the_other_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
