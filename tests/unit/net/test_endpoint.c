#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "endpoint.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void an_address_is_printed_as_it_was_read(void **state)
{
    (void)state;
    static const char *const table[] = {"127.0.0.1:80", "0.0.0.0:0", "[::1]:65535", "[2001:db8::2]:7"};
    union endpoint e;
    char text[64];
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_true(endpoint_parse(table[i], &e));
        endpoint_print(&e, text, sizeof text);
        assert_string_equal(text, table[i]);
    }
    assert_false(endpoint_parse("127.0.0.1", &e));
    assert_false(endpoint_parse("[127.0.0.1]:1", &e));
}

/* Gives a second socket at the address of a first, or -1. */
static int open_twice(bool datagrams, bool first_shared, bool second_shared)
{
    union endpoint e;
    assert_true(endpoint_parse("127.0.0.1:0", &e));
    int fd = endpoint_open(&e, datagrams, first_shared);
    assert_true(fd >= 0);
    int again = endpoint_open(&e, datagrams, second_shared);
    close(fd);
    if (again >= 0)
        close(again);
    return again;
}

static void an_address_is_shared_among_those_who_say_so(void **state)
{
    (void)state;
    for (int datagrams = 0; datagrams < 2; datagrams++) {
        assert_int_equal(open_twice(datagrams, false, false), -1);
        assert_int_equal(open_twice(datagrams, true, false), -1);
        assert_int_equal(open_twice(datagrams, false, true), -1);
        assert_true(open_twice(datagrams, true, true) >= 0);
    }
}

static void an_adopted_socket_is_told_its_address(void **state)
{
    (void)state;
    union endpoint e, told;
    assert_true(endpoint_parse("127.0.0.1:0", &e));
    int fd = endpoint_open(&e, false, false);
    assert_null(endpoint_adopt(fd, false, &told));
    assert_int_equal(told.four.sin_port, e.four.sin_port);
    assert_string_equal(endpoint_adopt(fd, true, &told), "a datagram socket");
    close(fd);
    assert_string_equal(endpoint_adopt(fd, false, &told), "a stream socket");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_is_printed_as_it_was_read),
        cmocka_unit_test(an_address_is_shared_among_those_who_say_so),
        cmocka_unit_test(an_adopted_socket_is_told_its_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
