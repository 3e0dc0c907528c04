#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "access.h"

static void answers(struct ff_span origin, const char *expected)
{
    char out[ACCESS_CORS_SIZE + 1];
    size_t n = access_cors(origin, out, ACCESS_CORS_SIZE);
    out[n] = '\0';
    assert_string_equal(out, expected);
}

#define REST "Access-Control-Expose-Headers: Retry-After, X-Footfall-Error\r\nVary: Origin\r\n"
#define ANY "Access-Control-Allow-Origin: *\r\n" REST

static void an_origin_is_echoed_for_credentialed_requests(void **state)
{
    (void)state;
    answers(FF_LITERAL("https://shop.example:8443"),
            "Access-Control-Allow-Origin: https://shop.example:8443\r\n"
            "Access-Control-Allow-Credentials: true\r\n" REST);
    answers(FF_LITERAL("null"), "Access-Control-Allow-Origin: null\r\n"
                                "Access-Control-Allow-Credentials: true\r\n" REST);
}

static void without_an_origin_any_may_read_the_answer(void **state)
{
    (void)state;
    answers(ff_span_text(NULL), ANY);
    answers(FF_LITERAL(""), ANY);
}

static void what_could_split_the_answer_is_not_echoed(void **state)
{
    (void)state;
    answers(FF_LITERAL("https://a\r\nSet-Cookie: x=1"), ANY);
    answers(FF_LITERAL("https://a\n"), ANY);
    answers(FF_LITERAL("https://a\0b"), ANY);
    answers(FF_LITERAL("https://a b"), ANY);
    answers(FF_LITERAL("https://\xc3\xa4.example"), ANY);
    answers(FF_LITERAL("https://a\x7f"), ANY);
}

static void an_origin_is_at_most_512_bytes(void **state)
{
    (void)state;
    char origin[513], out[ACCESS_CORS_SIZE];
    memset(origin, 'a', sizeof origin);
    size_t n = access_cors(ff_span_of(origin, 512), out, sizeof out);
    assert_non_null(memmem(out, n, origin, 512));
    answers(ff_span_of(origin, 513), ANY);
}

static size_t preflight(const char *origin, struct ff_span asked, char *out)
{
    size_t n = access_preflight(ff_span_text(origin), asked, out, ACCESS_PREFLIGHT_SIZE);
    assert_true(n > 0);
    out[n] = '\0';
    return n;
}

static void a_preflight_allows_whatever_header_is_asked_for(void **state)
{
    (void)state;
    char out[ACCESS_PREFLIGHT_SIZE + 1];
    preflight("https://shop.example", FF_LITERAL("content-type, X-My_Header,\tauthorization"), out);
    assert_string_equal(out, "Access-Control-Allow-Origin: https://shop.example\r\n"
                             "Access-Control-Allow-Credentials: true\r\n" REST
                             "Access-Control-Allow-Methods: POST, GET, HEAD, OPTIONS\r\n"
                             "Access-Control-Max-Age: 86400\r\n"
                             "Access-Control-Allow-Headers: content-type, X-My_Header,\t"
                             "authorization\r\n");
}

static void a_preflight_that_asks_for_none_is_answered_too(void **state)
{
    (void)state;
    char out[ACCESS_PREFLIGHT_SIZE + 1];
    preflight(NULL, ff_span_text(NULL), out);
    assert_non_null(strstr(out, "Access-Control-Allow-Origin: *\r\n"));
    assert_non_null(strstr(out, "Access-Control-Max-Age: 86400\r\n"));
    assert_null(strstr(out, "Allow-Headers"));
}

static void what_is_no_list_of_names_is_not_allowed(void **state)
{
    (void)state;
    static const struct ff_span bad[] = {
        {"x\r\nSet-Cookie: a=1", 18}, {"a:b", 3}, {"a;b", 3}, {"a\0b", 3}, {"a\x80", 2}, {"(a)", 3},
    };
    char out[ACCESS_PREFLIGHT_SIZE + 1];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        preflight(NULL, bad[i], out);
        assert_null(strstr(out, "Allow-Headers"));
        assert_null(strstr(out, "Set-Cookie"));
    }
}

static void the_longest_lines_fit_and_longer_ones_are_left_out(void **state)
{
    (void)state;
    char asked[2049], origin[513] = "", out[ACCESS_PREFLIGHT_SIZE + 1];
    memset(asked, 'a', sizeof asked);
    memset(origin, 'o', 512);
    preflight(origin, ff_span_of(asked, 2048), out);
    assert_non_null(strstr(out, "Allow-Headers"));
    assert_non_null(strstr(out, origin));
    preflight(origin, ff_span_of(asked, 2049), out);
    assert_null(strstr(out, "Allow-Headers"));
}

/* Never half a line: what does not fit gives nothing, and no byte behind the room is written. */
static void too_little_room_gives_nothing(void **state)
{
    (void)state;
    char whole[ACCESS_PREFLIGHT_SIZE + 1], out[ACCESS_PREFLIGHT_SIZE + 1];
    size_t n = preflight("https://a.example", FF_LITERAL("x-y"), whole);
    for (size_t size = 0; size < n; size++) {
        memset(out, '~', sizeof out);
        assert_int_equal(access_preflight(FF_LITERAL("https://a.example"), FF_LITERAL("x-y"), out,
                                          size), 0);
        assert_int_equal(out[size], '~');
        assert_int_equal(access_cors(FF_LITERAL("https://a.example"), out, size > 50 ? 50 : size), 0);
    }
    assert_int_equal(access_preflight(FF_LITERAL("https://a.example"), FF_LITERAL("x-y"), out, n), n);
    assert_memory_equal(out, whole, n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_origin_is_echoed_for_credentialed_requests),
        cmocka_unit_test(without_an_origin_any_may_read_the_answer),
        cmocka_unit_test(what_could_split_the_answer_is_not_echoed),
        cmocka_unit_test(an_origin_is_at_most_512_bytes),
        cmocka_unit_test(a_preflight_allows_whatever_header_is_asked_for),
        cmocka_unit_test(a_preflight_that_asks_for_none_is_answered_too),
        cmocka_unit_test(what_is_no_list_of_names_is_not_allowed),
        cmocka_unit_test(the_longest_lines_fit_and_longer_ones_are_left_out),
        cmocka_unit_test(too_little_room_gives_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
