#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "guard.h"
#include "msgpack_value.h"
#include "packing.h"

/* Reads bytes, against a guard page, as one value. */
static enum ff_status read_one(struct ff_span bytes, struct intake_value *v)
{
    struct guard g;
    struct unpack u = unpack_begin(guard_put(&g, bytes, 0));
    enum ff_status s = msgpack_value(&u, v);
    if (s == FF_OK && !unpack_done(&u))
        s = FF_MALFORMED;
    guard_drop(&g);
    return s;
}

static void is(struct ff_span bytes, enum intake_kind kind)
{
    struct intake_value v;
    assert_int_equal(read_one(bytes, &v), FF_OK);
    assert_int_equal(v.kind, kind);
}

#define IS(bytes, kind) is(FF_LITERAL(bytes), kind)

static void every_kind_of_value_is_told(void **state)
{
    (void)state;
    IS("\xc0", INTAKE_NULL);
    IS("\xc3", INTAKE_BOOLEAN);
    IS("\x05", INTAKE_INTEGER);
    IS("\xcf\xff\xff\xff\xff\xff\xff\xff\xff", INTAKE_HUGE);
    IS("\xcb\x40\x59\0\0\0\0\0\0", INTAKE_DOUBLE);
    IS("\xca\x42\xc8\0\0", INTAKE_DOUBLE);
    IS("\xa2hi", INTAKE_STRING);
    IS("\xd9\x02hi", INTAKE_STRING);
    IS("\xc4\x02hi", INTAKE_NESTED);
    IS("\xd4\x05x", INTAKE_NESTED);
    IS("\x92\x01\x81\xa1x\x93\xc0\xc2\xa0", INTAKE_NESTED);
    IS("\x81\x05\x06", INTAKE_NESTED);
}

static void values_come_with_what_they_hold(void **state)
{
    struct intake_value v;
    (void)state;
    read_one(FF_LITERAL("\xd1\xff\x00"), &v);
    assert_int_equal(v.integer, -256);
    read_one(FF_LITERAL("\xc2"), &v);
    assert_false(v.boolean);
    read_one(FF_LITERAL("\xcb\x3f\xf8\0\0\0\0\0\0"), &v);
    assert_true(v.real == 1.5);
}

static double from_float(float f)
{
    uint32_t bits;
    char bytes[5] = {(char)0xca};
    struct intake_value v;
    memcpy(&bits, &f, sizeof bits);
    for (int i = 0; i < 4; i++)
        bytes[1 + i] = (char)(bits >> 8 * (3 - i));
    assert_int_equal(read_one(ff_span_of(bytes, 5), &v), FF_OK);
    return v.real;
}

static void a_float_is_its_shortest_decimal(void **state)
{
    (void)state;
    assert_true(from_float(43210.77f) == 43210.77);
    assert_true(from_float(59.97f) == 59.97);
    assert_true(from_float(-0.1f) == -0.1);
    assert_true(from_float(16777216.0f) == 16777216.0);
    assert_true(from_float(1e30f) > 9e29);
    assert_true(from_float(1.0f / 0.0f) > 1e308);
}

static void time_has_an_extension_of_its_own(void **state)
{
    static const struct {
        struct ff_span bytes;
        int64_t instant;
    } table[] = {
        {{"\xd6\xff\x6b\x02\xd5\x66", 6}, INT64_C(1795347814000000)},
        {{"\xd7\xff\x77\x35\x94\x00\x6b\x02\xd5\x66", 10}, INT64_C(1795347814500000)},
        {{"\xc7\x0c\xff\x1d\xcd\x65\x00\0\0\0\0\x6b\x02\xd5\x66", 15}, INT64_C(1795347814500000)},
        {{"\xc7\x0c\xff\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff", 15}, -1}, /* 1969 */
        {{"\xc7\x0c\xff\x3b\x9a\xca\x00\0\0\0\0\0\0\0\0", 15}, -1},         /* 10^9 nanoseconds */
        {{"\xc7\x0c\xff\0\0\0\0\0\0\0\x3a\xff\xf4\x41\x80", 15}, -1},       /* the year 10000 */
        {{"\xd4\xff\x01", 3}, -1},
    };
    struct intake_value v;
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_int_equal(read_one(table[i].bytes, &v), FF_OK);
        assert_int_equal(v.kind, INTAKE_INSTANT);
        assert_int_equal(v.integer, table[i].instant);
    }
}

static void what_breaks_off_is_malformed(void **state)
{
    static const struct ff_span bad[] = {
        {"", 0},
        {"\xc1", 1},
        {"\xa2h", 2},
        {"\xd9", 1},
        {"\xcb\0\0\0", 4},
        {"\x92\x01", 2},
        {"\x81\xa1x", 3},
        {"\xdd\x0f\xff\xff\xff", 5},
        {"\x91\xc1", 2},
        {"\x91\x91\xa5x", 4},
        {"\xc7\xff\xff", 3},
        {"\xdf\xff\xff\xff\xff\x01\x02", 7},
    };
    struct intake_value v;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(read_one(bad[i], &v), FF_MALFORMED);
}

/* A string in the shortest head it has, or with wide in that of 8 bits, cut off behind left bytes. */
static void cut_string(size_t n, bool wide, size_t left)
{
    static struct packing k;
    static char text[256];
    struct guard g;
    struct ff_span got;
    k.n = 0;
    pack_put(&k, wide ? 0xD9 : 0xA0 | (int)n, n, wide ? 1 : 0);
    pack_raw(&k, memset(text, 't', sizeof text), n);
    bool whole = left >= k.n;
    struct ff_span bytes = guard_put(&g, ff_span_of(k.bytes, whole ? k.n : left), 0);
    struct unpack u = unpack_begin(bytes);
    if (msgpack_text(&u, &got) != whole || (whole && (got.n != n || !unpack_done(&u) || got.p + n != bytes.p + k.n)))
        fail_msg("%zu bytes, %zu left", n, left);
    assert_true(whole || u.p == (const uint8_t *)bytes.p);
    guard_drop(&g);
}

static void strings_are_read_whole_or_not_at_all(void **state)
{
    (void)state;
    for (size_t n = 0; n < 256; n += n < 40 ? 1 : 43)
        for (size_t left = 0; left <= n + 2; left++) {
            cut_string(n, true, left);
            if (n < 32)
                cut_string(n, false, left);
        }
}

static void other_values_are_left_where_they_are(void **state)
{
    static const struct ff_span table[] = {{"\xda\0\1x", 4}, {"\xdb\0\0\0\1x", 6}, {"\xc4\1x", 3}, {"\x05", 1},
                                           {"\x81\xa1x\x05", 4}, {"\xc0", 1}};
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct unpack u = unpack_begin(table[i]);
        struct ff_span text;
        assert_false(msgpack_text(&u, &text));
        assert_ptr_equal(u.p, table[i].p);
    }
}

/* An array of an array of ... n deep. */
static enum ff_status nested(size_t n)
{
    static char bytes[100000];
    struct intake_value v;
    memset(bytes, 0x91, n - 1);
    bytes[n - 1] = (char)0x90;
    return read_one(ff_span_of(bytes, n), &v);
}

static void nesting_has_a_limit(void **state)
{
    (void)state;
    assert_int_equal(nested(MSGPACK_MAX_DEPTH), FF_OK);
    assert_int_equal(nested(MSGPACK_MAX_DEPTH + 1), FF_TOO_DEEP);
    assert_int_equal(nested(100000), FF_TOO_DEEP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_value_is_told),
        cmocka_unit_test(values_come_with_what_they_hold),
        cmocka_unit_test(a_float_is_its_shortest_decimal),
        cmocka_unit_test(time_has_an_extension_of_its_own),
        cmocka_unit_test(what_breaks_off_is_malformed),
        cmocka_unit_test(strings_are_read_whole_or_not_at_all),
        cmocka_unit_test(other_values_are_left_where_they_are),
        cmocka_unit_test(nesting_has_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
