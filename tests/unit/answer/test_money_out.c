#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "money_out.h"

#define EUR FF_CURRENCY('E', 'U', 'R')
#define USD FF_CURRENCY('U', 'S', 'D')

static void each_currency_is_a_member(void **state)
{
    (void)state;
    static const struct amount amounts[] = {{EUR, 247500}, {USD, 0}};
    char text[64];
    struct json_out j;
    json_out_init(&j, text, sizeof text);
    json_out_open(&j, '[');
    money_out(&j, amounts, 2);
    money_out(&j, NULL, 0);
    json_out_close(&j, ']');
    text[j.n] = '\0';
    assert_string_equal(text, "[{\"EUR\":24.75,\"USD\":0},{}]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_currency_is_a_member),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
