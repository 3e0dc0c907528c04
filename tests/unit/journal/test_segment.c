#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "segment.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The bytes on disk. A change here is a new SEGMENT_VERSION, and the old one stays readable. */
static const unsigned char golden_header[SEGMENT_HEADER] = {
    0x66, 0x66, 0x6a, 0x72, 0x6e, 0x6c, 0x0d, 0x0a, /* magic */
    0x01, 0x00, 0x00, 0x00,                         /* version */
    0x0d, 0x0c, 0x0b, 0x0a,                         /* mark */
    0x08, 0x07, 0x06, 0x05, 0x04, 0x03, 0x02, 0x01, /* first */
    0x00, 0x00, 0x00, 0x00,                         /* 0 */
    0x81, 0x0b, 0xee, 0xda,                         /* crc */
};
static const unsigned char golden_group[SEGMENT_GROUP_HEADER] = {
    0x0d, 0x0c, 0x0b, 0x0a,                         /* mark */
    0x02, 0x00, 0x00, 0x00,                         /* count */
    0x26, 0x00, 0x00, 0x00,                         /* bytes */
    0x08, 0x07, 0x06, 0x05, 0x04, 0x03, 0x02, 0x01, /* first */
    0xfe, 0x06, 0x06, 0x05, 0x04, 0x03, 0x02, 0x01, /* durable */
    0xf5, 0x1f, 0xfe, 0x2f,                         /* crc */
};
static const unsigned char golden_records[] = {
    0x06, 0x00, 0x00, 0x00,                         /* length */
    0x23, 0xf1, 0x07, 0x8a,                         /* crc */
    0x08, 0x07, 0x06, 0x05, 0x04, 0x03, 0x02, 0x01, /* seq */
    'b',  'e',  'a',  'c',  'o',  'n',              /* body */
    0x00, 0x00, 0x00, 0x00,                         /* an empty one */
    0x3b, 0x7f, 0xc5, 0x6f,                         /* crc */
    0x09, 0x07, 0x06, 0x05, 0x04, 0x03, 0x02, 0x01, /* seq */
};

#define FIRST UINT64_C(0x0102030405060708)

static const struct segment_header header = {.first = FIRST, .version = 1, .mark = 0x0a0b0c0d};
static const struct segment_group group = {
    .first = FIRST, .durable = FIRST - 10, .mark = 0x0a0b0c0d, .count = 2, .bytes = sizeof golden_records};

static void the_bytes_on_disk_are_the_golden_ones(void **state)
{
    (void)state;
    unsigned char bytes[sizeof golden_records];
    segment_header_put(bytes, &header);
    assert_memory_equal(bytes, golden_header, sizeof golden_header);
    segment_group_put(bytes, &group);
    assert_memory_equal(bytes, golden_group, sizeof golden_group);
    segment_record_put(bytes, FIRST, FF_LITERAL("beacon"));
    segment_record_put(bytes + segment_record_size(6), FIRST + 1, ff_span_of(NULL, 0));
    assert_memory_equal(bytes, golden_records, sizeof golden_records);
}

static void the_golden_bytes_are_read(void **state)
{
    (void)state;
    struct segment_header h;
    struct segment_group g;
    struct segment_record r;
    assert_int_equal(segment_header_get(&h, golden_header, sizeof golden_header), FF_OK);
    assert_memory_equal(&h, &header, sizeof h);
    assert_true(segment_group_get(&g, golden_group, sizeof golden_group));
    assert_true(g.first == group.first && g.durable == group.durable && g.mark == group.mark);
    assert_true(g.count == 2 && g.bytes == sizeof golden_records);
    assert_true(segment_group_sound(&g, golden_records));
    assert_int_equal(segment_record_at(&r, golden_records), 22);
    assert_true(r.seq == FIRST && ff_span_is(r.body, "beacon"));
    assert_int_equal(segment_record_at(&r, golden_records + 22), 16);
    assert_true(r.seq == FIRST + 1 && r.body.n == 0);
}

/* n bytes that end where reading further is a fault. */
static unsigned char *guarded(const void *from, size_t n, unsigned char **map)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    assert_true(n <= page);
    *map = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(*map != MAP_FAILED);
    assert_int_equal(mprotect(*map + page, page, PROT_NONE), 0);
    memcpy(*map + page - n, from, n);
    return *map + page - n;
}

static void unguarded(unsigned char *map)
{
    munmap(map, 2 * (size_t)sysconf(_SC_PAGESIZE));
}

static void anything_shorter_is_refused_without_reading_on(void **state)
{
    (void)state;
    struct segment_header h;
    struct segment_group g = group;
    unsigned char *map, *p;
    for (size_t n = 0; n < SEGMENT_HEADER; n++) {
        p = guarded(golden_header, n, &map);
        assert_int_equal(segment_header_get(&h, p, n), FF_STORE_CORRUPT);
        unguarded(map);
        p = guarded(golden_group, n, &map);
        assert_false(segment_group_get(&g, p, n));
        unguarded(map);
    }
    for (size_t n = 0; n < sizeof golden_records; n++) {
        p = guarded(golden_records, n, &map);
        g = group;
        g.bytes = (uint32_t)n;
        assert_false(segment_group_sound(&g, p));
        unguarded(map);
    }
}

static void any_bit_that_is_wrong_is_seen(void **state)
{
    (void)state;
    unsigned char bytes[sizeof golden_records];
    struct segment_header h;
    struct segment_group g;
    for (size_t bit = 0; bit < SEGMENT_HEADER * 8; bit++) {
        memcpy(bytes, golden_header, sizeof golden_header);
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        assert_int_equal(segment_header_get(&h, bytes, SEGMENT_HEADER), FF_STORE_CORRUPT);
        memcpy(bytes, golden_group, sizeof golden_group);
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        assert_false(segment_group_get(&g, bytes, SEGMENT_GROUP_HEADER));
    }
    for (size_t bit = 0; bit < sizeof golden_records * 8; bit++) {
        memcpy(bytes, golden_records, sizeof golden_records);
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        assert_false(segment_group_sound(&group, bytes));
    }
}

static void another_version_is_told_apart_from_damage(void **state)
{
    (void)state;
    unsigned char bytes[SEGMENT_HEADER];
    struct segment_header h = header;
    h.version = 2;
    segment_header_put(bytes, &h);
    h.version = 0;
    assert_int_equal(segment_header_get(&h, bytes, sizeof bytes), FF_STORE_VERSION);
    assert_int_equal(h.version, 2);
}

static void a_group_says_nothing_impossible(void **state)
{
    (void)state;
    static const struct segment_group bad[] = {
        {.first = 5, .durable = 5, .count = 1, .bytes = 16},
        {.first = 5, .durable = 4, .count = 0, .bytes = 0},
        {.first = 5, .durable = 4, .count = 1, .bytes = SEGMENT_MAX_GROUP + 1},
    };
    unsigned char bytes[SEGMENT_GROUP_HEADER];
    struct segment_group g;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        segment_group_put(bytes, &bad[i]);
        assert_false(segment_group_get(&g, bytes, sizeof bytes));
    }
}

static void records_must_fill_their_group(void **state)
{
    (void)state;
    struct segment_group g = group;
    g.count = 1;
    assert_false(segment_group_sound(&g, golden_records));
    g.bytes = 22;
    assert_true(segment_group_sound(&g, golden_records));
    g.first++;
    assert_false(segment_group_sound(&g, golden_records));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bytes_on_disk_are_the_golden_ones),
        cmocka_unit_test(the_golden_bytes_are_read),
        cmocka_unit_test(anything_shorter_is_refused_without_reading_on),
        cmocka_unit_test(any_bit_that_is_wrong_is_seen),
        cmocka_unit_test(another_version_is_told_apart_from_damage),
        cmocka_unit_test(a_group_says_nothing_impossible),
        cmocka_unit_test(records_must_fill_their_group),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
