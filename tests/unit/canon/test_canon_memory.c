#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "canon_memory.h"
#include "given.h"

static void sites_are_found_by_id_and_alias(void **state)
{
    struct canon *c = given_canon(2);
    (void)state;
    assert_int_equal(canon_find_site(c, FF_LITERAL("shop")), 0);
    assert_int_equal(canon_find_site(c, FF_LITERAL("www")), 0);
    assert_int_equal(canon_find_site(c, FF_LITERAL("outlet")), 1);
    assert_int_equal(canon_find_site(c, FF_LITERAL("rest")), 1);
    assert_int_equal(canon_find_site(c, FF_LITERAL("Shop")), -1);
    assert_int_equal(canon_find_site(c, FF_LITERAL("sho")), -1);
    assert_int_equal(canon_find_site(c, FF_LITERAL("")), -1);
    assert_int_equal(canon_find_site(c, ff_span_of(NULL, 0)), -1);
    canon_free(&c);
    assert_null(c);
    canon_free(&c);
}

static void an_alias_hides_no_site(void **state)
{
    static const char *const aliases[] = {"b", NULL};
    static const struct canon_site table[] = {{"a", aliases, 0, FF_GPC_COUNT}, {"b", NULL, 0, FF_GPC_COUNT}};
    struct canon_options options = {table, 2, FF_DAY};
    struct canon *c = canon_new(&options);
    (void)state;
    assert_int_equal(canon_find_site(c, FF_LITERAL("b")), 1);
    canon_free(&c);
}

static void many_sites_are_told_apart(void **state)
{
    static char names[1000][8];
    static struct canon_site table[1000];
    struct canon_options options = {table, 1000, FF_DAY};
    (void)state;
    for (int i = 0; i < 1000; i++) {
        names[i][0] = (char)('a' + i % 10);
        names[i][1] = (char)('a' + i / 10 % 10);
        names[i][2] = (char)('a' + i / 100);
        table[i].id = names[i];
    }
    struct canon *c = canon_new(&options);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(canon_find_site(c, ff_span_text(names[i])), i);
    assert_int_equal(canon_find_site(c, FF_LITERAL("zzz")), -1);
    canon_free(&c);
}

static void memory_ends_and_comes_back_with_reset(void **state)
{
    struct canon *c = given_canon(1);
    struct ff_span a, b;
    (void)state;
    assert_true(canon_copy(c, FF_LITERAL("one"), &a));
    assert_true(canon_copy(c, FF_LITERAL("two"), &b));
    assert_true(ff_span_is(a, "one"));
    assert_ptr_equal(b.p, a.p + 3);
    assert_true(canon_copy(c, ff_span_of(NULL, 0), &b));
    c->text_used = CANON_MAX_TEXTS - 2;
    assert_false(canon_copy(c, FF_LITERAL("one"), &b));
    assert_non_null(canon_items(c, CANON_MAX_ITEMS));
    assert_null(canon_items(c, 1));
    canon_reset(c);
    assert_true(canon_copy(c, FF_LITERAL("new"), &b));
    assert_ptr_equal(b.p, a.p);
    assert_non_null(canon_items(c, CANON_MAX_ITEMS));
    canon_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sites_are_found_by_id_and_alias),
        cmocka_unit_test(an_alias_hides_no_site),
        cmocka_unit_test(many_sites_are_told_apart),
        cmocka_unit_test(memory_ends_and_comes_back_with_reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
