#include "redis_entry.h"

#include "redis_server.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

struct stage {
    struct redis_server server;
    struct redis_link *link;
};

static int setup(void **state)
{
    static struct stage s;
    struct redis_url url;
    char why[256];
    redis_server_make(&s.server);
    redis_server_start(&s.server, NULL);
    assert_true(redis_url_parse(s.server.url, &url, why, sizeof why));
    s.link = redis_link_new(&url);
    assert_int_equal(redis_link_connect(s.link, FF_SECOND), REDIS_OK);
    *state = &s;
    return 0;
}

static int teardown(void **state)
{
    struct stage *s = *state;
    redis_link_free(s->link);
    redis_server_end(&s->server);
    return 0;
}

/* Adds an entry as the command says, and reads it back. */
static bool read_back(struct stage *s, const char *add, struct redis_entry *out)
{
    const struct ff_span range[] = {FF_LITERAL("XRANGE"), FF_LITERAL("s"), FF_LITERAL("-"), FF_LITERAL("+")};
    struct redis_reply reply;
    char answer[64];
    redis_server_number(&s->server, "DEL s");
    redis_server_ask(&s->server, add, answer, sizeof answer);
    assert_int_equal(answer[0], '$');
    assert_int_equal(redis_link_call(s->link, range, 4, &reply), REDIS_OK);
    assert_int_equal(redis_reply_count(reply), 1);
    return redis_entry_read(redis_reply_at(reply, 0), out);
}

static void a_group_is_read(void **state)
{
    struct redis_entry e;
    assert_true(read_back(*state, "XADD s 7-19 group bytes", &e));
    assert_true(e.id.epoch == 7 && e.id.n == 19 && !e.begins && e.took.epoch == 0);
    assert_true(ff_span_is(e.group, "bytes"));
}

static void a_group_may_say_what_was_taken_over(void **state)
{
    struct redis_entry e;
    assert_true(read_back(*state, "XADD s 7-19 group bytes took 5-311 other x", &e));
    assert_true(e.took.epoch == 5 && e.took.n == 311 && ff_span_is(e.group, "bytes"));
}

static void the_beginning_of_an_epoch_is_read(void **state)
{
    struct redis_entry e;
    assert_true(read_back(*state, "XADD s 18446744073709551615-0 begin 18446744073709551615 by host:1", &e));
    assert_true(e.begins && e.begin == UINT64_MAX && e.id.epoch == UINT64_MAX && e.id.n == 0 && e.group.n == 0);
}

static void what_is_not_ours_is_refused(void **state)
{
    static const char *const bad[] = {"XADD s 7-1 other x", "XADD s 7-1 begin x", "XADD s 7-1 begin 1 group b",
                                      "XADD s 7-1 group b took 5", "XADD s 7-1 group b took 0-5"};
    struct redis_entry e;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(read_back(*state, bad[i], &e));
}

static void ids_are_read_printed_and_ordered(void **state)
{
    static const char *const bad[] = {"", "5", "5-", "-5", "5-x", "5-1-2", "18446744073709551616-0"};
    struct redis_id id;
    char text[REDIS_ID_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(redis_id_read(ff_span_text(bad[i]), &id));
    assert_true(redis_id_read(FF_LITERAL("12-345"), &id));
    assert_true(ff_span_is(redis_id_print(text, id), "12-345"));
    assert_true(redis_id_compare((struct redis_id){1, 9}, (struct redis_id){2, 1}) < 0);
    assert_true(redis_id_compare((struct redis_id){2, 2}, (struct redis_id){2, 1}) > 0);
    assert_int_equal(redis_id_compare(id, id), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_group_is_read, setup, teardown),
        cmocka_unit_test_setup_teardown(a_group_may_say_what_was_taken_over, setup, teardown),
        cmocka_unit_test_setup_teardown(the_beginning_of_an_epoch_is_read, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_not_ours_is_refused, setup, teardown),
        cmocka_unit_test(ids_are_read_printed_and_ordered),
    };
    return REDIS_SERVER_RUN_ON(REDIS_SERVER_OLD, tests);
}
