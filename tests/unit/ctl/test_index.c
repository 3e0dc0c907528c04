#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "index.h"

static void add(struct line_index *x, ff_wall time, uint32_t file, uint32_t line)
{
    struct index_ref ref = {time, 0, file, line, 1};
    assert_true(index_add(x, &ref));
}

static void sort_goes_by_time_then_file_then_line(void **state)
{
    (void)state;
    static const struct index_ref wanted[] = {
        {1, 0, 1, 9, 1}, {2, 0, 0, 2, 1}, {2, 0, 0, 5, 1}, {2, 0, 1, 1, 1}, {3, 0, 0, 1, 1},
    };
    struct line_index x = {NULL, 0, 0};
    add(&x, 2, 1, 1);
    add(&x, 2, 0, 5);
    add(&x, 3, 0, 1);
    add(&x, 1, 1, 9);
    add(&x, 2, 0, 2);
    index_sort(&x);
    for (size_t i = 0; i < x.count; i++) {
        assert_int_equal(x.refs[i].time, wanted[i].time);
        assert_int_equal(x.refs[i].file, wanted[i].file);
        assert_int_equal(x.refs[i].line, wanted[i].line);
    }
    index_fini(&x);
}

static void add_keeps_all_while_it_grows(void **state)
{
    (void)state;
    struct line_index x = {NULL, 0, 0};
    for (uint32_t i = 0; i < 10000; i++)
        add(&x, 10000 - (ff_wall)i, 0, i + 1);
    index_sort(&x);
    assert_int_equal(x.count, 10000);
    for (uint32_t i = 0; i < 10000; i++)
        assert_int_equal(x.refs[i].line, 10000 - i);
    index_fini(&x);
    assert_null(x.refs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sort_goes_by_time_then_file_then_line),
        cmocka_unit_test(add_keeps_all_while_it_grows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
