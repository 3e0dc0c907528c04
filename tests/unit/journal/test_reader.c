#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "faulty_io.h"
#include "reader.h"
#include "scratch.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#define MARK 0x5eed5eed

struct room {
    struct faulty_io faulty;
    char path[SCRATCH_MAX];
    char file[PATH_MAX];
    int fd;
    uint64_t end;
};

static int setup(void **state)
{
    struct room *room = calloc(1, sizeof *room);
    faulty_init(&room->faulty);
    scratch_make(room->path);
    snprintf(room->file, sizeof room->file, "%s/file", room->path);
    room->fd = room->faulty.io.open(&room->faulty.io, room->file, O_RDWR | O_CREAT, 0600);
    *state = room;
    return 0;
}

static int teardown(void **state)
{
    struct room *room = *state;
    room->faulty.io.close(&room->faulty.io, room->fd);
    scratch_remove(room->path);
    faulty_fini(&room->faulty);
    free(room);
    return 0;
}

static void put(struct room *room, const void *p, size_t n)
{
    assert_int_equal(io_write_all(&io_system, room->fd, p, n, room->end), 0);
    room->end += n;
}

static void put_header(struct room *room)
{
    unsigned char bytes[SEGMENT_HEADER];
    segment_header_put(bytes, &(struct segment_header){.first = 1, .version = SEGMENT_VERSION, .mark = MARK});
    put(room, bytes, sizeof bytes);
}

/* A group of one record of n bytes. */
static void put_group(struct room *room, uint64_t seq, uint64_t durable, size_t n)
{
    size_t whole = SEGMENT_GROUP_HEADER + segment_record_size(n);
    unsigned char *bytes = calloc(1, whole);
    char *body = calloc(1, n + 1);
    segment_group_put(bytes, &(struct segment_group){
                                 .first = seq, .durable = durable, .mark = MARK, .count = 1,
                                 .bytes = (uint32_t)segment_record_size(n)});
    segment_record_put(bytes + SEGMENT_GROUP_HEADER, seq, ff_span_of(body, n));
    put(room, bytes, whole);
    free(body);
    free(bytes);
}

static void groups_of_any_size_cross_the_edges_of_the_buffer(void **state)
{
    struct room *room = *state;
    static const size_t sizes[] = {10, 600000, 600000, 3000000, 0, 1048528, 1048544, 1, 2000000};
    const size_t count = sizeof sizes / sizeof *sizes;
    struct reader r;
    struct segment_header h;
    struct segment_group g;
    const unsigned char *records;
    put_header(room);
    for (size_t i = 0; i < count; i++)
        put_group(room, i + 1, i, sizes[i]);
    faulty_script(&room->faulty, FAULTY_READ, "short:1 short:40 short:7");
    assert_int_equal(reader_init(&r, &room->faulty.io, room->fd), FF_OK);
    assert_int_equal(reader_header(&r, &h), FF_OK);
    for (size_t i = 0; i < count; i++) {
        struct segment_record record;
        assert_int_equal(reader_group(&r, i + 1, &g, &records), FF_OK);
        segment_record_at(&record, records);
        assert_true(record.seq == i + 1 && record.body.n == sizes[i]);
    }
    assert_int_equal(reader_group(&r, count + 1, &g, &records), FF_NOT_FOUND);
    assert_true(r.at == room->end);
    reader_fini(&r);
}

static void a_length_beyond_the_file_is_not_believed(void **state)
{
    struct room *room = *state;
    struct reader r;
    struct segment_header h;
    struct segment_group g = {.first = 1, .mark = MARK, .count = 1, .bytes = SEGMENT_MAX_GROUP};
    const unsigned char *records;
    unsigned char bytes[SEGMENT_GROUP_HEADER];
    put_header(room);
    segment_group_put(bytes, &g);
    put(room, bytes, sizeof bytes);
    assert_int_equal(reader_init(&r, &room->faulty.io, room->fd), FF_OK);
    assert_int_equal(reader_header(&r, &h), FF_OK);
    size_t room_before = r.file.room;
    assert_int_equal(reader_group(&r, 1, &g, &records), FF_STORE_CORRUPT);
    assert_int_equal(r.file.room, room_before);
    reader_fini(&r);
}

static void a_group_of_another_segment_or_place_is_no_group(void **state)
{
    struct room *room = *state;
    struct reader r;
    struct segment_header h;
    struct segment_group g;
    const unsigned char *records;
    put_header(room);
    put_group(room, 5, 0, 10);
    assert_int_equal(reader_init(&r, &room->faulty.io, room->fd), FF_OK);
    assert_int_equal(reader_header(&r, &h), FF_OK);
    assert_int_equal(reader_group(&r, 4, &g, &records), FF_STORE_CORRUPT);
    r.mark++;
    assert_int_equal(reader_group(&r, 5, &g, &records), FF_STORE_CORRUPT);
    r.mark--;
    assert_int_equal(reader_group(&r, 5, &g, &records), FF_OK);
    reader_fini(&r);
}

/* Watermarks beyond bad bytes, also where a header lies across two readings. */
static void a_scan_finds_the_greatest_watermark_wherever_it_lies(void **state)
{
    struct room *room = *state;
    static char noise[1 << 20];
    for (size_t shift = 0; shift < 80; shift += 3) {
        struct reader r;
        struct segment_header h;
        uint64_t durable = 0;
        room->end = 0;
        io_system.truncate(&io_system, room->fd, 0);
        put_header(room);
        put(room, noise, sizeof noise - shift);
        put_group(room, 90, 77, 3);
        put(room, noise, 100);
        put_group(room, 80, 70, 3);
        assert_int_equal(reader_init(&r, &room->faulty.io, room->fd), FF_OK);
        assert_int_equal(reader_header(&r, &h), FF_OK);
        assert_int_equal(reader_scan(&r, &durable), FF_OK);
        assert_int_equal(durable, 77);
        reader_fini(&r);
    }
}

static void a_failing_disk_is_told_with_its_error(void **state)
{
    struct room *room = *state;
    struct reader r;
    struct segment_header h;
    uint64_t durable = 0;
    put_header(room);
    put_group(room, 1, 0, 3);
    faulty_script(&room->faulty, FAULTY_SIZE, "eio");
    assert_int_equal(reader_init(&r, &room->faulty.io, room->fd), FF_STORE_FAILED);
    assert_int_equal(r.file.error, -5);
    reader_fini(&r);
    assert_int_equal(reader_init(&r, &room->faulty.io, room->fd), FF_OK);
    faulty_script(&room->faulty, FAULTY_READ, "eio eio");
    assert_int_equal(reader_header(&r, &h), FF_STORE_FAILED);
    assert_int_equal(reader_scan(&r, &durable), FF_STORE_FAILED);
    assert_int_equal(reader_header(&r, &h), FF_OK);
    reader_fini(&r);
}

/* A scan over what the owner goes on with would find promises of what was torn when it was looked at. */
static void what_is_added_after_reading_began_is_not_looked_at(void **state)
{
    struct room *room = *state;
    struct reader r;
    struct segment_header h;
    struct segment_group g;
    const unsigned char *records;
    uint64_t durable = 0;
    put_header(room);
    put_group(room, 1, 0, 3);
    const uint64_t whole = room->end;
    put_group(room, 2, 1, 300);
    assert_int_equal(io_system.truncate(&io_system, room->fd, whole + 100), 0);
    assert_int_equal(reader_init(&r, &room->faulty.io, room->fd), FF_OK);
    assert_int_equal(io_system.truncate(&io_system, room->fd, whole), 0);
    room->end = whole;
    put_group(room, 2, 1, 300);
    put_group(room, 3, 2, 3);
    assert_int_equal(reader_header(&r, &h), FF_OK);
    assert_int_equal(reader_group(&r, 1, &g, &records), FF_OK);
    assert_int_equal(reader_group(&r, 2, &g, &records), FF_STORE_CORRUPT);
    assert_int_equal(reader_scan(&r, &durable), FF_OK);
    assert_int_equal(durable, 1);
    reader_fini(&r);
    assert_int_equal(io_system.truncate(&io_system, room->fd, whole), 0);
    room->end = whole;
    assert_int_equal(reader_init(&r, &room->faulty.io, room->fd), FF_OK);
    put_group(room, 2, 1, 300);
    assert_int_equal(reader_header(&r, &h), FF_OK);
    assert_int_equal(reader_group(&r, 1, &g, &records), FF_OK);
    assert_int_equal(reader_group(&r, 2, &g, &records), FF_NOT_FOUND);
    reader_fini(&r);
}

static void zeros_behind_the_groups_are_their_end(void **state)
{
    struct room *room = *state;
    static const unsigned char zeros[3 << 20];
    struct reader reader;
    struct segment_header header;
    struct segment_group g;
    const unsigned char *records;
    put_header(room);
    put_group(room, 1, 0, 10);
    const uint64_t end = room->end;
    for (unsigned last = 0; last < 2; last++) {
        room->end = end;
        put(room, zeros, sizeof zeros - 1);
        put(room, last ? "x" : "", 1);
        assert_int_equal(reader_init(&reader, &room->faulty.io, room->fd), FF_OK);
        assert_int_equal(reader_header(&reader, &header), FF_OK);
        assert_int_equal(reader_group(&reader, 1, &g, &records), FF_OK);
        assert_int_equal(reader_group(&reader, 2, &g, &records), last ? FF_STORE_CORRUPT : FF_NOT_FOUND);
        assert_int_equal(reader.at, end);
        reader_fini(&reader);
    }
}

static void what_came_since_is_seen_after_a_refresh(void **state)
{
    struct room *room = *state;
    static const unsigned char zeros[1000];
    struct reader reader;
    struct segment_header header;
    struct segment_group g;
    const unsigned char *records;
    put_header(room);
    const uint64_t end = room->end;
    put(room, zeros, sizeof zeros);
    assert_int_equal(reader_init(&reader, &room->faulty.io, room->fd), FF_OK);
    assert_int_equal(reader_header(&reader, &header), FF_OK);
    assert_int_equal(reader_group(&reader, 1, &g, &records), FF_NOT_FOUND);
    room->end = end;
    put_group(room, 1, 0, 2000);
    assert_int_equal(reader_group(&reader, 1, &g, &records), FF_NOT_FOUND);
    assert_int_equal(reader_refresh(&reader), FF_OK);
    assert_int_equal(reader_group(&reader, 1, &g, &records), FF_OK);
    reader_fini(&reader);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(groups_of_any_size_cross_the_edges_of_the_buffer),
        CASE(a_length_beyond_the_file_is_not_believed),
        CASE(zeros_behind_the_groups_are_their_end),
        CASE(what_came_since_is_seen_after_a_refresh),
        CASE(a_group_of_another_segment_or_place_is_no_group),
        CASE(a_scan_finds_the_greatest_watermark_wherever_it_lies),
        CASE(a_failing_disk_is_told_with_its_error),
        CASE(what_is_added_after_reading_began_is_not_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
