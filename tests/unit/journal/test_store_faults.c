/* The embedded store while its disk fails, one failure at a time. */
#include "checkpoint.h"
#include "room.h"
#include "segment.h"

#include <errno.h>
#include <sys/stat.h>

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

static unsigned segments(const struct room *room)
{
    return room_files(room, &segment_kind);
}

static int64_t segment_size(const struct room *room, uint64_t first)
{
    struct stat st = {0};
    char file[PATH_MAX];
    room_file(room, file, &segment_kind, first);
    assert_int_equal(stat(file, &st), 0);
    return st.st_size;
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

/* A group is on its way to the disk, which the promise does not wait for. */
static void what_is_wanted_settled_is_synced_at_once(void **state)
{
    struct room *room = *state;
    struct suite *s = &room->suite;
    suite_open(s);
    suite_append(s, 3);
    const unsigned before = faulty_calls(&room->faulty, FAULTY_SYNC);
    suite_flush(s);
    assert_int_equal(s->durable, 3);
    assert_int_equal(faulty_calls(&room->faulty, FAULTY_SYNC), before);
    assert_int_equal(s->ops->settled(s->store), 0);
    assert_int_equal(suite_news(s), FF_OK);
    assert_int_equal(s->ops->settled(s->store), 3);
    assert_int_equal(faulty_calls(&room->faulty, FAULTY_SYNC), before + 1);
    suite_append(s, 3);
    suite_flush(s);
    assert_int_equal(faulty_calls(&room->faulty, FAULTY_SYNC), before + 1);
    suite_close(s);
}

static void what_is_wanted_settled_before_it_is_written_is_synced_when_it_is(void **state)
{
    struct room *room = *state;
    struct suite *s = &room->suite;
    suite_open(s);
    suite_append(s, 3);
    assert_int_equal(s->ops->settled(s->store), 0);
    suite_flush(s);
    if (s->ops->settled(s->store) == 0) /* the flush may have taken the news, if it was quick */
        assert_int_equal(suite_news(s), FF_OK);
    assert_int_equal(s->ops->settled(s->store), 3);
    suite_close(s);
}

static void a_failed_sync_settles_nothing(void **state)
{
    struct room *room = *state;
    struct suite *s = &room->suite;
    suite_open(s);
    suite_append(s, 3);
    suite_flush(s);
    faulty_script(&room->faulty, FAULTY_SYNC, "eio");
    assert_int_equal(s->ops->settled(s->store), 0);
    assert_int_equal(suite_news(s), FF_STORE_FAILED);
    assert_int_equal(s->ops->settled(s->store), 0);
    suite_settle(s);
    assert_int_equal(segments(room), 1);
    suite_close(s);
    room_works(room);
}

/* Two checkpoints and three segments, of which the first two are needless. */
static void room_to_trim(struct room *room)
{
    struct suite *s = &room->suite;
    s->options.segment_bytes = 1;
    suite_open(s);
    for (unsigned i = 0; i < 3; i++) {
        suite_append(s, 3);
        suite_settle(s);
        if (i > 0)
            assert_int_equal(suite_checkpoint_beside(s, s->last), FF_OK);
    }
    assert_int_equal(segments(room), 3);
}

static const struct ff_keep keep_nothing = {INT64_MAX, 0};

static void a_segment_that_cannot_be_removed_keeps_those_after_it_until_it_can(void **state)
{
    struct room *room = *state;
    struct suite *s = &room->suite;
    room_to_trim(room);
    faulty_script(&room->faulty, FAULTY_UNLINK, "eio");
    assert_int_equal(s->ops->trim(s->store, keep_nothing), FF_STORE_FAILED);
    assert_int_equal(segments(room), 3);
    faulty_script(&room->faulty, FAULTY_UNLINK, "ok erofs");
    assert_int_equal(s->ops->trim(s->store, keep_nothing), FF_STORE_FAILED);
    assert_int_equal(segments(room), 2);
    assert_int_equal(s->ops->trim(s->store, keep_nothing), FF_OK);
    assert_int_equal(segments(room), 1);
    suite_close(s);
    assert_int_equal(suite_restore(s), 9);
    suite_close(s);
}

static void a_checkpoint_that_cannot_be_removed_keeps_nothing_else(void **state)
{
    struct room *room = *state;
    struct suite *s = &room->suite;
    room_to_trim(room);
    suite_append(s, 3);
    suite_settle(s);
    assert_int_equal(suite_checkpoint_beside(s, 12), FF_OK);
    faulty_script(&room->faulty, FAULTY_UNLINK, "eacces");
    assert_int_equal(s->ops->trim(s->store, keep_nothing), FF_STORE_FAILED);
    assert_int_equal(room_files(room, &checkpoint_kind), 3);
    assert_int_equal(segments(room), 1);
    assert_int_equal(s->ops->trim(s->store, keep_nothing), FF_OK);
    assert_int_equal(room_files(room, &checkpoint_kind), 2);
    suite_close(s);
    assert_int_equal(suite_restore(s), 12);
    suite_close(s);
}

/* Whatever goes wrong with a checkpoint, the one before it serves, and the next try works. */
static void a_checkpoint_that_fails_leaves_the_one_before_it(void **state)
{
    static const struct {
        enum faulty_op op;
        const char *script;
        enum ff_status told;
    } faults[] = {
        {FAULTY_OPEN, "erofs", FF_STORE_FAILED},     {FAULTY_OPEN, "eacces", FF_STORE_FAILED},
        {FAULTY_WRITE, "enospc", FF_STORE_FULL},     {FAULTY_WRITE, "short:40 edquot", FF_STORE_FULL},
        {FAULTY_WRITE, "eio", FF_STORE_FAILED},      {FAULTY_SYNC, "eio", FF_STORE_FAILED},
        {FAULTY_SYNC, "enospc", FF_STORE_FULL},      {FAULTY_CLOSE, "eio", FF_STORE_FAILED},
        {FAULTY_RENAME, "erofs", FF_STORE_FAILED},   {FAULTY_SYNC_DIR, "eio", FF_STORE_FAILED},
    };
    struct room *room = *state;
    struct suite *s = &room->suite;
    suite_open(s);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        suite_append(s, 3);
        suite_settle(s);
        const struct suite_state now = suite_state_now(s);
        faulty_script(&room->faulty, faults[i].op, faults[i].script);
        assert_int_equal(suite_save(s->ops, s->store, &now), faults[i].told);
        suite_close(s);
        assert_true(suite_restore(s) == 3 * i);
        assert_int_equal(room_files(room, &checkpoint_kind), i);
        assert_int_equal(suite_save(s->ops, s->store, &now), FF_OK);
    }
    suite_close(s);
}

static void a_checkpoint_is_written_on_after_a_short_write(void **state)
{
    struct room *room = *state;
    struct suite *s = &room->suite;
    suite_open(s);
    suite_append(s, 7);
    suite_settle(s);
    const struct suite_state now = suite_state_now(s);
    faulty_script(&room->faulty, FAULTY_WRITE, "short:1 short:30 short:5");
    assert_int_equal(suite_save(s->ops, s->store, &now), FF_OK);
    suite_close(s);
    faulty_power_cut(&room->faulty, 1);
    assert_int_equal(suite_restore(s), 7);
    suite_close(s);
}

static void a_disk_that_is_read_only_is_read_beside_but_not_owned(void **state)
{
    struct room *room = *state;
    struct suite *s = &room->suite;
    struct ff_store *store;
    struct suite_state now = {0};
    uint64_t seen = 0, last = 0;
    char why[WHY] = "";
    room_to_trim(room);
    suite_close(s);
    faulty_read_only(&room->faulty, true);
    assert_int_equal(s->ops->open(&store, &s->options, why, sizeof why), FF_STORE_FAILED);
    assert_non_null(strstr(why, "/store/lock: "));
    struct ff_store_options options = s->options;
    options.beside = true;
    assert_int_equal(s->ops->open(&store, &options, why, sizeof why), FF_OK);
    assert_int_equal(suite_load_good(s->ops, store, &now, why, sizeof why), FF_OK);
    assert_int_equal(now.last, 9);
    assert_int_equal(s->ops->replay(store, 1, UINT64_MAX, suite_expect, &seen, &last, why, sizeof why), FF_OK);
    assert_int_equal(last, 9);
    assert_int_equal(suite_save(s->ops, store, &now), FF_STORE_FAILED);
    s->ops->close(&store);
    assert_int_equal(faulty_calls(&room->faulty, FAULTY_LOCK), 1);
    faulty_read_only(&room->faulty, false);
    assert_int_equal(suite_restore(s), 9);
    suite_close(s);
}

/* The records wait, the checkpoints and segments stay, and all goes on when the disk is well. */
static void a_disk_that_becomes_read_only_is_told_and_gets_over(void **state)
{
    struct room *room = *state;
    struct suite *s = &room->suite;
    room_to_trim(room);
    const struct suite_state now = suite_state_now(s);
    suite_append(s, 3);
    faulty_read_only(&room->faulty, true);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(s->ops->flush(s->store), FF_STORE_FAILED);
        assert_int_equal(suite_save(s->ops, s->store, &now), FF_STORE_FAILED);
        assert_int_equal(s->ops->trim(s->store, keep_nothing), FF_STORE_FAILED);
    }
    assert_int_equal(segments(room), 3);
    faulty_read_only(&room->faulty, false);
    suite_settle(s);
    assert_int_equal(suite_checkpoint_beside(s, 12), FF_OK);
    assert_int_equal(s->ops->trim(s->store, keep_nothing), FF_OK);
    assert_int_equal(segments(room), 1);
    suite_close(s);
    assert_int_equal(suite_restore(s), 12);
    suite_close(s);
}

static void what_a_killed_child_left_is_removed_by_the_next_owner(void **state)
{
    struct room *room = *state;
    struct suite *s = &room->suite;
    char file[PATH_MAX];
    suite_open(s);
    snprintf(file, sizeof file, "%s/new-checkpoint-00000000000000000003.ckpt.4711", room->store);
    struct bytes left = {.p = (unsigned char *)"left"};
    memcpy(left.file, file, sizeof file);
    bytes_to(&left, 4);
    suite_append(s, 3);
    suite_settle(s);
    assert_int_equal(suite_checkpoint_beside(s, 3), FF_OK);
    assert_true(file_there(file));
    suite_close(s);
    assert_int_equal(suite_restore(s), 3);
    assert_false(file_there(file));
    suite_close(s);
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
        CASE(what_is_wanted_settled_is_synced_at_once, process_setup),
        CASE(what_is_wanted_settled_before_it_is_written_is_synced_when_it_is, process_setup),
        CASE(a_failed_sync_settles_nothing, process_setup),
        CASE(a_segment_that_cannot_be_removed_keeps_those_after_it_until_it_can, disk_setup),
        CASE(a_checkpoint_that_cannot_be_removed_keeps_nothing_else, disk_setup),
        CASE(a_checkpoint_that_fails_leaves_the_one_before_it, disk_setup),
        CASE(a_checkpoint_is_written_on_after_a_short_write, disk_setup),
        CASE(a_disk_that_is_read_only_is_read_beside_but_not_owned, disk_setup),
        CASE(a_disk_that_becomes_read_only_is_told_and_gets_over, disk_setup),
        CASE(what_a_killed_child_left_is_removed_by_the_next_owner, disk_setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
