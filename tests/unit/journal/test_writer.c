#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "faulty_io.h"
#include "reader.h"
#include "scratch.h"
#include "writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

/* Writer and reader against each other: what the one writes the other reads. */
struct room {
    struct faulty_io faulty;
    struct place place;
    struct pending queue;
    struct writer writer;
    char path[SCRATCH_MAX];
    uint64_t next;
};

static int setup(void **state)
{
    struct room *room = calloc(1, sizeof *room);
    char why[256];
    faulty_init(&room->faulty);
    scratch_make(room->path);
    assert_int_equal(place_init(&room->place, &room->faulty.io, room->path, why, sizeof why), FF_OK);
    pending_init(&room->queue, 1 << 24);
    writer_init(&room->writer, &room->place);
    room->next = 1;
    *state = room;
    return 0;
}

static int teardown(void **state)
{
    struct room *room = *state;
    writer_end(&room->writer);
    pending_fini(&room->queue);
    place_fini(&room->place);
    scratch_remove(room->path);
    faulty_fini(&room->faulty);
    free(room);
    return 0;
}

static void add(struct room *room, unsigned n)
{
    while (n--)
        assert_int_equal(pending_add(&room->queue, room->next++, FF_LITERAL("a beacon")), FF_OK);
}

/* Reads the segment of the given first; gives the seq after its last good record. */
static uint64_t read_segment(struct room *room, uint64_t first, unsigned *groups, uint64_t *durable)
{
    char name[NAMES_SIZE], file[PATH_MAX];
    struct reader r;
    struct segment_header h;
    struct segment_group g;
    const unsigned char *records;
    enum ff_status st;
    names_make(name, &segment_kind, first);
    place_file(&room->place, file, "", name);
    int fd = io_system.open(&io_system, file, O_RDONLY, 0);
    assert_true(fd >= 0);
    assert_int_equal(reader_init(&r, &io_system, fd), FF_OK);
    assert_int_equal(reader_header(&r, &h), FF_OK);
    assert_true(h.first == first && h.mark == r.mark);
    for (*groups = 0; (st = reader_group(&r, first, &g, &records)) == FF_OK; first += g.count) {
        ++*groups;
        *durable = g.durable;
    }
    assert_int_equal(st, FF_NOT_FOUND);
    reader_fini(&r);
    io_system.close(&io_system, fd);
    return first;
}

static void groups_follow_each_other_in_a_segment(void **state)
{
    struct room *room = *state;
    unsigned groups;
    uint64_t durable;
    add(room, 3);
    assert_int_equal(writer_begin(&room->writer, &room->queue, 0), 0);
    add(room, 2);
    assert_int_equal(writer_put(&room->writer, &room->queue, 0), 0);
    pending_release(&room->queue, 5);
    add(room, 1);
    assert_int_equal(writer_put(&room->writer, &room->queue, 5), 0);
    assert_true(read_segment(room, 1, &groups, &durable) == 7);
    assert_int_equal(groups, 3);
    assert_int_equal(durable, 5);
}

static void a_new_segment_begins_with_what_is_not_durable(void **state)
{
    struct room *room = *state;
    unsigned groups;
    uint64_t durable;
    add(room, 3);
    assert_int_equal(writer_begin(&room->writer, &room->queue, 0), 0);
    pending_release(&room->queue, 3);
    add(room, 2);
    assert_int_equal(writer_put(&room->writer, &room->queue, 3), 0);
    writer_end(&room->writer);
    pending_rewind(&room->queue);
    add(room, 2);
    assert_int_equal(writer_begin(&room->writer, &room->queue, 3), 0);
    assert_true(read_segment(room, 4, &groups, &durable) == 8);
    assert_int_equal(durable, 3);
}

static void a_segment_that_cannot_be_begun_leaves_the_one_of_its_name_alone(void **state)
{
    struct room *room = *state;
    unsigned groups;
    uint64_t durable;
    add(room, 3);
    assert_int_equal(writer_begin(&room->writer, &room->queue, 0), 0);
    writer_end(&room->writer);
    pending_rewind(&room->queue);
    add(room, 2);
    for (unsigned k = 1;; k++) {
        faulty_fail_call(&room->faulty, k, ENOSPC, k % 2);
        int error = writer_begin(&room->writer, &room->queue, 0);
        if (!faulty_reached(&room->faulty))
            break;
        faulty_fail_call(&room->faulty, 0, 0, false);
        assert_int_equal(error, -ENOSPC);
        assert_true(room->writer.fd < 0);
        assert_true(room->queue.unwritten == room->queue.head);
        assert_true(read_segment(room, 1, &groups, &durable) == 4);
    }
    assert_true(read_segment(room, 1, &groups, &durable) == 6);
}

static void a_failed_group_is_undone_and_a_torn_end_is_told(void **state)
{
    struct room *room = *state;
    unsigned groups;
    uint64_t durable;
    add(room, 3);
    assert_int_equal(writer_begin(&room->writer, &room->queue, 0), 0);
    add(room, 2);
    faulty_script(&room->faulty, FAULTY_WRITE, "short:11 enospc short:12 eio");
    assert_int_equal(writer_put(&room->writer, &room->queue, 0), -ENOSPC);
    assert_false(room->writer.torn);
    assert_true(read_segment(room, 1, &groups, &durable) == 4);
    faulty_script(&room->faulty, FAULTY_TRUNCATE, "eio");
    assert_int_equal(writer_put(&room->writer, &room->queue, 0), -EIO);
    assert_true(room->writer.torn);
    assert_true(room->queue.unwritten->first == 4);
}

static void each_segment_has_a_mark_of_its_own(void **state)
{
    struct room *room = *state;
    uint32_t mark[4];
    unsigned differ = 0;
    add(room, 1);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(writer_begin(&room->writer, &room->queue, 0), 0);
        mark[i] = room->writer.mark;
        differ += mark[i] != mark[0];
        writer_end(&room->writer);
        pending_rewind(&room->queue);
    }
    assert_true(differ > 0);
}

static void a_segment_may_be_made_before_it_has_a_group(void **state)
{
    struct room *room = *state;
    unsigned groups;
    uint64_t durable = 0;
    assert_int_equal(writer_make(&room->writer, 8), 0);
    assert_true(room->writer.fd < 0);
    assert_int_equal(read_segment(room, 8, &groups, &durable), 8);
    room->next = 8;
    add(room, 2);
    assert_int_equal(writer_begin(&room->writer, &room->queue, 7), 0);
    assert_int_equal(read_segment(room, 8, &groups, &durable), 10);
    assert_int_equal(groups, 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(groups_follow_each_other_in_a_segment),
        CASE(a_new_segment_begins_with_what_is_not_durable),
        CASE(a_segment_that_cannot_be_begun_leaves_the_one_of_its_name_alone),
        CASE(a_failed_group_is_undone_and_a_torn_end_is_told),
        CASE(a_segment_may_be_made_before_it_has_a_group),
        CASE(each_segment_has_a_mark_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
