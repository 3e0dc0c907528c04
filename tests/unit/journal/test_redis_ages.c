#include "redis_ages.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static const struct ff_keep keep_all = {FF_NEVER, UINT64_MAX};

static void note(struct redis_ages *a, uint64_t epoch, uint64_t seq, ff_wall by, uint64_t bytes)
{
    redis_ages_note(a, (struct redis_age){{epoch, seq}, by, bytes});
}

static struct redis_ages some(void)
{
    struct redis_ages a = {0};
    note(&a, 5, 10, 100, 1000);
    note(&a, 5, 20, 200, 2000);
    note(&a, 6, 30, 300, 3000);
    return a;
}

static void what_is_printed_is_read_back(void **state)
{
    static char text[REDIS_AGES_TEXT];
    struct redis_ages a = some(), b;
    (void)state;
    size_t n = redis_ages_print(&a, text);
    assert_string_equal(text, "5-10:100:1000,5-20:200:2000,6-30:300:3000");
    assert_true(redis_ages_read(&b, ff_span_of(text, n)));
    assert_int_equal(b.n, 3);
    assert_memory_equal(a.row, b.row, 3 * sizeof *a.row);
    a.n = 0;
    n = redis_ages_print(&a, text);
    assert_true(n == 0 && redis_ages_read(&b, ff_span_of(text, 0)) && b.n == 0);
}

static void bad_texts_are_refused(void **state)
{
    static const char *const bad[] = {"5-10:100", "5-10:100:x", "5:100:1000", "5-10:100:1000,5-10:200:1", ",", "5-10:100:1000,,",
                                      "5-20:1:1,5-10:2:2", "5-10:99999999999999999999:1"};
    struct redis_ages a;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        a.n = 1;
        assert_false(redis_ages_read(&a, ff_span_text(bad[i])));
        assert_int_equal(a.n, 0);
    }
}

static void what_is_not_beyond_the_last_is_nothing_new(void **state)
{
    struct redis_ages a = some();
    (void)state;
    note(&a, 6, 30, 400, 1);
    note(&a, 5, 99, 400, 1);
    assert_int_equal(a.n, 3);
    assert_int_equal(a.row[2].by, 300);
}

static void old_stretches_go(void **state)
{
    struct redis_ages a = some();
    struct redis_id end = {0};
    (void)state;
    assert_false(redis_ages_cut(&a, keep_all, 30, &end));
    assert_false(redis_ages_cut(&a, (struct ff_keep){100, UINT64_MAX}, 30, &end));
    assert_true(redis_ages_cut(&a, (struct ff_keep){201, UINT64_MAX}, 30, &end));
    assert_true(end.epoch == 5 && end.n == 20 && a.n == 1 && a.row[0].end.n == 30);
}

static void large_stretches_go_the_oldest_first(void **state)
{
    struct redis_ages a = some();
    struct redis_id end = {0};
    (void)state;
    assert_false(redis_ages_cut(&a, (struct ff_keep){FF_NEVER, 6000}, 30, &end));
    assert_true(redis_ages_cut(&a, (struct ff_keep){FF_NEVER, 5999}, 30, &end));
    assert_true(end.epoch == 5 && end.n == 10 && a.n == 2);
    assert_true(redis_ages_cut(&a, (struct ff_keep){FF_NEVER, 0}, 30, &end));
    assert_true(end.epoch == 6 && end.n == 30 && a.n == 0);
}

static void what_a_restart_needs_stays(void **state)
{
    struct redis_ages a = some();
    struct redis_id end = {0};
    (void)state;
    assert_false(redis_ages_cut(&a, (struct ff_keep){INT64_MAX, 0}, 9, &end));
    assert_true(redis_ages_cut(&a, (struct ff_keep){INT64_MAX, 0}, 29, &end));
    assert_true(end.n == 20 && a.n == 1);
}

static void too_many_are_thinned_and_nothing_goes_sooner(void **state)
{
    static char text[REDIS_AGES_TEXT];
    struct redis_ages a = {0}, b;
    uint64_t bytes = 0;
    struct redis_id end;
    (void)state;
    for (uint64_t i = 1; i <= 10 * REDIS_AGES_MAX; i++)
        note(&a, UINT64_MAX, UINT64_MAX - 10 * REDIS_AGES_MAX + i, INT64_MAX, UINT64_MAX / 100000);
    assert_true(a.n <= REDIS_AGES_MAX && a.n >= REDIS_AGES_MAX / 2);
    assert_true(a.row[a.n - 1].end.n == UINT64_MAX);
    for (uint32_t i = 0; i < a.n; i++)
        bytes += a.row[i].bytes;
    assert_true(bytes == UINT64_MAX / 100000 * 10 * REDIS_AGES_MAX);
    assert_true(redis_ages_read(&b, ff_span_of(text, redis_ages_print(&a, text))));
    assert_int_equal(a.n, b.n);
    assert_false(redis_ages_cut(&a, (struct ff_keep){FF_NEVER, bytes}, UINT64_MAX, &end));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_printed_is_read_back),
        cmocka_unit_test(bad_texts_are_refused),
        cmocka_unit_test(what_is_not_beyond_the_last_is_nothing_new),
        cmocka_unit_test(old_stretches_go),
        cmocka_unit_test(large_stretches_go_the_oldest_first),
        cmocka_unit_test(what_a_restart_needs_stays),
        cmocka_unit_test(too_many_are_thinned_and_nothing_goes_sooner),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
