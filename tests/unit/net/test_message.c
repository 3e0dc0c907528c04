#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "message.h"

#include <stdio.h>
#include <stdlib.h>

static const struct message_limits limits = {.max_header = 200, .max_body = 50};

#define HEAD "POST /e HTTP/1.1\r\nHost: h\r\n"

/* Feeds the text in steps of so many bytes, each time from memory of exactly that size. */
static enum message_state feed(struct message *m, const char *text, size_t step, char **kept,
                               size_t *used)
{
    size_t n = strlen(text), at = 0, have = 0;
    enum message_state state = MESSAGE_MORE;
    *m = (struct message){0};
    *kept = NULL;
    while (state == MESSAGE_MORE && at < n) {
        size_t take = n - at < step ? n - at : step;
        char *p = malloc(have + take);
        if (have)
            memcpy(p, *kept, have);
        memcpy(p + have, text + at, take);
        free(*kept);
        *kept = p;
        have += take;
        at += take;
        state = message_take(m, &limits, NULL, p, &have, used);
    }
    return state;
}

static void gives(const char *text, const char *body)
{
    for (size_t step = 1; step <= strlen(text); step++) {
        struct message m;
        struct net_request q;
        char *p;
        size_t used;
        assert_int_equal(feed(&m, text, step, &p, &used), MESSAGE_DONE);
        message_request(&m, p, &q);
        assert_true(ff_span_is(q.path, "/e"));
        assert_true(ff_span_is(q.host, "h"));
        assert_true(ff_span_is(q.body, body));
        free(p);
    }
}

static void what_a_browser_says_of_itself_is_in_its_request(void **state)
{
    (void)state;
    struct message m;
    struct net_request q;
    char *p;
    size_t used;
    const char text[] = "GET /e HTTP/1.1\r\nHost: h\r\nUser-Agent: U\r\nSec-CH-UA: B\r\nSec-CH-UA-Mobile: ?1\r\n"
                        "sec-ch-ua-platform: P\r\nSec-CH-UA-Form-Factors: F\r\nSec-Purpose: S\r\nPurpose: R\r\n"
                        "X-Moz: X\r\nSec-CH-UA-Arch: A\r\n\r\n";
    assert_int_equal(feed(&m, text, 7, &p, &used), MESSAGE_DONE);
    message_request(&m, p, &q);
    assert_true(ff_span_is(q.user_agent, "U") && ff_span_is(q.signs.ch_brands, "B"));
    assert_true(ff_span_is(q.signs.ch_mobile, "?1") && ff_span_is(q.signs.ch_platform, "P"));
    assert_true(ff_span_is(q.signs.ch_form_factors, "F") && ff_span_is(q.signs.sec_purpose, "S"));
    assert_true(ff_span_is(q.signs.purpose, "R") && ff_span_is(q.signs.x_moz, "X"));
    free(p);
}

static void refuses(const char *text, enum ff_status why)
{
    for (size_t step = 1; step <= strlen(text); step++) {
        struct message m;
        char *p;
        size_t used;
        enum message_state state = feed(&m, text, step, &p, &used);
        free(p);
        if (state != MESSAGE_BAD || m.fault != why)
            fail_msg("step %zu: %s", step, text);
    }
}

static void any_cut_gives_the_same_request(void **state)
{
    (void)state;
    gives("GET /e HTTP/1.1\r\nHost: h\r\n\r\n", "");
    gives(HEAD "Content-Length: 5\r\n\r\nhello", "hello");
    gives(HEAD "Content-Length: 0\r\n\r\n", "");
    gives(HEAD
          "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nA: b\r\n\r\n",
          "hello world");
    gives(HEAD "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "");
}

static void what_follows_a_message_is_left_alone(void **state)
{
    (void)state;
    static const char *const table[] = {
        HEAD "Content-Length: 5\r\n\r\nhello",
        HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "GET /e HTTP/1.1\r\nHost: h\r\n\r\n",
    };
    for (size_t i = 0; i < 3; i++) {
        char text[300];
        int n = snprintf(text, sizeof text, "%sGET /next", table[i]);
        struct message m = {0};
        size_t have = (size_t)n, used;
        assert_int_equal(message_take(&m, &limits, NULL, text, &have, &used), MESSAGE_DONE);
        assert_int_equal(used, strlen(table[i]));
        assert_int_equal(have, n);
        assert_memory_equal(text + used, "GET /next", 9);
    }
}

static void lines_end_in_cr_lf_and_nothing_else(void **state)
{
    (void)state;
    static const char *const table[] = {
        "GET / HTTP/1.1\nHost: h\n\n",
        "GET / HTTP/1.1\r\nHost: h\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\n\n",
        "GET / HTTP/1.1\r\nHost: h\r\n\rX\n",
        "GET / HTTP/1.1\r\nHost: h\rA: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\n folded\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\n\tfolded\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\r\n",
        "\x16\x03\x01\x02",
        "\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
        "{\"type\":\"ping\"}",
        HEAD "Transfer-Encoding: chunked\r\n\r\n5\nhello\n0\n\n",
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        refuses(table[i], FF_BAD_REQUEST);
}

static void sizes_are_refused_as_soon_as_they_are_known(void **state)
{
    (void)state;
    refuses(HEAD "Content-Length: 51\r\n\r\n", FF_BODY_TOO_LARGE);
    refuses(HEAD "Content-Length: 18446744073709551615\r\n\r\n", FF_BODY_TOO_LARGE);
    refuses(HEAD "Transfer-Encoding: chunked\r\n\r\n33\r\n", FF_BODY_TOO_LARGE);
    char text[400];
    for (int n = 195; n <= 205; n++) {
        int fixed = snprintf(NULL, 0, "GET /%s HTTP/1.1\r\nHost: h\r\n\r\n", "");
        snprintf(text, sizeof text, "GET /%0*d HTTP/1.1\r\nHost: h\r\n\r\n", n - fixed, 0);
        struct message m = {0};
        size_t have = strlen(text), used;
        assert_int_equal(have, n);
        enum message_state got = message_take(&m, &limits, NULL, text, &have, &used);
        assert_int_equal(got, n <= 200 ? MESSAGE_DONE : MESSAGE_BAD);
    }
    memset(text, 'a', 300);
    memcpy(text, "GET /", 5);
    text[300] = '\0';
    refuses(text, FF_HEADER_TOO_LARGE);
}

static void the_expected_size_is_told(void **state)
{
    (void)state;
    struct message m;
    char *p;
    size_t used;
    const char *text = HEAD "Expect: 100-continue\r\nContent-Length: 20\r\n\r\n";
    assert_int_equal(feed(&m, text, 1000, &p, &used), MESSAGE_MORE);
    assert_int_equal(message_expected(&m), strlen(text) + 20);
    assert_true(message_awaits_continue(&m));
    free(p);
    assert_int_equal(
        feed(&m, HEAD "Expect: 100-continue\r\nContent-Length: 20\r\n\r\nx", 1000, &p, &used),
        MESSAGE_MORE);
    assert_false(message_awaits_continue(&m));
    free(p);
    assert_int_equal(feed(&m, HEAD, 1000, &p, &used), MESSAGE_MORE);
    assert_int_equal(message_expected(&m), 0);
    free(p);
}

static void blank_lines_before_a_request_are_passed_over(void **state)
{
    (void)state;
    assert_int_equal(message_skip_blank("\r\n\r\nGET", 7), 4);
    assert_int_equal(message_skip_blank("\r", 1), 0);
    assert_int_equal(message_skip_blank("\nGET", 4), 0);
    assert_int_equal(message_skip_blank("", 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_browser_says_of_itself_is_in_its_request),
        cmocka_unit_test(any_cut_gives_the_same_request),
        cmocka_unit_test(what_follows_a_message_is_left_alone),
        cmocka_unit_test(lines_end_in_cr_lf_and_nothing_else),
        cmocka_unit_test(sizes_are_refused_as_soon_as_they_are_known),
        cmocka_unit_test(the_expected_size_is_told),
        cmocka_unit_test(blank_lines_before_a_request_are_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
