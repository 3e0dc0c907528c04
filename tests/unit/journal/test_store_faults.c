/* The embedded store while its disk fails: whatever call fails, a record that was told durable is
 * there after the next start, in order, once, and there is no hole. */
#include "faulty_io.h"
#include "journal.h"
#include "scratch.h"
#include "store_suite.h"

#include <errno.h>
#include <stdio.h>

#define WHY 512

struct room {
    struct suite suite; /* over faulty */
    struct faulty_io faulty;
    char path[SCRATCH_MAX];
    char store[SCRATCH_MAX + 8];
    bool put;           /* the value "name" was told to be new */
};

static void room_begin(struct room *room, enum ff_durability durability, uint64_t segment_bytes)
{
    *room = (struct room){.suite.ops = &store_embedded};
    faulty_init(&room->faulty);
    scratch_make(room->path);
    snprintf(room->store, sizeof room->store, "%s/store", room->path);
    room->suite.options = (struct ff_store_options){
        .path = room->store,
        .durability = durability,
        .segment_bytes = segment_bytes,
        .io = &room->faulty.io,
    };
}

static void room_end(struct room *room)
{
    scratch_remove(room->path);
    faulty_fini(&room->faulty);
}

static int disk_setup(void **state)
{
    static struct room room;
    room_begin(&room, FF_DURABLE_DISK, 1 << 20);
    *state = &room;
    return 0;
}

static int process_setup(void **state)
{
    static struct room room;
    room_begin(&room, FF_DURABLE_PROCESS, 1 << 20);
    *state = &room;
    return 0;
}

static int teardown(void **state)
{
    room_end(*state);
    return 0;
}

static int segment_count(void *ctx, const char *name)
{
    *(unsigned *)ctx += strstr(name, ".seg") != NULL;
    return 0;
}

static unsigned segments(const struct room *room)
{
    unsigned count = 0;
    assert_int_equal(io_system.list(&io_system, room->store, segment_count, &count), 0);
    return count;
}

static int64_t segment_size(const struct room *room, uint64_t first)
{
    char file[PATH_MAX];
    snprintf(file, sizeof file, "%s/journal-%020llu.seg", room->store, (unsigned long long)first);
    int fd = io_system.open(&io_system, file, 0, 0);
    int64_t size = io_system.size(&io_system, fd);
    io_system.close(&io_system, fd);
    return size;
}

/* Everything is there, and goes on. */
static void room_works(struct room *room)
{
    struct suite *s = &room->suite;
    suite_open(s);
    suite_append(s, 5);
    suite_flush(s);
    suite_append(s, 5);
    suite_flush(s);
    suite_close(s);
    suite_open(s);
    suite_close(s);
}

static void a_full_disk_is_told_and_undone_and_gets_over(void **state)
{
    struct room *room = *state;
    struct suite *s = &room->suite;
    suite_open(s);
    suite_append(s, 3);
    suite_flush(s);
    int64_t before = segment_size(room, 1);
    suite_append(s, 3);
    faulty_script(&room->faulty, FAULTY_WRITE, "enospc short:7 enospc edquot eio");
    assert_int_equal(s->ops->flush(s->store), FF_STORE_FULL);
    assert_int_equal(s->ops->flush(s->store), FF_STORE_FULL);
    assert_int_equal(segment_size(room, 1), before);
    suite_append(s, 2);
    assert_int_equal(s->ops->flush(s->store), FF_STORE_FULL);
    assert_int_equal(s->ops->flush(s->store), FF_STORE_FAILED);
    assert_int_equal(segment_size(room, 1), before);
    assert_int_equal(s->ops->poll(s->store, &s->durable), FF_OK);
    assert_int_equal(s->durable, 3);
    suite_flush(s);
    assert_int_equal(s->durable, 8);
    assert_int_equal(segments(room), 1);
    suite_close(s);
    room_works(room);
}

static void a_short_write_goes_on(void **state)
{
    struct room *room = *state;
    struct suite *s = &room->suite;
    suite_open(s);
    suite_append(s, 3);
    faulty_script(&room->faulty, FAULTY_WRITE, "short:5 short:1 ok short:7 short:40");
    suite_flush(s);
    suite_append(s, 3);
    suite_flush(s);
    suite_close(s);
    room_works(room);
}

static void a_torn_end_that_cannot_be_cut_begins_a_new_segment(void **state)
{
    struct room *room = *state;
    struct suite *s = &room->suite;
    suite_open(s);
    suite_append(s, 3);
    suite_flush(s);
    suite_append(s, 3);
    faulty_script(&room->faulty, FAULTY_WRITE, "short:70 enospc");
    faulty_script(&room->faulty, FAULTY_TRUNCATE, "eio");
    assert_int_equal(s->ops->flush(s->store), FF_STORE_FULL);
    assert_int_equal(segments(room), 1);
    suite_flush(s);
    assert_int_equal(segments(room), 2);
    assert_int_equal(s->durable, 6);
    suite_close(s);
    room_works(room);
}

static void a_failed_sync_is_told_once_and_written_again(void **state)
{
    struct room *room = *state;
    struct suite *s = &room->suite;
    suite_open(s);
    suite_append(s, 3);
    suite_flush(s);
    suite_append(s, 3);
    faulty_script(&room->faulty, FAULTY_SYNC, "eio");
    assert_int_equal(s->ops->flush(s->store), FF_OK);
    assert_int_equal(suite_news(s), FF_STORE_FAILED);
    assert_int_equal(s->ops->poll(s->store, &s->durable), FF_OK);
    assert_int_equal(s->durable, 3);
    suite_append(s, 1);
    suite_flush(s);
    assert_int_equal(s->durable, 7);
    assert_int_equal(segments(room), 2);
    suite_close(s);
    faulty_power_cut(&room->faulty, 1);
    room_works(room);
}

static void a_failed_first_sync_replaces_the_segment_of_the_same_name(void **state)
{
    struct room *room = *state;
    struct suite *s = &room->suite;
    suite_open(s);
    suite_append(s, 3);
    faulty_script(&room->faulty, FAULTY_SYNC, "eio eio");
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(s->ops->flush(s->store), FF_OK);
        assert_int_equal(suite_news(s), FF_STORE_FAILED);
    }
    assert_int_equal(s->durable, 0);
    suite_flush(s);
    assert_int_equal(s->durable, 3);
    assert_int_equal(segments(room), 1);
    suite_close(s);
    faulty_power_cut(&room->faulty, 2);
    room_works(room);
}

static void a_failed_sync_of_the_directory_is_a_failed_sync(void **state)
{
    struct room *room = *state;
    struct suite *s = &room->suite;
    suite_open(s);
    suite_append(s, 3);
    faulty_script(&room->faulty, FAULTY_SYNC_DIR, "eio");
    assert_int_equal(s->ops->flush(s->store), FF_OK);
    assert_int_equal(suite_news(s), FF_STORE_FAILED);
    assert_int_equal(s->durable, 0);
    suite_flush(s);
    suite_close(s);
    faulty_power_cut(&room->faulty, 3);
    room_works(room);
}

static void what_was_promised_to_the_process_outlives_a_failed_new_segment(void **state)
{
    struct room *room = *state;
    struct suite *s = &room->suite;
    suite_open(s);
    suite_append(s, 3);
    suite_flush(s);
    suite_append(s, 3);
    faulty_script(&room->faulty, FAULTY_WRITE, "short:9 enospc");
    faulty_script(&room->faulty, FAULTY_TRUNCATE, "eio");
    assert_int_equal(s->ops->flush(s->store), FF_STORE_FULL);
    faulty_fail_call(&room->faulty, 1, ENOSPC, true);
    assert_int_equal(s->ops->flush(s->store), FF_STORE_FULL);
    assert_int_equal(s->ops->poll(s->store, &s->durable), FF_OK);
    assert_int_equal(s->durable, 3);
    suite_close(s);
    faulty_fail_call(&room->faulty, 0, 0, false);
    room_works(room);
}

/* Flushes as the journal does: again after a failure, a few times, taking the news in between. */
static void flush_patiently(struct suite *s)
{
    uint64_t durable = s->durable;
    for (unsigned tries = 0; tries < 3; tries++) {
        if (s->ops->flush(s->store) != FF_OK || s->ops->poll(s->store, &s->durable) != FF_OK)
            continue;
        while (s->durable < s->last && suite_news(s) == FF_OK)
            continue;
        if (s->durable == s->last)
            break;
    }
    assert_true(s->durable >= durable);
}

/* Opens under faults; false when it could not. What was durable must be there if it could. */
static bool open_patiently(struct suite *s)
{
    char why[WHY] = "";
    uint64_t seen = 0, last = 0;
    enum ff_status st = s->ops->open(&s->store, &s->options, why, sizeof why);
    if (st == FF_OK)
        st = s->ops->replay(s->store, 1, UINT64_MAX, suite_expect, &seen, &last, why, sizeof why);
    if (st == FF_OK) {
        assert_true(seen == last && last >= s->durable && last <= s->last);
        s->last = s->durable = last;
        return true;
    }
    assert_string_not_equal(why, "");
    assert_true(st == FF_STORE_FAILED || st == FF_STORE_FULL);
    s->ops->close(&s->store);
    return false;
}

static void scenario(struct room *room)
{
    struct suite *s = &room->suite;
    for (unsigned life = 0; life < 2; life++) {
        if (!open_patiently(s))
            continue;
        for (unsigned group = 0; group < 4; group++) {
            suite_append(s, 2 + group);
            flush_patiently(s);
        }
        room->put = s->ops->put(s->store, "name", FF_LITERAL("new")) == FF_OK || room->put;
        suite_append(s, 3);
        suite_close(s);
    }
}

static void value_check(struct room *room)
{
    struct suite *s = &room->suite;
    char value[8] = "";
    size_t n = 0;
    assert_int_equal(s->ops->get(s->store, "name", value, sizeof value, &n), FF_OK);
    struct ff_span got = ff_span_of(value, n);
    assert_true(ff_span_is(got, "new") || (!room->put && ff_span_is(got, "old")));
}

/* A store with something in it, so that what fails is not only its making. */
static void room_prepare(struct room *room)
{
    struct suite *s = &room->suite;
    suite_open(s);
    assert_int_equal(s->ops->put(s->store, "name", FF_LITERAL("old")), FF_OK);
    suite_append(s, 6);
    suite_flush(s);
    suite_close(s);
}

static void room_check(struct room *room)
{
    faulty_fail_call(&room->faulty, 0, 0, false);
    suite_open(&room->suite);
    value_check(room);
    suite_close(&room->suite);
    room_works(room);
    room_end(room);
}

/* Runs the scenario with call 1 failing, then call 2, and so on until none fails. on: all later
 * calls fail too, as where the process dies; cut: then the power goes. */
static void sweep(enum ff_durability durability, bool prepared, int error, bool on, bool cut)
{
    static struct room room;
    bool reached = true;
    unsigned k = 1;
    for (; reached; k++) {
        room_begin(&room, durability, 900);
        if (prepared)
            room_prepare(&room);
        faulty_fail_call(&room.faulty, k, error, on);
        scenario(&room);
        reached = faulty_reached(&room.faulty);
        if (cut)
            faulty_power_cut(&room.faulty, k);
        if (!prepared) {
            faulty_fail_call(&room.faulty, 0, 0, false);
            room_works(&room);
            room_end(&room);
        } else {
            room_check(&room);
        }
    }
    assert_true(k > 60);
}

static void any_one_call_may_fail(void **state)
{
    (void)state;
    sweep(FF_DURABLE_DISK, true, EIO, false, false);
    sweep(FF_DURABLE_DISK, false, EIO, false, false);
    sweep(FF_DURABLE_PROCESS, true, ENOSPC, false, false);
    sweep(FF_DURABLE_PROCESS, false, EIO, false, false);
}

static void the_process_may_die_at_any_call(void **state)
{
    (void)state;
    sweep(FF_DURABLE_DISK, true, EIO, true, false);
    sweep(FF_DURABLE_DISK, false, EIO, true, false);
    sweep(FF_DURABLE_PROCESS, true, EIO, true, false);
    sweep(FF_DURABLE_PROCESS, false, EIO, true, false);
}

static void the_power_may_go_at_any_call(void **state)
{
    (void)state;
    sweep(FF_DURABLE_DISK, true, EIO, true, true);
    sweep(FF_DURABLE_DISK, false, EIO, true, true);
}

static void the_power_may_go_after_any_one_failure(void **state)
{
    (void)state;
    sweep(FF_DURABLE_DISK, true, EIO, false, true);
    sweep(FF_DURABLE_DISK, false, ENOSPC, false, true);
}

/* Many failures at once, several lives, power cuts between: chosen by seed. */
static void a_bad_disk_loses_nothing_that_was_durable(void **state)
{
    (void)state;
    static struct room room;
    for (unsigned seed = 1; seed <= 150; seed++) {
        const bool disk = seed % 3 != 0;
        room_begin(&room, disk ? FF_DURABLE_DISK : FF_DURABLE_PROCESS, seed % 5 ? 700 : 1 << 20);
        for (unsigned life = 0; life < 4; life++) {
            faulty_chance(&room.faulty, 20 + seed % 7 * 40, seed * 31 + life);
            scenario(&room);
            faulty_chance(&room.faulty, 0, 0);
            if (disk)
                faulty_power_cut(&room.faulty, seed + life);
        }
        room_works(&room);
        room_end(&room);
    }
}

#define CASE(name, setup) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_full_disk_is_told_and_undone_and_gets_over, disk_setup),
        CASE(a_short_write_goes_on, disk_setup),
        CASE(a_torn_end_that_cannot_be_cut_begins_a_new_segment, disk_setup),
        CASE(a_failed_sync_is_told_once_and_written_again, disk_setup),
        CASE(a_failed_first_sync_replaces_the_segment_of_the_same_name, disk_setup),
        CASE(a_failed_sync_of_the_directory_is_a_failed_sync, disk_setup),
        CASE(what_was_promised_to_the_process_outlives_a_failed_new_segment, process_setup),
        cmocka_unit_test(any_one_call_may_fail),
        cmocka_unit_test(the_process_may_die_at_any_call),
        cmocka_unit_test(the_power_may_go_at_any_call),
        cmocka_unit_test(the_power_may_go_after_any_one_failure),
        cmocka_unit_test(a_bad_disk_loses_nothing_that_was_durable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
