#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "fold.h"
#include "names.h"

static bool is_called(const struct words *w, uint32_t word, const char *text)
{
    return ff_span_is(words_text(w, word), text);
}

static void names_are_held_until_they_are_dropped(void **state)
{
    (void)state;
    struct words w;
    struct names n = {0};
    assert_true(words_init(&w, FOLD_WORDS, &(struct hash_seed){{1, 2}}));
    names_take(&n, &w);
    assert_int_equal(words_used(&w), FOLD_WORDS);
    assert_int_equal(w.left_out, 0);
    assert_true(is_called(&w, n.channels[FF_CHANNEL_ORGANIC_SEARCH], "organic search"));
    assert_true(is_called(&w, n.channels[FF_CHANNEL_NONE], "direct"));
    assert_true(is_called(&w, n.devices[FF_DEVICE_TV], "tv") && is_called(&w, n.devices[FF_DEVICE_NONE], "(none)"));
    assert_true(is_called(&w, n.countries[ff_country('D', 'E')], "DE") && is_called(&w, n.countries[0], "(none)"));
    assert_true(is_called(&w, n.countries[FF_COUNTRIES], "ZZ"));
    names_drop(&n, &w);
    assert_int_equal(words_used(&w), 0);
    words_fini(&w);
}

static void countries_are_pairs_of_capitals(void **state)
{
    (void)state;
    assert_int_equal(ff_country('A', 'A'), 1);
    assert_int_equal(ff_country('Z', 'Z'), FF_COUNTRIES);
    assert_int_equal(ff_country('a', 'A'), 0);
    assert_int_equal(ff_country('A', '['), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_held_until_they_are_dropped),
        cmocka_unit_test(countries_are_pairs_of_capitals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
