#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "url.h"

#include <stdlib.h>

static void assert_span(struct ff_span span, const char *text)
{
    assert_int_equal(span.n, strlen(text));
    if (span.n)
        assert_memory_equal(span.p, text, span.n);
}

static void urls_come_apart(void **state)
{
    (void)state;
    static const struct {
        const char *text, *host, *path, *query;
    } rows[] = {
        {"https://shop.example/a/b?x=1&y#top", "shop.example", "/a/b", "x=1&y"},
        {"http://user:pw@Shop.Example.:8443", "Shop.Example", "", ""},
        {"https://shop.example?x=1", "shop.example", "", "x=1"},
        {"https://shop.example#?x=1", "shop.example", "", ""},
        {"//cdn.example/p", "cdn.example", "/p", ""},
        {"/p?x=/y?z", "", "/p", "x=/y?z"},
        {"?x=1", "", "", "x=1"},
        {"android-app://com.google.android.gm/", "com.google.android.gm", "/", ""},
        {"http://[2001:db8::1]:80/p", "[2001:db8::1", "/p", ""},
        {"https://a.example\\@b.example/", "a.example", "\\@b.example/", ""},
        {"http://", "", "", ""},
        {"mailto:x@y.example", "", "x@y.example", ""},
        {"nothing", "", "nothing", ""},
        {"", "", "", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct url u = url_split(ff_span_text(rows[i].text));
        assert_span(u.host, rows[i].host);
        assert_span(u.path, rows[i].path);
        assert_span(u.query, rows[i].query);
    }
    assert_span(url_split(ff_span_text(NULL)).host, "");
}

static void a_host_goes_without_its_www(void **state)
{
    (void)state;
    assert_span(url_without_www(FF_LITERAL("www.shop.example")), "shop.example");
    assert_span(url_without_www(FF_LITERAL("www2.shop.example")), "www2.shop.example");
    assert_span(url_without_www(FF_LITERAL("www.")), "www.");
    assert_span(url_without_www(FF_LITERAL("www")), "www");
    assert_span(url_without_www(ff_span_of(NULL, 0)), "");
}

static void parameters_come_one_by_one(void **state)
{
    (void)state;
    struct ff_span query = FF_LITERAL("a=1&b&&c==2&d="), name, value;
    static const char *const names[] = {"a", "b", "", "c", "d"}, *const values[] = {"1", "", "", "=2", ""};
    for (size_t i = 0; i < 5; i++) {
        assert_true(url_next_parameter(&query, &name, &value));
        assert_span(name, names[i]);
        assert_span(value, values[i]);
    }
    assert_false(url_next_parameter(&query, &name, &value));
}

static struct ff_span decoded(const char *value, size_t max, char *bytes, size_t size)
{
    struct url_room room = {bytes, size};
    /* On the heap to the byte, so that a sanitizer sees a step beyond. */
    size_t n = strlen(value);
    char *copy = malloc(n ? n : 1);
    memcpy(copy, value, n);
    struct ff_span text = url_decode(ff_span_of(copy, n), max, &room);
    if (text.p >= copy && text.p < copy + (n ? n : 1)) {
        memcpy(bytes, text.p, text.n);
        text.p = bytes;
    }
    free(copy);
    return text;
}

static void values_are_decoded_to_text(void **state)
{
    (void)state;
    static const struct {
        const char *value, *text;
    } rows[] = {
        {"spring", "spring"},
        {"spring%20sale", "spring sale"},
        {"+spring+sale+", "spring sale"},
        {"100%25", "100%"},
        {"100%", "100%"},
        {"%zz%4", "%zz%4"},
        {"caf%C3%A9", "caf\xc3\xa9"},
        {"caf\xc3\xa9", "caf\xc3\xa9"},
        {"a%C3b", "ab"},
        {"a%00b%0Ac", "abc"},
        {"%C2%80x", "x"},
        {"%ED%A0%80x", "x"},
        {"%F0%9F%9B%92", "\xf0\x9f\x9b\x92"},
        {"%F4%90%80%80!", "!"},
        {"%20", ""},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char room[64];
        assert_span(decoded(rows[i].value, 32, room, sizeof room), rows[i].text);
    }
}

static void values_are_cut_on_a_character(void **state)
{
    (void)state;
    char room[64];
    assert_span(decoded("abcdefgh", 4, room, sizeof room), "abcd");
    assert_span(decoded("abc%C3%A9", 4, room, sizeof room), "abc");
    assert_span(decoded("abc%C3%A9", 5, room, sizeof room), "abc\xc3\xa9");
    assert_span(decoded("a%20%F0%9F%9B%92", 5, room, sizeof room), "a");
    assert_span(decoded("a+bcdef", 32, room, 3), "a b");
    assert_span(decoded("a+b", 32, room, 0), "");
}

static void texts_are_compared_and_lowered_by_ascii(void **state)
{
    (void)state;
    char out[4];
    assert_true(url_same(FF_LITERAL("UTM_Source"), FF_LITERAL("utm_source")));
    assert_false(url_same(FF_LITERAL("a"), FF_LITERAL("ab")));
    assert_false(url_same(FF_LITERAL("@"), FF_LITERAL("`")));
    assert_span(url_lower(FF_LITERAL("AbZ["), out, sizeof out), "abz[");
    assert_span(url_lower(FF_LITERAL("abcde"), out, sizeof out), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_come_apart),
        cmocka_unit_test(a_host_goes_without_its_www),
        cmocka_unit_test(parameters_come_one_by_one),
        cmocka_unit_test(values_are_decoded_to_text),
        cmocka_unit_test(values_are_cut_on_a_character),
        cmocka_unit_test(texts_are_compared_and_lowered_by_ascii),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
