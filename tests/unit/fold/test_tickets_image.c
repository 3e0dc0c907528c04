#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

/* Tickets as no fold puts them. */
#include "strip.h"

#define FAR ((INT64_C(1) << 30) * FF_MINUTE)

/* One number after the other: 'u' unsigned, 'i' with a sign, 'h' of eight bytes. */
static void put_numbers(struct image_out *out, const char *kinds, const int64_t *numbers)
{
    for (size_t i = 0; kinds[i]; i++)
        if (kinds[i] == 'u')
            image_put_uint(out, (uint64_t)numbers[i]);
        else if (kinds[i] == 'i')
            image_put_int(out, numbers[i]);
        else
            image_put_u64(out, (uint64_t)numbers[i]);
}

/* Whether a section with one ticket of these numbers is taken. */
static bool is_ticket(const char *kinds, const int64_t *numbers, ff_wall now, uint64_t births)
{
    struct strip strip;
    struct bench b;
    bench_open(&b);
    b.fold->now = now;
    struct image_out *out = strip_begin(&strip);
    image_put_section(out, "tick", 1);
    put_numbers(out, "uuuu", (const int64_t[]){0, 0, (int64_t)births, 1});
    put_numbers(out, kinds, numbers);
    bool loaded = tickets_load(b.fold, strip_turn(&strip), picture_sites, 2);
    loaded = strip_end(&strip) && loaded;
    bench_close(&b);
    return loaded;
}

static void tickets_that_cannot_be_are_refused(void **state)
{
    (void)state;
    /* key, key, born, site, received, until, since, marks (opened, last, resolved), times, replies */
    static const struct {
        const char *kinds;
        int64_t numbers[13];
        bool good;
    } rows[] = {
        {"hhuuiiuuu", {1, 2, 1, 0, 0, 0, 0, 0, 0}, true},
        {"hhuuiiuuu", {1, 2, 3, 0, 0, 0, 0, 0, 0}, false}, /* born after the last */
        {"hhuuiiuuu", {1, 2, 1, 2, 0, 0, 0, 0, 0}, false}, /* of no site */
        {"hhuuiiuuu", {1, 2, 1, 0, FAR + 1, 0, 0, 0, 0}, false},
        {"hhuuiiuuu", {1, 2, 1, 0, 0, 0, FAR + 1, 0, 0}, false},
        {"hhuuiiuuu", {1, 2, 1, 0, 0, 0, 0, 8, 0}, false},        /* no such mark */
        {"hhuuiiuuu", {1, 2, 1, 0, 0, 0, 0, 4, 0}, false},        /* resolved at no time */
        {"hhuuiiuuiu", {1, 2, 1, 0, 0, 0, 0, 2, 0, 0}, false},    /* what was last is neither */
        {"hhuuiiuuiu", {1, 2, 1, 0, 0, 0, 0, 1, 0, 0}, false},    /* opened, and that was not the last */
        {"hhuuiiuuiiu", {1, 2, 1, 0, 0, 0, 0, 3, 5, 5, 0}, true},
        {"hhuuiiuuiiu", {1, 2, 1, 0, 0, 0, 0, 7, 5, 5, 0}, true},
        {"hhuuiiuuiiu", {1, 2, 1, 0, 0, 0, 0, 7, 5, 4, 0}, false}, /* resolved before it was opened */
        {"hhuuiiuuiiuii", {1, 2, 1, 0, 0, 0, 0, 3, 5, 5, 2, 4, 5}, true},
        {"hhuuiiuuiiuii", {1, 2, 1, 0, 0, 0, 0, 3, 5, 5, 2, 5, 6}, false}, /* two first replies */
        {"hhuuiiuuiiuii", {1, 2, 1, 0, 0, 0, 0, 3, 5, 5, 2, 4, 4}, false}, /* one reply twice */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (is_ticket(rows[i].kinds, rows[i].numbers, T(0), 2) != rows[i].good)
            fail_msg("row %zu", i);
}

static void more_early_replies_than_are_kept_are_refused(void **state)
{
    (void)state;
    static const int64_t four[] = {1, 2, 1, 0, 0, 0, 0, 0, 4, 1, 2, 3, 4};
    static const int64_t five[] = {1, 2, 1, 0, 0, 0, 0, 0, 5, 1, 2, 3, 4, 5};
    assert_true(is_ticket("hhuuiiuuuiiii", four, T(0), 1));
    assert_false(is_ticket("hhuuiiuuuiiiii", five, T(0), 1));
}

static void before_the_first_advance_there_is_none(void **state)
{
    (void)state;
    static const int64_t plain[] = {1, 2, 1, 0, 0, 0, 0, 0, 0};
    assert_true(is_ticket("hhuuiiuuu", plain, T(0), 1));
    assert_false(is_ticket("hhuuiiuuu", plain, FF_NEVER, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tickets_that_cannot_be_are_refused),
        cmocka_unit_test(more_early_replies_than_are_kept_are_refused),
        cmocka_unit_test(before_the_first_advance_there_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
