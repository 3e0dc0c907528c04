#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "due.h"

#include "hash.h"

#include <sys/mman.h>
#include <unistd.h>

static void what_has_come_due_comes_earliest_first(void **state)
{
    (void)state;
    struct due d;
    struct due_entry e = {0};
    assert_true(due_init(&d, 8));
    assert_false(due_take(&d, INT64_MAX, &e));
    static const ff_wall at[] = {50, 10, 30, -20, 40};
    for (uint64_t i = 0; i < 5; i++)
        due_add(&d, (struct due_entry){at[i], i});
    static const ff_wall want[] = {-20, 10, 30};
    for (int i = 0; i < 3; i++) {
        assert_true(due_take(&d, 30, &e));
        assert_int_equal(e.at, want[i]);
    }
    assert_false(due_take(&d, 30, &e));
    assert_false(due_take(&d, 39, &e));
    assert_true(due_take(&d, 40, &e));
    assert_int_equal(e.who, 4);
    assert_int_equal(d.n, 1);
    due_fini(&d);
    assert_null(d.heap);
}

static void ties_go_by_who(void **state)
{
    (void)state;
    struct due d;
    struct due_entry e;
    assert_true(due_init(&d, 100));
    for (uint64_t i = 0; i < 100; i++)
        due_add(&d, (struct due_entry){7, i * 37 % 100});
    for (uint64_t i = 0; i < 100; i++) {
        assert_true(due_take(&d, 7, &e));
        assert_int_equal(e.who, i);
    }
    due_fini(&d);
}

static void those_pushed_come_in_order_once_settled_beside_those_added(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < 70; n += n % 37 == 36 ? 2 : 1) { /* 37 is to be no divisor of it */
        struct due d;
        struct due_entry e;
        assert_true(due_init(&d, 70));
        for (uint64_t i = 0; i < n; i++)
            (i < n / 3 ? due_add : due_push)(&d, (struct due_entry){-(ff_wall)(i * 37 % n), i});
        due_settle(&d);
        for (uint64_t i = 0; i < n; i++) {
            assert_true(due_take(&d, 0, &e));
            assert_int_equal(e.at, -(ff_wall)(e.who * 37 % n));
            assert_int_equal(e.at, (ff_wall)i - (ff_wall)n + 1);
        }
        assert_false(due_take(&d, 0, &e));
        due_fini(&d);
    }
}

static bool is_even(void *ctx, struct due_entry e)
{
    ++*(int *)ctx;
    return e.who % 2 == 0;
}

static void a_sweep_drops_what_it_is_told_and_keeps_the_order(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < 40; n++) {
        struct due d;
        struct due_entry e;
        int asked = 0;
        assert_true(due_init(&d, 40));
        for (uint64_t i = 0; i < n; i++)
            due_add(&d, (struct due_entry){(ff_wall)(hash_mix(i + n) % 50), i});
        due_sweep(&d, is_even, &asked);
        assert_int_equal(asked, n);
        assert_int_equal(d.n, (n + 1) / 2);
        ff_wall last = INT64_MIN;
        for (size_t i = 0; i < (n + 1) / 2; i++) {
            assert_true(due_take(&d, 50, &e));
            assert_true(e.at >= last && e.who % 2 == 0);
            last = e.at;
        }
        due_fini(&d);
    }
}

static void a_random_queue_gives_what_a_sorted_array_gives(void **state)
{
    (void)state;
    enum { CAP = 60 };
    struct due d;
    struct due_entry model[CAP], e;
    size_t n = 0;
    assert_true(due_init(&d, CAP));
    for (uint64_t round = 0; round < 20000; round++) {
        uint64_t x = hash_mix(round);
        if (n < CAP && x & 1) {
            e = (struct due_entry){(ff_wall)(x >> 8 & 63), x >> 20 & 7};
            due_add(&d, e);
            model[n++] = e;
            continue;
        }
        ff_wall t = (ff_wall)(x >> 8 & 63);
        size_t least = n;
        for (size_t i = 0; i < n; i++)
            if (least == n || model[i].at < model[least].at ||
                (model[i].at == model[least].at && model[i].who < model[least].who))
                least = i;
        bool due = least < n && model[least].at <= t;
        assert_int_equal(due_take(&d, t, &e), due);
        if (!due)
            continue;
        assert_int_equal(e.at, model[least].at);
        assert_int_equal(e.who, model[least].who);
        model[least] = model[--n];
    }
    due_fini(&d);
}

static size_t resident(const struct due *d)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), n = 0;
    static unsigned char there[1 << 14];
    assert_true(d->cap * sizeof *d->heap <= sizeof there * page);
    assert_int_equal(mincore(d->region, d->cap * sizeof *d->heap, there), 0);
    for (size_t i = 0; i < d->cap * sizeof *d->heap / page; i++)
        n += there[i] & 1;
    return n * page;
}

static void a_queue_that_has_shrunk_gives_memory_back_and_stays_right(void **state)
{
    (void)state;
    enum { MANY = 100000, FEW = 100 };
    struct due d;
    struct due_entry e;
    assert_true(due_init(&d, MANY));
    for (int round = 0; round < 2; round++) {
        for (uint64_t i = 0; i < MANY; i++)
            due_add(&d, (struct due_entry){(ff_wall)(i * 50021 % MANY), i});
        assert_true(resident(&d) > MANY * sizeof e * 9 / 10);
        for (ff_wall t = 0; t < MANY - FEW; t++) {
            assert_true(due_take(&d, INT64_MAX, &e));
            assert_int_equal(e.at, t);
        }
        assert_true(resident(&d) <= 2 * 4096 * sizeof e);
        for (ff_wall t = MANY - FEW; t < MANY; t++) {
            assert_true(due_take(&d, INT64_MAX, &e));
            assert_int_equal(e.at, t);
        }
    }
    due_fini(&d);
}

static bool is_small(void *ctx, struct due_entry e)
{
    (void)ctx;
    return e.at < 10;
}

static void a_sweep_gives_memory_back_too(void **state)
{
    (void)state;
    enum { MANY = 100000 };
    struct due d;
    struct due_entry e;
    assert_true(due_init(&d, MANY));
    for (uint64_t i = 0; i < MANY; i++)
        due_add(&d, (struct due_entry){(ff_wall)i, i});
    due_sweep(&d, is_small, NULL);
    assert_true(resident(&d) <= 2 * 4096 * sizeof e);
    for (ff_wall t = 0; t < 10; t++) {
        assert_true(due_take(&d, INT64_MAX, &e));
        assert_int_equal(e.at, t);
    }
    assert_false(due_take(&d, INT64_MAX, &e));
    due_fini(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_has_come_due_comes_earliest_first),
        cmocka_unit_test(ties_go_by_who),
        cmocka_unit_test(those_pushed_come_in_order_once_settled_beside_those_added),
        cmocka_unit_test(a_sweep_drops_what_it_is_told_and_keeps_the_order),
        cmocka_unit_test(a_random_queue_gives_what_a_sorted_array_gives),
        cmocka_unit_test(a_queue_that_has_shrunk_gives_memory_back_and_stays_right),
        cmocka_unit_test(a_sweep_gives_memory_back_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
