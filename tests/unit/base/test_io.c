#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "faulty_io.h"
#include "io.h"
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const struct ff_io *const io = &io_system;

struct room {
    char path[SCRATCH_MAX];
    char file[PATH_MAX];
};

static int room_make(void **state)
{
    static struct room room;
    scratch_make(room.path);
    snprintf(room.file, sizeof room.file, "%s/file", room.path);
    *state = &room;
    return 0;
}

static int room_remove(void **state)
{
    scratch_remove(((struct room *)*state)->path);
    return 0;
}

static void what_was_written_is_read_back(void **state)
{
    struct room *room = *state;
    char out[32] = "";
    int fd = io->open(io, room->file, O_RDWR | O_CREAT, 0600);
    assert_true(fd >= 0);
    assert_int_equal(io_write_all(io, fd, "hello world", 11, 0), 0);
    assert_int_equal(io_write_all(io, fd, "there", 5, 6), 0);
    assert_int_equal(io->size(io, fd), 11);
    assert_int_equal(io_read_all(io, fd, out, sizeof out, 0), 11);
    assert_string_equal(out, "hello there");
    assert_int_equal(io->truncate(io, fd, 5), 0);
    assert_int_equal(io_read_all(io, fd, out, sizeof out, 2), 3);
    assert_int_equal(io->sync(io, fd), 0);
    assert_int_equal(io->close(io, fd), 0);
}

static void the_time_of_the_last_change_is_told_in_microseconds(void **state)
{
    struct room *room = *state;
    const struct timespec at[2] = {{5, 0}, {1714564800, 123456789}};
    ff_wall modified = 0;
    int fd = io->open(io, room->file, O_RDWR | O_CREAT, 0600);
    assert_int_equal(futimens(fd, at), 0);
    assert_int_equal(io->modified(io, fd, &modified), 0);
    assert_true(modified == INT64_C(1714564800123456));
    assert_int_equal(io_write_all(io, fd, "x", 1, 0), 0);
    assert_int_equal(io->modified(io, fd, &modified), 0);
    assert_true(modified > INT64_C(1714564800123456));
    for (ff_wall then = -1; then <= 1; then += 2) { /* a file can be made to look as old as another */
        assert_int_equal(io->date(io, fd, then * INT64_C(1714564800123456)), 0);
        assert_int_equal(io->modified(io, fd, &modified), 0);
        assert_true(modified == then * INT64_C(1714564800123456));
    }
    io->close(io, fd);
    assert_int_equal(io->date(io, -1, 0), -EBADF);
    assert_int_equal(io->modified(io, -1, &modified), -EBADF);
}

static void descriptors_are_closed_on_exec(void **state)
{
    struct room *room = *state;
    int fd = io->open(io, room->file, O_RDWR | O_CREAT, 0600);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    io->close(io, fd);
}

static void failures_are_negative_errnos(void **state)
{
    struct room *room = *state;
    char byte;
    assert_int_equal(io->open(io, room->file, O_RDONLY, 0), -ENOENT);
    assert_int_equal(io->unlink(io, room->file), -ENOENT);
    assert_int_equal(io->mkdir(io, room->path, 0700), -EEXIST);
    assert_int_equal(io->rename(io, room->file, room->path), -ENOENT);
    assert_int_equal(io->list(io, room->file, NULL, NULL), -ENOENT);
    assert_int_equal(io->read(io, -1, &byte, 1, 0), -EBADF);
    assert_int_equal(io->write(io, -1, &byte, 1, 0), -EBADF);
    assert_int_equal(io->truncate(io, -1, 0), -EBADF);
    assert_int_equal(io->size(io, -1), -EBADF);
    assert_int_equal(io->sync(io, -1), -EBADF);
    assert_int_equal(io->sync_dir(io, -1), -EBADF);
    assert_int_equal(io->close(io, -1), -EBADF);
}

static int name_add(void *ctx, const char *name)
{
    strcat(strcat(ctx, name), " ");
    return 0;
}

static int name_refuse(void *ctx, const char *name)
{
    (void)ctx;
    (void)name;
    return 7;
}

static void names_are_listed_without_the_dots(void **state)
{
    struct room *room = *state;
    char names[64] = "";
    io->close(io, io->open(io, room->file, O_RDWR | O_CREAT, 0600));
    assert_int_equal(io->list(io, room->path, name_add, names), 0);
    assert_string_equal(names, "file ");
    assert_int_equal(io->list(io, room->path, name_refuse, NULL), 7);
    int dir = io->open(io, room->path, O_RDONLY | O_DIRECTORY, 0);
    assert_int_equal(io->sync_dir(io, dir), 0);
    io->close(io, dir);
}

static void a_lock_holds_within_the_process_until_it_is_closed(void **state)
{
    struct room *room = *state;
    int mine = io->open(io, room->file, O_RDWR | O_CREAT, 0600);
    int other = io->open(io, room->file, O_RDWR, 0);
    assert_int_equal(io->lock(io, mine), 0);
    assert_int_equal(io->lock(io, other), -EAGAIN);
    io->close(io, mine);
    assert_int_equal(io->lock(io, other), 0);
    io->close(io, other);
}

static void write_all_goes_on_after_a_short_write(void **state)
{
    struct room *room = *state;
    struct faulty_io faulty;
    char out[8] = "";
    faulty_init(&faulty);
    int fd = faulty.io.open(&faulty.io, room->file, O_RDWR | O_CREAT, 0600);
    faulty_script(&faulty, FAULTY_WRITE, "short:1 short:2 ok");
    assert_int_equal(io_write_all(&faulty.io, fd, "abcdef", 6, 0), 0);
    assert_int_equal(faulty_calls(&faulty, FAULTY_WRITE), 3);
    faulty_script(&faulty, FAULTY_READ, "short:2 short:1");
    assert_int_equal(io_read_all(&faulty.io, fd, out, 6, 0), 6);
    assert_string_equal(out, "abcdef");
    faulty.io.close(&faulty.io, fd);
    faulty_fini(&faulty);
}

static void write_all_tells_the_error_after_a_short_write(void **state)
{
    struct room *room = *state;
    struct faulty_io faulty;
    faulty_init(&faulty);
    int fd = faulty.io.open(&faulty.io, room->file, O_RDWR | O_CREAT, 0600);
    faulty_script(&faulty, FAULTY_WRITE, "short:2 enospc short:0");
    assert_int_equal(io_write_all(&faulty.io, fd, "abcdef", 6, 0), -ENOSPC);
    assert_int_equal(io_write_all(&faulty.io, fd, "abcdef", 6, 0), -EIO);
    faulty_script(&faulty, FAULTY_READ, "eio");
    char out[8];
    assert_int_equal(io_read_all(&faulty.io, fd, out, 6, 0), -EIO);
    faulty.io.close(&faulty.io, fd);
    faulty_fini(&faulty);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, room_make, room_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(what_was_written_is_read_back),
        CASE(the_time_of_the_last_change_is_told_in_microseconds),
        CASE(descriptors_are_closed_on_exec),
        CASE(failures_are_negative_errnos),
        CASE(names_are_listed_without_the_dots),
        CASE(a_lock_holds_within_the_process_until_it_is_closed),
        CASE(write_all_goes_on_after_a_short_write),
        CASE(write_all_tells_the_error_after_a_short_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
