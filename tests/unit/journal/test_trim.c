#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "checkpoint.h"
#include "room.h"
#include "segment.h"
#include "trim.h"

#include <errno.h>
#include <sys/stat.h>

/* A place with segments that begin at 1, 101, 201, …, of 100 bytes each and last written at hour 1, 2,
 * 3, …: trim looks at names, sizes and times only. */
#define SEGMENTS 6

struct shop {
    struct room room;
    struct place place;
    struct trim_result done;
    char why[WHY];
};

static void file_make(const struct shop *shop, const struct names_kind *kind, uint64_t seq, size_t n, int hour)
{
    char file[PATH_MAX], bytes[1000] = {0};
    room_file(&shop->room, file, kind, seq);
    int fd = io_system.open(&io_system, file, O_WRONLY | O_CREAT, 0600);
    assert_int_equal(io_write_all(&io_system, fd, bytes, n, 0), 0);
    const struct timespec at[2] = {{hour * 3600, 0}, {hour * 3600, 0}};
    assert_int_equal(futimens(fd, at), 0);
    io_system.close(&io_system, fd);
}

static void checkpoint_make(const struct shop *shop, uint64_t seq)
{
    file_make(shop, &checkpoint_kind, seq, 10, 1);
}

static int setup(void **state)
{
    struct shop *shop = calloc(1, sizeof *shop);
    room_begin(&shop->room, FF_DURABLE_DISK, 1);
    assert_int_equal(place_init(&shop->place, &shop->room.faulty.io, shop->room.store, shop->why, WHY), FF_OK);
    for (int i = 0; i < SEGMENTS; i++)
        file_make(shop, &segment_kind, 100 * (uint64_t)i + 1, 100, i + 1);
    *state = shop;
    return 0;
}

static int teardown(void **state)
{
    struct shop *shop = *state;
    place_fini(&shop->place);
    room_end(&shop->room);
    free(shop);
    return 0;
}

/* Trims and asserts which segment is the first after it. */
static void expect_first(struct shop *shop, struct ff_keep keep, uint64_t settled, uint64_t first)
{
    struct names n;
    trim_run(&shop->place, keep, settled, &shop->done);
    assert_int_equal(names_list(&n, &shop->place, &segment_kind), 0);
    assert_true(n.seq[0] == first);
    assert_int_equal(n.count, SEGMENTS - first / 100);
    names_fini(&n);
}

static const struct ff_keep keep_nothing = {INT64_MAX, 0}, keep_all = {FF_NEVER, UINT64_MAX};

static void no_segment_goes_before_there_are_two_checkpoints(void **state)
{
    struct shop *shop = *state;
    expect_first(shop, keep_nothing, 600, 1);
    checkpoint_make(shop, 550);
    expect_first(shop, keep_nothing, 600, 1);
    checkpoint_make(shop, 560);
    expect_first(shop, keep_nothing, 600, 501);
    assert_int_equal(shop->done.segments, 5);
}

static void no_segment_goes_that_holds_more_than_the_older_of_two(void **state)
{
    static const struct {
        uint64_t older, first;
    } rows[] = {{99, 1}, {100, 101}, {101, 101}, {199, 101}, {200, 201}, {450, 401}};
    struct shop *shop = *state;
    checkpoint_make(shop, 600);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char file[PATH_MAX];
        checkpoint_make(shop, rows[i].older);
        expect_first(shop, keep_nothing, 600, rows[i].first);
        room_file(&shop->room, file, &checkpoint_kind, rows[i].older);
        assert_int_equal(io_system.unlink(&io_system, file), 0);
    }
}

static void no_segment_goes_whose_successor_is_not_settled(void **state)
{
    struct shop *shop = *state;
    checkpoint_make(shop, 590);
    checkpoint_make(shop, 600);
    expect_first(shop, keep_nothing, 0, 1);
    expect_first(shop, keep_nothing, 200, 101);
    expect_first(shop, keep_nothing, 201, 201);
}

static void the_last_segment_stays_whatever_the_checkpoints_say(void **state)
{
    struct shop *shop = *state;
    checkpoint_make(shop, 900);
    checkpoint_make(shop, 1000);
    expect_first(shop, keep_nothing, 2000, 501);
    expect_first(shop, keep_nothing, 2000, 501);
}

static void a_segment_goes_when_it_is_old(void **state)
{
    struct shop *shop = *state;
    checkpoint_make(shop, 590);
    checkpoint_make(shop, 600);
    struct ff_keep keep = {FF_HOUR, UINT64_MAX};
    expect_first(shop, keep_all, 600, 1);
    expect_first(shop, keep, 600, 1);
    keep.older = 3 * FF_HOUR;
    expect_first(shop, keep, 600, 201);
    keep.older = 4 * FF_HOUR + 1;
    expect_first(shop, keep, 600, 401);
}

static void segments_go_until_the_rest_is_small_enough(void **state)
{
    struct shop *shop = *state;
    checkpoint_make(shop, 590);
    checkpoint_make(shop, 600);
    struct ff_keep keep = {FF_NEVER, 600};
    expect_first(shop, keep, 600, 1);
    keep.bytes = 599;
    expect_first(shop, keep, 600, 101);
    keep.bytes = 201;
    expect_first(shop, keep, 600, 401);
    keep.bytes = 99;
    expect_first(shop, keep, 600, 501);
}

/* No holes: what is kept by its time keeps what comes after it. */
static void a_segment_that_stays_keeps_those_after_it(void **state)
{
    struct shop *shop = *state;
    checkpoint_make(shop, 590);
    checkpoint_make(shop, 600);
    file_make(shop, &segment_kind, 101, 100, 99);
    expect_first(shop, (struct ff_keep){50 * FF_HOUR, UINT64_MAX}, 600, 101);
}

static void of_the_checkpoints_the_newest_two_stay(void **state)
{
    struct shop *shop = *state;
    for (uint64_t seq = 10; seq <= 50; seq += 10)
        checkpoint_make(shop, seq);
    expect_first(shop, keep_all, 600, 1);
    assert_int_equal(shop->done.checkpoints, 3);
    struct names n;
    assert_int_equal(names_list(&n, &shop->place, &checkpoint_kind), 0);
    assert_true(n.count == 2 && n.seq[0] == 40 && n.seq[1] == 50);
    names_fini(&n);
}

/* What is not finished may be as large as what is, and a killed child leaves one each time. */
static void what_a_child_has_not_finished_goes_and_nothing_else_that_is_new(void **state)
{
    static const struct {
        const char *name;
        bool stays;
    } rows[] = {
        {"new-checkpoint-00000000000000000550.ckpt.71", false}, {"new-checkpoint-00000000000000000550.ckpt.72", false},
        {"new-journal-00000000000000000601.seg", false},        {"new-value-checkpoint-x", true},
        {"checkpoint-x", true},                                 {"value-new-checkpoint-x", true},
    };
    struct shop *shop = *state;
    char file[PATH_MAX];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(file, sizeof file, "%s/%s", shop->room.store, rows[i].name);
        io_system.close(&io_system, io_system.open(&io_system, file, O_WRONLY | O_CREAT, 0600));
    }
    faulty_script(&shop->room.faulty, FAULTY_UNLINK, "eio");
    expect_first(shop, keep_nothing, 600, 1);
    assert_int_equal(shop->done.error, -EIO);
    assert_in_range(shop->done.checkpoints, 1, 2); /* the one that failed was one, or the segment */
    expect_first(shop, keep_nothing, 600, 1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(file, sizeof file, "%s/%s", shop->room.store, rows[i].name);
        assert_int_equal(file_there(file), rows[i].stays);
    }
}

static void the_first_failure_is_told_by_name(void **state)
{
    struct shop *shop = *state;
    checkpoint_make(shop, 590);
    checkpoint_make(shop, 600);
    faulty_script(&shop->room.faulty, FAULTY_UNLINK, "ok eacces eio");
    expect_first(shop, keep_nothing, 600, 101);
    assert_int_equal(shop->done.error, -EACCES);
    assert_int_equal(shop->done.segments, 1);
    assert_non_null(strstr(shop->done.file, "journal-00000000000000000101.seg"));
}

/* What cannot be looked at is not taken for small or old. */
static void whatever_call_fails_nothing_goes_too_far(void **state)
{
    struct shop *shop = *state;
    unsigned k = 1;
    checkpoint_make(shop, 150);
    checkpoint_make(shop, 260);
    checkpoint_make(shop, 600);
    for (;; k++) {
        faulty_fail_call(&shop->room.faulty, k, EIO, false);
        trim_run(&shop->place, (struct ff_keep){FF_NEVER, 500}, 600, &shop->done);
        if (!faulty_reached(&shop->room.faulty))
            break;
        struct names n;
        assert_int_equal(names_list(&n, &shop->place, &segment_kind), 0);
        assert_true(n.count >= SEGMENTS - 1);
        names_fini(&n);
    }
    assert_int_equal(shop->done.error, 0);
    assert_true(k > 20);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(no_segment_goes_before_there_are_two_checkpoints),
        CASE(no_segment_goes_that_holds_more_than_the_older_of_two),
        CASE(no_segment_goes_whose_successor_is_not_settled),
        CASE(the_last_segment_stays_whatever_the_checkpoints_say),
        CASE(a_segment_goes_when_it_is_old),
        CASE(segments_go_until_the_rest_is_small_enough),
        CASE(a_segment_that_stays_keeps_those_after_it),
        CASE(of_the_checkpoints_the_newest_two_stay),
        CASE(what_a_child_has_not_finished_goes_and_nothing_else_that_is_new),
        CASE(the_first_failure_is_told_by_name),
        CASE(whatever_call_fails_nothing_goes_too_far),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
