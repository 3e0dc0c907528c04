#include "written.h"

#include "route.h"

static bool valid(const char *text)
{
    return route_valid(ff_span_text(text));
}

static void paths_are_taken_as_requests_name_them(void **state)
{
    (void)state;
    static const char *const good[] = {
        "/tracker.js", "/", "/a", "/assets/js/shop-1.2.js", "/a%20b", "/~x/(1)/*,;=!$&'@:+_", "/v1", "/v1.js",
        "/v10/x", "/healthz.js", "/readyz/x", "/metrics",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        if (!valid(good[i]))
            print_error("%s was refused\n", good[i]);
        assert_true(valid(good[i]));
    }
}

static void what_is_no_path_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", "tracker.js", "http://shop.example/t.js", "/t.js?x", "/t.js#x", "/a b", "/a\tb", "/a\r\nX: y",
        "/\x7f", "/b\xc3\xbc" "cher.js", "/a\\b", "/\"a\"", "/<a>", "/{a}", "/a|b", "/a^b", "/a`b",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (valid(bad[i]))
            print_error("%s was taken\n", bad[i]);
        assert_false(valid(bad[i]));
    }
    assert_false(route_valid(ff_span_of("/a\0b", 4)));
    assert_false(route_valid((struct ff_span){NULL, 0}));
}

static void paths_that_have_a_meaning_are_refused(void **state)
{
    (void)state;
    assert_false(valid("/v1/"));
    assert_false(valid("/v1/events"));
    assert_false(valid("/v1/t.js"));
    assert_false(valid("/healthz"));
    assert_false(valid("/readyz"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_are_taken_as_requests_name_them),
        cmocka_unit_test(what_is_no_path_is_refused),
        cmocka_unit_test(paths_that_have_a_meaning_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
