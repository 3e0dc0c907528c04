#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "roll.h"

#include <stdio.h>
#include <stdlib.h>

static const struct hash_seed seed = {{1, 2}};

static unsigned rights(const struct roll *r, const char *name, uint16_t site)
{
    const struct roll_name *found = roll_find(r, ff_span_text(name));
    return found ? roll_rights(r, found->first, found->count, site) : 0;
}

static void a_roll_without_names_finds_none(void **state)
{
    (void)state;
    struct roll r;
    assert_true(roll_init(&r, &seed, NULL, 0));
    assert_null(roll_find(&r, FF_LITERAL("")));
    assert_null(roll_find(&r, FF_LITERAL("a")));
    roll_fini(&r);
}

static void a_name_is_good_for_its_sites_only(void **state)
{
    (void)state;
    static const struct roll_entry entries[] = {
        {"shared", 900, 1}, {"own", 2, 2}, {"shared", 3, 2}, {"shared", 0, 1}, {"shared", 3, 1},
    };
    struct roll r;
    assert_true(roll_init(&r, &seed, entries, 5));
    assert_int_equal(r.name_count, 2);
    assert_int_equal(rights(&r, "shared", 0), 1);
    assert_int_equal(rights(&r, "shared", 1), 0);
    assert_int_equal(rights(&r, "shared", 2), 0);
    assert_int_equal(rights(&r, "shared", 3), 3);
    assert_int_equal(rights(&r, "shared", 900), 1);
    assert_int_equal(rights(&r, "shared", 901), 0);
    assert_int_equal(rights(&r, "own", 2), 2);
    assert_int_equal(rights(&r, "own", 3), 0);
    roll_fini(&r);
}

static void only_the_whole_name_is_found(void **state)
{
    (void)state;
    static const struct roll_entry entries[] = {{"secret", 0, 1}, {"secret2", 1, 1}};
    struct roll r;
    assert_true(roll_init(&r, &seed, entries, 2));
    static const char *const others[] = {"", "s", "secre", "Secret", "secret ", "secret22", "tecret"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_null(roll_find(&r, ff_span_text(others[i])));
    assert_null(roll_find(&r, ff_span_of("secret\0", 7)));
    assert_non_null(roll_find(&r, FF_LITERAL("secret")));
    roll_fini(&r);
}

/* Names whose hashes are equal are told apart by all of their bytes. */
static void equal_hashes_do_not_make_names_equal(void **state)
{
    (void)state;
    static const struct roll_entry entries[] = {{"aaaa", 0, 1}, {"bbbb", 1, 1}, {"cccc", 2, 1}};
    static const char *const others[] = {"else", "lon", "longer", "Long", "lonG"};
    struct roll r;
    assert_true(roll_init(&r, &seed, entries, 3));
    for (size_t i = 0; i < 3; i++)
        r.names[i].hash = hash_id(&seed, 0, FF_LITERAL("long"));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        r.names[1].text = ff_span_text(others[i]);
        assert_null(roll_find(&r, FF_LITERAL("long")));
    }
    r.names[1].text = FF_LITERAL("long");
    assert_ptr_equal(roll_find(&r, FF_LITERAL("long")), &r.names[1]);
    roll_fini(&r);
}

static void every_one_of_many_names_is_found(void **state)
{
    (void)state;
    enum { N = 3000 };
    static char texts[N][16];
    static struct roll_entry entries[N];
    for (int i = 0; i < N; i++) {
        snprintf(texts[i], sizeof texts[i], "key-%d", i);
        entries[i] = (struct roll_entry){texts[i], (uint16_t)(i % 1000), 1};
    }
    struct roll r;
    assert_true(roll_init(&r, &seed, entries, N));
    memset(entries, 0, sizeof entries);
    for (int i = 0; i < N; i++) {
        char text[16];
        snprintf(text, sizeof text, "key-%d", i);
        assert_int_equal(rights(&r, text, (uint16_t)(i % 1000)), 1);
        assert_int_equal(rights(&r, text, (uint16_t)((i + 1) % 1000)), 0);
    }
    assert_null(roll_find(&r, FF_LITERAL("key-3000")));
    roll_fini(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_roll_without_names_finds_none),
        cmocka_unit_test(a_name_is_good_for_its_sites_only),
        cmocka_unit_test(only_the_whole_name_is_found),
        cmocka_unit_test(equal_hashes_do_not_make_names_equal),
        cmocka_unit_test(every_one_of_many_names_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
