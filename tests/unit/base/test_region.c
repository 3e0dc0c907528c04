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

static void touched_pages_are_there_and_hold_what_they_held(void **state)
{
    (void)state;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    unsigned char there[4], *p = region_new(4, page);
    p[page] = 7;
    region_touch(p + page, 2 * page);
    assert_int_equal(mincore(p, 4 * page, there), 0);
    assert_true(!(there[0] & 1) && there[1] & 1 && there[2] & 1 && !(there[3] & 1));
    assert_true(p[page] == 7 && p[2 * page] == 0);
    region_free(&p, 4, page);
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

/* Whatever the bounds: all of it reads as zeros, nothing beside it does. */
static void forgetting_a_part_forgets_no_more(void **state)
{
    (void)state;
    size_t page = (size_t)sysconf(_SC_PAGESIZE), bytes = 4 * page;
    const size_t bounds[][2] = {{0, page}, {page, 3 * page}, {1, 2 * page}, {page - 1, 2 * page + 1},
                                {page, 2 * page - 1}, {page + 5, page + 9}, {0, 0}, {7, 4 * page}};
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
        unsigned char *p = region_new(bytes, 1);
        assert_non_null(p);
        for (size_t k = 0; k < bytes; k++)
            p[k] = 0xff;
        region_forget(p + bounds[i][0], bounds[i][1] - bounds[i][0]);
        for (size_t k = 0; k < bytes; k++)
            assert_int_equal(p[k], k >= bounds[i][0] && k < bounds[i][1] ? 0 : 0xff);
        region_free(&p, bytes, 1);
    }
}

static void what_is_forgotten_takes_no_memory(void **state)
{
    (void)state;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    unsigned char there[4], *p = region_new(4, page);
    assert_non_null(p);
    for (size_t k = 0; k < 4 * page; k++)
        p[k] = 1;
    region_forget(p + 1, 3 * page); /* two whole pages */
    assert_int_equal(mincore(p, 4 * page, there), 0);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(there[i] & 1, i == 0 || i == 3);
    region_free(&p, 4, page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_region_is_zeroed_and_writable_to_its_last_byte),
        cmocka_unit_test(freeing_nothing_is_fine),
        cmocka_unit_test(a_region_of_nothing_is_one),
        cmocka_unit_test(what_no_address_space_can_hold_is_refused),
        cmocka_unit_test(a_large_region_takes_no_memory_until_touched),
        cmocka_unit_test(touched_pages_are_there_and_hold_what_they_held),
        cmocka_unit_test(a_freed_region_is_no_longer_mapped),
        cmocka_unit_test(forgetting_a_part_forgets_no_more),
        cmocka_unit_test(what_is_forgotten_takes_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
