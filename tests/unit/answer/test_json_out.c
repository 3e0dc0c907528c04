#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "json_out.h"

static struct json_out j;
static char buffer[512];

static struct json_out *begin(void)
{
    json_out_init(&j, buffer, sizeof(buffer) - 1);
    return &j;
}

static const char *written(void)
{
    assert_false(j.full);
    buffer[j.n] = '\0';
    return buffer;
}

static void commas_come_by_themselves(void **state)
{
    (void)state;
    begin();
    json_out_open(&j, '{');
    json_out_key(&j, FF_LITERAL("a"));
    json_out_integer(&j, -5);
    json_out_key(&j, FF_LITERAL("b"));
    json_out_open(&j, '[');
    json_out_open(&j, '{');
    json_out_close(&j, '}');
    json_out_null(&j);
    json_out_boolean(&j, true);
    json_out_boolean(&j, false);
    json_out_text(&j, FF_LITERAL("x"));
    json_out_close(&j, ']');
    json_out_key(&j, FF_LITERAL("c"));
    json_out_open(&j, '{');
    json_out_close(&j, '}');
    json_out_close(&j, '}');
    assert_string_equal(written(), "{\"a\":-5,\"b\":[{},null,true,false,\"x\"],\"c\":{}}");
}

static void whole_numbers_are_written_whole(void **state)
{
    (void)state;
    begin();
    json_out_open(&j, '[');
    const int64_t integers[] = {0, 7, 10, -1, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < sizeof(integers) / sizeof(*integers); i++)
        json_out_integer(&j, integers[i]);
    const double doubles[] = {-0.0, 3, -12, 999999999999999, 1e15, -1e300, 0.5};
    for (size_t i = 0; i < sizeof(doubles) / sizeof(*doubles); i++)
        json_out_double(&j, doubles[i]);
    json_out_close(&j, ']');
    assert_string_equal(written(), "[0,7,10,-1,9223372036854775807,-9223372036854775808,"
                                   "0,3,-12,999999999999999,1e+15,-1e+300,0.5]");
}

static void text_is_escaped(void **state)
{
    (void)state;
    static const struct {
        struct ff_span text;
        const char *json;
    } rows[] = {{{"", 0}, "\"\""},
                {{"a\"b\\c/", 6}, "\"a\\\"b\\\\c/\""},
                {{"\n\0\x7f", 3}, "\"\\u000a\\u0000\\u007f\""},
                {{"h\xc3\xa9\xe2\x82\xac\xf0\x9f\x9b\x92", 10},
                 "\"h\xc3\xa9\xe2\x82\xac\xf0\x9f\x9b\x92\""},
                {{"\xff\xc3", 2}, "\"\\ufffd\\ufffd\""},
                {{"\xc0\xaf", 2}, "\"\\ufffd\\ufffd\""},            /* overlong */
                {{"\xed\xa0\x80", 3}, "\"\\ufffd\\ufffd\\ufffd\""}, /* a surrogate */
                {{"\xf4\x90\x80\x80", 4}, "\"\\ufffd\\ufffd\\ufffd\\ufffd\""},
                {{"\xe2\x82z", 3}, "\"\\ufffd\\ufffdz\""}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        char *copy = malloc(rows[i].text.n + 1); /* its last byte is the text's, for a sanitizer */
        memcpy(copy + 1, rows[i].text.p, rows[i].text.n);
        json_out_text(begin(), ff_span_of(copy + 1, rows[i].text.n));
        assert_string_equal(written(), rows[i].json);
        free(copy);
    }
}

static void doubles_are_short_and_come_back(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *json;
    } rows[] = {{0, "0"},
                {-0.0, "0"},
                {1, "1"},
                {0.1, "0.1"},
                {1.0 / 3, "0.3333333333333333"},
                {-2.5, "-2.5"},
                {0.031, "0.031"},
                {1234567.891, "1234567.891"},
                {2.0 / 3, "0.6666666666666666"},
                {0.1 + 0.2, "0.30000000000000004"},
                {NAN, "null"},
                {INFINITY, "null"},
                {-INFINITY, "null"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        json_out_double(begin(), rows[i].value);
        assert_string_equal(written(), rows[i].json);
    }
    for (uint64_t i = 1; i < 5000; i++) {
        double value = (double)(hash_mix(i) % 100000) / (double)(hash_mix(~i) % 100000 + 1);
        json_out_double(begin(), value);
        assert_true(strtod(written(), NULL) == value);
    }
}

static void money_and_instants_have_their_forms(void **state)
{
    (void)state;
    json_out_money(begin(), 247500);
    assert_string_equal(written(), "24.75");
    json_out_instant(begin(), INT64_C(1790000000) * FF_SECOND);
    assert_string_equal(written(), "\"2026-09-21T14:13:20Z\"");
}

static void what_does_not_fit_is_left_out_and_remembered(void **state)
{
    (void)state;
    char *tight = malloc(6);
    for (size_t size = 0; size <= 6; size++) {
        json_out_init(&j, tight, size);
        json_out_text(&j, FF_LITERAL("abcd"));
        assert_int_equal(j.full, size < 6);
        assert_true(j.n <= size);
    }
    free(tight);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commas_come_by_themselves),
        cmocka_unit_test(whole_numbers_are_written_whole),
        cmocka_unit_test(text_is_escaped),
        cmocka_unit_test(doubles_are_short_and_come_back),
        cmocka_unit_test(money_and_instants_have_their_forms),
        cmocka_unit_test(what_does_not_fit_is_left_out_and_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
