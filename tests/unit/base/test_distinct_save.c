#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "distinct.h"
#include "hash.h"
#include "tape.h"

#include <endian.h>

#define SKETCH_BYTES (2 + 1 + DISTINCT_REGISTERS / 2) /* its mark, its least register, half bytes */

/* The i-th mark of a stream; every stream begins with 0. */
static uint64_t mark_of(uint64_t stream, uint64_t i)
{
    return i == 0 ? 0 : hash_mix(hash_mix(stream + 1) + i * UINT64_C(0x9e3779b97f4a7c15));
}

/* The first n marks of a stream, in an order of their own for each step. */
static void fill(struct distinct *d, uint64_t stream, uint64_t n, uint64_t step)
{
    for (uint64_t k = 0; k < step; k++)
        for (uint64_t i = k; i < n; i += step)
            distinct_add(d, mark_of(stream, i));
}

static struct tape saved(const struct distinct *d)
{
    struct tape t;
    distinct_save(d, tape_write(&t));
    tape_written(&t);
    return t;
}

static bool load(struct distinct *d, struct tape *t)
{
    *d = (struct distinct){0};
    struct image_in *in = tape_read(t);
    distinct_load(d, in);
    return image_in_end(in);
}

static const uint64_t sizes[] = {0,    1,    2,    7,    8,    9,      100,
                                 1023, 2047, 2048, 2049, 5000, 100000, 2000000};
#define SIZES (sizeof sizes / sizeof *sizes)

static void sets_of_every_size_come_back_and_go_on_alike(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        struct distinct d = {0}, back;
        bool exact, back_exact;
        fill(&d, i, sizes[i], 1);
        struct tape t = saved(&d);
        assert_true(load(&back, &t));
        assert_true(distinct_count(&d, &exact) == distinct_count(&back, &back_exact));
        assert_int_equal(exact, back_exact);
        struct tape again = saved(&back);
        assert_true(tape_equal(&t, &again));
        tape_free(&again);
        for (uint64_t k = 0; k < 3000; k++) { /* old ones, and new ones over the next doubling */
            distinct_add(&d, mark_of(i, k));
            distinct_add(&back, mark_of(i, k));
        }
        again = saved(&d);
        struct tape other = saved(&back);
        assert_true(tape_equal(&again, &other));
        tape_free(&t);
        tape_free(&again);
        tape_free(&other);
        distinct_reset(&d);
        distinct_reset(&back);
    }
}

static void the_bytes_do_not_depend_on_the_order_nor_on_merging(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIZES - 1; i++) {
        struct distinct d = {0}, shuffled = {0}, half = {0}, merged = {0};
        fill(&d, i, sizes[i], 1);
        fill(&shuffled, i, sizes[i], 17);
        fill(&half, i, sizes[i] / 2, 3);
        for (uint64_t k = sizes[i]; k > sizes[i] / 3; k--)
            distinct_add(&merged, mark_of(i, k - 1));
        distinct_merge(&merged, &half);
        struct tape a = saved(&d), b = saved(&shuffled), c = saved(&merged);
        assert_true(tape_equal(&a, &b));
        assert_true(tape_equal(&a, &c));
        struct distinct *all[] = {&d, &shuffled, &half, &merged};
        for (size_t k = 0; k < 4; k++)
            distinct_reset(all[k]);
        tape_free(&a);
        tape_free(&b);
        tape_free(&c);
    }
}

static void the_bytes_are_marks_in_order_or_half_bytes(void **state)
{
    (void)state;
    struct distinct d = {0};
    distinct_add(&d, 300);
    distinct_add(&d, UINT64_MAX);
    distinct_add(&d, 0);
    struct tape t = saved(&d);
    assert_int_equal(t.n, 25);
    assert_memory_equal(t.p, "\3\0\0\0\0\0\0\0\0\x2c\1\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff",
                        25);
    tape_free(&t);
    for (uint64_t i = 1; i < 5000; i++)
        distinct_add(&d, i << 50); /* registers 0 to 4999 at least 1 */
    t = saved(&d);
    assert_memory_equal(t.p, "\x81\x10\0", 3);
    assert_true(t.n > SKETCH_BYTES); /* 0 and 300 have high ranks */
    tape_free(&t);
    distinct_reset(&d);
}

/* Registers as high as marks can make them, so that half bytes run over and least is not 0. */
static void sketches_of_extreme_registers_come_back(void **state)
{
    (void)state;
    static const uint8_t highest[] = {0, 14, 15, 16, 36, 37, 50, 51};
    for (size_t least = 0; least < sizeof highest; least++)
        for (size_t most = least; most < sizeof highest; most++) {
            struct distinct d = {0}, back;
            uint8_t *registers = distinct_sketch(&d);
            memset(registers, highest[least], DISTINCT_REGISTERS);
            for (size_t i = 0; i < DISTINCT_REGISTERS; i += 1 + most)
                registers[i] = highest[most];
            registers[DISTINCT_REGISTERS - 1] = highest[most];
            registers[1] = highest[least];
            struct tape t = saved(&d);
            assert_true(load(&back, &t));
            assert_memory_equal(back.registers, registers, DISTINCT_REGISTERS);
            assert_true(distinct_sketch(&back) == back.registers);
            tape_free(&t);
            distinct_reset(&d);
            distinct_reset(&back);
        }
}

static void a_sketch_takes_half_a_byte_a_register(void **state)
{
    (void)state;
    for (uint64_t n = 2049; n < 3000000; n *= 7) {
        struct distinct d = {0};
        fill(&d, n, n, 1);
        struct tape t = saved(&d);
        assert_in_range(t.n, SKETCH_BYTES, SKETCH_BYTES + 40);
        tape_free(&t);
        distinct_reset(&d);
    }
}

static void refuses(struct tape *t)
{
    struct distinct d;
    assert_false(load(&d, t));
    assert_false(t->in.ok);
    distinct_reset(&d);
}

static void refuses_bytes(struct ff_span bytes)
{
    struct tape t = tape_of(bytes);
    refuses(&t);
    tape_free(&t);
}

static void what_no_set_can_be_is_refused(void **state)
{
    (void)state;
    refuses_bytes(FF_LITERAL("\2\5\0\0\0\0\0\0\0\5\0\0\0\0\0\0\0")); /* a mark twice */
    refuses_bytes(FF_LITERAL("\2\6\0\0\0\0\0\0\0\5\0\0\0\0\0\0\0")); /* marks out of order */
    refuses_bytes(FF_LITERAL("\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"));
    refuses_bytes(FF_LITERAL("\2\5\0\0\0\0\0\0\0\6\0\0\0\0\0\0")); /* cut off */
    refuses_bytes(FF_LITERAL("\x82\x10"));                         /* more than a sketch */
    refuses_bytes(FF_LITERAL("\x81\x10\0\0\0\0"));
}

/* A sketch whose registers are all least, with one changed. */
static struct tape bent_sketch(uint8_t least, size_t at, uint8_t bits)
{
    char bytes[SKETCH_BYTES] = "\x81\x10";
    bytes[2] = (char)least;
    bytes[3 + at] |= (char)bits;
    return tape_of(ff_span_of(bytes, sizeof bytes));
}

static void what_no_sketch_can_be_is_refused(void **state)
{
    (void)state;
    struct distinct d;
    struct tape t = bent_sketch(51, 0, 0);
    assert_true(load(&d, &t));
    distinct_reset(&d);
    tape_free(&t);
    t = bent_sketch(51, 77, 0x10); /* 52 */
    refuses(&t);
    tape_free(&t);
    t = bent_sketch(52, 0, 0);
    refuses(&t);
    tape_free(&t);
    t = bent_sketch(0, 8191, 0xF0); /* what is above 15 is missing */
    refuses(&t);
    tape_give(&t, FF_LITERAL("\x24")); /* 36 */
    assert_true(load(&d, &t));
    assert_int_equal(d.registers[DISTINCT_REGISTERS - 1], 51);
    distinct_reset(&d);
    t.p[t.n - 1]++; /* 52 in all */
    refuses(&t);
    tape_free(&t);
    t = bent_sketch(3, 0, 0);
    memset(t.p + 3, 0x11, SKETCH_BYTES - 3); /* the least is not 3 */
    refuses(&t);
    tape_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_of_every_size_come_back_and_go_on_alike),
        cmocka_unit_test(the_bytes_do_not_depend_on_the_order_nor_on_merging),
        cmocka_unit_test(the_bytes_are_marks_in_order_or_half_bytes),
        cmocka_unit_test(sketches_of_extreme_registers_come_back),
        cmocka_unit_test(a_sketch_takes_half_a_byte_a_register),
        cmocka_unit_test(what_no_set_can_be_is_refused),
        cmocka_unit_test(what_no_sketch_can_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
