#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "region.h"

#include <sys/mman.h>
#include <unistd.h>

static void a_region_is_zeroed_and_writable_to_its_last_byte(void **state)
{
    (void)state;
    enum { COUNT = 1000, SIZE = 24 };
    unsigned char *p = region_new(COUNT, SIZE);
    assert_non_null(p);
    for (size_t i = 0; i < COUNT * SIZE; i++)
        assert_int_equal(p[i], 0);
    p[COUNT * SIZE - 1] = 1;
    region_free(&p, COUNT, SIZE);
    assert_null(p);
}

static void freeing_nothing_is_fine(void **state)
{
    (void)state;
    unsigned char *p = NULL;
    region_free(&p, 10, 10);
    assert_null(p);
}

static void a_region_of_nothing_is_one(void **state)
{
    (void)state;
    void *p = region_new(0, 8);
    assert_non_null(p);
    region_free(&p, 0, 8);
    assert_null(p);
}

static void what_no_address_space_can_hold_is_refused(void **state)
{
    (void)state;
    assert_null(region_new(SIZE_MAX, 2));
    assert_null(region_new(SIZE_MAX / 4, 2));
}

static void a_large_region_takes_no_memory_until_touched(void **state)
{
    (void)state;
    size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = 4096;
    unsigned char there[4096];
    unsigned char *p = region_new(pages, page);
    assert_non_null(p);
    p[page * 7] = 1;
    assert_int_equal(mincore(p, pages * page, there), 0);
    size_t resident = 0;
    for (size_t i = 0; i < pages; i++)
        resident += there[i] & 1;
    assert_true(resident >= 1 && resident < pages);
    region_free(&p, pages, page);
}

static void a_freed_region_is_no_longer_mapped(void **state)
{
    (void)state;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    unsigned char there[2], *p = region_new(2, page), *was = p;
    assert_non_null(p);
    region_free(&p, 2, page);
    assert_int_not_equal(mincore(was, 2 * page, there), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_region_is_zeroed_and_writable_to_its_last_byte),
        cmocka_unit_test(freeing_nothing_is_fine),
        cmocka_unit_test(a_region_of_nothing_is_one),
        cmocka_unit_test(what_no_address_space_can_hold_is_refused),
        cmocka_unit_test(a_large_region_takes_no_memory_until_touched),
        cmocka_unit_test(a_freed_region_is_no_longer_mapped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
