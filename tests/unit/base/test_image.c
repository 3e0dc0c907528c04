#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "guard.h"
#include "image.h"

#include <stdlib.h>

#define MANY 8000 /* times something of every kind: several blocks */

/* An image kept in memory, and the way in which it is given out again. */
struct tape {
    unsigned char *bytes;
    size_t n, room;
    size_t blocks;     /* given so far */
    size_t largest;    /* of them */
    size_t fail_after; /* blocks that are taken before one is refused */
    size_t at;         /* given out so far */
    size_t cut; /* bytes of a block that is given out; 0: in odd pieces, some of them empty */
    uint64_t seed;
};

static bool tape_give(void *ctx, struct ff_span block)
{
    struct tape *t = ctx;
    assert_in_range(block.n, 1, IMAGE_BLOCK);
    assert_true(t->blocks <= t->fail_after); /* it is not called again once it has failed */
    if (t->blocks++ == t->fail_after)
        return false;
    if (t->n + block.n > t->room) {
        t->room = 2 * (t->n + block.n);
        t->bytes = realloc(t->bytes, t->room);
        assert_non_null(t->bytes);
    }
    memcpy(t->bytes + t->n, block.p, block.n);
    t->n += block.n;
    t->largest = block.n > t->largest ? block.n : t->largest;
    return true;
}

static bool tape_take(void *ctx, struct ff_span *block)
{
    struct tape *t = ctx;
    size_t n = t->cut ? t->cut : (t->seed = hash_mix(t->seed + 1)) % 23;
    n = n < t->n - t->at ? n : t->n - t->at;
    *block = ff_span_of((char *)t->bytes + t->at, n);
    t->at += n;
    return n > 0 || t->at < t->n;
}

static void begin(struct image_out *out, struct tape *t)
{
    *t = (struct tape){.fail_after = SIZE_MAX};
    assert_true(image_out_begin(out, tape_give, t));
}

static struct hash128 end(struct image_out *out)
{
    struct hash128 digest;
    assert_true(image_out_end(out, &digest));
    return digest;
}

static bool same(struct hash128 a, struct hash128 b)
{
    return a.lo == b.lo && a.hi == b.hi;
}

static uint64_t number(uint64_t i)
{
    return hash_mix(i + 1) >> i % 64;
}

/* Something of every kind, n times. */
static void put_some(struct image_out *out, uint64_t n)
{
    image_put_section(out, "some", 300);
    for (uint64_t i = 0; i < n; i++) {
        image_put_uint(out, number(i));
        image_put_int(out, (int64_t)number(i) * (i % 2 ? 1 : -1));
        image_put_u64(out, number(i + 7));
        char bytes[40];
        memset(bytes, (int)i, sizeof bytes);
        image_put_bytes(out, bytes, i % sizeof bytes);
    }
}

static void get_some(struct image_in *in, uint64_t n)
{
    uint32_t version;
    assert_true(image_section(in, "some", 400, &version));
    assert_int_equal(version, 300);
    for (uint64_t i = 0; i < n; i++) {
        assert_true(image_uint(in) == number(i));
        assert_true(image_int(in) == (int64_t)number(i) * (i % 2 ? 1 : -1));
        assert_true(image_u64(in) == number(i + 7));
        unsigned char bytes[40];
        image_bytes(in, bytes, i % sizeof bytes);
        for (size_t k = 0; k < i % sizeof bytes; k++)
            assert_int_equal(bytes[k], i & 0xFF);
    }
}

static void what_was_put_is_got_however_it_is_cut(void **state)
{
    static const size_t cuts[] = {0, 1, 2, 3, 7, 64, 1000, IMAGE_BLOCK - 1, IMAGE_BLOCK, SIZE_MAX};
    struct image_out out;
    struct tape t;
    (void)state;
    begin(&out, &t);
    put_some(&out, MANY);
    end(&out);
    assert_true(t.n > 3 * IMAGE_BLOCK);
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        struct image_in in;
        t.at = 0;
        t.cut = cuts[i];
        image_in_begin(&in, tape_take, &t);
        get_some(&in, MANY);
        assert_true(in.ok);
        assert_true(image_in_end(&in));
    }
    free(t.bytes);
}

static void the_ends_of_all_ranges_come_back(void **state)
{
    static const uint64_t edges[] = {0,
                                     1,
                                     127,
                                     128,
                                     16383,
                                     16384,
                                     UINT32_MAX,
                                     INT64_MAX,
                                     (1ULL << 63),
                                     (1ULL << 63) - 1,
                                     1ULL << 56,
                                     (1ULL << 56) - 1,
                                     UINT64_MAX - 1,
                                     UINT64_MAX};
    struct image_out out;
    struct image_in in;
    struct tape t;
    (void)state;
    begin(&out, &t);
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
        image_put_uint(&out, edges[i]);
        image_put_int(&out, (int64_t)edges[i]);
        image_put_int(&out, (int64_t)-edges[i]);
        image_put_u64(&out, edges[i]);
    }
    end(&out);
    image_in_begin(&in, tape_take, &t);
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
        assert_true(image_uint(&in) == edges[i]);
        assert_true(image_int(&in) == (int64_t)edges[i]);
        assert_true(image_int(&in) == (int64_t)-edges[i]);
        assert_true(image_u64(&in) == edges[i]);
    }
    assert_true(image_in_end(&in));
    free(t.bytes);
}

/* The form is that of checkpoints on disks: it never changes. */
static void the_bytes_are_what_they_have_always_been(void **state)
{
    static const unsigned char expected[] = {'a',  'b',  'c',  'd',  0x01, 0x00, 0x7F, 0x80,
                                             0x01, 0x01, 0x02, 0xFF, 0x01, 0x08, 7,    6,
                                             5,    4,    3,    2,    1,    'x',  'y'};
    struct image_out out;
    struct tape t;
    (void)state;
    begin(&out, &t);
    image_put_section(&out, "abcd", 1);
    image_put_uint(&out, 0);
    image_put_uint(&out, 127);
    image_put_uint(&out, 128);
    image_put_int(&out, -1);
    image_put_int(&out, 1);
    image_put_int(&out, -128);
    image_put_u64(&out, UINT64_C(0x0102030405060708));
    image_put_bytes(&out, "xy", 2);
    struct hash128 digest = end(&out);
    assert_int_equal(t.n, sizeof expected);
    assert_memory_equal(t.bytes, expected, sizeof expected);
    assert_int_equal(out.bytes, sizeof expected);
    assert_true(same(digest, hash_bytes(expected, sizeof expected)));
    free(t.bytes);
}

static void the_digest_is_that_of_the_bytes_with_and_without_a_taker(void **state)
{
    struct image_out out;
    struct tape t;
    (void)state;
    for (uint64_t n = 0; n < 6000; n += 1499) {
        begin(&out, &t);
        put_some(&out, n);
        struct hash128 digest = end(&out);
        assert_true(same(digest, hash_bytes(t.bytes, t.n)));
        assert_true(image_out_begin(&out, NULL, NULL));
        put_some(&out, n);
        assert_true(same(end(&out), digest));
        assert_int_equal(out.bytes, t.n);
        free(t.bytes);
    }
}

/* The same bytes in many small pieces and in one: blocks are cut elsewhere, the stream is not. */
static void the_digest_does_not_depend_on_where_blocks_are_cut(void **state)
{
    enum { N = 300000 };
    unsigned char *bytes = malloc(N);
    struct image_out out;
    struct tape whole, pieces;
    (void)state;
    for (size_t i = 0; i < N; i++)
        bytes[i] = (unsigned char)number(i) & 0x7F; /* each is a uint as well */
    begin(&out, &whole);
    image_put_bytes(&out, bytes, N);
    struct hash128 digest = end(&out);
    begin(&out, &pieces);
    for (size_t i = 0; i < N; i++)
        image_put_uint(&out, bytes[i]);
    assert_true(same(end(&out), digest));
    assert_int_equal(whole.largest, IMAGE_BLOCK);
    assert_true(pieces.largest < IMAGE_BLOCK); /* or the test shows nothing */
    assert_int_equal(pieces.n, N);
    assert_memory_equal(pieces.bytes, bytes, N);
    free(whole.bytes);
    free(pieces.bytes);
    free(bytes);
}

static void a_taker_that_fails_is_not_asked_again_and_the_image_is_not_ok(void **state)
{
    struct hash128 digest;
    (void)state;
    for (size_t blocks = 0; blocks < 4; blocks++) {
        struct image_out out;
        struct tape t;
        begin(&out, &t);
        t.fail_after = blocks;
        put_some(&out, MANY);
        image_put_bytes(&out, "x", 1);
        assert_false(image_out_end(&out, &digest));
        assert_false(out.ok);
        assert_int_equal(t.blocks, blocks + 1);
        free(t.bytes);
    }
    struct image_out out;
    struct tape t;
    begin(&out, &t);
    t.fail_after = 0;
    image_put_uint(&out, 5);
    assert_true(out.ok); /* it is only found at the end */
    assert_false(image_out_end(&out, &digest));
}

static void an_empty_image_is_read_as_one(void **state)
{
    struct image_out out;
    struct image_in in;
    struct tape t;
    (void)state;
    begin(&out, &t);
    assert_true(same(end(&out), hash_bytes("", 0)));
    assert_int_equal(t.blocks, 0);
    image_in_begin(&in, tape_take, &t);
    assert_true(image_in_end(&in));
    assert_int_equal(image_uint(&in), 0);
    assert_false(image_in_end(&in));
}

/* Reads the bytes as one block with an unmapped page behind it. */
struct read {
    struct guard guard;
    struct image_in in;
    struct ff_span rest;
};

static bool take_once(void *ctx, struct ff_span *block)
{
    struct read *r = ctx;
    *block = r->rest;
    r->rest = ff_span_of(NULL, 0);
    return block->p != NULL;
}

static void read_begin(struct read *r, struct ff_span bytes)
{
    r->rest = guard_put(&r->guard, bytes, 0);
    image_in_begin(&r->in, take_once, r);
}

static void refuses_uint(struct ff_span bytes)
{
    struct read r;
    read_begin(&r, bytes);
    assert_int_equal(image_uint(&r.in), 0);
    assert_false(r.in.ok);
    assert_false(image_in_end(&r.in));
    guard_drop(&r.guard);
}

static void numbers_that_no_writer_writes_are_refused(void **state)
{
    struct read r;
    (void)state;
    refuses_uint(FF_LITERAL("\x80"));                                 /* cut off */
    refuses_uint(FF_LITERAL("\xff\xff\xff\xff\xff\xff\xff\xff\xff")); /* after nine bytes, too */
    refuses_uint(FF_LITERAL("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02")); /* 2^64 and more */
    refuses_uint(FF_LITERAL("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"));
    refuses_uint(FF_LITERAL("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"));
    refuses_uint(FF_LITERAL("\x80\x00x")); /* 0 in two bytes */
    refuses_uint(FF_LITERAL("\xff\x80\x00x"));
    read_begin(&r, FF_LITERAL("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
    assert_true(image_uint(&r.in) == UINT64_MAX);
    assert_true(image_in_end(&r.in));
    guard_drop(&r.guard);
}

static void once_it_is_not_ok_all_is_zero(void **state)
{
    struct read r;
    char bytes[6] = "abcdef";
    (void)state;
    read_begin(&r, FF_LITERAL("\x05\x80\x00\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07"));
    assert_int_equal(image_uint(&r.in), 5);
    assert_int_equal(image_uint(&r.in), 0);
    assert_int_equal(image_uint(&r.in), 0);
    assert_int_equal(image_int(&r.in), 0);
    assert_int_equal(image_u64(&r.in), 0);
    image_bytes(&r.in, bytes, sizeof bytes);
    assert_memory_equal(bytes, "\0\0\0\0\0\0", sizeof bytes);
    assert_int_equal(image_uint_upto(&r.in, 9), 0);
    assert_false(r.in.ok);
    assert_false(image_in_end(&r.in));
    guard_drop(&r.guard);
}

static void what_is_cut_off_is_zero_as_a_whole(void **state)
{
    struct read r;
    char bytes[6] = "abcdef";
    (void)state;
    read_begin(&r, FF_LITERAL("\1\2\3"));
    assert_int_equal(image_u64(&r.in), 0);
    assert_false(r.in.ok);
    guard_drop(&r.guard);
    read_begin(&r, FF_LITERAL("\1\2\3"));
    image_bytes(&r.in, bytes, sizeof bytes);
    assert_memory_equal(bytes, "\0\0\0\0\0\0", sizeof bytes);
    assert_false(r.in.ok);
    guard_drop(&r.guard);
}

static void a_number_above_its_limit_is_refused(void **state)
{
    struct read r;
    (void)state;
    read_begin(&r, FF_LITERAL("\x09\x0a\x01"));
    assert_int_equal(image_uint_upto(&r.in, 9), 9);
    assert_int_equal(image_uint_upto(&r.in, 9), 0);
    assert_false(r.in.ok);
    guard_drop(&r.guard);
}

static void a_check_that_fails_stays_failed(void **state)
{
    struct read r;
    (void)state;
    read_begin(&r, FF_LITERAL("\x01\x02"));
    assert_true(image_check(&r.in, true));
    assert_int_equal(image_uint(&r.in), 1);
    assert_false(image_check(&r.in, false));
    assert_false(image_check(&r.in, true));
    assert_int_equal(image_uint(&r.in), 0);
    assert_false(image_in_end(&r.in));
    guard_drop(&r.guard);
}

static void refuses_section(struct ff_span bytes)
{
    struct read r;
    uint32_t version = 99;
    read_begin(&r, bytes);
    assert_false(image_section(&r.in, "foot", 7, &version));
    assert_false(r.in.ok);
    assert_int_equal(version, 0);
    guard_drop(&r.guard);
}

static void a_section_is_known_by_its_name_and_version(void **state)
{
    struct read r;
    uint32_t version;
    (void)state;
    read_begin(&r, FF_LITERAL("foot\x07"));
    assert_true(image_section(&r.in, "foot", 7, &version));
    assert_int_equal(version, 7);
    assert_true(image_in_end(&r.in));
    guard_drop(&r.guard);
    refuses_section(FF_LITERAL("foot\x08"));
    refuses_section(FF_LITERAL("foot\x00"));
    refuses_section(FF_LITERAL("fool\x07"));
    refuses_section(FF_LITERAL("foo"));
    refuses_section(FF_LITERAL("foot"));
    refuses_section(FF_LITERAL(""));
}

static void what_is_left_is_not_the_end(void **state)
{
    struct read r;
    (void)state;
    read_begin(&r, FF_LITERAL("\x01\x02"));
    assert_int_equal(image_uint(&r.in), 1);
    assert_false(image_in_end(&r.in));
    assert_int_equal(image_uint(&r.in), 2);
    assert_true(image_in_end(&r.in));
    guard_drop(&r.guard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_put_is_got_however_it_is_cut),
        cmocka_unit_test(the_ends_of_all_ranges_come_back),
        cmocka_unit_test(the_bytes_are_what_they_have_always_been),
        cmocka_unit_test(the_digest_is_that_of_the_bytes_with_and_without_a_taker),
        cmocka_unit_test(the_digest_does_not_depend_on_where_blocks_are_cut),
        cmocka_unit_test(a_taker_that_fails_is_not_asked_again_and_the_image_is_not_ok),
        cmocka_unit_test(an_empty_image_is_read_as_one),
        cmocka_unit_test(numbers_that_no_writer_writes_are_refused),
        cmocka_unit_test(once_it_is_not_ok_all_is_zero),
        cmocka_unit_test(what_is_cut_off_is_zero_as_a_whole),
        cmocka_unit_test(a_number_above_its_limit_is_refused),
        cmocka_unit_test(a_check_that_fails_stays_failed),
        cmocka_unit_test(a_section_is_known_by_its_name_and_version),
        cmocka_unit_test(what_is_left_is_not_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
