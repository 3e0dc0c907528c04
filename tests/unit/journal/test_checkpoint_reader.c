#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "checkpoint_reader.h"
#include "checkpoint_writer.h"
#include "room.h"

#include <errno.h>

#define SEQ 9
#define BLOCKS 5

struct shop {
    struct room room; /* its store is a bare place */
    struct place place;
    struct checkpoint_reader r;
    struct bytes b; /* of the checkpoint SEQ */
    char why[WHY];
};

/* Block i of checkpoint seq, all of one length. */
static struct ff_span block_of(uint64_t seq, unsigned i, char out[32])
{
    memset(out, (int)(seq * 16 + i), 32);
    return ff_span_of(out, 32);
}

static void shop_write(struct shop *shop, uint64_t seq)
{
    struct checkpoint_writer w;
    char bytes[32];
    checkpoint_writer_init(&w, &shop->place);
    assert_int_equal(checkpoint_writer_begin(&w, seq), 0);
    for (unsigned i = 0; i < BLOCKS; i++)
        assert_int_equal(checkpoint_writer_put(&w, block_of(seq, i, bytes)), 0);
    assert_int_equal(checkpoint_writer_commit(&w), 0);
}

static int setup(void **state)
{
    struct shop *shop = calloc(1, sizeof *shop);
    room_begin(&shop->room, FF_DURABLE_DISK, 1);
    assert_int_equal(place_init(&shop->place, &shop->room.faulty.io, shop->room.store, shop->why, WHY), FF_OK);
    checkpoint_reader_init(&shop->r);
    shop_write(shop, SEQ);
    shop->b = bytes_of(&shop->room, &checkpoint_kind, SEQ);
    *state = shop;
    return 0;
}

static int teardown(void **state)
{
    struct shop *shop = *state;
    checkpoint_reader_close(&shop->r);
    place_fini(&shop->place);
    free(shop->b.p);
    room_end(&shop->room);
    free(shop);
    return 0;
}

static enum ff_status shop_open(struct shop *shop)
{
    shop->why[0] = '\0';
    return checkpoint_reader_open(&shop->r, &shop->place, SEQ, shop->why, WHY);
}

static void expect_wrong(struct shop *shop, const char *wrong)
{
    assert_int_equal(shop_open(shop), FF_STORE_CORRUPT);
    assert_non_null(strstr(shop->why, shop->b.file));
    assert_non_null(strstr(shop->why, wrong));
    assert_int_equal(shop->r.fd, -1);
}

/* The offset of block i. */
static size_t block_at(unsigned i)
{
    return CHECKPOINT_HEADER + i * (CHECKPOINT_BLOCK_HEADER + 32);
}

static void the_blocks_come_back_in_order(void **state)
{
    struct shop *shop = *state;
    struct ff_span block;
    char bytes[32];
    for (unsigned round = 0; round < 2; round++) {
        assert_int_equal(shop_open(shop), FF_OK);
        for (unsigned i = 0; i < BLOCKS; i++) {
            assert_int_equal(checkpoint_reader_next(&shop->r, &block), FF_OK);
            assert_true(ff_span_equal(block, block_of(SEQ, i, bytes)));
        }
        assert_int_equal(checkpoint_reader_next(&shop->r, &block), FF_NOT_FOUND);
        checkpoint_reader_close(&shop->r);
    }
}

static void the_place_of_the_damage_is_told(void **state)
{
    struct shop *shop = *state;
    bytes_flipped_to(&shop->b, 3);
    expect_wrong(shop, ": offset 0: damaged header");
    bytes_flipped_to(&shop->b, block_at(2) + 20);
    expect_wrong(shop, ": offset 128: damaged block");
    bytes_to(&shop->b, shop->b.n - 1);
    expect_wrong(shop, ": offset 272: the file ends");
    bytes_to(&shop->b, block_at(BLOCKS));
    expect_wrong(shop, ": offset 272: the file ends");
    bytes_to(&shop->b, shop->b.n + 1);
    expect_wrong(shop, ": offset 272: more after the end");
}

static void blocks_that_changed_places_are_refused(void **state)
{
    struct shop *shop = *state;
    unsigned char one[CHECKPOINT_BLOCK_HEADER + 32];
    unsigned char *a = shop->b.p + block_at(1), *b = shop->b.p + block_at(3);
    memcpy(one, a, sizeof one);
    memcpy(a, b, sizeof one);
    memcpy(b, one, sizeof one);
    bytes_to(&shop->b, shop->b.n);
    expect_wrong(shop, ": offset 80: damaged block");
}

static void a_block_that_is_left_out_is_missed(void **state)
{
    struct shop *shop = *state;
    for (unsigned i = 0; i < BLOCKS; i++) {
        struct bytes b = bytes_of(&shop->room, &checkpoint_kind, SEQ);
        memmove(b.p + block_at(i), b.p + block_at(i + 1), b.n - block_at(i + 1));
        bytes_to(&b, b.n - CHECKPOINT_BLOCK_HEADER - 32);
        expect_wrong(shop, ": damaged block");
        bytes_to(&shop->b, shop->b.n);
        free(b.p);
    }
}

static void a_block_or_end_of_another_checkpoint_is_refused(void **state)
{
    struct shop *shop = *state;
    shop_write(shop, SEQ + 1);
    struct bytes other = bytes_of(&shop->room, &checkpoint_kind, SEQ + 1);
    assert_int_equal(other.n, shop->b.n);
    for (unsigned i = 0; i <= BLOCKS; i++) {
        struct bytes b = bytes_of(&shop->room, &checkpoint_kind, SEQ);
        memcpy(b.p + block_at(i), other.p + block_at(i),
               i < BLOCKS ? CHECKPOINT_BLOCK_HEADER + 32 : CHECKPOINT_END);
        bytes_to(&b, b.n);
        expect_wrong(shop, ": damaged block");
        bytes_to(&shop->b, shop->b.n);
        free(b.p);
    }
    free(other.p);
}

/* Sound by its own sum, but not the sum of what stands before it. */
static void an_end_with_another_total_is_refused(void **state)
{
    struct shop *shop = *state;
    struct checkpoint_header h;
    assert_int_equal(checkpoint_header_get(&h, shop->b.p, shop->b.n), FF_OK);
    checkpoint_end_put(shop->b.p + block_at(BLOCKS), h.mark, BLOCKS, 32 * BLOCKS - 1);
    bytes_to(&shop->b, shop->b.n);
    expect_wrong(shop, ": offset 272: damaged end");
    checkpoint_end_put(shop->b.p + block_at(BLOCKS), h.mark, BLOCKS, 32 * BLOCKS);
    bytes_to(&shop->b, shop->b.n);
    assert_int_equal(shop_open(shop), FF_OK);
}

static void the_checkpoint_of_another_record_is_refused(void **state)
{
    struct shop *shop = *state;
    shop_write(shop, SEQ + 1);
    struct bytes other = bytes_of(&shop->room, &checkpoint_kind, SEQ + 1);
    memcpy(other.file, shop->b.file, sizeof other.file);
    bytes_to(&other, other.n);
    expect_wrong(shop, "the checkpoint of another record");
    free(other.p);
}

static void another_version_is_refused_by_name(void **state)
{
    struct shop *shop = *state;
    checkpoint_header_put(shop->b.p, &(struct checkpoint_header){.seq = SEQ, .version = 8, .mark = 1});
    bytes_to(&shop->b, shop->b.n);
    assert_int_equal(shop_open(shop), FF_STORE_VERSION);
    assert_non_null(strstr(shop->why, shop->b.file));
    assert_non_null(strstr(shop->why, "version 8"));
    assert_int_equal(shop->r.fd, -1);
}

/* Neither a failed read nor a file that is not there is damage. */
static void what_cannot_be_read_is_not_damaged(void **state)
{
    struct shop *shop = *state;
    unsigned k = 1;
    for (;; k++) {
        faulty_fail_call(&shop->room.faulty, k, EACCES, false);
        enum ff_status st = shop_open(shop);
        if (!faulty_reached(&shop->room.faulty)) {
            assert_int_equal(st, FF_OK);
            break;
        }
        /* What closing it says does not matter. */
        assert_int_equal(st, FF_STORE_FAILED);
        assert_non_null(strstr(shop->why, shop->b.file));
        assert_int_equal(shop->r.fd, -1);
    }
    assert_true(k >= 4);
    checkpoint_reader_close(&shop->r);
    assert_int_equal(io_system.unlink(&io_system, shop->b.file), 0);
    assert_int_equal(shop_open(shop), FF_STORE_FAILED);
}

/* The second reading is believed no more than the first. */
static void a_file_that_changes_after_it_was_checked_is_found_out(void **state)
{
    struct shop *shop = *state;
    static char large[CHECKPOINT_MAX_BLOCK];
    struct checkpoint_writer w;
    struct ff_span block;
    checkpoint_writer_init(&w, &shop->place);
    assert_int_equal(checkpoint_writer_begin(&w, SEQ), 0);
    for (unsigned i = 0; i < 9; i++)
        assert_int_equal(checkpoint_writer_put(&w, ff_span_of(large, sizeof large)), 0);
    assert_int_equal(checkpoint_writer_commit(&w), 0);
    assert_int_equal(shop_open(shop), FF_OK);
    struct bytes b = bytes_of(&shop->room, &checkpoint_kind, SEQ);
    const int fd = io_system.open(&io_system, b.file, O_WRONLY, 0);
    assert_int_equal(io_write_all(&io_system, fd, "x", 1, b.n - CHECKPOINT_MAX_BLOCK), 0);
    io_system.close(&io_system, fd);
    enum ff_status st = FF_OK;
    unsigned got = 0;
    while ((st = checkpoint_reader_next(&shop->r, &block)) == FF_OK)
        got++;
    assert_int_equal(got, 8);
    assert_int_equal(st, FF_STORE_CORRUPT);
    checkpoint_reader_close(&shop->r);
    bytes_to(&b, b.n);
    assert_int_equal(shop_open(shop), FF_OK);
    faulty_script(&shop->room.faulty, FAULTY_READ, "ok eio");
    while ((st = checkpoint_reader_next(&shop->r, &block)) == FF_OK)
        continue;
    assert_int_equal(st, FF_STORE_FAILED);
    assert_int_equal(shop->r.file.error, -EIO);
    free(b.p);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_blocks_come_back_in_order),
        CASE(the_place_of_the_damage_is_told),
        CASE(blocks_that_changed_places_are_refused),
        CASE(a_block_that_is_left_out_is_missed),
        CASE(a_block_or_end_of_another_checkpoint_is_refused),
        CASE(an_end_with_another_total_is_refused),
        CASE(the_checkpoint_of_another_record_is_refused),
        CASE(another_version_is_refused_by_name),
        CASE(what_cannot_be_read_is_not_damaged),
        CASE(a_file_that_changes_after_it_was_checked_is_found_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
