#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "zeros.h"

static struct zeros_pace pace;

static int setup(void **state)
{
    (void)state;
    zeros_begin(&pace);
    return 0;
}

static void pieces_end_at_multiples_of_their_size(void **state)
{
    (void)state;
    assert_int_equal(zeros_next(&pace, 0, 1 << 20), ZEROS_MOST);
    assert_int_equal(zeros_next(&pace, 100, 1 << 20), ZEROS_MOST - 100);
    assert_int_equal(zeros_next(&pace, ZEROS_MOST, ZEROS_MOST + 7), 7);
    assert_int_equal(zeros_next(&pace, 10, 11), 1);
}

static void pieces_that_take_no_time_stay_large_and_need_no_rest(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 10; i++) {
        assert_int_equal(zeros_took(&pace, pace.piece, 65), 0);
        assert_int_equal(pace.piece, ZEROS_MOST);
    }
}

static void slow_pieces_get_smaller_down_to_a_least_and_are_rested_after(void **state)
{
    (void)state;
    size_t before = pace.piece;
    assert_true(zeros_took(&pace, pace.piece, 800) >= 800);
    assert_int_equal(pace.piece, before / 2);
    for (unsigned i = 0; i < 20; i++)
        assert_true(zeros_took(&pace, pace.piece, 800) >= 800);
    assert_true(pace.piece >= 4096 && pace.piece < ZEROS_MOST / 4);
    before = pace.piece;
    zeros_took(&pace, pace.piece, 800);
    assert_int_equal(pace.piece, before);
}

static void quick_ones_grow_again_when_they_were_whole(void **state)
{
    (void)state;
    zeros_took(&pace, pace.piece, 800);
    const size_t before = pace.piece;
    assert_int_equal(zeros_took(&pace, before - 1, 1), 0);
    assert_int_equal(pace.piece, before);
    zeros_took(&pace, before, 100); /* neither slow nor quick */
    assert_int_equal(pace.piece, before);
    zeros_took(&pace, before, 1);
    assert_int_equal(pace.piece, ZEROS_MOST);
}

#define CASE(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(pieces_end_at_multiples_of_their_size),
        CASE(pieces_that_take_no_time_stay_large_and_need_no_rest),
        CASE(slow_pieces_get_smaller_down_to_a_least_and_are_rested_after),
        CASE(quick_ones_grow_again_when_they_were_whole),
    };
    return cmocka_run_group_tests_name("zeros", tests, NULL, NULL);
}
