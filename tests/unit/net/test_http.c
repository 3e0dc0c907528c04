#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "http.h"

#include <stdio.h>
#include <stdlib.h>

static char *sent;

/* The head lies in memory that ends where it ends, so that the sanitizers see a step beyond. */
static enum ff_status parse(const char *text, struct http_head *head)
{
    free(sent);
    size_t n = strlen(text);
    sent = malloc(n);
    memcpy(sent, text, n);
    return http_parse_head(sent, n, head);
}

static void is(struct http_piece piece, const char *wanted)
{
    assert_int_equal(piece.given, wanted != NULL);
    if (!wanted)
        return;
    assert_int_equal(piece.n, strlen(wanted));
    assert_memory_equal(sent + piece.at, wanted, piece.n);
}

static void a_request_is_taken_apart(void **state)
{
    (void)state;
    struct http_head h;
    assert_int_equal(
        parse("POST /v1/events?a=b&c HTTP/1.1\r\nHost: shop.example\r\ncontent-TYPE:\t "
              "application/json \t\r\n"
              "Content-Length: 42 \r\nOrigin:https://a\r\nX-Other: 1\r\nUser-Agent: A (B; C)\r\n"
              "If-None-Match: \"x\"\r\nAuthorization: Bearer k\r\nSec-GPC: 1\r\n"
              "Dnt: 0\r\nDNT: 2\r\nContent-Encoding:\r\nAccept-Encoding: gzip, br\r\n\r\n",
              &h),
        FF_OK);
    assert_int_equal(h.method, NET_POST);
    assert_int_equal(h.content_length, 42);
    assert_true(h.keep_alive);
    assert_false(h.old || h.chunked || h.expects);
    is(h.path, "/v1/events");
    is(h.query, "a=b&c");
    is(h.field[HTTP_HOST], "shop.example");
    is(h.field[HTTP_CONTENT_TYPE], "application/json");
    is(h.field[HTTP_ORIGIN], "https://a");
    is(h.field[HTTP_USER_AGENT], "A (B; C)");
    is(h.field[HTTP_IF_NONE_MATCH], "\"x\"");
    is(h.field[HTTP_AUTHORIZATION], "Bearer k");
    is(h.field[HTTP_GPC], "1");
    is(h.field[HTTP_DNT], "2");
    is(h.field[HTTP_CONTENT_ENCODING], "");
    is(h.field[HTTP_ACCEPT_ENCODING], "gzip, br");
    is(h.field[HTTP_EXPECT], NULL);
}

static void targets_are_split(void **state)
{
    (void)state;
    static const struct {
        const char *target, *path, *query;
    } table[] = {
        {"/", "/", NULL},
        {"/?", "/", ""},
        {"/a?b?c", "/a", "b?c"},
        {"*", "*", NULL},
        {"http://h:1/p?q", "/p", "q"},
        {"http://h?q", "", "q"},
        {"http://h", "", NULL},
        {"/a://b", "/a://b", NULL},
        {"/%41/../x", "/%41/../x", NULL},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct http_head h;
        char text[200];
        snprintf(text, sizeof text, "OPTIONS %s HTTP/1.1\r\nHost: h\r\n\r\n", table[i].target);
        assert_int_equal(parse(text, &h), FF_OK);
        is(h.path, table[i].path);
        is(h.query, table[i].query);
    }
}

/* Bytes that a target may hold, and those that it may not, wherever they stand in it. */
static void every_byte_of_a_target_is_judged(void **state)
{
    static const char *const form[] = {"GET /%ca HTTP/1.1\r\nHost: h\r\n\r\n", "GET /a?%c HTTP/1.1\r\nHost: h\r\n\r\n",
                                       "GET /a?b#%c HTTP/1.1\r\nHost: h\r\n\r\n"};
    (void)state;
    for (size_t i = 0; i < sizeof form / sizeof *form; i++)
        for (int byte = 1; byte < 256; byte++) {
            struct http_head h;
            char text[100];
            bool sound = byte > ' ' && byte != 0x7f;
            snprintf(text, sizeof text, form[i], byte);
            if (parse(text, &h) != (sound ? FF_OK : FF_BAD_REQUEST))
                fail_msg("byte %d in target %zu", byte, i);
        }
}

static void methods_have_their_names(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum net_method method;
    } table[] = {
        {"GET", NET_GET},         {"HEAD", NET_HEAD}, {"POST", NET_POST},   {"DELETE", NET_DELETE},
        {"OPTIONS", NET_OPTIONS}, {"PUT", NET_OTHER}, {"PATCH", NET_OTHER},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct http_head h;
        char text[200];
        snprintf(text, sizeof text, "%s / HTTP/1.1\r\nHost: h\r\n\r\n", table[i].name);
        assert_int_equal(parse(text, &h), FF_OK);
        assert_int_equal(h.method, table[i].method);
    }
}

static void connections_stay_or_close_as_the_version_says(void **state)
{
    (void)state;
    struct http_head h;
    assert_int_equal(parse("GET / HTTP/1.0\r\n\r\n", &h), FF_OK);
    assert_true(h.old && !h.keep_alive);
    assert_int_equal(parse("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", &h), FF_OK);
    assert_true(h.old && h.keep_alive);
    assert_int_equal(parse("GET / HTTP/1.1\r\nHost: h\r\nConnection: foo, close\r\n\r\n", &h),
                     FF_OK);
    assert_false(h.keep_alive);
    assert_int_equal(
        parse("GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", &h),
        FF_OK);
    assert_true(h.keep_alive);
    assert_int_equal(parse("CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n", &h), FF_OK);
    assert_int_equal(h.method, NET_OTHER);
}

static void expectations_count_from_http_1_1_on(void **state)
{
    (void)state;
    struct http_head h;
    assert_int_equal(parse("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\n\r\n", &h),
                     FF_OK);
    assert_true(h.expects);
    assert_int_equal(parse("POST / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n", &h), FF_OK);
    assert_false(h.expects);
    assert_int_equal(parse("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n", &h),
                     FF_OK);
    assert_true(h.chunked);
    assert_int_equal(h.content_length, 0);
}

/* Each of these could be read in two ways, or is no HTTP/1 at all. */
static void hostile_heads_are_refused(void **state)
{
    (void)state;
    static const char *const table[] = {
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
        "chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
        "identity\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunkedx\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: \"chunked\"\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding:\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: \x0b"
        "chunked\r\n\r\n",
        "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding : chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length : 5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent Length: 5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0x5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5, 5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5 5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5.0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 18446744073709551616\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: b\r\nAuthorization: c\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\n: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nnothing\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nA: \x01\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nA\xe4: b\r\n\r\n",
        "GET / HTTP/1.1\r\n Host: h\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /\t HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /\x01 HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /\x7f HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1 \r\nHost: h\r\n\r\n",
        "GET /  HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.2\r\nHost: h\r\n\r\n",
        "GET / HTTP/2.0\r\nHost: h\r\n\r\n",
        "GET / HTTP/0.9\r\n\r\n",
        "GET /\r\n\r\n",
        "GET / http/1.1\r\nHost: h\r\n\r\n",
        "GET / RTSP/1.1\r\nHost: h\r\n\r\n",
        "SOURCE / ICE/1.1\r\nHost: h\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\n",
        "FOO / HTTP/1.1\r\nHost: h\r\n\r\n",
        "get / HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET foo HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\n",
    };
    struct http_head h;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (parse(table[i], &h) != FF_BAD_REQUEST)
            fail_msg("taken: %s", table[i]);
    free(sent);
    sent = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_taken_apart),
        cmocka_unit_test(targets_are_split),
        cmocka_unit_test(every_byte_of_a_target_is_judged),
        cmocka_unit_test(methods_have_their_names),
        cmocka_unit_test(connections_stay_or_close_as_the_version_says),
        cmocka_unit_test(expectations_count_from_http_1_1_on),
        cmocka_unit_test(hostile_heads_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
