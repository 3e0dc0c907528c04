#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "web.h"

static bool accepts(const char *accept_encoding)
{
    return web_accepts_gzip(ff_span_text(accept_encoding));
}

static void gzip_is_accepted_where_it_is_named(void **state)
{
    (void)state;
    static const char *const yes[] = {
        "gzip", "GZip", "x-gzip", "gzip, deflate, br, zstd", "br,gzip", "deflate ,\tgzip ;q=0.8", "gzip;q=1",
        "gzip; Q=0.001", "identity;q=0, gzip", "*;q=0, gzip", "gzip, *;q=0", ", gzip", "gzip;level=9",
    };
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
        if (!accepts(yes[i]))
            print_error("%s\n", yes[i]);
        assert_true(accepts(yes[i]));
    }
}

static void it_is_not_where_it_is_not_named_or_weighs_nothing(void **state)
{
    (void)state;
    static const char *const no[] = {
        "", " ", ",", ";", "identity", "br, zstd", "gzi", "gzip2", "gzip;q=0", "gzip ; q=0.000", "*, gzip;q=0",
        "q=1", "deflate;gzip",
    };
    for (size_t i = 0; i < sizeof no / sizeof *no; i++) {
        if (accepts(no[i]))
            print_error("%s\n", no[i]);
        assert_false(accepts(no[i]));
    }
    assert_false(web_accepts_gzip((struct ff_span){NULL, 0}));
}

static void a_star_stands_for_it_where_it_is_not_named(void **state)
{
    (void)state;
    assert_true(accepts("*"));
    assert_true(accepts("br, *;q=0.1"));
    assert_false(accepts("*;q=0"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gzip_is_accepted_where_it_is_named),
        cmocka_unit_test(it_is_not_where_it_is_not_named_or_weighs_nothing),
        cmocka_unit_test(a_star_stands_for_it_where_it_is_not_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
