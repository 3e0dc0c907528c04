#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "proxy.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define FOUR "\x00\x0c" "\xc0\x00\x02\x01" "\xc0\x00\x02\x02" "\x12\x34\x00\x50"

/* What became of it: "MORE", "BAD", "12 named ::1", "12". Read in memory of its own, for a sanitizer to see the ends. */
static const char *taken(const char *p, size_t n, int version)
{
    static char told[128];
    static const char *const words[] = {[PROXY_MORE] = "MORE", [PROXY_BAD] = "BAD", [PROXY_DONE] = ""};
    char *copy = malloc(n ? n : 1), text[INET6_ADDRSTRLEN];
    uint8_t address[16];
    size_t used;
    bool named;
    memcpy(copy, p, n);
    enum proxy_result result = proxy_take(copy, n, version, &used, &named, address);
    free(copy);
    if (result != PROXY_DONE)
        return words[result];
    snprintf(told, sizeof told, "%zu%s%s", used, named ? " named " : "",
             named ? inet_ntop(AF_INET6, address, text, sizeof text) : "");
    return told;
}

static void check(const char *p, size_t n, const char *expected)
{
    assert_string_equal(taken(p, n, 0), expected);
}

#define IS(text, expected) check(text, sizeof(text) - 1, expected)

static void a_line_says_whose_connection_it_is(void **state)
{
    (void)state;
    IS("PROXY TCP4 192.0.2.1 192.0.2.2 4711 80\r\n", "40 named ::ffff:192.0.2.1");
    IS("PROXY TCP4 192.0.2.1 192.0.2.2 0 65535\r\nGET /", "40 named ::ffff:192.0.2.1");
    IS("PROXY TCP6 2001:db8::1 ::1 4711 80\r\n", "36 named 2001:db8::1");
    IS("PROXY UNKNOWN\r\n", "15");
    IS("PROXY UNKNOWN ffff::1 and whatever\r\n", "36");
}

static void other_lines_are_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "PROXY\r\n",
        "PROXY \r\n",
        "PROXY TCP4\r\n",
        "PROXY TCP5 192.0.2.1 192.0.2.2 1 2\r\n",
        "PROXY tcp4 192.0.2.1 192.0.2.2 1 2\r\n",
        "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\n",
        "PROXY TCP4 192.0.2.1 192.0.2.2 1\r\n",
        "PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3\r\n",
        "PROXY TCP4 192.0.2.1 192.0.2.2 1 2 \r\n",
        "PROXY TCP4  192.0.2.1 192.0.2.2 1 2\r\n",
        "PROXY TCP4 192.0.2.1 192.0.2.2 01 2\r\n",
        "PROXY TCP4 192.0.2.1 192.0.2.2 1 65536\r\n",
        "PROXY TCP4 192.0.2.1 192.0.2.2 -1 2\r\n",
        "PROXY TCP4 192.0.2 192.0.2.2 1 2\r\n",
        "PROXY TCP4 192.0.2.1 ::1 1 2\r\n",
        "PROXY TCP4 ::1 ::1 1 2\r\n",
        "PROXY TCP6 192.0.2.1 192.0.2.2 1 2\r\n",
        "PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n",
        "GET / HTTP/1.1\r\n",
        "PRAXY TCP4",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (strcmp(taken(wrong[i], strlen(wrong[i]), 0), "BAD") != 0)
            fail_msg("%s", wrong[i]);
    char line[120] = "PROXY UNKNOWN ";
    memset(line + 14, 'x', sizeof line - 14);
    check(line, 106, "MORE");
    check(line, 107, "BAD");
    memcpy(line + 105, "\r\n", 2);
    check(line, sizeof line, "107");
}

static void a_block_says_it_too(void **state)
{
    (void)state;
    IS(SIGNATURE "\x21\x11" FOUR, "28 named ::ffff:192.0.2.1");
    IS(SIGNATURE "\x21\x11" FOUR "GET", "28 named ::ffff:192.0.2.1");
    IS(SIGNATURE "\x21\x21\x00\x24" "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01" "0123456789abcdef" "\x12\x34\x00\x50",
       "52 named 2001:db8::1");
    IS(SIGNATURE "\x21\x11\x00\x0f" "\xc0\x00\x02\x01" "\xc0\x00\x02\x02" "\x12\x34\x00\x50" "\x04\x00\x00",
       "31 named ::ffff:192.0.2.1"); /* with a note behind it */
    IS(SIGNATURE "\x20\x11" FOUR, "28"); /* the proxy's own */
    IS(SIGNATURE "\x20\x00\x00\x00", "16");
    IS(SIGNATURE "\x21\x00\x00\x00", "16");
}

static void other_blocks_are_refused(void **state)
{
    (void)state;
    IS(SIGNATURE "\x11\x11" FOUR, "BAD"); /* version 1 */
    IS(SIGNATURE "\x22\x11" FOUR, "BAD"); /* no such command */
    IS(SIGNATURE "\x21\x12" FOUR, "BAD"); /* datagrams */
    IS(SIGNATURE "\x21\x41" FOUR, "BAD"); /* no such family */
    IS(SIGNATURE "\x21\x21" FOUR, "BAD"); /* too short for it */
    IS(SIGNATURE "\x21\x11\x00\x0b" "0123456789a", "BAD");
    IS(SIGNATURE "\x21\x31\x00\x0c" "0123456789ab", "BAD");
    IS(SIGNATURE "\x21\x11\xff\xff", "BAD"); /* nobody needs so much */
    IS("\r\n\r\n\0\r\nQUIT\r", "BAD");
}

static void each_byte_may_come_alone(void **state)
{
    (void)state;
    static const char line[] = "PROXY TCP4 192.0.2.1 192.0.2.2 4711 80\r\n", block[] = SIGNATURE "\x21\x11" FOUR;
    for (size_t n = 1; n < sizeof line - 1; n++)
        check(line, n, "MORE");
    for (size_t n = 1; n < sizeof block - 1; n++)
        check(block, n, "MORE");
}

static void where_one_version_is_asked_for_the_other_is_refused(void **state)
{
    (void)state;
    static const char line[] = "PROXY UNKNOWN\r\n", block[] = SIGNATURE "\x21\x00\x00\x00";
    assert_string_equal(taken(line, sizeof line - 1, 1), "15");
    assert_string_equal(taken(line, sizeof line - 1, 2), "BAD");
    assert_string_equal(taken(block, sizeof block - 1, 2), "16");
    assert_string_equal(taken(block, sizeof block - 1, 1), "BAD");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_says_whose_connection_it_is),
        cmocka_unit_test(other_lines_are_refused),
        cmocka_unit_test(a_block_says_it_too),
        cmocka_unit_test(other_blocks_are_refused),
        cmocka_unit_test(each_byte_may_come_alone),
        cmocka_unit_test(where_one_version_is_asked_for_the_other_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
