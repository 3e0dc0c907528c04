#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "change.h"

#define EUR FF_CURRENCY('E', 'U', 'R')
#define GBP FF_CURRENCY('G', 'B', 'P')
#define USD FF_CURRENCY('U', 'S', 'D')

static char text[256];

static const char *change(double now, double before)
{
    struct json_out j;
    json_out_init(&j, text, sizeof(text) - 1);
    change_write(&j, now, before);
    text[j.n] = '\0';
    return text;
}

static void a_change_is_relative_to_what_was(void **state)
{
    (void)state;
    assert_string_equal(change(12, 10), "0.2");
    assert_string_equal(change(9, 12), "-0.25");
    assert_string_equal(change(0, 7), "-1");
    assert_string_equal(change(7, 7), "0");
    assert_string_equal(change(0.031, 0.0155), "1");
}

static void of_nothing_there_is_no_change(void **state)
{
    (void)state;
    assert_string_equal(change(5, 0), "null");
    assert_string_equal(change(0, 0), "null");
    assert_string_equal(change(5, NAN), "null");
    assert_string_equal(change(NAN, 5), "null");
    assert_string_equal(change(NAN, 0), "null");
}

static void its_sign_is_the_direction_also_below_zero(void **state)
{
    (void)state;
    assert_string_equal(change(50, -100), "1.5");
    assert_string_equal(change(-150, -100), "-0.5");
    assert_string_equal(change(-50, -100), "0.5");
    assert_string_equal(change(-50, 100), "-1.5");
}

static const char *money(const struct amount *now, size_t n, const struct amount *before, size_t m,
                         double absent)
{
    struct json_out j;
    json_out_init(&j, text, sizeof(text) - 1);
    change_write_money(&j, now, n, before, m, absent);
    text[j.n] = '\0';
    return text;
}

static void every_currency_of_either_has_its_own_change(void **state)
{
    (void)state;
    static const struct amount now[] = {{EUR, 30000}, {USD, 10000}},
                               before[] = {{EUR, 20000}, {GBP, 40000}};
    assert_string_equal(money(now, 2, before, 2, 0), "{\"EUR\":0.5,\"GBP\":-1,\"USD\":null}");
    assert_string_equal(money(now, 2, before, 2, NAN), "{\"EUR\":0.5,\"GBP\":null,\"USD\":null}");
    assert_string_equal(money(before, 2, now, 2, 0),
                        "{\"EUR\":-0.3333333333333333,\"GBP\":null,\"USD\":-1}");
    assert_string_equal(money(now, 1, before, 0, 0), "{\"EUR\":null}");
    assert_string_equal(money(now, 0, before, 1, 0), "{\"EUR\":-1}");
    assert_string_equal(money(now, 0, before, 0, 0), "{}");
}

static void money_that_came_to_nothing_has_no_change(void **state)
{
    (void)state;
    static const struct amount now[] = {{EUR, 30000}}, before[] = {{EUR, 0}};
    assert_string_equal(money(now, 1, before, 1, 0), "{\"EUR\":null}");
    assert_string_equal(money(before, 1, now, 1, 0), "{\"EUR\":-1}");
}

static void sums_beyond_64_bits_have_their_change(void **state)
{
    (void)state;
    const struct amount now[] = {{EUR, (ff_money_sum)3 << 80}},
                        before[] = {{EUR, -((ff_money_sum)1 << 80)}};
    assert_string_equal(money(now, 1, before, 1, 0), "{\"EUR\":4}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_is_relative_to_what_was),
        cmocka_unit_test(of_nothing_there_is_no_change),
        cmocka_unit_test(its_sign_is_the_direction_also_below_zero),
        cmocka_unit_test(every_currency_of_either_has_its_own_change),
        cmocka_unit_test(money_that_came_to_nothing_has_no_change),
        cmocka_unit_test(sums_beyond_64_bits_have_their_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
