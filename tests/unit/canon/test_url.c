#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "given.h"
#include "url.h"
#include "words.h"

static struct canon *canon;

static struct ff_beacon read_url(struct ff_span url)
{
    struct ff_beacon b = {.has = FF_HAS(URL)};
    b.text[FF_TEXT_URL] = url;
    assert_true(url_read(canon, &b));
    return b;
}

static void same(const char *what, const char *url, struct ff_span got, const char *expected)
{
    if (!ff_span_is(got, expected))
        fail_msg("%s of %s: %.*s", what, url, (int)got.n, got.p);
}

static void pages(const char *url, const char *page)
{
    same("page", url, read_url(ff_span_text(url)).page, page);
}

static void sources(const char *url, const char *source, const char *campaign)
{
    struct ff_beacon b = read_url(ff_span_text(url));
    same("source", url, b.source, source);
    same("campaign", url, b.campaign, campaign);
}

static void a_page_is_the_path_of_the_url(void **state)
{
    (void)state;
    pages("https://shop.example/shoes/red", "/shoes/red");
    pages("https://shop.example/shoes?size=42", "/shoes");
    pages("https://shop.example/shoes#reviews", "/shoes");
    pages("https://shop.example/shoes?a=/b#/c?d", "/shoes");
    pages("https://shop.example/a#b?c=d", "/a");
    pages("HTTP://user:pass@shop.example:8080/x/", "/x/");
    pages("app+ios://screen/cart", "/cart");
    pages("//shop.example/x", "/x");
    pages("https://shop.example/a//b/%C3%A9", "/a//b/%C3%A9");
}

static void a_page_without_a_path_is_the_root(void **state)
{
    (void)state;
    pages("https://shop.example", "/");
    pages("https://shop.example?x=1", "/");
    pages("https://shop.example#x", "/");
    pages("//shop.example", "/");
    pages("?x=1", "/");
    pages("#x", "/");
    pages("", "/");
    pages("//", "/");
}

static void relative_urls_are_taken(void **state)
{
    (void)state;
    pages("/shoes?x", "/shoes");
    pages("shoes/red?x", "shoes/red");
    pages("/a://b/c", "/a://b/c");
    pages("1a://b/c", "1a://b/c");
    pages("http:/x", "http:/x");
    pages("http", "http");
    pages("http:", "http:");
    pages("/", "/");
}

static void a_long_page_is_cut_on_a_character(void **state)
{
    (void)state;
    char url[2048] = "/";
    for (size_t i = 1; i + 2 < 1200; i += 2)
        memcpy(url + i, "\xC3\xA9", 3);
    struct ff_span page = read_url(ff_span_text(url)).page;
    assert_int_equal(page.n, WORD_MAX - 1);
    assert_ptr_equal(page.p, url);
}

static void no_url_has_no_page_and_no_source(void **state)
{
    (void)state;
    struct ff_beacon b = {.page = FF_LITERAL("/old"), .source = FF_LITERAL("old"), .campaign = FF_LITERAL("old")};
    assert_true(url_read(canon, &b));
    assert_int_equal(b.page.n + b.source.n + b.campaign.n, 0);
}

static void source_and_campaign_are_what_utm_says(void **state)
{
    (void)state;
    sources("/?utm_source=news&utm_campaign=spring", "news", "spring");
    sources("/?a=b&utm_campaign=x&c&utm_source=y#utm_source=z", "y", "x");
    sources("/?utm_source=one&utm_source=two", "one", "");
    sources("/?utm_source=&utm_campaign", "", "");
    sources("/?utm_source=a=b", "a=b", "");
    sources("/x", "", "");
    sources("/x?", "", "");
    sources("/x?&&=&", "", "");
}

static void only_the_very_key_is_one(void **state)
{
    (void)state;
    sources("/?UTM_SOURCE=a&utm_sourc=b&utm_sources=c&xutm_source=d&utm%5Fsource=e", "", "");
    sources("/?utm_source_platform=a&utm_campaign_id=b", "", "");
    sources("/#?utm_source=a", "", "");
    sources("/utm_source=a", "", "");
}

static void values_are_decoded_and_trimmed(void **state)
{
    (void)state;
    sources("/?utm_source=caf%C3%A9+au%20lait&utm_campaign=%2b%2B", "caf\xC3\xA9 au lait", "++");
    sources("/?utm_source=%20+a%09b+%0a", "a\tb", "");
    sources("/?utm_source=+++&utm_campaign=100%", "", "100%");
    sources("/?utm_source=%&utm_campaign=%4", "%", "%4");
    sources("/?utm_source=%zz%4z%z4&utm_campaign=%26%3D%23", "%zz%4z%z4", "&=#");
    sources("/?utm_source=a%2", "a%2", "");
}

static void what_decodes_to_no_utf8_stays_as_it_is(void **state)
{
    (void)state;
    sources("/?utm_source=%ff%fe&utm_campaign=%C3+x", "%ff%fe", "%C3+x");
}

static void a_long_value_is_cut_on_a_character(void **state)
{
    (void)state;
    char url[2048] = "/?utm_source=x";
    for (size_t i = 14; i + 7 < 2000; i += 6)
        memcpy(url + i, "%C3%A9", 7);
    struct ff_beacon b = read_url(ff_span_text(url));
    assert_int_equal(b.source.n, WORD_MAX - 1);
    assert_memory_equal(b.source.p, "x\xC3\xA9\xC3", 4);
}

static void a_checked_beacon_has_them_and_so_does_what_is_decoded(void **state)
{
    (void)state;
    struct given g;
    static unsigned char body[RECORD_MAX];
    assert_int_equal(given_check(canon, &g, "type=page_view|visitor=v|url=http://x/p?utm_source=%61&utm_campaign=b+c", false),
                     FF_OK);
    assert_true(ff_span_is(g.r.beacon.page, "/p"));
    assert_true(ff_span_is(g.r.beacon.source, "a"));
    assert_true(ff_span_is(g.r.beacon.campaign, "b c"));
    size_t n = record_encode(&g.r, body, sizeof body);
    struct ff_record r;
    assert_int_equal(record_decode(canon, 1, ff_span_of((const char *)body, n), &r), FF_OK);
    assert_true(ff_span_is(r.beacon.page, "/p"));
    assert_true(ff_span_is(r.beacon.source, "a"));
    assert_true(ff_span_is(r.beacon.campaign, "b c"));
}

static void without_memory_a_beacon_is_refused(void **state)
{
    (void)state;
    struct given g;
    canon->text_used = CANON_MAX_TEXTS;
    assert_int_equal(given_check(canon, &g, "type=page_view|visitor=v|url=/?utm_source=a", false), FF_OK);
    assert_int_equal(given_check(canon, &g, "type=page_view|visitor=v|url=/?utm_source=%61", false), FF_NO_MEMORY);
    assert_string_equal(g.r.beacon.fault_field, "url");
}

static int set_up(void **state)
{
    (void)state;
    canon = given_canon(1);
    return canon == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    canon_free(&canon);
    return 0;
}

#define URL_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        URL_TEST(a_page_is_the_path_of_the_url),
        URL_TEST(a_page_without_a_path_is_the_root),
        URL_TEST(relative_urls_are_taken),
        URL_TEST(a_long_page_is_cut_on_a_character),
        URL_TEST(no_url_has_no_page_and_no_source),
        URL_TEST(source_and_campaign_are_what_utm_says),
        URL_TEST(only_the_very_key_is_one),
        URL_TEST(values_are_decoded_and_trimmed),
        URL_TEST(what_decodes_to_no_utf8_stays_as_it_is),
        URL_TEST(a_long_value_is_cut_on_a_character),
        URL_TEST(a_checked_beacon_has_them_and_so_does_what_is_decoded),
        URL_TEST(without_memory_a_beacon_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
