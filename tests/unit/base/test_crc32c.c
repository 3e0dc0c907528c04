#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "crc32c.h"

#include <string.h>

/* RFC 3720 appendix B.4, and the check value of the CRC catalogue. */
static void crc_agrees_with_the_published_vectors(void **state)
{
    (void)state;
    unsigned char bytes[32];
    memset(bytes, 0, sizeof bytes);
    assert_int_equal(crc32c(0, bytes, sizeof bytes), 0x8a9136aa);
    memset(bytes, 0xff, sizeof bytes);
    assert_int_equal(crc32c(0, bytes, sizeof bytes), 0x62a8ab43);
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)i;
    assert_int_equal(crc32c(0, bytes, sizeof bytes), 0x46dd794e);
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(31 - i);
    assert_int_equal(crc32c(0, bytes, sizeof bytes), 0x113fdb5c);
    assert_int_equal(crc32c(0, "123456789", 9), 0xe3069283);
}

static void the_table_agrees_with_the_published_vectors(void **state)
{
    (void)state;
    assert_int_equal(crc32c_by_table(0, "123456789", 9), 0xe3069283);
    assert_int_equal(crc32c_by_table(0, "", 0), 0);
}

/* Long ones are worked on in three places at once, and very long ones in pieces. */
static void table_and_instruction_agree_at_any_length_and_place(void **state)
{
    (void)state;
    unsigned char bytes[3400];
    uint32_t next = 13;
    for (unsigned i = 0; i < sizeof bytes; i++) {
        next = next * 1664525 + 1013904223;
        bytes[i] = (unsigned char)(next >> 24);
    }
    for (unsigned from = 0; from < 9; from++)
        for (unsigned n = 0; n + from <= sizeof bytes; n += n < 400 ? 1 : 7)
            assert_int_equal(crc32c(next, bytes + from, n), crc32c_by_table(next, bytes + from, n));
}

static void crc_goes_on_where_it_left_off(void **state)
{
    (void)state;
    static const char text[] = "beacons are counted once, whatever the weather";
    for (size_t i = 0; i < sizeof text; i++)
        assert_int_equal(crc32c(crc32c(0, text, i), text + i, sizeof text - i), crc32c(0, text, sizeof text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crc_agrees_with_the_published_vectors),
        cmocka_unit_test(the_table_agrees_with_the_published_vectors),
        cmocka_unit_test(table_and_instruction_agree_at_any_length_and_place),
        cmocka_unit_test(crc_goes_on_where_it_left_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
