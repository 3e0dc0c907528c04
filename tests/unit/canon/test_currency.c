#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "currency.h"

static struct currency_set set;

static bool known(const char *code)
{
    return currency_known(
        &set, FF_CURRENCY((unsigned char)code[0], (unsigned char)code[1], (unsigned char)code[2]));
}

static void codes_in_use_are_known(void **state)
{
    static const char *const codes[] = {"AED", "CHF", "CNY", "EUR", "GBP", "HKD",
                                        "JPY", "KWD", "TWD", "USD", "XAU", "ZWL"};
    (void)state;
    currency_init(&set);
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        assert_true(known(codes[i]));
}

static void other_codes_are_not(void **state)
{
    static const char *const codes[] = {"AAA", "EUX", "DEM", "XXX", "XTS",
                                        "eur", "ZZZ", "E R", "A[A", "\xC1\xC1\xC1"};
    (void)state;
    currency_init(&set);
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        assert_false(known(codes[i]));
    assert_false(currency_known(&set, 0));
    assert_false(currency_known(&set, FF_CURRENCY('E', 'U', 'R') | 1u << 24));
}

static void the_list_has_every_code_once(void **state)
{
    int n = 0;
    (void)state;
    currency_init(&set);
    for (size_t i = 0; i < sizeof set.word / sizeof *set.word; i++)
        n += __builtin_popcountll(set.word[i]);
    assert_int_equal(n, 181);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_in_use_are_known),
        cmocka_unit_test(other_codes_are_not),
        cmocka_unit_test(the_list_has_every_code_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
