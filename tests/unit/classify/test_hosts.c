#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "hosts.h"

#include <stdio.h>

static const struct {
    const char *entry;
    uint16_t kind;
} entries[] = {
    {"example.com", 1},          {"mail.example.com", 2}, {"example.com/news", 3}, {"Brand.*", 4},
    {"brand.*/images", 5},       {"maps.brand.*", 6},     {"mail.**", 7},          {"brand.de", 8},
    {"com.brand.app", 9},        {"name", 10},            {"only.org/deep/down", 11},
};

static int setup(void **state)
{
    struct hosts *h = hosts_new(sizeof entries / sizeof *entries, 1024);
    for (size_t i = 0; h && i < sizeof entries / sizeof *entries; i++)
        assert_true(hosts_add(h, ff_span_text(entries[i].entry),
                              (struct host_label){entries[i].kind, FF_LITERAL("source")}, false));
    *state = h;
    return h ? 0 : -1;
}

static int teardown(void **state)
{
    struct hosts *h = *state;
    hosts_free(&h);
    assert_null(h);
    return 0;
}

static int kind_at(const struct hosts *h, const char *host, const char *path)
{
    const struct host_label *label = hosts_find(h, ff_span_text(host), ff_span_text(path));
    return label ? label->kind : 0;
}

static void a_host_stands_for_all_below_it(void **state)
{
    assert_int_equal(kind_at(*state, "example.com", ""), 1);
    assert_int_equal(kind_at(*state, "www.example.com", "/x"), 1);
    assert_int_equal(kind_at(*state, "a.b.c.example.com", ""), 1);
    assert_int_equal(kind_at(*state, "notexample.com", ""), 0);
    assert_int_equal(kind_at(*state, "example.com.evil.net", ""), 0);
    assert_int_equal(kind_at(*state, "com", ""), 0);
    assert_int_equal(kind_at(*state, "", ""), 0);
    assert_int_equal(kind_at(*state, "...", ""), 0);
}

static void the_longest_entry_counts(void **state)
{
    assert_int_equal(kind_at(*state, "mail.example.com", ""), 2);
    assert_int_equal(kind_at(*state, "x.mail.example.com", ""), 2);
    assert_int_equal(kind_at(*state, "brand.de", ""), 8);
    assert_int_equal(kind_at(*state, "brand.fr", ""), 4);
}

static void paths_count_by_their_parts(void **state)
{
    assert_int_equal(kind_at(*state, "example.com", "/news"), 3);
    assert_int_equal(kind_at(*state, "www.example.com", "/News/today/x"), 3);
    assert_int_equal(kind_at(*state, "example.com", "/newspaper"), 1);
    assert_int_equal(kind_at(*state, "example.com", "/old/news"), 1);
    assert_int_equal(kind_at(*state, "only.org", "/deep/down/here"), 11);
    assert_int_equal(kind_at(*state, "only.org", "/deep"), 0);
    assert_int_equal(kind_at(*state, "only.org", ""), 0);
}

static void a_star_is_a_top_level(void **state)
{
    assert_int_equal(kind_at(*state, "www.brand.co.uk", ""), 4);
    assert_int_equal(kind_at(*state, "brand.com.br", ""), 4);
    assert_int_equal(kind_at(*state, "maps.brand.it", ""), 6);
    assert_int_equal(kind_at(*state, "brand.fr", "/images/x"), 5);
    assert_int_equal(kind_at(*state, "brand.ab.uk", ""), 0);
    assert_int_equal(kind_at(*state, "brand.evil.com", ""), 0);
    assert_int_equal(kind_at(*state, "com.brand.app", "/"), 9);
    assert_int_equal(kind_at(*state, "com.brand.something", "/"), 0);
    assert_int_equal(kind_at(*state, "brand", ""), 0);
}

static void two_stars_are_anything_behind_a_first_part(void **state)
{
    assert_int_equal(kind_at(*state, "mail.some.net", ""), 7);
    assert_int_equal(kind_at(*state, "mail.some.co.uk", ""), 7);
    assert_int_equal(kind_at(*state, "mail.net", ""), 0);
    assert_int_equal(kind_at(*state, "mail.co.uk", ""), 0);
    assert_int_equal(kind_at(*state, "x.mail.some.net", ""), 0);
}

static void names_are_found_as_they_are(void **state)
{
    assert_non_null(hosts_find_name(*state, FF_LITERAL("name")));
    assert_null(hosts_find_name(*state, FF_LITERAL("names")));
    assert_null(hosts_find_name(*state, FF_LITERAL("brand")));
    assert_null(hosts_find_name(*state, FF_LITERAL("mail")));
}

static void of_equal_entries_the_last_counts_unless_the_first_is_to_stay(void **state)
{
    (void)state;
    struct hosts *h = hosts_new(4, 100);
    assert_true(hosts_add(h, FF_LITERAL("a.example"), (struct host_label){1, {NULL, 0}}, false));
    assert_true(hosts_add(h, FF_LITERAL("A.example"), (struct host_label){2, FF_LITERAL("s")}, false));
    assert_int_equal(kind_at(h, "a.example", ""), 2);
    assert_true(hosts_add(h, FF_LITERAL("a.example"), (struct host_label){3, FF_LITERAL("t")}, true));
    assert_int_equal(kind_at(h, "a.example", ""), 2);
    hosts_free(&h);
}

static void what_has_no_room_or_no_text_is_refused(void **state)
{
    (void)state;
    char entry[300];
    memset(entry, 'a', sizeof entry);
    struct host_label label = {1, FF_LITERAL("s")};
    struct hosts *h = hosts_new(2, 100);
    assert_false(hosts_add(h, FF_LITERAL(""), label, false));
    assert_false(hosts_add(h, FF_LITERAL("/path"), label, false));
    assert_false(hosts_add(h, ff_span_of(entry, sizeof entry), label, false));
    for (int i = 0; i < 4; i++) {
        snprintf(entry, sizeof entry, "h%d.example", i);
        assert_true(hosts_add(h, ff_span_text(entry), label, false));
    }
    assert_false(hosts_add(h, FF_LITERAL("more.example"), label, false));
    assert_true(hosts_add(h, FF_LITERAL("h1.example"), label, false));
    hosts_free(&h);
    h = hosts_new(9, 6);
    assert_true(hosts_add(h, FF_LITERAL("a.example"), label, false));
    assert_false(hosts_add(h, FF_LITERAL("b.example"), label, false));
    hosts_free(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_stands_for_all_below_it),
        cmocka_unit_test(the_longest_entry_counts),
        cmocka_unit_test(paths_count_by_their_parts),
        cmocka_unit_test(a_star_is_a_top_level),
        cmocka_unit_test(two_stars_are_anything_behind_a_first_part),
        cmocka_unit_test(names_are_found_as_they_are),
        cmocka_unit_test(of_equal_entries_the_last_counts_unless_the_first_is_to_stay),
        cmocka_unit_test(what_has_no_room_or_no_text_is_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
