#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "netbuf.h"

#include <string.h>

static void bytes_survive_growing(void **state)
{
    (void)state;
    struct netbuf_pool pool = {0};
    struct netbuf b = {0};
    for (int i = 0; i < 20000; i++)
        assert_true(netbuf_append(&pool, &b, &(char){(char)(i % 251)}, 1));
    assert_int_equal(netbuf_length(&b), 20000);
    for (int i = 0; i < 20000; i++)
        assert_int_equal(b.p[i], (char)(i % 251));
    assert_true(b.cap < 2 * 20480);
    netbuf_release(&pool, &b);
    netbuf_pool_fini(&pool);
}

static void room_in_front_is_used_before_growing(void **state)
{
    (void)state;
    struct netbuf_pool pool = {0};
    struct netbuf b = {0};
    char block[NETBUF_BLOCK];
    memset(block, 'a', sizeof block);
    block[sizeof block - 1] = 'z';
    assert_true(netbuf_append(&pool, &b, block, sizeof block));
    b.start = 4000;
    assert_true(netbuf_reserve(&pool, &b, 4000));
    assert_int_equal(b.cap, NETBUF_BLOCK);
    assert_int_equal(b.start, 0);
    assert_int_equal(netbuf_length(&b), 96);
    assert_int_equal(b.p[95], 'z');
    netbuf_release(&pool, &b);
    netbuf_pool_fini(&pool);
}

static void blocks_are_used_again(void **state)
{
    (void)state;
    struct netbuf_pool pool = {0};
    struct netbuf a = {0}, b = {0};
    assert_true(netbuf_append(&pool, &a, "x", 1));
    char *p = a.p;
    netbuf_release(&pool, &a);
    assert_int_equal(pool.count, 1);
    assert_null(a.p);
    assert_true(netbuf_append(&pool, &b, "y", 1));
    assert_ptr_equal(b.p, p);
    assert_int_equal(pool.count, 0);
    assert_true(netbuf_reserve(&pool, &b, 5000));
    assert_int_equal(pool.count, 1);
    netbuf_release(&pool, &b);
    assert_int_equal(pool.count, 1);
    netbuf_pool_fini(&pool);
    assert_null(pool.free);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_survive_growing),
        cmocka_unit_test(room_in_front_is_used_before_growing),
        cmocka_unit_test(blocks_are_used_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
