#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "taking.h"

#define JSON "application/json"
#define LINES "application/x-ndjson"
#define PING "{\"type\":\"ping\"}"
#define MARK "\xEF\xBB\xBF"

/* The message is taken and its beacons have these faults. */
static void holds(const char *content_type, const char *text, uint32_t count,
                  const enum ff_status *faults)
{
    struct taking t;
    enum ff_status s = taking(&t, content_type, text);
    if (s != FF_OK || t.batch.count != count)
        fail_msg("%s: %s, %u beacons", text, ff_status_code(s), t.batch.count);
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(t.batch.records[i].beacon.fault, faults[i]);
    taking_end(&t);
}

#define HOLDS(content_type, text, ...)                                                             \
    holds(content_type, text, sizeof((enum ff_status[]){__VA_ARGS__}) / sizeof(enum ff_status),    \
          (enum ff_status[]){__VA_ARGS__})

static void one_object_or_an_array_of_them_is_taken(void **state)
{
    (void)state;
    HOLDS(JSON, PING, FF_OK);
    HOLDS(JSON, " \r\n" PING "\n\n", FF_OK);
    HOLDS(JSON, "{}", FF_OK);
    HOLDS(JSON, "[" PING "]", FF_OK);
    HOLDS(JSON, "[" PING "," PING ",\n" PING "]", FF_OK, FF_OK, FF_OK);
    HOLDS(JSON, MARK PING, FF_OK);
}

static void an_element_that_is_no_object_stands_alone_with_its_fault(void **state)
{
    (void)state;
    HOLDS(JSON, "[5," PING ",null,[" PING "],\"x\"]", FF_NOT_AN_OBJECT, FF_OK, FF_NOT_AN_OBJECT,
          FF_NOT_AN_OBJECT, FF_NOT_AN_OBJECT);
    HOLDS(JSON, "[{\"type\":\"nonsense\"}," PING "]", FF_UNKNOWN_TYPE, FF_OK);
}

static void a_broken_array_is_refused_whole(void **state)
{
    (void)state;
    refuses_all(JSON, "[" PING "," PING, FF_MALFORMED);
    refuses_all(JSON, "[" PING ",]", FF_MALFORMED);
    refuses_all(JSON, "[" PING " " PING "]", FF_MALFORMED);
    refuses_all(JSON, "[" PING "," PING "]x", FF_MALFORMED);
    refuses_all(JSON, "[" PING "," PING "]]", FF_MALFORMED);
    refuses_all(JSON, "[" PING ",{\"foo\":[1,,2]}]", FF_MALFORMED);
    refuses_all(JSON, "[" PING ",{\"value\":NaN}]", FF_MALFORMED);
    refuses_all(JSON, "[" PING ",{\"url\":\"\\x\"}]", FF_MALFORMED);
    refuses_all(JSON, "[" PING ",{\"url\":\"\xff\"}]", FF_NOT_UTF8);
    refuses_all(JSON, "[" PING "]" MARK, FF_MALFORMED);
}

static void what_holds_no_event_is_refused(void **state)
{
    (void)state;
    refuses_all(JSON, "", FF_EMPTY);
    refuses_all(JSON, " \n\t", FF_EMPTY);
    refuses_all(JSON, MARK, FF_EMPTY);
    refuses_all(JSON, "[]", FF_EMPTY);
    refuses_all(LINES, "", FF_EMPTY);
    refuses_all(LINES, "\n\r\n \n", FF_EMPTY);
    refuses_all(JSON, "5", FF_NOT_AN_OBJECT);
    refuses_all(JSON, "\"a\"", FF_NOT_AN_OBJECT);
    refuses_all(JSON, "type=ping", FF_MALFORMED);
}

static void of_lines_each_stands_for_itself(void **state)
{
    (void)state;
    HOLDS(LINES, PING, FF_OK);
    HOLDS(LINES, PING "\n" PING "\n", FF_OK, FF_OK);
    HOLDS(LINES, MARK PING "\r\n\r\n  \n" PING, FF_OK, FF_OK);
    HOLDS(LINES, PING "\n{\"type\":\"pi\n" PING, FF_OK, FF_MALFORMED, FF_OK);
    HOLDS(LINES, PING "\n{\"url\":\"\xff\"}\n" PING, FF_OK, FF_NOT_UTF8, FF_OK);
    HOLDS(LINES, "garbage\n5\n[" PING "]\n" PING " " PING "\n" PING, FF_MALFORMED, FF_NOT_AN_OBJECT,
          FF_NOT_AN_OBJECT, FF_MALFORMED, FF_OK);
    HOLDS(LINES, "{\"url\":7}\n" PING, FF_WRONG_TYPE, FF_OK);
}

static void a_malformed_line_leaves_nothing_behind(void **state)
{
    struct taking t;
    (void)state;
    assert_int_equal(
        taking(&t, LINES,
               "{\"type\":\"ping\",\"items\":[{\"sku\":\"a\"}],\n{\"items\":[{\"sku\":\"b\"}]}"),
        FF_OK);
    assert_int_equal(t.batch.records[0].beacon.fault, FF_MALFORMED);
    assert_string_equal(t.batch.records[0].beacon.fault_field, "");
    assert_int_equal(t.batch.records[0].beacon.has, 0);
    assert_int_equal(t.batch.records[0].beacon.item_count, 0);
    assert_int_equal(t.batch.records[1].beacon.item_count, 1);
    assert_true(ff_span_is(t.batch.records[1].beacon.items[0].text[FF_ITEM_SKU], "b"));
    taking_end(&t);
}

static void texts_of_earlier_lines_stay(void **state)
{
    struct taking t;
    (void)state;
    assert_int_equal(
        taking(&t, LINES, "{\"title\":\"one\\n\"}\n{\"title\":\"two\\t\"}\n{\"title\":\"three\"}"),
        FF_OK);
    assert_true(ff_span_is(t.batch.records[0].beacon.text[FF_TEXT_TITLE], "one\n"));
    assert_true(ff_span_is(t.batch.records[1].beacon.text[FF_TEXT_TITLE], "two\t"));
    assert_true(ff_span_is(t.batch.records[2].beacon.text[FF_TEXT_TITLE], "three"));
    taking_end(&t);
}

/* n pings, each but the last with sep behind it. */
static const char *pings(int n, const char *open, const char *sep, const char *close)
{
    static char text[4096];
    char *p = text + sprintf(text, "%s", open);
    for (int i = 0; i < n; i++)
        p += sprintf(p, "%s%s", PING, i + 1 < n ? sep : close);
    return text;
}

static void more_than_max_batch_is_refused_whole(void **state)
{
    struct taking t;
    (void)state;
    assert_int_equal(taking(&t, JSON, pings(TAKING_BATCH, "[", ",", "]")), FF_OK);
    assert_int_equal(t.batch.count, TAKING_BATCH);
    taking_end(&t);
    refuses_all(JSON, pings(TAKING_BATCH + 1, "[", ",", "]"), FF_BATCH_TOO_LARGE);
    refuses_all(LINES, pings(TAKING_BATCH + 1, "", "\n", "\n"), FF_BATCH_TOO_LARGE);
}

static void a_zero_byte_in_a_string_is_a_byte_of_the_text(void **state)
{
    struct taking t;
    (void)state;
    const struct ff_beacon *b = takes(&t, "{\"title\":\"a\\u0000b\"}");
    assert_true(ff_span_equal(b->text[FF_TEXT_TITLE], ff_span_of("a\0b", 3)));
    taking_end(&t);
    assert_int_equal(taking_span(&t, JSON, ff_span_of("{\"title\":\"a\0b\"}", 15)), FF_MALFORMED);
    taking_end(&t);
}

static void half_a_surrogate_pair_refuses_its_event_only(void **state)
{
    (void)state;
    HOLDS(JSON, "[{\"title\":\"\\ud83d\"}," PING ",{\"foo\":\"\\ud83d\"}]", FF_NOT_UTF8, FF_OK,
          FF_OK);
}

/* Every message cut short anywhere is refused, and nothing past it is read. */
static void no_prefix_of_a_message_is_taken(void **state)
{
    static const char text[] =
        "[{\"type\":\"purchase\",\"value\":1.5e2,\"title\":\"\\u00e9\xC3\xA9\",\"items\":[{\"sku\":"
        "\"a\"}],\"x\":[true,null]}]";
    (void)state;
    for (size_t n = 1; n < sizeof text - 1; n++) {
        struct taking t;
        enum ff_status s = taking_span(&t, JSON, ff_span_of(text, n));
        if (s != FF_MALFORMED && s != FF_NOT_UTF8)
            fail_msg("%zu bytes: %s", n, ff_status_code(s));
        taking_end(&t);
    }
}

static uint64_t next_random(uint64_t *state)
{
    *state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t x = *state;
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    return x ^ x >> 31;
}

/* Bytes changed at random never make it read where it must not (guard page, sanitizers). */
static void scrambled_messages_do_no_harm(void **state)
{
    static const char text[] =
        "[{\"type\":\"purchase\",\"value\":1.5e2,\"title\":\"\\ud83d\\ude00\",\"items\":[{\"sku\":"
        "\"a\"}],\"x\":[true,null]},{}]\n{\"a\":1}";
    static const char nasty[] = "\"\\{}[],:0e\n u\xff\xC3";
    struct intake_options options = {TAKING_BATCH, sizeof text};
    struct intake *in = intake_new(&options);
    uint64_t seed = 2;
    char copy[sizeof text];
    (void)state;
    for (int round = 0; round < 20000; round++) {
        struct intake_batch batch;
        memcpy(copy, text, sizeof text);
        for (int i = 0; i < 3; i++)
            copy[next_random(&seed) % (sizeof text - 1)] =
                nasty[next_random(&seed) % (sizeof nasty - 1)];
        char *exact = malloc(sizeof text - 1 + INTAKE_PADDING);
        memcpy(exact, copy, sizeof text - 1);
        struct ff_span message = ff_span_of(exact, sizeof text - 1);
        const char *type = round % 2 ? LINES : JSON;
        enum ff_status s =
            intake_decode(in, intake_format(ff_span_text(type), message), message, &batch);
        assert_true((s == FF_OK) == (batch.count > 0));
        free(exact);
    }
    intake_free(&in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_object_or_an_array_of_them_is_taken),
        cmocka_unit_test(an_element_that_is_no_object_stands_alone_with_its_fault),
        cmocka_unit_test(a_broken_array_is_refused_whole),
        cmocka_unit_test(what_holds_no_event_is_refused),
        cmocka_unit_test(of_lines_each_stands_for_itself),
        cmocka_unit_test(a_malformed_line_leaves_nothing_behind),
        cmocka_unit_test(texts_of_earlier_lines_stay),
        cmocka_unit_test(more_than_max_batch_is_refused_whole),
        cmocka_unit_test(a_zero_byte_in_a_string_is_a_byte_of_the_text),
        cmocka_unit_test(half_a_surrogate_pair_refuses_its_event_only),
        cmocka_unit_test(no_prefix_of_a_message_is_taken),
        cmocka_unit_test(scrambled_messages_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
