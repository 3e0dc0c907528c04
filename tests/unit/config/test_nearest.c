#include "written.h"

#include "nearest.h"

static size_t distance(const char *a, const char *b)
{
    assert_int_equal(nearest_distance(ff_span_text(a), ff_span_text(b)),
                     nearest_distance(ff_span_text(b), ff_span_text(a)));
    return nearest_distance(ff_span_text(a), ff_span_text(b));
}

static void distance_counts_edits_and_swaps(void **state)
{
    (void)state;
    assert_int_equal(distance("", ""), 0);
    assert_int_equal(distance("timeout", "timeout"), 0);
    assert_int_equal(distance("", "abc"), 3);
    assert_int_equal(distance("timout", "timeout"), 1);
    assert_int_equal(distance("tiemout", "timeout"), 1);
    assert_int_equal(distance("kitten", "sitting"), 3);
}

static void distance_looks_at_64_bytes(void **state)
{
    (void)state;
    char a[300], b[300];
    memset(a, 'x', sizeof a);
    memset(b, 'x', sizeof b);
    b[200] = 'y';
    assert_int_equal(nearest_distance(ff_span_of(a, 300), ff_span_of(b, 280)), 0);
}

static void nearest_is(const char *written, const char *expected)
{
    char out[64];
    nearest_name(out, sizeof out, &config_keys, true, written);
    assert_string_equal(out, expected);
}

static void nearest_finds_what_was_meant(void **state)
{
    (void)state;
    nearest_is("session.timout", "session.timeout");
    nearest_is("sesion.timeout", "session.timeout");
    nearest_is("lateness", "session.lateness");
    nearest_is("abandon_afer", "cart.abandon_after");
    nearest_is("limits.vistors", "limits.visitors");
    nearest_is("sesion", "session");
    nearest_is("site", "sites");
}

static void nearest_leaves_sections_out_where_only_keys_go(void **state)
{
    (void)state;
    char out[64];
    nearest_name(out, sizeof out, &config_keys, false, "sesion");
    assert_non_null(strchr(out, '.'));
    nearest_name(out, sizeof out, &site_keys, false, "alias");
    assert_string_equal(out, "aliases");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distance_counts_edits_and_swaps),
        cmocka_unit_test(distance_looks_at_64_bytes),
        cmocka_unit_test(nearest_finds_what_was_meant),
        cmocka_unit_test(nearest_leaves_sections_out_where_only_keys_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
