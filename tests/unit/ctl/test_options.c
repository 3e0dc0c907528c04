#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "options.h"

#include <string.h>

#define ARGUMENTS(...) char *argv[] = {"command", __VA_ARGS__, NULL}
#define COUNT ((int)(sizeof(argv) / sizeof(argv[0]) - 1))

static const char *site;
static bool json;
static char why[128];
static const struct option_row rows[] = {
    {"site", &site, NULL},
    {"json", NULL, &json},
    {NULL, NULL, NULL},
};

static int forget(void **state)
{
    (void)state;
    site = NULL;
    json = false;
    return 0;
}

static void options_stand_anywhere_between_words(void **state)
{
    (void)state;
    ARGUMENTS("a", "--site", "x", "-", "--json", "b");
    assert_int_equal(options_read(rows, OPTIONS_ANYWHERE, COUNT, argv, why, sizeof(why)), 3);
    assert_string_equal(argv[1], "a");
    assert_string_equal(argv[2], "-");
    assert_string_equal(argv[3], "b");
    assert_string_equal(site, "x");
    assert_true(json);
}

static void a_value_may_follow_an_equals_sign(void **state)
{
    (void)state;
    ARGUMENTS("--site=x=y");
    assert_int_equal(options_read(rows, OPTIONS_ANYWHERE, COUNT, argv, why, sizeof(why)), 0);
    assert_string_equal(site, "x=y");
}

static void two_dashes_end_the_options(void **state)
{
    (void)state;
    ARGUMENTS("--", "--json", "--");
    assert_int_equal(options_read(rows, OPTIONS_ANYWHERE, COUNT, argv, why, sizeof(why)), 2);
    assert_string_equal(argv[1], "--json");
    assert_false(json);
}

static void the_first_word_ends_them_where_asked(void **state)
{
    (void)state;
    ARGUMENTS("--site", "x", "stats", "--json");
    assert_int_equal(options_read(rows, OPTIONS_BEFORE_WORDS, COUNT, argv, why, sizeof(why)), 2);
    assert_string_equal(argv[1], "stats");
    assert_string_equal(argv[2], "--json");
    assert_false(json);
}

static void refuses(const char *argument, const char *reason)
{
    ARGUMENTS((char *)(uintptr_t)argument);
    assert_int_equal(options_read(rows, OPTIONS_ANYWHERE, COUNT, argv, why, sizeof(why)), -1);
    assert_string_equal(why, reason);
}

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    refuses("--sit=x", "unknown option --sit");
    refuses("--sites", "unknown option --sites");
    refuses("-x", "unknown option -x");
    refuses("--site", "--site needs a value");
    refuses("--json=1", "--json takes no value");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(options_stand_anywhere_between_words, forget),
        cmocka_unit_test_setup(a_value_may_follow_an_equals_sign, forget),
        cmocka_unit_test_setup(two_dashes_end_the_options, forget),
        cmocka_unit_test_setup(the_first_word_ends_them_where_asked, forget),
        cmocka_unit_test_setup(what_is_wrong_is_named, forget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
