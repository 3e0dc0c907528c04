#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "own_hosts.h"

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})
#define NONE ((const char *const[]){NULL})

static const struct own_hosts_site sites[] = {
    {LIST("shop.example", "pay.example"), LIST("https://never.example")},
    {NONE, LIST("*")},
    {NONE, LIST("https://www.wine.example:8443", "http://[2001:db8::1]:80", "https://beer.example")},
    {NONE, NONE},
    {LIST("www.last.example"), NONE},
};

static void assert_hosts(const struct own_hosts *o, size_t site, const char *const *expected)
{
    size_t n, i = 0;
    const struct ff_span *hosts = own_hosts_of(o, site, &n);
    for (; expected[i]; i++) {
        assert_true(i < n);
        assert_true(ff_span_is(hosts[i], expected[i]));
    }
    assert_int_equal(n, i);
}

static void each_site_has_the_hosts_it_names_else_those_of_its_origins(void **state)
{
    (void)state;
    struct own_hosts *o = own_hosts_new(sites, sizeof sites / sizeof *sites);
    assert_non_null(o);
    assert_hosts(o, 0, LIST("shop.example", "pay.example"));
    assert_hosts(o, 1, NONE);
    assert_hosts(o, 2, LIST("wine.example", "[2001:db8::1", "beer.example"));
    assert_hosts(o, 3, NONE);
    assert_hosts(o, 4, LIST("www.last.example"));
    own_hosts_free(&o);
    assert_null(o);
    own_hosts_free(&o);
}

static void hosts_are_copied(void **state)
{
    (void)state;
    char origin[] = "https://shop.example";
    const struct own_hosts_site site = {NONE, LIST(origin)};
    struct own_hosts *o = own_hosts_new(&site, 1);
    memset(origin, 'x', sizeof origin - 1);
    assert_hosts(o, 0, LIST("shop.example"));
    own_hosts_free(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_site_has_the_hosts_it_names_else_those_of_its_origins),
        cmocka_unit_test(hosts_are_copied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
