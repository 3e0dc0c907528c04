#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "params.h"

static struct params p;
static struct fault f;

/* Parses from a heap copy without a NUL, so that a sanitizer sees a byte read too far. */
static enum ff_status parse(const char *query)
{
    size_t n = strlen(query);
    char *copy = malloc(n ? n : 1);
    memcpy(copy, query, n);
    enum ff_status s = params_parse(&p, ff_span_of(copy, n), &f);
    free(copy);
    return s;
}

static void parameters_are_decoded(void **state)
{
    (void)state;
    assert_int_equal(parse("&a=1&&b%20c=x%2By+z%C3%A9&d&e=&=v&"), FF_OK);
    assert_true(ff_span_is(params_get(&p, "a"), "1"));
    assert_true(ff_span_is(params_get(&p, "b c"), "x+y z\xc3\xa9"));
    assert_true(params_get(&p, "d").p && params_get(&p, "d").n == 0);
    assert_true(params_get(&p, "e").p && params_get(&p, "e").n == 0);
    assert_true(ff_span_is(params_get(&p, ""), "v"));
    assert_null(params_get(&p, "f").p);
}

static void no_query_is_no_parameters(void **state)
{
    (void)state;
    assert_int_equal(params_parse(&p, ff_span_of(NULL, 0), &f), FF_OK);
    assert_int_equal(p.n, 0);
}

static void what_is_broken_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"a=%", "a=%4", "a=%4g", "%zz=1", "a=1&a=2", "a=1&%61=1"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert_int_equal(parse(bad[i]), FF_BAD_PARAMETER);
    parse("window=1&window=2");
    assert_string_equal(f.error, "window: given twice");
}

static void more_than_fits_is_refused(void **state)
{
    (void)state;
    char query[PARAMS_TEXT + 2] = "";
    for (int i = 0; i < PARAMS_MAX; i++)
        snprintf(query + strlen(query), 16, "&k%d=1", i);
    assert_int_equal(parse(query), FF_OK);
    strcat(query, "&last=1");
    assert_int_equal(parse(query), FF_BAD_PARAMETER);
    memset(query, 'x', PARAMS_TEXT);
    query[PARAMS_TEXT] = '\0';
    assert_int_equal(parse(query), FF_OK);
    strcat(query, "x");
    assert_int_equal(parse(query), FF_BAD_PARAMETER);
}

static void unknown_keys_are_named_with_the_known_ones(void **state)
{
    (void)state;
    static const char *const known[] = {"site", "window", NULL};
    assert_int_equal(parse("window=1h&site=a"), FF_OK);
    assert_int_equal(params_only(&p, known, &f), FF_OK);
    assert_int_equal(parse("window=1h&compare=year"), FF_OK);
    assert_int_equal(params_only(&p, known, &f), FF_BAD_PARAMETER);
    assert_string_equal(f.error, "compare: no such parameter here; expected one of site, window");
    assert_true(ff_span_is(f.parameter, "compare"));
}

/* A '+' is one there. */
static void a_part_of_a_path_is_decoded(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want; /* NULL: broken */
    } rows[] = {{"a%2Fb+c", "a/b+c"}, {"", ""}, {"%41%42", "AB"}, {"%4", NULL}, {"%zz", NULL}, {"x%", NULL}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char to[16];
        struct ff_span got;
        bool ok = params_path(ff_span_text(rows[i].text), to, &got);
        assert_int_equal(ok, rows[i].want != NULL);
        assert_true(!ok || ff_span_is(got, rows[i].want));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parameters_are_decoded),
        cmocka_unit_test(no_query_is_no_parameters),
        cmocka_unit_test(what_is_broken_is_refused),
        cmocka_unit_test(more_than_fits_is_refused),
        cmocka_unit_test(unknown_keys_are_named_with_the_known_ones),
        cmocka_unit_test(a_part_of_a_path_is_decoded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
