#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "faulty_io.h"
#include "scratch.h"
#include "values.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

struct room {
    struct faulty_io faulty;
    struct place place;
    char path[SCRATCH_MAX];
};

static int setup(void **state)
{
    struct room *room = calloc(1, sizeof *room);
    char why[256];
    faulty_init(&room->faulty);
    scratch_make(room->path);
    assert_int_equal(place_init(&room->place, &room->faulty.io, room->path, why, sizeof why), FF_OK);
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

static enum ff_status put(struct room *room, const char *text)
{
    int error;
    return values_put(&room->place, "name", ff_span_text(text), &error);
}

static void value_is(struct room *room, const char *expected)
{
    char out[64];
    size_t n = 0;
    int error = -1;
    assert_int_equal(values_get(&room->place, "name", out, sizeof out, &n, &error), FF_OK);
    assert_int_equal(error, 0);
    assert_true(ff_span_is(ff_span_of(out, n), expected));
}

static void the_bytes_on_disk_are_the_golden_ones(void **state)
{
    struct room *room = *state;
    static const unsigned char golden[] = {'f',  'f',  'v',  'a',  'l',  'u',  'e',  '1', 0x09, 0x00, 0x00, 0x00,
                                           0x83, 0x92, 0x06, 0xe3, '1',  '2',  '3',  '4', '5',  '6',  '7',  '8', '9'};
    unsigned char bytes[64];
    char file[PATH_MAX];
    assert_int_equal(put(room, "123456789"), FF_OK);
    place_file(&room->place, file, "value-", "name");
    int fd = io_system.open(&io_system, file, O_RDONLY, 0);
    assert_int_equal(io_read_all(&io_system, fd, bytes, sizeof bytes, 0), sizeof golden);
    io_system.close(&io_system, fd);
    assert_memory_equal(bytes, golden, sizeof golden);
}

static void a_put_that_fails_at_any_call_leaves_one_of_both_whole(void **state)
{
    struct room *room = *state;
    assert_int_equal(put(room, "old"), FF_OK);
    for (unsigned k = 1, reached = 1; reached; k++) {
        faulty_fail_call(&room->faulty, k, EIO, k % 2);
        enum ff_status st = put(room, "new");
        reached = faulty_reached(&room->faulty);
        faulty_fail_call(&room->faulty, 0, 0, false);
        char out[8];
        size_t n = 0;
        int error;
        assert_int_equal(values_get(&room->place, "name", out, sizeof out, &n, &error), FF_OK);
        bool is_new = ff_span_is(ff_span_of(out, n), "new");
        assert_true(is_new || (st != FF_OK && ff_span_is(ff_span_of(out, n), "old")));
        assert_int_equal(put(room, "old"), FF_OK);
    }
}

static void a_value_outlives_the_power(void **state)
{
    struct room *room = *state;
    assert_int_equal(put(room, "one"), FF_OK);
    faulty_power_cut(&room->faulty, 7);
    value_is(room, "one");
    assert_int_equal(put(room, "two"), FF_OK);
    faulty_script(&room->faulty, FAULTY_SYNC, "eio");
    assert_int_equal(put(room, "three"), FF_STORE_FAILED);
    faulty_power_cut(&room->faulty, 8);
    value_is(room, "two");
}

static void errors_are_told(void **state)
{
    struct room *room = *state;
    size_t n;
    int error = 0;
    faulty_script(&room->faulty, FAULTY_WRITE, "enospc");
    assert_int_equal(values_put(&room->place, "name", FF_LITERAL("v"), &error), FF_STORE_FULL);
    assert_int_equal(error, ENOSPC);
    assert_int_equal(put(room, "v"), FF_OK);
    faulty_script(&room->faulty, FAULTY_READ, "eio");
    assert_int_equal(values_get(&room->place, "name", NULL, 0, &n, &error), FF_STORE_FAILED);
    assert_int_equal(error, EIO);
    faulty_script(&room->faulty, FAULTY_UNLINK, "eio");
    assert_int_equal(values_remove(&room->place, "name", &error), FF_STORE_FAILED);
    value_is(room, "v");
}

static void any_bit_that_is_wrong_is_seen(void **state)
{
    struct room *room = *state;
    char file[PATH_MAX];
    size_t n;
    int error;
    unsigned char byte;
    assert_int_equal(put(room, "precious"), FF_OK);
    place_file(&room->place, file, "value-", "name");
    int fd = io_system.open(&io_system, file, O_RDWR, 0);
    for (uint64_t at = 0; at < 24; at++) {
        for (unsigned round = 0; round < 2; round++) {
            assert_int_equal(io_read_all(&io_system, fd, &byte, 1, at), 1);
            byte ^= (unsigned char)(1 << at % 8);
            assert_int_equal(io_write_all(&io_system, fd, &byte, 1, at), 0);
            assert_int_equal(values_get(&room->place, "name", NULL, 0, &n, &error),
                             round ? FF_OK : FF_STORE_CORRUPT);
        }
    }
    for (uint64_t size = 24; size-- > 0;) {
        assert_int_equal(io_system.truncate(&io_system, fd, size), 0);
        assert_int_equal(values_get(&room->place, "name", NULL, 0, &n, &error), FF_STORE_CORRUPT);
    }
    io_system.close(&io_system, fd);
}

static void a_value_that_is_too_long_is_refused(void **state)
{
    struct room *room = *state;
    int error;
    char *bytes = calloc(1, VALUES_MAX_BYTES + 1);
    size_t n = 0;
    assert_int_equal(values_put(&room->place, "name", ff_span_of(bytes, VALUES_MAX_BYTES + 1), &error),
                     FF_BAD_PARAMETER);
    assert_int_equal(values_put(&room->place, "name", ff_span_of(bytes, VALUES_MAX_BYTES), &error), FF_OK);
    assert_int_equal(values_get(&room->place, "name", NULL, 0, &n, &error), FF_OK);
    assert_int_equal(n, VALUES_MAX_BYTES);
    free(bytes);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_bytes_on_disk_are_the_golden_ones),
        CASE(a_put_that_fails_at_any_call_leaves_one_of_both_whole),
        CASE(a_value_outlives_the_power),
        CASE(errors_are_told),
        CASE(any_bit_that_is_wrong_is_seen),
        CASE(a_value_that_is_too_long_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
