#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "known.h"

#include <stdio.h>
#include <string.h>

#define LINES "Host: shop\r\nUser-Agent: a b\r\nContent-Length: 12\r\nOrigin: https://shop \r\nAccept: */*\r\n\r\n"
#define LONGER "Host: shop\r\nUser-Agent: a b\r\nContent-Length: 1234\r\nOrigin: https://shop \r\nAccept: */*\r\n\r\n"
#define FIRST "POST /v1/events HTTP/1.1\r\n" LINES

static struct known *known;

static int tear_down(void **state)
{
    (void)state;
    known_free(&known);
    return 0;
}

static void keep(const char *text)
{
    struct http_head head;
    assert_int_equal(http_parse_head(text, strlen(text), &head), FF_OK);
    known_keep(&known, text, strlen(text), &head);
}

static void assert_same_piece(struct http_piece a, struct http_piece b)
{
    assert_int_equal(a.given, b.given);
    if (!a.given)
        return;
    assert_int_equal(a.at, b.at);
    assert_int_equal(a.n, b.n);
}

static void assert_same_span(struct ff_span a, struct ff_span b)
{
    assert_int_equal(a.p == NULL, b.p == NULL);
    assert_true(ff_span_equal(a, b));
}

/* What is known says the same of a head as parsing it. */
static void assert_same_request(const char *text, const struct http_head *slow)
{
    struct net_request parsed = {.note = NULL};
    const struct net_request *kept = known_request(known);
    http_set_fields(text, slow, &parsed);
    assert_non_null(kept->note);
    assert_same_span(kept->content_type, parsed.content_type);
    assert_same_span(kept->content_encoding, parsed.content_encoding);
    assert_same_span(kept->origin, parsed.origin);
    assert_same_span(kept->host, parsed.host);
    assert_same_span(kept->accept, parsed.accept);
    assert_same_span(kept->user_agent, parsed.user_agent);
    assert_same_span(kept->signs.ch_mobile, parsed.signs.ch_mobile);
    assert_same_span(kept->gpc, parsed.gpc);
}

/* What is known takes this head as parsing does, with something of the body behind it. */
static void takes(const char *text)
{
    char bytes[4096];
    struct http_head quick, slow;
    size_t n = strlen(text);
    assert_int_equal(http_parse_head(text, n, &slow), FF_OK);
    snprintf(bytes, sizeof bytes, "%s{\"type\":1}", text);
    assert_int_equal(known_take(known, bytes, strlen(bytes), 4096, &quick), n);
    assert_int_equal(quick.method, slow.method);
    assert_int_equal(quick.old, slow.old);
    assert_int_equal(quick.keep_alive, slow.keep_alive);
    assert_int_equal(quick.chunked, slow.chunked);
    assert_int_equal(quick.expects, slow.expects);
    assert_int_equal(quick.content_length, slow.content_length);
    assert_same_piece(quick.path, slow.path);
    assert_same_piece(quick.query, slow.query);
    assert_same_request(text, &slow);
}

static void leaves(const char *text)
{
    struct http_head head;
    assert_int_equal(known_take(known, text, strlen(text), 4096, &head), 0);
}

static void the_same_lines_are_not_parsed_again(void **state)
{
    (void)state;
    keep(FIRST);
    takes(FIRST);
    takes("POST /v1/events?a=b HTTP/1.1\r\n" LINES);
    takes("POST / HTTP/1.1\r\n" LINES);
    known_free(&known);
    keep("GET /v1/pixel.gif?x=1 HTTP/1.1\r\nHost: shop\r\nAccept: image/gif\r\n\r\n");
    takes("GET /v1/pixel.gif HTTP/1.1\r\nHost: shop\r\nAccept: image/gif\r\n\r\n");
    takes("GET /v1/pixel.gif?y=2222222222 HTTP/1.1\r\nHost: shop\r\nAccept: image/gif\r\n\r\n");
}

static void only_the_length_of_the_body_may_differ(void **state)
{
    (void)state;
    keep(FIRST);
    takes("POST /v1/events HTTP/1.1\r\n" LONGER);
    takes("POST /v1/events HTTP/1.1\r\n"
          "Host: shop\r\nUser-Agent: a b\r\nContent-Length: 7\r\nOrigin: https://shop \r\nAccept: */*\r\n\r\n");
    leaves("POST /v1/events HTTP/1.1\r\n"
           "Host: shop\r\nUser-Agent: a b\r\nContent-Length: \r\nOrigin: https://shop \r\nAccept: */*\r\n\r\n");
    leaves("POST /v1/events HTTP/1.1\r\n"
           "Host: shop\r\nUser-Agent: a b\r\nContent-Length: 1x\r\nOrigin: https://shop \r\nAccept: */*\r\n\r\n");
    leaves("POST /v1/events HTTP/1.1\r\n"
           "Host: shop\r\nUser-Agent: a c\r\nContent-Length: 12\r\nOrigin: https://shop \r\nAccept: */*\r\n\r\n");
    leaves("POST /v1/events HTTP/1.1\r\n"
           "Host: shop\r\nUser-Agent: a b\r\nContent-Length: 12345678901234567890\r\nOrigin: https://shop \r\n\r\n");
}

static void another_request_line_is_parsed(void **state)
{
    (void)state;
    keep(FIRST);
    leaves("POSTS /v1/events HTTP/1.1\r\n" LINES);
    leaves("PUT /v1/events HTTP/1.1\r\n" LINES);
    leaves("LOCK /v1/events HTTP/1.1\r\n" LINES); /* as long */
    leaves("POST /v1/events HTTP/1.0\r\n" LINES); /* does not keep the connection */
    leaves("POST /v1/events HTTP/1.2\r\n" LINES);
    leaves("POST  /v1/events HTTP/1.1\r\n" LINES);
    leaves("POST /v1/events  HTTP/1.1\r\n" LINES);
    leaves("POST /v1/events HTTP/1.1 \r\n" LINES);
    leaves("POST /v1/events HTTP/1.1\r\r\n" LINES);
    leaves("POST /v1/events HTTP/1.1\n" LINES);
    leaves("POST /v1/\tevents HTTP/1.1\r\n" LINES);
    leaves("POST http://shop/v1/events HTTP/1.1\r\n" LINES);
    leaves("POST * HTTP/1.1\r\n" LINES);
    leaves("POST");
    leaves("");
}

static void a_part_of_a_head_is_left(void **state)
{
    (void)state;
    struct http_head head;
    keep(FIRST);
    for (size_t n = 0; n < strlen(FIRST); n++)
        assert_int_equal(known_take(known, FIRST, n, 4096, &head), 0);
    assert_int_equal(known_take(known, FIRST, strlen(FIRST), strlen(FIRST) - 1, &head), 0); /* too long */
    assert_int_equal(known_take(NULL, FIRST, strlen(FIRST), 4096, &head), 0);
}

static void the_last_lines_are_those_that_are_known(void **state)
{
    (void)state;
    keep("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    keep(FIRST);
    takes(FIRST);
    keep("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    takes("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    leaves(FIRST);
}

static void very_long_lines_are_not_kept(void **state)
{
    (void)state;
    char text[KNOWN_MAX + 200];
    snprintf(text, sizeof text, "GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: %0*d\r\n\r\n", KNOWN_MAX, 0);
    keep(text);
    leaves(text);
}

static void a_note_stays_with_the_same_lines_and_goes_with_them(void **state)
{
    (void)state;
    keep(FIRST);
    uint64_t *note = known_request(known)->note;
    for (int i = 0; i < NET_NOTE; i++)
        assert_int_equal(note[i], 0);
    note[0] = note[NET_NOTE - 1] = 7;
    takes("POST /v1/events HTTP/1.1\r\n" LONGER);
    note = known_request(known)->note;
    assert_int_equal(note[0], 7);
    assert_int_equal(note[NET_NOTE - 1], 7);
    keep("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    note = known_request(known)->note;
    assert_int_equal(note[0], 0);
    assert_int_equal(note[NET_NOTE - 1], 0);
}

static void what_the_reader_of_a_request_changes_is_there_again_with_the_next(void **state)
{
    (void)state;
    keep("POST / HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\n");
    assert_true(ff_span_is(known_request(known)->content_encoding, "gzip"));
    known_request(known)->content_encoding = (struct ff_span){0};
    assert_true(ff_span_is(known_request(known)->content_encoding, "gzip"));
}

#define T(name) cmocka_unit_test_teardown(name, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(the_same_lines_are_not_parsed_again), T(only_the_length_of_the_body_may_differ),
        T(another_request_line_is_parsed),      T(a_part_of_a_head_is_left),
        T(the_last_lines_are_those_that_are_known), T(very_long_lines_are_not_kept),
        T(a_note_stays_with_the_same_lines_and_goes_with_them),
        T(what_the_reader_of_a_request_changes_is_there_again_with_the_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
