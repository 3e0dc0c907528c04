#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "guard.h"
#include "unpack.h"

/* Reads bytes against a guard page. */
#define READ(function, bytes, u, result)                                                           \
    do {                                                                                           \
        struct guard g_;                                                                           \
        u = unpack_begin(guard_put(&g_, FF_LITERAL(bytes), 0));                                    \
        result = function(&u);                                                                     \
        done = unpack_done(&u);                                                                    \
        guard_drop(&g_);                                                                           \
    } while (0)

static bool done;

static void integer(struct ff_span bytes, int64_t expected)
{
    struct unpack u = unpack_begin(bytes);
    assert_int_equal(unpack_integer(&u), expected);
    assert_true(unpack_done(&u));
}

static void integers_of_all_widths_are_read(void **state)
{
    (void)state;
    integer(FF_LITERAL("\x00"), 0);
    integer(FF_LITERAL("\x7f"), 127);
    integer(FF_LITERAL("\xe0"), -32);
    integer(FF_LITERAL("\xff"), -1);
    integer(FF_LITERAL("\xcc\xff"), 255);
    integer(FF_LITERAL("\xcd\x01\x00"), 256);
    integer(FF_LITERAL("\xce\xff\xff\xff\xff"), 4294967295);
    integer(FF_LITERAL("\xcf\x7f\xff\xff\xff\xff\xff\xff\xff"), INT64_MAX);
    integer(FF_LITERAL("\xd0\x80"), -128);
    integer(FF_LITERAL("\xd1\x80\x00"), -32768);
    integer(FF_LITERAL("\xd2\xff\xff\xff\xfe"), -2);
    integer(FF_LITERAL("\xd3\x80\x00\x00\x00\x00\x00\x00\x00"), INT64_MIN);
}

static void what_is_no_integer_is_bad(void **state)
{
    static const struct ff_span bad[] = {
        {"", 0},     {"\xcf\x80\0\0\0\0\0\0\0", 9},
        {"\xcc", 1}, {"\xd3\0\0\0\0\0\0\0", 8},
        {"\xc0", 1}, {"\xa0", 1},
        {"\x80", 1}, {"\xca\0\0\0\0", 5},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct unpack u = unpack_begin(bad[i]);
        assert_int_equal(unpack_integer(&u), 0);
        assert_true(u.bad);
    }
}

static void strings_are_read_within_bounds(void **state)
{
    struct unpack u;
    struct ff_span s;
    (void)state;
    READ(unpack_string,
         "\xa3"
         "abc",
         u, s);
    assert_true(done && s.n == 3);
    READ(unpack_string, "\xa0", u, s);
    assert_true(done && s.n == 0);
    READ(unpack_string,
         "\xd9\x02"
         "ab",
         u, s);
    assert_true(done && s.n == 2);
    READ(unpack_string,
         "\xda\x00\x02"
         "ab",
         u, s);
    assert_true(done && s.n == 2);
    READ(unpack_string,
         "\xdb\x00\x00\x00\x02"
         "ab",
         u, s);
    assert_true(done && s.n == 2);
    READ(unpack_string,
         "\xa3"
         "ab",
         u, s);
    assert_true(u.bad && s.n == 0 && !s.p);
    READ(unpack_string,
         "\xdb\xff\xff\xff\xff"
         "ab",
         u, s);
    assert_true(u.bad && s.n == 0);
    READ(unpack_string, "\xdb\xff", u, s);
    assert_true(u.bad && s.n == 0);
    READ(unpack_string,
         "\xc4\x01"
         "a",
         u, s);
    assert_true(u.bad && s.n == 0);
}

static void counts_are_not_believed(void **state)
{
    struct unpack u;
    uint32_t n;
    (void)state;
    READ(unpack_array, "\x93\x01\x02\x03", u, n);
    assert_int_equal(n, 3);
    READ(unpack_array, "\xdc\x00\x02\x01\x02", u, n);
    assert_int_equal(n, 2);
    READ(unpack_array, "\xdd\x0f\xff\xff\xff\x01", u, n);
    assert_true(u.bad && n == 0);
    READ(unpack_array, "\x93\x01\x02", u, n);
    assert_true(u.bad && n == 0);
    READ(unpack_map, "\x81\x01\x02", u, n);
    assert_int_equal(n, 1);
    READ(unpack_map, "\xde\x00\x01\x01\x02", u, n);
    assert_int_equal(n, 1);
    READ(unpack_map, "\x82\x01\x02\x03", u, n);
    assert_true(u.bad && n == 0);
    READ(unpack_map, "\xdf\xff\xff\xff\xff", u, n);
    assert_true(u.bad && n == 0);
    READ(unpack_map, "\x91\x01", u, n);
    assert_true(u.bad && n == 0);
}

static void booleans_are_two_bytes_only(void **state)
{
    struct unpack u;
    bool b;
    (void)state;
    READ(unpack_boolean, "\xc3", u, b);
    assert_true(b && !u.bad);
    READ(unpack_boolean, "\xc2", u, b);
    assert_true(!b && !u.bad);
    READ(unpack_boolean, "\x01", u, b);
    assert_true(!b && u.bad);
}

/* The one value in bytes, read against a guard page; its bytes are gone by then. */
static struct unpack_value value(struct ff_span bytes)
{
    struct guard g;
    struct unpack u = unpack_begin(guard_put(&g, bytes, 0));
    struct unpack_value v = unpack_value(&u);
    done = unpack_done(&u);
    guard_drop(&g);
    return v;
}

static void any_value_can_be_read(void **state)
{
    static const struct {
        struct ff_span bytes;
        enum unpack_kind kind;
        size_t n; /* of bytes, strings and extensions */
    } table[] = {
        {{"\xc0", 1}, UNPACK_NIL, 0},
        {{"\xc2", 1}, UNPACK_BOOLEAN, 0},
        {{"\x7f", 1}, UNPACK_INTEGER, 0},
        {{"\xcf\x80\0\0\0\0\0\0\0", 9}, UNPACK_HUGE, 0},
        {{"\xca\x42\xc8\0\0", 5}, UNPACK_FLOAT, 0},
        {{"\xcb\x40\x59\0\0\0\0\0\0", 9}, UNPACK_DOUBLE, 0},
        {{"\xa1x", 2}, UNPACK_STRING, 1},
        {{"\xda\0\x01x", 4}, UNPACK_STRING, 1},
        {{"\xc4\x01x", 3}, UNPACK_BINARY, 1},
        {{"\xc5\0\x01x", 4}, UNPACK_BINARY, 1},
        {{"\xc6\0\0\0\x01x", 6}, UNPACK_BINARY, 1},
        {{"\xc7\x01\xffx", 4}, UNPACK_EXTENSION, 1},
        {{"\xc8\0\x01\xffx", 5}, UNPACK_EXTENSION, 1},
        {{"\xc9\0\0\0\x01\xffx", 7}, UNPACK_EXTENSION, 1},
        {{"\xd4\xffx", 3}, UNPACK_EXTENSION, 1},
        {{"\xd8\xff"
          "0123456789abcdef",
          18},
         UNPACK_EXTENSION,
         16},
        {{"\x90", 1}, UNPACK_ARRAY, 0},
        {{"\xdd\0\0\0\0", 5}, UNPACK_ARRAY, 0},
        {{"\x80", 1}, UNPACK_MAP, 0},
        {{"\xde\0\0", 3}, UNPACK_MAP, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct unpack_value v = value(table[i].bytes);
        if (v.kind != table[i].kind || !done)
            fail_msg("%zu: kind %d", i, (int)v.kind);
        if (table[i].n > 0)
            assert_int_equal(v.bytes.n, table[i].n);
        if (v.kind == UNPACK_EXTENSION)
            assert_int_equal(v.extension, -1);
        for (size_t n = 0; n < table[i].bytes.n; n++)
            assert_int_equal(value(ff_span_of(table[i].bytes.p, n)).kind, UNPACK_BAD);
    }
    assert_int_equal(value(FF_LITERAL("\xc1")).kind, UNPACK_BAD);
    assert_true(value(FF_LITERAL("\xca\x42\xc8\0\0")).single == 100.0f);
    assert_true(value(FF_LITERAL("\xcb\x40\x59\0\0\0\0\0\0")).real == 100.0);
}

static bool skips(struct ff_span bytes, int depth)
{
    struct guard g;
    struct unpack u = unpack_begin(guard_put(&g, bytes, 0));
    bool good = unpack_skip(&u, depth);
    done = good ? unpack_done(&u) : !u.bad; /* else: whether it was too deep */
    guard_drop(&g);
    return good;
}

static void values_are_skipped_whole(void **state)
{
    static const char nested[] = "\x82\xa1x\x92\x01\x80\xc4\x01y\xcb\0\0\0\0\0\0\0\0";
    (void)state;
    assert_true(skips(FF_LITERAL("\x05"), 0) && done);
    assert_true(skips(FF_LITERAL(nested), 3) && done);
    assert_true(!skips(FF_LITERAL(nested), 2) && done);
    assert_true(!skips(FF_LITERAL("\x90"), 0) && done);
    for (size_t n = 0; n < sizeof nested - 1; n++)
        assert_true(!skips(ff_span_of(nested, n), 3) && !done);
}

static void after_one_bad_read_all_are(void **state)
{
    struct unpack u = unpack_begin(FF_LITERAL("\xc0\x05\xa1x\xc3"));
    (void)state;
    unpack_integer(&u);
    assert_int_equal(unpack_integer(&u), 0);
    assert_int_equal(unpack_string(&u).n, 0);
    assert_false(unpack_boolean(&u));
    assert_false(unpack_done(&u));
}

static void bytes_that_are_left_are_not_done(void **state)
{
    struct unpack u = unpack_begin(FF_LITERAL("\x01\x02"));
    (void)state;
    unpack_integer(&u);
    assert_false(unpack_done(&u));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_of_all_widths_are_read),
        cmocka_unit_test(what_is_no_integer_is_bad),
        cmocka_unit_test(strings_are_read_within_bounds),
        cmocka_unit_test(counts_are_not_believed),
        cmocka_unit_test(booleans_are_two_bytes_only),
        cmocka_unit_test(any_value_can_be_read),
        cmocka_unit_test(values_are_skipped_whole),
        cmocka_unit_test(after_one_bad_read_all_are),
        cmocka_unit_test(bytes_that_are_left_are_not_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
