#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "fault.h"

static void a_fault_keeps_what_it_was_told(void **state)
{
    (void)state;
    struct fault f;
    assert_int_equal(
        fault_set(&f, FF_BAD_PARAMETER, FF_LITERAL("window"), "%s: expected %d", "window", 5),
        FF_BAD_PARAMETER);
    assert_int_equal(f.status, FF_BAD_PARAMETER);
    assert_string_equal(f.error, "window: expected 5");
    assert_true(ff_span_is(f.parameter, "window"));
}

static void a_sentence_that_is_too_long_is_cut(void **state)
{
    (void)state;
    struct fault f;
    fault_set(&f, FF_BAD_PARAMETER, ff_span_of(NULL, 0), "%0*d", FAULT_TEXT * 2, 1);
    assert_int_equal(strlen(f.error), FAULT_TEXT - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fault_keeps_what_it_was_told),
        cmocka_unit_test(a_sentence_that_is_too_long_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
