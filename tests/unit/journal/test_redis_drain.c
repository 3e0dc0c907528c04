#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "redis_drain.h"
#include "redis_fake.h"
#include "redis_handover.h"
#include "redis_reader.h"
#include "redis_server.h"
#include "scratch.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

struct room {
    struct redis_server server;
    struct redis_keys keys;
    struct redis_link *link;
    char path[SCRATCH_MAX];
    struct spill *spill;
    struct redis_drain drain;
    char why[512];
};

static int setup(void **state)
{
    struct room *room = calloc(1, sizeof *room);
    struct redis_url url;
    struct redis_id mine;
    uint64_t last;
    redis_server_make(&room->server);
    redis_server_start(&room->server, NULL);
    scratch_make(room->path);
    const struct spill_options options = {.path = room->path, .journal = "test", .durability = FF_DURABLE_PROCESS, .max = (uint64_t)64 << 20};
    assert_int_equal(spill_open(&room->spill, &options, room->why, sizeof room->why), FF_OK);
    assert_true(redis_url_parse(room->server.url, &url, room->why, sizeof room->why));
    assert_true(redis_keys_make(&room->keys, "footfall", "test"));
    room->link = redis_link_new(&url);
    assert_int_equal(redis_link_connect(room->link, 5 * FF_SECOND), REDIS_OK);
    const struct redis_claim claim = {.now = 1000, .by = "test:1:1"};
    assert_int_equal(redis_stream_take(room->link, &room->keys, &claim, &mine, &last), REDIS_OK);
    assert_true(mine.epoch == 1000 && last == 0);
    *state = room;
    return 0;
}

static int teardown(void **state)
{
    struct room *room = *state;
    redis_link_free(room->link);
    spill_close(&room->spill);
    scratch_remove(room->path);
    redis_server_end(&room->server);
    free(room);
    return 0;
}

static struct ff_span body_of(uint64_t seq, char *out)
{
    return ff_span_of(out, (size_t)snprintf(out, 64, "the record %llu", (unsigned long long)seq));
}

static void settle(struct room *room)
{
    uint64_t durable;
    assert_int_equal(spill_flush(room->spill), FF_OK);
    while (spill_settled(room->spill) < spill_last(room->spill)) {
        struct pollfd news = {.fd = spill_news_fd(room->spill), .events = POLLIN};
        assert_int_equal(poll(&news, 1, 30000), 1);
        assert_int_equal(spill_poll(room->spill, &durable), FF_OK);
    }
}

static void spill(struct room *room, uint64_t epoch, uint64_t first, uint64_t last)
{
    char body[64];
    for (uint64_t seq = first; seq <= last; seq++)
        assert_int_equal(spill_add(room->spill, epoch, seq, (struct spill_copy){0}, body_of(seq, body)), FF_OK);
    settle(room);
}

static enum redis_trouble drain(struct room *room, uint64_t from)
{
    struct redis_drain *d = &room->drain;
    d->keys = &room->keys;
    d->spill = room->spill;
    d->epoch = 1000;
    d->from = from;
    d->upto = spill_last(room->spill);
    return redis_drain_to_stream(room->link, d);
}

static enum ff_status expect(void *ctx, uint64_t seq, struct ff_span body)
{
    char text[64];
    assert_true(seq == ++*(uint64_t *)ctx);
    if (body.n < 64)
        assert_true(ff_span_equal(body, body_of(seq, text)));
    return FF_OK;
}

/* The stream holds the records 1 to last, each once, in so many groups. */
static void holds(struct room *room, uint64_t last, long long groups)
{
    uint64_t seen = 0, end;
    struct redis_seen read = {0};
    if (redis_read(room->link, &room->keys, 1, UINT64_MAX, expect, &seen, &read, &end, room->why, sizeof room->why) != FF_OK)
        fail_msg("%s", room->why);
    assert_true(seen == last && end == last);
    assert_int_equal(redis_server_number(&room->server, "XLEN footfall:{test}:journal"), groups + 1);
}

static void what_was_spilled_comes_to_the_stream_in_order(void **state)
{
    struct room *room = *state;
    spill(room, 1000, 1, 500);
    assert_int_equal(drain(room, 1), REDIS_OK);
    assert_true(room->drain.place == 500 && room->drain.seq == 500 && room->drain.spilled == FF_OK);
    holds(room, 500, 1);
    spill(room, 1000, 501, 600);
    assert_int_equal(drain(room, 501), REDIS_OK);
    holds(room, 600, 2);
    assert_int_equal(drain(room, 601), REDIS_OK);
    assert_int_equal(room->drain.place, 600);
    holds(room, 600, 2);
}

static void much_goes_in_several_groups(void **state)
{
    struct room *room = *state;
    static char large[300000];
    for (uint64_t seq = 1; seq <= 20; seq++)
        assert_int_equal(spill_add(room->spill, 1000, seq, (struct spill_copy){0}, ff_span_of(large, sizeof large)), FF_OK);
    settle(room);
    assert_int_equal(drain(room, 1), REDIS_OK);
    assert_true(room->drain.bytes > 20 * sizeof large && room->drain.slowest > 0);
    holds(room, 20, 7);
}

static void what_is_there_already_is_passed_over(void **state)
{
    struct room *room = *state;
    spill(room, 1000, 1, 100);
    assert_int_equal(drain(room, 1), REDIS_OK);
    room->drain.seq = 60; /* as if only so much were known to be there: the last is sent again, and found */
    assert_int_equal(drain(room, 1), REDIS_OK);
    assert_int_equal(room->drain.seq, 100);
    holds(room, 100, 1);
}

/* A group whose answer did not come may be written at any time: what is sent again must be the same. */
static void a_group_that_was_sent_before_is_sent_as_it_was(void **state)
{
    struct room *room = *state;
    spill(room, 1000, 1, 100);
    room->drain.sent = 40;
    assert_int_equal(drain(room, 1), REDIS_OK);
    assert_int_equal(room->drain.sent, 100);
    holds(room, 100, 2);
    assert_int_equal(redis_server_number(&room->server, "XDEL footfall:{test}:journal 1000-40"), 1);
}

/* What the entry with this id says it took; epoch 0: nothing. */
static struct redis_id took_of(struct room *room, const char *id)
{
    struct redis_reply reply;
    struct redis_entry e;
    const struct ff_span argv[] = {FF_LITERAL("XRANGE"), redis_key_span(&room->keys.journal), ff_span_text(id),
                                   ff_span_text(id)};
    assert_int_equal(redis_link_call(room->link, argv, 4, &reply), REDIS_OK);
    assert_int_equal(redis_reply_count(reply), 1);
    assert_true(redis_entry_read(redis_reply_at(reply, 0), &e));
    return e.took;
}

static void strays_are_a_group_that_says_whose_they_were(void **state)
{
    struct room *room = *state;
    spill(room, 1000, 1, 100);
    room->drain.stray = (struct redis_stray){31, 50, {900, 77}};
    assert_int_equal(drain(room, 1), REDIS_OK);
    holds(room, 100, 3);
    const struct redis_id took = took_of(room, "1000-50");
    assert_true(took.epoch == 900 && took.n == 77);
    assert_int_equal(took_of(room, "1000-30").epoch, 0);
    assert_int_equal(took_of(room, "1000-100").epoch, 0);
}

static void records_of_another_epoch_stay_where_they_are(void **state)
{
    struct room *room = *state;
    spill(room, 900, 1, 30);
    spill(room, 1000, 1, 10);
    assert_int_equal(drain(room, 1), REDIS_OK);
    assert_int_equal(room->drain.place, 40);
    holds(room, 10, 1);
}

static void a_greater_epoch_is_a_fence(void **state)
{
    struct room *room = *state;
    struct redis_id mine;
    uint64_t last;
    const struct redis_claim claim = {.now = 2000, .by = "another:1:1"};
    spill(room, 1000, 1, 10);
    assert_int_equal(redis_stream_take(room->link, &room->keys, &claim, &mine, &last), REDIS_OK);
    assert_int_equal(drain(room, 1), REDIS_FENCED);
    assert_true(room->drain.place == 0 && room->drain.seq == 0);
}

static void a_stream_that_is_gone_is_lost_data(void **state)
{
    struct room *room = *state;
    spill(room, 1000, 1, 10);
    redis_server_do(&room->server, "FLUSHALL");
    assert_int_equal(drain(room, 1), REDIS_LOST_DATA);
}

static void trouble_says_how_far_it_came(void **state)
{
    struct room *room = *state;
    static char large[900000];
    for (uint64_t seq = 1; seq <= 3; seq++)
        assert_int_equal(spill_add(room->spill, 1000, seq, (struct spill_copy){0}, ff_span_of(large, sizeof large)), FF_OK);
    settle(room);
    redis_server_kill(&room->server);
    assert_int_equal(drain(room, 1), REDIS_AWAY);
    assert_true(room->drain.place == 0 && room->drain.sent == 1 && room->drain.spilled == FF_OK);
}

/* A link to a server that gives these answers. */
static struct redis_link *link_to(struct redis_fake *fake, const char *const *answers)
{
    struct redis_url url;
    char why[256];
    redis_fake_start(fake, answers);
    assert_true(redis_url_parse(fake->url, &url, why, sizeof why));
    struct redis_link *link = redis_link_new(&url);
    assert_int_equal(redis_link_connect(link, 5 * FF_SECOND), REDIS_OK);
    return link;
}

#define BELOW "-ERR The ID specified in XADD is equal or smaller than the target stream top item\r\n"

/* Between the refusal and the look anything may have happened to the server. */
static void what_is_refused_as_below_is_what_a_look_says_it_is(void **state)
{
    struct room *room = *state;
    static const struct row {
        const char *look;
        enum redis_trouble means;
    } rows[] = {
        {"*2\r\n$7\r\n1000-10\r\n:0\r\n", REDIS_OK},
        {"*2\r\n$7\r\n1000-12\r\n:0\r\n", REDIS_OK},
        {"*2\r\n$6\r\n1000-7\r\n:0\r\n", REDIS_AWAY},
        {"*2\r\n$6\r\n1000-3\r\n:0\r\n", REDIS_LOST_DATA},
        {"*2\r\n$6\r\n999-50\r\n:0\r\n", REDIS_LOST_DATA},
        {"*2\r\n$-1\r\n:0\r\n", REDIS_LOST_DATA},
        {"*2\r\n$6\r\n1001-0\r\n:0\r\n", REDIS_FENCED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct redis_fake fake;
        const char *const answers[] = {BELOW, rows[i].look, NULL};
        struct redis_link *link = link_to(&fake, answers);
        const struct redis_id id = {1000, 10}, acked = {1000, 5}, none = {0, 0};
        assert_int_equal(redis_drain_append(link, &room->keys, id, acked, FF_LITERAL("group"), none), rows[i].means);
        redis_link_free(link);
        redis_fake_end(&fake);
    }
}

static void trouble_after_a_group_says_that_this_one_is_there(void **state)
{
    struct room *room = *state;
    static char large[400000];
    struct redis_fake fake;
    const char *const answers[] = {"$6\r\n1000-2\r\n", "-OOM command not allowed\r\n", NULL};
    struct redis_link *link = link_to(&fake, answers), *own = room->link;
    for (uint64_t seq = 1; seq <= 6; seq++)
        assert_int_equal(spill_add(room->spill, 1000, seq, (struct spill_copy){0}, ff_span_of(large, sizeof large)), FF_OK);
    settle(room);
    room->link = link;
    assert_int_equal(drain(room, 1), REDIS_OOM);
    room->link = own;
    assert_true(room->drain.seq == 2 && room->drain.sent == 4);
    assert_int_equal(room->drain.place, 2); /* record 3 was read already */
    redis_link_free(link);
    redis_fake_end(&fake);
}

static void another_owner_finds_it_in_the_handover(void **state)
{
    struct room *room = *state;
    struct redis_drain *d = &room->drain;
    struct redis_handover which;
    struct segment_group g;
    struct ff_span bytes;
    bool found;
    spill(room, 1000, 1, 100);
    *d = (struct redis_drain){.keys = &room->keys, .spill = room->spill, .epoch = 1000, .from = 1, .upto = 100, .seq = 60};
    assert_int_equal(redis_drain_to_handover(room->link, d), REDIS_OK);
    assert_int_equal(d->place, 100);
    assert_int_equal(redis_handover_next(room->link, &room->keys, &which, &g, &bytes, &found), REDIS_OK);
    assert_true(found && which.epoch == 1000 && which.first == 61 && which.last == 100);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(what_was_spilled_comes_to_the_stream_in_order),
        CASE(much_goes_in_several_groups),
        CASE(what_is_there_already_is_passed_over),
        CASE(a_group_that_was_sent_before_is_sent_as_it_was),
        CASE(strays_are_a_group_that_says_whose_they_were),
        CASE(records_of_another_epoch_stay_where_they_are),
        CASE(a_greater_epoch_is_a_fence),
        CASE(a_stream_that_is_gone_is_lost_data),
        CASE(trouble_says_how_far_it_came),
        CASE(what_is_refused_as_below_is_what_a_look_says_it_is),
        CASE(trouble_after_a_group_says_that_this_one_is_there),
        CASE(another_owner_finds_it_in_the_handover),
    };
    return REDIS_SERVER_RUN(tests);
}
