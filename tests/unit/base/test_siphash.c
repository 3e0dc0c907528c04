#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "siphash.h"

#include <stdio.h>

/* `openssl mac -macopt hexkey:000102...0f -macopt size:16 SIPHASH` of the bytes 0, 1, ..., n - 1; those of 0 and 1
 * are in the paper's own vectors, too. */
static const struct {
    size_t n;
    const char *value;
} vectors[] = {
    {0, "a3817f04ba25a8e66df67214c7550293"},  {1, "da87c1d86b99af44347659119b22fc45"},
    {7, "a1f1ebbed8dbc153c0b84aa61ff08239"},  {8, "3b62a9ba6258f5610f83e264f31497b4"},
    {15, "5493e99933b0a8117e08ec0f97cfc3d9"}, {16, "6ee2a4ca67b054bbfd3315bf85230577"},
    {63, "5150d1772f50834a503e069a973fbd7c"},
};

static void text_of(struct hash128 h, char out[33])
{
    for (int i = 0; i < 16; i++)
        snprintf(out + 2 * i, 3, "%02x", (unsigned)((i < 8 ? h.lo : h.hi) >> 8 * (i % 8) & 0xff));
}

static void values_are_those_of_the_reference(void **state)
{
    (void)state;
    uint8_t key[SIPHASH_KEY_BYTES];
    char bytes[64], text[33];
    for (int i = 0; i < 64; i++)
        bytes[i] = (char)i;
    memcpy(key, bytes, sizeof key);
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        text_of(siphash(key, ff_span_of(bytes, vectors[i].n)), text);
        assert_string_equal(text, vectors[i].value);
    }
}

static void every_byte_of_the_key_matters(void **state)
{
    (void)state;
    uint8_t key[SIPHASH_KEY_BYTES] = {0};
    struct hash128 plain = siphash(key, FF_LITERAL("a text"));
    for (int i = 0; i < SIPHASH_KEY_BYTES; i++) {
        key[i] = 1;
        struct hash128 other = siphash(key, FF_LITERAL("a text"));
        assert_true(other.lo != plain.lo && other.hi != plain.hi);
        key[i] = 0;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_those_of_the_reference),
        cmocka_unit_test(every_byte_of_the_key_matters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
