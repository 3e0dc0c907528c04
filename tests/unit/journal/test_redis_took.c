#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "redis_took.h"

#include <stdlib.h>

static void the_greatest_seq_of_an_epoch_counts(void **state)
{
    (void)state;
    struct redis_took t = {0};
    assert_int_equal(redis_took_of(&t, 7), 0);
    redis_took_note(&t, 7, 30);
    redis_took_note(&t, 5, 20);
    redis_took_note(&t, 9, 40);
    redis_took_note(&t, 7, 25);
    assert_int_equal(redis_took_of(&t, 7), 30);
    redis_took_note(&t, 7, 31);
    assert_int_equal(redis_took_of(&t, 7), 31);
    assert_int_equal(redis_took_of(&t, 5), 20);
    assert_int_equal(redis_took_of(&t, 9), 40);
    assert_int_equal(redis_took_of(&t, 6), 0);
    assert_int_equal(t.n, 3);
}

static void the_lowest_epochs_give_way(void **state)
{
    (void)state;
    struct redis_took t = {0};
    for (uint64_t e = 2; e <= 2 * REDIS_TOOK_MAX; e += 2)
        redis_took_note(&t, e, e * 10);
    assert_int_equal(t.n, REDIS_TOOK_MAX);
    redis_took_note(&t, 1, 5);
    assert_int_equal(redis_took_of(&t, 1), 0);
    redis_took_note(&t, 301, 6);
    assert_int_equal(redis_took_of(&t, 301), 6);
    assert_int_equal(redis_took_of(&t, 2), 0);
    redis_took_note(&t, 1000, 7);
    assert_int_equal(redis_took_of(&t, 4), 0);
    assert_int_equal(t.n, REDIS_TOOK_MAX);
    for (uint32_t i = 1; i < t.n; i++)
        assert_true(t.row[i - 1].epoch < t.row[i].epoch);
}

static void what_is_printed_is_read_again(void **state)
{
    (void)state;
    static char text[REDIS_TOOK_TEXT];
    struct redis_took t = {0}, back = {0};
    assert_int_equal(redis_took_print(&t, text), 0);
    assert_string_equal(text, "");
    assert_true(redis_took_read(&back, ff_span_text(text)));
    assert_int_equal(back.n, 0);
    redis_took_note(&t, 12, 34);
    redis_took_note(&t, 5, UINT64_MAX);
    assert_int_equal(redis_took_print(&t, text), strlen("5:18446744073709551615,12:34"));
    assert_string_equal(text, "5:18446744073709551615,12:34");
    for (uint64_t e = 0; e < REDIS_TOOK_MAX; e++)
        redis_took_note(&t, UINT64_MAX - e, UINT64_MAX);
    const size_t n = redis_took_print(&t, text);
    assert_true(n < REDIS_TOOK_TEXT && redis_took_read(&back, ff_span_of(text, n)));
    assert_memory_equal(&t, &back, sizeof t);
}

static void what_is_no_list_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"1", ":", "1:", ":1", "1:2,", ",1:2", "1:2 ", "a:1", "1:-2",
                                      "18446744073709551616:1", "1:99999999999999999999", "1:2;3:4"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct redis_took t = {0};
        if (redis_took_read(&t, ff_span_text(bad[i])))
            fail_msg("%s", bad[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_greatest_seq_of_an_epoch_counts),
        cmocka_unit_test(the_lowest_epochs_give_way),
        cmocka_unit_test(what_is_printed_is_read_again),
        cmocka_unit_test(what_is_no_list_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
