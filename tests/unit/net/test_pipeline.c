#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "pipeline.h"
#include "reply.h"

#include <stdio.h>
#include <stdlib.h>

static struct netbuf_pool pool;

static void answer(struct pipeline *p, uint32_t number, const char *header, bool close)
{
    struct net_reply reply = {.status = 204, .headers = ff_span_text(header), .close = close};
    assert_true(pipeline_answer(p, &pool, number, &reply));
}

static void sends(const struct pipeline *p, const char *wanted)
{
    assert_int_equal(netbuf_length(&p->out), strlen(wanted));
    assert_memory_equal(p->out.p + p->out.start, wanted, strlen(wanted));
}

#define REPLY(header) "HTTP/1.1 204 No Content\r\n" header "\r\n"

static void replies_leave_in_the_order_of_requests(void **state)
{
    (void)state;
    struct pipeline p = {0};
    uint32_t a = pipeline_open(&p, 0), b = pipeline_open(&p, 0), c = pipeline_open(&p, 0);
    answer(&p, c, "N: c\r\n", false);
    answer(&p, b, "N: b\r\n", false);
    sends(&p, "");
    assert_int_equal(p.held, 2 * strlen(REPLY("N: b\r\n")));
    assert_false(pipeline_is_open(&p, b));
    assert_true(pipeline_is_open(&p, a));
    answer(&p, a, "N: a\r\n", false);
    sends(&p, REPLY("N: a\r\n") REPLY("N: b\r\n") REPLY("N: c\r\n"));
    assert_int_equal(pipeline_waiting(&p), 0);
    assert_int_equal(p.held, 0);
    assert_false(pipeline_is_open(&p, a) || pipeline_is_open(&p, c) || pipeline_is_open(&p, c + 1));
    pipeline_fini(&p, &pool);
}

static void numbers_go_round(void **state)
{
    (void)state;
    struct pipeline p = {.first = UINT32_MAX - 10, .next = UINT32_MAX - 10};
    for (int round = 0; round < 5; round++) {
        uint32_t number[PIPELINE_SLOTS];
        for (int i = 0; i < PIPELINE_SLOTS; i++)
            number[i] = pipeline_open(&p, 0);
        assert_int_equal(pipeline_waiting(&p), PIPELINE_SLOTS);
        for (int i = PIPELINE_SLOTS; i-- > 0;)
            answer(&p, number[i], "", false);
        assert_int_equal(pipeline_waiting(&p), 0);
    }
    assert_int_equal(netbuf_length(&p.out), 5 * PIPELINE_SLOTS * strlen(REPLY("")));
    pipeline_fini(&p, &pool);
}

static void nothing_follows_a_reply_that_closes(void **state)
{
    (void)state;
    struct pipeline p = {0};
    uint32_t a = pipeline_open(&p, 0), b = pipeline_open(&p, 0), c = pipeline_open(&p, 0);
    answer(&p, c, "", false);
    answer(&p, b, "", true);
    answer(&p, a, "", false);
    sends(&p, REPLY("") REPLY("Connection: close\r\n"));
    assert_true(p.closing && p.last);
    assert_false(pipeline_is_open(&p, c));
    assert_int_equal(p.held, 0);
    pipeline_fini(&p, &pool);
    assert_false(p.closing || p.last);
}

static void the_reply_to_the_last_request_closes(void **state)
{
    (void)state;
    struct pipeline p = {0};
    uint32_t a = pipeline_open(&p, 0), b = pipeline_open(&p, 0);
    p.last = true;
    answer(&p, a, "", false);
    sends(&p, REPLY(""));
    answer(&p, b, "", false);
    sends(&p, REPLY("") REPLY("Connection: close\r\n"));
    assert_true(p.closing);
    pipeline_fini(&p, &pool);
}

static void held_replies_are_freed_with_the_pipeline(void **state)
{
    (void)state;
    struct pipeline p = {0};
    pipeline_open(&p, 0);
    uint32_t b = pipeline_open(&p, REPLY_CLOSES);
    answer(&p, b, "", false);
    pipeline_fini(&p, &pool);
    assert_int_equal(pipeline_bytes(&p), 0);
    assert_int_equal(pipeline_waiting(&p), 0);
}

static int tear_down(void **state)
{
    (void)state;
    netbuf_pool_fini(&pool);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies_leave_in_the_order_of_requests),
        cmocka_unit_test(numbers_go_round),
        cmocka_unit_test(nothing_follows_a_reply_that_closes),
        cmocka_unit_test(the_reply_to_the_last_request_closes),
        cmocka_unit_test(held_replies_are_freed_with_the_pipeline),
    };
    return cmocka_run_group_tests(tests, NULL, tear_down);
}
