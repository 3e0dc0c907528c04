#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "redis_handover.h"
#include "redis_server.h"

#include <stdio.h>
#include <stdlib.h>

struct room {
    struct redis_server server;
    struct redis_keys keys;
    struct redis_link *link;
};

static int setup(void **state)
{
    struct room *room = calloc(1, sizeof *room);
    struct redis_url url;
    char why[256];
    redis_server_make(&room->server);
    redis_server_start(&room->server, NULL);
    assert_true(redis_url_parse(room->server.url, &url, why, sizeof why));
    assert_true(redis_keys_make(&room->keys, "footfall", "test"));
    room->link = redis_link_new(&url);
    assert_int_equal(redis_link_connect(room->link, 5 * FF_SECOND), REDIS_OK);
    *state = room;
    return 0;
}

static int teardown(void **state)
{
    struct room *room = *state;
    redis_link_free(room->link);
    redis_server_end(&room->server);
    free(room);
    return 0;
}

/* A group of the records first to last, each of a word. */
static struct ff_span group_of(uint64_t first, uint64_t last, unsigned char *out)
{
    size_t n = SEGMENT_GROUP_HEADER;
    for (uint64_t seq = first; seq <= last; seq++) {
        segment_record_put(out + n, seq, FF_LITERAL("beacon"));
        n += segment_record_size(6);
    }
    segment_group_put(out, &(struct segment_group){
                               .first = first,
                               .durable = first - 1,
                               .count = (uint32_t)(last - first + 1),
                               .bytes = (uint32_t)(n - SEGMENT_GROUP_HEADER),
                           });
    return ff_span_of((const char *)out, n);
}

static void put(struct room *room, uint64_t epoch, uint64_t first, uint64_t last)
{
    unsigned char bytes[4096];
    assert_int_equal(redis_handover_put(room->link, &room->keys, epoch, (struct redis_id){0}, group_of(first, last, bytes)), REDIS_OK);
}

/* Takes the first group, expects it to be this one, and drops it. */
static void take(struct room *room, uint64_t epoch, uint64_t first, uint64_t last)
{
    struct redis_handover which;
    struct segment_group g;
    struct ff_span bytes;
    struct segment_record record;
    bool found;
    assert_int_equal(redis_handover_next(room->link, &room->keys, &which, &g, &bytes, &found), REDIS_OK);
    assert_true(found && which.epoch == epoch && which.first == first && which.last == last);
    assert_true(g.first == first && g.first + g.count - 1 == last);
    for (uint64_t seq = first; seq <= last; seq++) {
        bytes.p += segment_record_at(&record, bytes.p);
        assert_true(record.seq == seq && ff_span_is(record.body, "beacon"));
    }
    assert_int_equal(redis_handover_drop(room->link, &room->keys, &which), REDIS_OK);
}

static bool any(struct room *room)
{
    struct redis_handover which;
    struct segment_group g;
    struct ff_span bytes;
    bool found;
    assert_int_equal(redis_handover_next(room->link, &room->keys, &which, &g, &bytes, &found), REDIS_OK);
    return found;
}

static uint64_t count(struct room *room)
{
    uint64_t n = 99;
    assert_int_equal(redis_handover_count(room->link, &room->keys, &n), REDIS_OK);
    return n;
}

static void groups_come_in_the_order_of_epochs_and_records(void **state)
{
    struct room *room = *state;
    assert_false(any(room));
    put(room, 1700000009, 5, 7);
    put(room, 1700000001, 100, 101);
    put(room, 1700000001, 99, 99);
    put(room, 1700000009, 1, 4);
    assert_int_equal(count(room), 4);
    take(room, 1700000001, 99, 99);
    take(room, 1700000001, 100, 101);
    take(room, 1700000009, 1, 4);
    take(room, 1700000009, 5, 7);
    assert_false(any(room));
    assert_int_equal(count(room), 0);
}

static void what_is_left_twice_is_there_once(void **state)
{
    struct room *room = *state;
    put(room, 7, 1, 4);
    put(room, 7, 1, 4);
    assert_int_equal(count(room), 1);
    take(room, 7, 1, 4);
}

static void what_is_no_group_is_not_left(void **state)
{
    struct room *room = *state;
    assert_int_not_equal(redis_handover_put(room->link, &room->keys, 7, (struct redis_id){0}, FF_LITERAL("a group?")), REDIS_OK);
    assert_int_equal(count(room), 0);
}

static void a_damaged_group_is_put_aside(void **state)
{
    struct room *room = *state;
    put(room, 7, 5, 8);
    redis_server_number(&room->server, "HSET footfall:{test}:handover 7-1-4 broken");
    redis_server_number(&room->server, "HSET footfall:{test}:handover nonsense 1");
    put(room, 6, 1, 2);
    redis_server_number(&room->server, "HSET footfall:{test}:handover 6-1-2 x");
    take(room, 7, 5, 8);
    assert_false(any(room));
    assert_int_equal(redis_server_number(&room->server, "HEXISTS footfall:{test}:damaged 7-1-4"), 1);
    assert_int_equal(redis_server_number(&room->server, "HEXISTS footfall:{test}:damaged 6-1-2"), 1);
    assert_int_equal(count(room), 1); /* of what nobody here has named it stays as it is */
}

static void a_group_under_another_s_name_is_damaged(void **state)
{
    struct room *room = *state;
    unsigned char bytes[4096];
    struct redis_reply reply;
    const struct ff_span argv[] = {FF_LITERAL("HSET"), redis_key_span(&room->keys.handover), FF_LITERAL("7-1-3"),
                                   group_of(1, 4, bytes)};
    assert_int_equal(redis_link_call(room->link, argv, 4, &reply), REDIS_OK);
    assert_false(any(room));
}

static void a_group_with_one_byte_changed_is_damaged(void **state)
{
    struct room *room = *state;
    unsigned char bytes[4096];
    struct redis_reply reply;
    const struct ff_span argv[] = {FF_LITERAL("HSET"), redis_key_span(&room->keys.handover), FF_LITERAL("7-1-4"),
                                   group_of(1, 4, bytes)};
    bytes[argv[3].n - 1] ^= 1;
    assert_int_equal(redis_link_call(room->link, argv, 4, &reply), REDIS_OK);
    assert_false(any(room));
    assert_int_equal(redis_server_number(&room->server, "HEXISTS footfall:{test}:damaged 7-1-4"), 1);
    assert_int_equal(count(room), 0);
}

static void a_server_that_is_away_is_told(void **state)
{
    struct room *room = *state;
    struct redis_handover which = {1, 1, 1, {0, 0}};
    struct segment_group g;
    struct ff_span bytes;
    unsigned char group[4096];
    bool found;
    uint64_t n;
    redis_server_kill(&room->server);
    assert_int_equal(redis_handover_put(room->link, &room->keys, 7, (struct redis_id){0}, group_of(1, 4, group)), REDIS_AWAY);
    assert_int_equal(redis_handover_count(room->link, &room->keys, &n), REDIS_AWAY);
    assert_int_equal(redis_handover_next(room->link, &room->keys, &which, &g, &bytes, &found), REDIS_AWAY);
    assert_false(found);
    assert_int_equal(redis_handover_drop(room->link, &room->keys, &which), REDIS_AWAY);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(groups_come_in_the_order_of_epochs_and_records),
        CASE(what_is_left_twice_is_there_once),
        CASE(what_is_no_group_is_not_left),
        CASE(a_damaged_group_is_put_aside),
        CASE(a_group_under_another_s_name_is_damaged),
        CASE(a_group_with_one_byte_changed_is_damaged),
        CASE(a_server_that_is_away_is_told),
    };
    return REDIS_SERVER_RUN_ON(REDIS_SERVER_OLD, tests);
}
