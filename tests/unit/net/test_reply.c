#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "reply.h"

#include <stdlib.h>

static void writes(const struct net_reply *reply, unsigned flags, const char *wanted)
{
    size_t bound = reply_bound(reply);
    char *out = malloc(bound);
    size_t n = reply_write(out, reply, flags);
    assert_true(n <= bound);
    assert_int_equal(n, strlen(wanted));
    assert_memory_equal(out, wanted, n);
    free(out);
}

static void a_reply_is_written_with_its_length(void **state)
{
    (void)state;
    struct net_reply r = {.status = 200,
                          .content_type = FF_LITERAL("text/plain"),
                          .body = FF_LITERAL("hello"),
                          .headers = FF_LITERAL("A: b\r\n")};
    writes(&r, 0,
           "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\nA: b\r\n\r\nhello");
    writes(&r, REPLY_TO_HEAD,
           "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\nA: b\r\n\r\n");
    writes(&r, REPLY_CLOSES | REPLY_KEEPS_OLD,
           "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\nConnection: "
           "close\r\nA: b\r\n\r\nhello");
    writes(&r, REPLY_KEEPS_OLD,
           "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\nConnection: "
           "keep-alive\r\nA: b\r\n\r\nhello");
}

static void replies_without_a_body_say_so(void **state)
{
    (void)state;
    struct net_reply r = {.status = 204};
    writes(&r, 0, "HTTP/1.1 204 No Content\r\n\r\n");
    r = (struct net_reply){.status = 304, .headers = FF_LITERAL("ETag: \"x\"\r\n")};
    writes(&r, 0, "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n");
    r = (struct net_reply){
        .status = 304, .content_type = FF_LITERAL("a/b"), .body = FF_LITERAL("never")};
    writes(&r, 0, "HTTP/1.1 304 Not Modified\r\n\r\n");
    r = (struct net_reply){.status = 404};
    writes(&r, 0, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    r = (struct net_reply){.status = 299};
    writes(&r, 0, "HTTP/1.1 299 Unnamed\r\nContent-Length: 0\r\n\r\n");
}

static void a_fault_is_json_with_its_code(void **state)
{
    (void)state;
    char text[REPLY_FAULT_TEXT];
    struct net_reply r = reply_of_fault(FF_BODY_TOO_LARGE, text);
    assert_int_equal(r.status, 413);
    assert_true(r.close);
    assert_true(ff_span_is(r.content_type, "application/json"));
    assert_true(ff_span_is(
        r.body,
        "{\"error\":\"the body is larger than ingest.max_body\",\"code\":\"body_too_large\"}\n"));
    for (int s = 0; s < FF_STATUS_COUNT; s++)
        assert_true(reply_of_fault((enum ff_status)s, text).body.n > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reply_is_written_with_its_length),
        cmocka_unit_test(replies_without_a_body_say_so),
        cmocka_unit_test(a_fault_is_json_with_its_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
