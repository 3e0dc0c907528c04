#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "faulty_io.h"
#include "filebuf.h"
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#define BYTES 5000

struct room {
    struct faulty_io faulty;
    struct filebuf f;
    char path[SCRATCH_MAX];
    int fd;
};

static unsigned char byte_at(uint64_t at)
{
    return (unsigned char)(at * at >> 5);
}

/* A file of BYTES bytes and a window of 64 on it. */
static int setup(void **state)
{
    struct room *room = calloc(1, sizeof *room);
    unsigned char bytes[BYTES];
    char file[PATH_MAX];
    faulty_init(&room->faulty);
    scratch_make(room->path);
    snprintf(file, sizeof file, "%s/file", room->path);
    room->fd = room->faulty.io.open(&room->faulty.io, file, O_RDWR | O_CREAT, 0600);
    for (size_t i = 0; i < BYTES; i++)
        bytes[i] = byte_at(i);
    assert_int_equal(io_write_all(&io_system, room->fd, bytes, BYTES, 0), 0);
    uint64_t size = 0;
    assert_int_equal(filebuf_init(&room->f, &room->faulty.io, room->fd, 64, &size), FF_OK);
    assert_int_equal(size, BYTES);
    *state = room;
    return 0;
}

static int teardown(void **state)
{
    struct room *room = *state;
    filebuf_fini(&room->f);
    room->faulty.io.close(&room->faulty.io, room->fd);
    scratch_remove(room->path);
    faulty_fini(&room->faulty);
    free(room);
    return 0;
}

static void expect(struct room *room, uint64_t at, size_t n)
{
    const unsigned char *p;
    size_t got, there = at >= BYTES ? 0 : n < BYTES - at ? n : BYTES - at;
    assert_int_equal(filebuf_see(&room->f, at, n, &p, &got), FF_OK);
    assert_int_equal(got, there);
    for (size_t i = 0; i < got; i++)
        assert_int_equal(p[i], byte_at(at + i));
}

static void any_stretch_is_seen_wherever_the_window_is(void **state)
{
    struct room *room = *state;
    unsigned seed = 1;
    for (unsigned i = 0; i < 3000; i++)
        expect(room, (unsigned)rand_r(&seed) % (BYTES + 100), (unsigned)rand_r(&seed) % (i < 2000 ? 64 : 300));
    expect(room, BYTES, 1);
    expect(room, 0, BYTES + 1);
}

static void what_was_seen_is_not_read_again(void **state)
{
    struct room *room = *state;
    for (uint64_t at = 0; at + 16 <= 640; at += 16)
        expect(room, at, 16);
    assert_int_equal(faulty_calls(&room->faulty, FAULTY_READ), 10);
}

static void a_read_that_fails_is_told_and_can_be_made_again(void **state)
{
    struct room *room = *state;
    const unsigned char *p;
    size_t got;
    faulty_script(&room->faulty, FAULTY_READ, "short:7 eio");
    assert_int_equal(filebuf_see(&room->f, 10, 40, &p, &got), FF_STORE_FAILED);
    assert_int_equal(room->f.error, -EIO);
    expect(room, 10, 40);
    faulty_script(&room->faulty, FAULTY_READ, "eio");
    assert_int_equal(filebuf_see(&room->f, 60, 64, &p, &got), FF_STORE_FAILED);
    expect(room, 62, 64);
}

static void the_window_is_no_larger_than_the_file(void **state)
{
    struct room *room = *state;
    uint64_t size;
    filebuf_fini(&room->f);
    assert_int_equal(filebuf_init(&room->f, &room->faulty.io, room->fd, 1 << 20, &size), FF_OK);
    assert_int_equal(room->f.room, BYTES);
    expect(room, 0, BYTES);
    filebuf_fini(&room->f);
    faulty_script(&room->faulty, FAULTY_SIZE, "eio");
    assert_int_equal(filebuf_init(&room->f, &room->faulty.io, room->fd, 64, &size), FF_STORE_FAILED);
    assert_int_equal(room->f.error, -EIO);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(any_stretch_is_seen_wherever_the_window_is),
        CASE(what_was_seen_is_not_read_again),
        CASE(a_read_that_fails_is_told_and_can_be_made_again),
        CASE(the_window_is_no_larger_than_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
