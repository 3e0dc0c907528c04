#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "checkpoint.h"
#include "checkpoint_writer.h"
#include "faulty_io.h"
#include "names.h"
#include "scratch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct room {
    struct faulty_io faulty;
    struct place place;
    struct checkpoint_writer w;
    char path[SCRATCH_MAX];
};

static int setup(void **state)
{
    struct room *room = calloc(1, sizeof *room);
    char why[256];
    faulty_init(&room->faulty);
    scratch_make(room->path);
    assert_int_equal(place_init(&room->place, &room->faulty.io, room->path, why, sizeof why), FF_OK);
    checkpoint_writer_init(&room->w, &room->place);
    *state = room;
    return 0;
}

static int teardown(void **state)
{
    struct room *room = *state;
    place_fini(&room->place);
    scratch_remove(room->path);
    faulty_fini(&room->faulty);
    free(room);
    return 0;
}

static int name_count(void *ctx, const char *name)
{
    unsigned *count = ctx;
    uint64_t seq;
    count[0] += names_seq(name, &checkpoint_kind, &seq);
    count[1] += strncmp(name, PLACE_NEW, strlen(PLACE_NEW)) == 0;
    return 0;
}

/* Asserts how many checkpoints there are under their name, and how many that are not finished. */
static void expect_files(const struct room *room, unsigned whole, unsigned unfinished)
{
    unsigned count[2] = {0, 0};
    assert_int_equal(io_system.list(&io_system, room->path, name_count, count), 0);
    assert_int_equal(count[0], whole);
    assert_int_equal(count[1], unfinished);
}

/* 0 when all of a small checkpoint was written. */
static int write_small(struct room *room, uint64_t seq)
{
    int r = checkpoint_writer_begin(&room->w, seq);
    for (unsigned i = 0; r == 0 && i < 3; i++)
        r = checkpoint_writer_put(&room->w, FF_LITERAL("block"));
    return r == 0 ? checkpoint_writer_commit(&room->w) : r;
}

static void a_checkpoint_has_its_name_only_when_it_is_whole_and_synced(void **state)
{
    struct room *room = *state;
    assert_int_equal(checkpoint_writer_begin(&room->w, 7), 0);
    assert_int_equal(checkpoint_writer_put(&room->w, FF_LITERAL("block")), 0);
    expect_files(room, 0, 1);
    const unsigned syncs = faulty_calls(&room->faulty, FAULTY_SYNC);
    const unsigned dirs = faulty_calls(&room->faulty, FAULTY_SYNC_DIR);
    assert_int_equal(checkpoint_writer_commit(&room->w), 0);
    expect_files(room, 1, 0);
    assert_int_equal(faulty_calls(&room->faulty, FAULTY_SYNC), syncs + 1);
    assert_int_equal(faulty_calls(&room->faulty, FAULTY_SYNC_DIR), dirs + 1);
    assert_int_equal(checkpoint_writer_abort(&room->w), 0);
    expect_files(room, 1, 0);
}

static void whatever_call_fails_an_abort_leaves_no_trace(void **state)
{
    struct room *room = *state;
    unsigned k = 1;
    for (;; k++) {
        faulty_fail_call(&room->faulty, k, EIO, false);
        int r = write_small(room, k);
        if (!faulty_reached(&room->faulty)) {
            assert_int_equal(r, 0);
            break;
        }
        assert_int_equal(r, -EIO);
        assert_int_equal(checkpoint_writer_put(&room->w, FF_LITERAL("more")), -EIO);
        assert_int_equal(checkpoint_writer_commit(&room->w), -EIO);
        assert_int_equal(checkpoint_writer_abort(&room->w), 0);
        expect_files(room, 0, 0);
    }
    assert_int_equal(k, 7); /* open, write, sync, close, rename, sync of the directory */
    expect_files(room, 1, 0);
}

static void an_abort_that_cannot_remove_says_so(void **state)
{
    struct room *room = *state;
    assert_int_equal(checkpoint_writer_begin(&room->w, 7), 0);
    faulty_script(&room->faulty, FAULTY_UNLINK, "eacces");
    assert_int_equal(checkpoint_writer_abort(&room->w), -EACCES);
    expect_files(room, 0, 1);
    assert_int_equal(write_small(room, 7), 0);
    expect_files(room, 1, 0);
}

/* Few large calls, each with its sync, so that nobody waits for a gigabyte. */
static void a_large_one_is_written_in_small_pieces_and_synced_in_large_ones(void **state)
{
    struct room *room = *state;
    static char block[64 << 10];
    const unsigned blocks = 80 * 16; /* 80 MiB */
    const unsigned writes = faulty_calls(&room->faulty, FAULTY_WRITE);
    const unsigned syncs = faulty_calls(&room->faulty, FAULTY_SYNC);
    assert_int_equal(checkpoint_writer_begin(&room->w, 7), 0);
    for (unsigned i = 0; i < blocks; i++)
        assert_int_equal(checkpoint_writer_put(&room->w, ff_span_of(block, sizeof block)), 0);
    assert_int_equal(checkpoint_writer_commit(&room->w), 0);
    assert_in_range(faulty_calls(&room->faulty, FAULTY_SYNC) - syncs, 20, 22);
    assert_true(faulty_calls(&room->faulty, FAULTY_WRITE) - writes > 1000);
}

static void a_sync_that_fails_on_the_way_fails_it(void **state)
{
    struct room *room = *state;
    static char block[CHECKPOINT_MAX_BLOCK];
    int r = checkpoint_writer_begin(&room->w, 7);
    faulty_script(&room->faulty, FAULTY_SYNC, "eio");
    for (unsigned i = 0; r == 0 && i < 70; i++)
        r = checkpoint_writer_put(&room->w, ff_span_of(block, sizeof block));
    assert_int_equal(r, -EIO);
    assert_int_equal(checkpoint_writer_commit(&room->w), -EIO);
    assert_int_equal(checkpoint_writer_abort(&room->w), 0);
    expect_files(room, 0, 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_checkpoint_has_its_name_only_when_it_is_whole_and_synced),
        CASE(whatever_call_fails_an_abort_leaves_no_trace),
        CASE(an_abort_that_cannot_remove_says_so),
        CASE(a_large_one_is_written_in_small_pieces_and_synced_in_large_ones),
        CASE(a_sync_that_fails_on_the_way_fails_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
