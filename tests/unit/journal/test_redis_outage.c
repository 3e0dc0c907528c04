#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "faulty_io.h"
#include "redis_outage.h"
#include "scratch.h"

#include <poll.h>
#include <stdlib.h>

struct room {
    struct faulty_io faulty;
    char path[SCRATCH_MAX];
    struct redis_outage outage;
    struct pending queue;
    uint64_t max;
    uint64_t next;
    char why[512];
};

static void opened(struct room *room)
{
    struct spill *spill;
    const struct spill_options options = {
        .path = room->path,
        .journal = "footfall:{test}:journal",
        .durability = FF_DURABLE_DISK,
        .io = &room->faulty.io,
        .max = room->max,
    };
    if (spill_open(&spill, &options, room->why, sizeof room->why) != FF_OK)
        fail_msg("%s", room->why);
    redis_outage_init(&room->outage, spill);
}

static int setup(void **state)
{
    struct room *room = calloc(1, sizeof *room);
    faulty_init(&room->faulty);
    scratch_make(room->path);
    room->max = (uint64_t)64 << 20;
    room->next = 101;
    pending_init(&room->queue, (size_t)64 << 20);
    opened(room);
    *state = room;
    return 0;
}

static int teardown(void **state)
{
    struct room *room = *state;
    redis_outage_fini(&room->outage);
    pending_fini(&room->queue);
    scratch_remove(room->path);
    faulty_fini(&room->faulty);
    free(room);
    return 0;
}

/* A group of n records into the queue. */
static void add(struct room *room, unsigned n)
{
    pending_close(&room->queue);
    while (n--)
        assert_int_equal(pending_add(&room->queue, room->next++, FF_LITERAL("a beacon")), FF_OK);
}

static enum ff_status take(struct room *room)
{
    static const struct redis_stray none;
    return redis_outage_take(&room->outage, &room->queue, 7, &none);
}

/* Until all that was taken is durable. */
static void settle(struct room *room)
{
    struct redis_outage *o = &room->outage;
    while (redis_outage_durable(o) < o->seq) {
        struct pollfd news = {.fd = spill_news_fd(o->spill), .events = POLLIN};
        assert_int_equal(poll(&news, 1, 30000), 1);
        assert_int_equal(redis_outage_poll(o), FF_OK);
    }
}

static void due(struct room *room, uint64_t from, uint64_t upto)
{
    uint64_t a = 0, b = 0;
    assert_true(redis_outage_due(&room->outage, &a, &b));
    assert_true(a == from && b == upto);
}

static bool none_due(struct room *room)
{
    uint64_t a, b;
    return !redis_outage_due(&room->outage, &a, &b);
}

static void groups_go_to_the_spill_and_are_brought_back(void **state)
{
    struct room *room = *state;
    struct redis_outage *o = &room->outage;
    assert_true(redis_outage_over(o) && redis_outage_durable(o) == 0 && none_due(room));
    add(room, 10);
    add(room, 5);
    assert_int_equal(take(room), FF_OK);
    assert_null(room->queue.head);
    settle(room);
    assert_true(redis_outage_durable(o) == 115 && !redis_outage_over(o));
    due(room, 1, 15);
    redis_outage_acked(o, 110);
    due(room, 11, 15);
    add(room, 2);
    assert_int_equal(take(room), FF_OK);
    settle(room);
    due(room, 11, 17);
    redis_outage_acked(o, 100); /* what is known already says nothing */
    redis_outage_acked(o, 108);
    due(room, 11, 17);
    redis_outage_acked(o, 120); /* of which three went to Redis alone */
    assert_true(redis_outage_over(o) && none_due(room));
    redis_outage_end(o);
    assert_true(spill_last(o->spill) == 0 && redis_outage_durable(o) == 0);
}

/* The disk may have had too much to do in the middle of a group. */
static void of_a_group_that_is_in_the_spill_in_part_only_the_rest_is_added(void **state)
{
    struct room *room = *state;
    struct redis_outage *o = &room->outage;
    add(room, 4);
    assert_int_equal(take(room), FF_OK);
    assert_false(redis_outage_parted(o, &room->queue));
    room->next = 103;
    add(room, 4);
    assert_true(redis_outage_parted(o, &room->queue));
    assert_int_equal(take(room), FF_OK);
    assert_false(redis_outage_parted(o, &room->queue));
    assert_true(o->seq == 106 && spill_last(o->spill) == 6);
}

static void a_second_outage_begins_anew(void **state)
{
    struct room *room = *state;
    struct redis_outage *o = &room->outage;
    add(room, 3);
    assert_int_equal(take(room), FF_OK);
    settle(room);
    redis_outage_acked(o, 103);
    redis_outage_end(o);
    room->next = 201;
    add(room, 4);
    assert_int_equal(take(room), FF_OK);
    assert_int_equal(redis_outage_durable(o), 0); /* what was durable of the first says nothing of it */
    settle(room);
    assert_int_equal(redis_outage_durable(o), 204);
    due(room, 1, 4);
    redis_outage_acked(o, 202);
    due(room, 3, 4);
}

static void a_group_on_its_way_before_goes_with_the_others(void **state)
{
    struct room *room = *state;
    add(room, 3);
    pending_wrote(&room->queue);
    add(room, 3);
    assert_int_equal(take(room), FF_OK);
    assert_null(room->queue.head);
    assert_int_equal(room->outage.seq, 106);
}

static void what_was_left_stays_until_it_was_taken_in(void **state)
{
    struct room *room = *state;
    struct redis_outage *o = &room->outage;
    add(room, 6);
    assert_int_equal(take(room), FF_OK);
    settle(room);
    redis_outage_fini(o);
    opened(room);
    assert_true(o->left == 6 && redis_outage_over(o) && none_due(room));
    assert_int_equal(redis_outage_poll(o), FF_OK);
    room->next = 301;
    add(room, 4);
    assert_int_equal(take(room), FF_OK);
    assert_int_equal(redis_outage_durable(o), 0); /* what was left is nothing of this process */
    settle(room);
    assert_int_equal(redis_outage_durable(o), 304);
    due(room, 7, 10);
    redis_outage_acked(o, 304);
    redis_outage_end(o);
    assert_int_equal(spill_last(o->spill), 10);
    redis_outage_left_taken(o);
    assert_int_equal(spill_last(o->spill), 0);
}

static void what_was_left_goes_with_the_end_of_an_outage_after_it_was_taken_in(void **state)
{
    struct room *room = *state;
    struct redis_outage *o = &room->outage;
    add(room, 6);
    assert_int_equal(take(room), FF_OK);
    settle(room);
    redis_outage_fini(o);
    opened(room);
    room->next = 301;
    add(room, 4);
    assert_int_equal(take(room), FF_OK);
    redis_outage_left_taken(o);
    assert_int_equal(spill_last(o->spill), 10);
    redis_outage_acked(o, 304);
    redis_outage_end(o);
    assert_int_equal(spill_last(o->spill), 0);
}

static void a_full_spill_takes_whole_groups_or_none(void **state)
{
    struct room *room = *state;
    struct redis_outage *o = &room->outage;
    redis_outage_fini(o);
    room->max = 11 * (16 + 16 + 8);
    opened(room);
    add(room, 4);
    add(room, 6);
    add(room, 2); /* of which one would fit */
    assert_int_equal(take(room), FF_STORE_FULL);
    assert_true(o->seq == 110 && room->queue.head->first == 111 && !redis_outage_parted(o, &room->queue));
    settle(room);
    redis_outage_acked(o, 110);
    assert_true(redis_outage_over(o));
    redis_outage_end(o);
    assert_int_equal(take(room), FF_OK);
    assert_int_equal(o->seq, 112);
}

static void a_disk_in_trouble_is_told_until_it_is_mended(void **state)
{
    struct room *room = *state;
    struct redis_outage *o = &room->outage;
    add(room, 4);
    faulty_script(&room->faulty, FAULTY_WRITE, "enospc");
    assert_int_equal(take(room), FF_STORE_FULL);
    assert_int_equal(o->refused, FF_STORE_FULL);
    assert_true(spill_last(o->spill) == 4 && none_due(room)); /* the disk has none of it */
    assert_int_equal(take(room), FF_OK);
    settle(room);
    assert_int_equal(o->refused, FF_OK);
    due(room, 1, 4);
}

static void without_a_spill_nothing_happens(void **state)
{
    (void)state;
    struct redis_outage none;
    uint64_t a, b;
    redis_outage_init(&none, NULL);
    assert_int_equal(redis_outage_poll(&none), FF_OK);
    assert_true(redis_outage_over(&none) && !redis_outage_due(&none, &a, &b));
    redis_outage_end(&none);
    redis_outage_left_taken(&none);
    redis_outage_fini(&none);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(groups_go_to_the_spill_and_are_brought_back),
        CASE(of_a_group_that_is_in_the_spill_in_part_only_the_rest_is_added),
        CASE(a_second_outage_begins_anew),
        CASE(a_group_on_its_way_before_goes_with_the_others),
        CASE(what_was_left_stays_until_it_was_taken_in),
        CASE(what_was_left_goes_with_the_end_of_an_outage_after_it_was_taken_in),
        CASE(a_full_spill_takes_whole_groups_or_none),
        CASE(a_disk_in_trouble_is_told_until_it_is_mended),
        cmocka_unit_test(without_a_spill_nothing_happens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
