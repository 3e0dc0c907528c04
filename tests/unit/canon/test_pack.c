#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "pack.h"
#include "unpack.h"

static void gives(const struct pack *k, const char *bytes, size_t n)
{
    assert_int_equal(pack_done(k), n);
    assert_memory_equal(k->begin, bytes, n);
}

#define INTEGER(n, bytes)                                                                          \
    do {                                                                                           \
        uint8_t out_[16];                                                                          \
        struct pack k_ = pack_begin(out_, sizeof out_);                                            \
        pack_integer(&k_, n);                                                                      \
        gives(&k_, bytes, sizeof(bytes) - 1);                                                      \
    } while (0)

static void integers_take_their_shortest_form(void **state)
{
    (void)state;
    INTEGER(0, "\x00");
    INTEGER(127, "\x7f");
    INTEGER(128, "\xcc\x80");
    INTEGER(255, "\xcc\xff");
    INTEGER(256, "\xcd\x01\x00");
    INTEGER(65535, "\xcd\xff\xff");
    INTEGER(65536, "\xce\x00\x01\x00\x00");
    INTEGER(4294967295, "\xce\xff\xff\xff\xff");
    INTEGER(4294967296, "\xcf\x00\x00\x00\x01\x00\x00\x00\x00");
    INTEGER(INT64_MAX, "\xcf\x7f\xff\xff\xff\xff\xff\xff\xff");
    INTEGER(-1, "\xff");
    INTEGER(-32, "\xe0");
    INTEGER(-33, "\xd0\xdf");
    INTEGER(-128, "\xd0\x80");
    INTEGER(-129, "\xd1\xff\x7f");
    INTEGER(-32768, "\xd1\x80\x00");
    INTEGER(-32769, "\xd2\xff\xff\x7f\xff");
    INTEGER(INT32_MIN, "\xd2\x80\x00\x00\x00");
    INTEGER((int64_t)INT32_MIN - 1, "\xd3\xff\xff\xff\xff\x7f\xff\xff\xff");
    INTEGER(INT64_MIN, "\xd3\x80\x00\x00\x00\x00\x00\x00\x00");
}

static void booleans_are_one_byte(void **state)
{
    uint8_t out[2];
    struct pack k = pack_begin(out, sizeof out);
    (void)state;
    pack_boolean(&k, true);
    pack_boolean(&k, false);
    gives(&k, "\xc3\xc2", 2);
}

/* A string of n bytes begins with these. */
static void string(size_t n, const char *head, size_t head_n)
{
    static uint8_t out[70010];
    static char text[70000];
    struct pack k = pack_begin(out, sizeof out);
    pack_string(&k, ff_span_of(text, n));
    assert_int_equal(pack_done(&k), head_n + n);
    assert_memory_equal(out, head, head_n);
    struct unpack u = unpack_begin(ff_span_of((char *)out, head_n + n));
    assert_int_equal(unpack_string(&u).n, n);
    assert_true(unpack_done(&u));
}

static void strings_take_their_shortest_form(void **state)
{
    (void)state;
    string(0, "\xa0", 1);
    string(31, "\xbf", 1);
    string(32, "\xd9\x20", 2);
    string(255, "\xd9\xff", 2);
    string(256, "\xda\x01\x00", 3);
    string(65535, "\xda\xff\xff", 3);
    string(65536, "\xdb\x00\x01\x00\x00", 5);
}

static void containers_take_their_shortest_form(void **state)
{
    uint8_t out[32];
    struct pack k = pack_begin(out, sizeof out);
    (void)state;
    pack_map(&k, 0);
    pack_map(&k, 15);
    pack_map(&k, 16);
    pack_array(&k, 15);
    pack_array(&k, 1000);
    pack_array(&k, 65536);
    gives(&k, "\x80\x8f\xde\x00\x10\x9f\xdc\x03\xe8\xdd\x00\x01\x00\x00", 14);
}

static void what_has_no_room_is_left_out_with_all_behind_it(void **state)
{
    uint8_t out[4] = {9, 9, 9, 9};
    struct pack k = pack_begin(out, 3);
    (void)state;
    pack_integer(&k, 1);
    pack_string(&k, FF_LITERAL("abc"));
    pack_integer(&k, 2);
    assert_true(k.full);
    assert_int_equal(pack_done(&k), 0);
    assert_int_equal(out[3], 9);
}

static void integers_come_back_as_they_were(void **state)
{
    (void)state;
    for (int bit = 0; bit < 63; bit++)
        for (int64_t near = -2; near <= 2; near++)
            for (int sign = -1; sign <= 1; sign += 2) {
                uint8_t out[9];
                int64_t n = sign * ((INT64_C(1) << bit) + near);
                struct pack k = pack_begin(out, sizeof out);
                pack_integer(&k, n);
                struct unpack u = unpack_begin(ff_span_of((char *)out, pack_done(&k)));
                assert_int_equal(unpack_integer(&u), n);
                assert_true(unpack_done(&u));
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_take_their_shortest_form),
        cmocka_unit_test(booleans_are_one_byte),
        cmocka_unit_test(strings_take_their_shortest_form),
        cmocka_unit_test(containers_take_their_shortest_form),
        cmocka_unit_test(what_has_no_room_is_left_out_with_all_behind_it),
        cmocka_unit_test(integers_come_back_as_they_were),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
