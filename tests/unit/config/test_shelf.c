#include "written.h"

#include "shelf.h"

static void shelf_gives_zeroed_aligned_memory(void **state)
{
    (void)state;
    struct shelf *s = shelf_new();
    for (size_t n = 0; n < 200; n++) {
        unsigned char *p = shelf_take(s, n);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xff, n);
    }
    shelf_free(&s);
    assert_null(s);
    shelf_free(&s);
}

static void shelf_copies_a_text_with_a_nul_behind_it(void **state)
{
    (void)state;
    struct shelf *s = shelf_new();
    assert_string_equal(shelf_copy(s, ff_span_of("footfall", 4)), "foot");
    assert_string_equal(shelf_copy(s, ff_span_of(NULL, 0)), "");
    shelf_free(&s);
}

static void shelf_refuses_more_than_there_is(void **state)
{
    (void)state;
    struct shelf *s = shelf_new();
    assert_null(shelf_take(s, SIZE_MAX));
    shelf_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shelf_gives_zeroed_aligned_memory),
        cmocka_unit_test(shelf_copies_a_text_with_a_nul_behind_it),
        cmocka_unit_test(shelf_refuses_more_than_there_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
