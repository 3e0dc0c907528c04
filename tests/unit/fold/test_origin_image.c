#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "origin_image.h"
#include "strip.h"

static void each_origin_is_got_as_it_was_put(void **state)
{
    (void)state;
    for (unsigned channel = 0; channel < FF_CHANNEL_COUNT; channel++)
        for (unsigned device = 0; device < FF_DEVICE_COUNT; device++)
            for (unsigned country = 0; country <= FF_COUNTRIES; country += 169) {
                struct ff_origin o = {(uint16_t)country, (uint8_t)channel, (uint8_t)device};
                struct strip strip;
                origin_put(strip_begin(&strip), o);
                struct ff_origin got = origin_get(strip_turn(&strip));
                assert_true(strip_end(&strip));
                assert_true(got.channel == channel && got.device == device && got.country == country);
            }
}

/* test_encode_refused has the numbers that are refused; what is given then can be used all the same. */
static void what_is_refused_is_no_origin(void **state)
{
    (void)state;
    struct strip strip;
    image_put_uint(strip_begin(&strip), 31);
    struct ff_origin got = origin_get(strip_turn(&strip));
    assert_false(strip_end(&strip));
    assert_true(got.channel == 0 && got.device == 0 && got.country == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_origin_is_got_as_it_was_put),
        cmocka_unit_test(what_is_refused_is_no_origin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
