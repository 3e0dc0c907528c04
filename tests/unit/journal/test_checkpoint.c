#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "checkpoint.h"
#include "segment.h"

#include <string.h>

/* The bytes on disk. A change here is a new CHECKPOINT_VERSION, and the old one stays readable. */
static const unsigned char golden_header[CHECKPOINT_HEADER] = {
    0x66, 0x66, 0x63, 0x68, 0x6b, 0x70, 0x0d, 0x0a, /* magic */
    0x01, 0x00, 0x00, 0x00,                         /* version */
    0x0d, 0x0c, 0x0b, 0x0a,                         /* mark */
    0x08, 0x07, 0x06, 0x05, 0x04, 0x03, 0x02, 0x01, /* seq */
    0x00, 0x00, 0x00, 0x00,                         /* 0 */
    0xd7, 0xfa, 0x75, 0x31,                         /* crc */
};
static const unsigned char golden_block[CHECKPOINT_BLOCK_HEADER + 5] = {
    0x0d, 0x0c, 0x0b, 0x0a,                         /* mark */
    0x05, 0x00, 0x00, 0x00,                         /* length */
    0x07, 0x00, 0x00, 0x00,                         /* index */
    0xaa, 0x64, 0x06, 0xca,                         /* crc */
    's',  't',  'a',  't',  'e',
};
static const unsigned char golden_end[CHECKPOINT_END] = {
    0x0d, 0x0c, 0x0b, 0x0a,                         /* mark */
    0x00, 0x00, 0x00, 0x00,                         /* no length */
    0x08, 0x00, 0x00, 0x00,                         /* count */
    0xef, 0x60, 0x4e, 0x11,                         /* crc */
    0x26, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, /* total */
};

#define MARK 0x0a0b0c0d
#define SEQ UINT64_C(0x0102030405060708)
#define TOTAL UINT64_C(0x100000026)

static void the_bytes_on_disk_are_the_golden_ones(void **state)
{
    (void)state;
    unsigned char bytes[CHECKPOINT_HEADER];
    checkpoint_header_put(bytes, &(struct checkpoint_header){.seq = SEQ, .version = 1, .mark = MARK});
    assert_memory_equal(bytes, golden_header, sizeof golden_header);
    checkpoint_block_put(bytes, MARK, 7, FF_LITERAL("state"));
    assert_memory_equal(bytes, golden_block, CHECKPOINT_BLOCK_HEADER);
    checkpoint_end_put(bytes, MARK, 8, TOTAL);
    assert_memory_equal(bytes, golden_end, sizeof golden_end);
}

static void the_golden_bytes_are_read(void **state)
{
    (void)state;
    struct checkpoint_header h;
    struct checkpoint_block b;
    assert_int_equal(checkpoint_header_get(&h, golden_header, sizeof golden_header), FF_OK);
    assert_true(h.seq == SEQ && h.version == 1 && h.mark == MARK);
    assert_true(checkpoint_block_get(&b, golden_block, sizeof golden_block));
    assert_true(b.mark == MARK && b.length == 5 && b.index == 7);
    assert_int_equal(checkpoint_block_size(&b), 5);
    assert_true(checkpoint_block_sound(&b, golden_block));
    assert_true(checkpoint_block_get(&b, golden_end, sizeof golden_end));
    assert_true(b.mark == MARK && b.length == 0 && b.index == 8);
    assert_int_equal(checkpoint_block_size(&b), 8);
    assert_true(checkpoint_block_sound(&b, golden_end));
    assert_true(checkpoint_end_total(golden_end) == TOTAL);
}

static void a_header_with_any_bit_wrong_is_refused(void **state)
{
    (void)state;
    struct checkpoint_header h;
    unsigned char bytes[sizeof golden_header];
    for (size_t bit = 0; bit < 8 * sizeof bytes; bit++) {
        memcpy(bytes, golden_header, sizeof bytes);
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        assert_int_equal(checkpoint_header_get(&h, bytes, sizeof bytes), FF_STORE_CORRUPT);
    }
    for (size_t n = 0; n < sizeof bytes; n++)
        assert_int_equal(checkpoint_header_get(&h, golden_header, n), FF_STORE_CORRUPT);
}

/* A segment, say, whose header is laid out the same way. */
static void a_sound_header_of_something_else_is_refused(void **state)
{
    (void)state;
    struct checkpoint_header h;
    unsigned char bytes[sizeof golden_header];
    segment_header_put(bytes, &(struct segment_header){.first = 1, .version = CHECKPOINT_VERSION, .mark = MARK});
    _Static_assert(SEGMENT_HEADER == CHECKPOINT_HEADER, "laid out the same way");
    assert_int_equal(checkpoint_header_get(&h, bytes, sizeof bytes), FF_STORE_CORRUPT);
}

static void block_bits_wrong(const unsigned char *golden, size_t n)
{
    struct checkpoint_block b;
    unsigned char bytes[64];
    for (size_t bit = 0; bit < 8 * n; bit++) {
        memcpy(bytes, golden, n);
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        /* The reader looks at no more bytes than there are. */
        assert_false(checkpoint_block_get(&b, bytes, n) &&
                     CHECKPOINT_BLOCK_HEADER + checkpoint_block_size(&b) <= n &&
                     checkpoint_block_sound(&b, bytes));
    }
    for (size_t cut = 0; cut < CHECKPOINT_BLOCK_HEADER; cut++)
        assert_false(checkpoint_block_get(&b, golden, cut));
}

static void a_block_with_any_bit_wrong_is_refused(void **state)
{
    (void)state;
    block_bits_wrong(golden_block, sizeof golden_block);
    block_bits_wrong(golden_end, sizeof golden_end);
}

static void a_length_beyond_the_ceiling_is_not_believed(void **state)
{
    (void)state;
    struct checkpoint_block b;
    unsigned char bytes[CHECKPOINT_BLOCK_HEADER] = {0};
    bytes[6] = 0x10;
    assert_true(checkpoint_block_get(&b, bytes, sizeof bytes));
    assert_int_equal(b.length, CHECKPOINT_MAX_BLOCK);
    bytes[4] = 1;
    assert_false(checkpoint_block_get(&b, bytes, sizeof bytes));
}

static void another_version_is_told_from_damage(void **state)
{
    (void)state;
    struct checkpoint_header h = {.seq = 1, .version = 9, .mark = MARK};
    unsigned char bytes[CHECKPOINT_HEADER];
    checkpoint_header_put(bytes, &h);
    h = (struct checkpoint_header){0};
    assert_int_equal(checkpoint_header_get(&h, bytes, sizeof bytes), FF_STORE_VERSION);
    assert_int_equal(h.version, 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bytes_on_disk_are_the_golden_ones),
        cmocka_unit_test(the_golden_bytes_are_read),
        cmocka_unit_test(a_header_with_any_bit_wrong_is_refused),
        cmocka_unit_test(a_sound_header_of_something_else_is_refused),
        cmocka_unit_test(a_block_with_any_bit_wrong_is_refused),
        cmocka_unit_test(a_length_beyond_the_ceiling_is_not_believed),
        cmocka_unit_test(another_version_is_told_from_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
