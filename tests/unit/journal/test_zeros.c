#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "zeros.h"

static struct zeros zeros;

static int setup(void **state)
{
    (void)state;
    zeros_begin(&zeros);
    return 0;
}

static void pieces_end_at_multiples_of_their_size(void **state)
{
    (void)state;
    const size_t piece = zeros.piece;
    assert_int_equal(zeros_next(&zeros, 0, 1 << 20), piece);
    assert_int_equal(zeros_next(&zeros, 100, 1 << 20), piece - 100);
    assert_int_equal(zeros_next(&zeros, piece, piece + 7), 7);
    assert_int_equal(zeros_next(&zeros, 10, 11), 1);
}

static void pieces_that_cost_little_grow_up_to_the_largest(void **state)
{
    (void)state;
    assert_true(zeros.piece < ZEROS_MOST);
    for (unsigned i = 0; i < 10; i++)
        assert_true(zeros_go_on(&zeros, zeros.piece, (ff_dur)(zeros.piece >> 12)));
    assert_int_equal(zeros.piece, ZEROS_MOST);
    assert_true(zeros_go_on(&zeros, 100, 3)); /* a page all the same */
}

static void a_piece_that_costs_much_is_the_last(void **state)
{
    (void)state;
    assert_false(zeros_go_on(&zeros, 64 << 10, 16 * 12));
    zeros_begin(&zeros);
    assert_true(zeros_go_on(&zeros, 64 << 10, 16));
    assert_false(zeros_go_on(&zeros, 128 << 10, 32 * 12));
}

#define CASE(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(pieces_end_at_multiples_of_their_size),
        CASE(pieces_that_cost_little_grow_up_to_the_largest),
        CASE(a_piece_that_costs_much_is_the_last),
    };
    return cmocka_run_group_tests_name("zeros", tests, NULL, NULL);
}
