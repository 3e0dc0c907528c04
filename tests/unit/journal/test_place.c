#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "faulty_io.h"
#include "place.h"
#include "scratch.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct room {
    struct faulty_io faulty;
    struct place place;
    char path[SCRATCH_MAX];
    char store[SCRATCH_MAX + 8];
    char why[256];
};

static int setup(void **state)
{
    struct room *room = calloc(1, sizeof *room);
    faulty_init(&room->faulty);
    scratch_make(room->path);
    snprintf(room->store, sizeof room->store, "%s/store", room->path);
    *state = room;
    return 0;
}

static int teardown(void **state)
{
    struct room *room = *state;
    scratch_remove(room->path);
    faulty_fini(&room->faulty);
    free(room);
    return 0;
}

static enum ff_status take(struct room *room)
{
    return place_init(&room->place, &room->faulty.io, room->store, room->why, sizeof room->why);
}

static void a_missing_directory_is_made_and_its_name_made_durable(void **state)
{
    struct room *room = *state;
    assert_int_equal(take(room), FF_OK);
    assert_int_equal(faulty_calls(&room->faulty, FAULTY_SYNC_DIR), 1);
    place_fini(&room->place);
    assert_int_equal(take(room), FF_OK);
    assert_int_equal(faulty_calls(&room->faulty, FAULTY_SYNC_DIR), 1);
    place_fini(&room->place);
}

static void a_taken_directory_is_refused_by_name_until_it_is_free(void **state)
{
    struct room *room = *state;
    struct place other;
    assert_int_equal(take(room), FF_OK);
    assert_int_equal(place_init(&other, &io_system, room->store, room->why, sizeof room->why), FF_STORE_LOCKED);
    assert_non_null(strstr(room->why, "/store/lock: another process holds it"));
    place_fini(&room->place);
    assert_int_equal(place_init(&other, &io_system, room->store, room->why, sizeof room->why), FF_OK);
    place_fini(&other);
}

/* A child that its owner was killed over has the lock for a moment longer. */
static void a_directory_that_is_free_in_a_moment_is_waited_for(void **state)
{
    struct room *room = *state;
    faulty_script(&room->faulty, FAULTY_LOCK, "eagain eagain ok");
    assert_int_equal(take(room), FF_OK);
    assert_int_equal(faulty_calls(&room->faulty, FAULTY_LOCK), 3);
    place_fini(&room->place);
}

static void each_failure_names_a_file_and_leaves_nothing_open(void **state)
{
    struct room *room = *state;
    unsigned k = 1;
    for (;; k++) {
        room->why[0] = '\0';
        faulty_fail_call(&room->faulty, k, 28, false);
        enum ff_status st = take(room);
        if (!faulty_reached(&room->faulty)) {
            assert_int_equal(st, FF_OK);
            break;
        }
        if (st == FF_OK) {
            place_fini(&room->place);
            continue;
        }
        assert_int_equal(st, FF_STORE_FULL);
        assert_non_null(strstr(room->why, room->store));
        assert_true(room->place.dir == -1 && room->place.lock == -1);
    }
    assert_true(k > 4);
    place_fini(&room->place);
}

static void what_is_not_finished_is_removed(void **state)
{
    struct room *room = *state;
    char file[PATH_MAX], kept[PATH_MAX];
    assert_int_equal(take(room), FF_OK);
    place_file(&room->place, file, PLACE_NEW, "value-x");
    place_file(&room->place, kept, "", "value-new-x");
    io_system.close(&io_system, io_system.open(&io_system, file, O_CREAT | O_WRONLY, 0600));
    io_system.close(&io_system, io_system.open(&io_system, kept, O_CREAT | O_WRONLY, 0600));
    place_fini(&room->place);
    assert_int_equal(take(room), FF_OK);
    place_fini(&room->place);
    assert_true(io_system.open(&io_system, file, O_RDONLY, 0) < 0);
    int fd = io_system.open(&io_system, kept, O_RDONLY, 0);
    assert_true(fd >= 0);
    io_system.close(&io_system, fd);
}

static void a_path_that_is_too_long_is_refused(void **state)
{
    struct room *room = *state;
    char path[PATH_MAX];
    memset(path, 'x', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    assert_int_equal(place_init(&room->place, &io_system, path, room->why, sizeof room->why), FF_STORE_FAILED);
}

static void beside_its_owner_a_directory_is_left_as_it_is(void **state)
{
    struct room *room = *state;
    struct place beside;
    char file[PATH_MAX];
    assert_int_equal(place_init_beside(&beside, &io_system, room->store, room->why, sizeof room->why),
                     FF_STORE_FAILED);
    assert_non_null(strstr(room->why, room->store));
    assert_int_equal(take(room), FF_OK);
    place_file(&room->place, file, PLACE_NEW, "value-x");
    io_system.close(&io_system, io_system.open(&io_system, file, O_CREAT | O_WRONLY, 0600));
    assert_int_equal(place_init_beside(&beside, &io_system, room->store, room->why, sizeof room->why), FF_OK);
    assert_true(beside.dir >= 0 && beside.lock == -1);
    place_fini(&beside);
    int fd = io_system.open(&io_system, file, O_RDONLY, 0);
    assert_true(fd >= 0);
    io_system.close(&io_system, fd);
    assert_int_equal(place_init(&beside, &io_system, room->store, room->why, sizeof room->why), FF_STORE_LOCKED);
    place_fini(&room->place);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_missing_directory_is_made_and_its_name_made_durable),
        CASE(a_taken_directory_is_refused_by_name_until_it_is_free),
        CASE(a_directory_that_is_free_in_a_moment_is_waited_for),
        CASE(each_failure_names_a_file_and_leaves_nothing_open),
        CASE(what_is_not_finished_is_removed),
        CASE(a_path_that_is_too_long_is_refused),
        CASE(beside_its_owner_a_directory_is_left_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
