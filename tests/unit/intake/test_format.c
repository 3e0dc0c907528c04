#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "taking.h"

static void is(const char *content_type, const char *message, const char *name)
{
    const struct intake_format *f =
        intake_format(ff_span_text(content_type), ff_span_text(message));
    if (name ? !f || strcmp(f->name, name) != 0 : f != NULL)
        fail_msg("%s, %s: %s", content_type ? content_type : "(none)", message,
                 f ? f->name : "(none)");
}

static void the_media_type_names_the_format(void **state)
{
    (void)state;
    is("application/json", "[]", "json");
    is("Application/JSON; charset=utf-8", "[]", "json");
    is(" application/json ;x", "[]", "json");
    is("application/x-ndjson", "{}", "ndjson");
    is("application/x-ndjson;charset=utf-8", "[1]", "ndjson");
    is("text/plain;charset=UTF-8", "{}", "json");
    is(NULL, "{}", "json");
    is("", "", "json");
}

static void msgpack_has_three_names(void **state)
{
    (void)state;
    is("application/msgpack", "{}", "msgpack");
    is("application/x-msgpack; a=b", "{}", "msgpack");
    is("Application/vnd.msgpack", "", "msgpack");
    is("application/json", "\x81", "json");
    is("application/x-ndjson", "\x81", "ndjson");
}

static void types_that_say_nothing_are_told_by_the_first_byte(void **state)
{
    static const char *const first[] = {"\x80", "\x8f", "\x90", "\x9f",
                                        "\xdc", "\xdd", "\xde", "\xdf"};
    (void)state;
    for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
        is(NULL, first[i], "msgpack");
        is("text/plain", first[i], "msgpack");
        is("application/octet-stream", first[i], "msgpack");
    }
    is("", "\xa0", "json");
    is("", "\xdb", "json");
    is("", "\xe0", "json");
    is("", "\x7f", "json");
    is("application/octet-stream", " \n{}", "json");
    is("application/octet-stream", "\xEF\xBB\xBF[]", "json");
    is("application/octet-stream", "{}\n{}", "ndjson");
    is("application/octet-stream", "\xa0", NULL);
    is("application/octet-stream", "type=ping", NULL);
    is("application/octet-stream", "", NULL);
}

static void other_media_types_are_taken_by_none(void **state)
{
    (void)state;
    is("application/xml", "{}", NULL);
    is("application/x-www-form-urlencoded", "{}", NULL);
    is("application/jsonp", "{}", NULL);
    is("application/jso", "{}", NULL);
    is("text/html", "{}", NULL);
}

static void several_objects_a_line_each_are_seen(void **state)
{
    (void)state;
    is("text/plain", "{\"a\":1}\n{\"a\":2}", "ndjson");
    is("application/json", "{\"a\":1}\r\n{\"a\":2}\r\n", "ndjson");
    is("", "\n {\"a\":\"}\\\"{\"} \n\n{broken", "ndjson");
    is("", "\xEF\xBB\xBF{\"a\":1}\n{\"a\":2}", "ndjson");
    is("", "{\"a\":[{}]}\nx", "ndjson");
}

static void one_object_over_several_lines_is_one(void **state)
{
    (void)state;
    is("text/plain", "{\"a\":1}\n", "json");
    is("text/plain", "{\n  \"a\": 1\n}\n", "json");
    is("text/plain", "{ \"a\": {}\n, \"b\": {}\n}", "json");
    is("text/plain", "{ \"a\": {}\n}", "json");
    is("text/plain", "{ \"a\": \"{\"}\n", "json");
    is("text/plain", "[{\"a\":1},\n{\"a\":2}]", "json");
    is("text/plain", "5\n{\"a\":2}", "json");
}

static void a_message_beyond_the_limit_is_refused(void **state)
{
    struct intake_options options = {10, 100};
    struct intake *in = intake_new(&options);
    struct intake_batch batch;
    char text[200];
    (void)state;
    memset(text, ' ', sizeof text);
    memcpy(text, "{}", 2);
    const struct intake_format *f = intake_format(FF_LITERAL(""), ff_span_of(text, 101));
    assert_int_equal(intake_decode(in, f, ff_span_of(text, 101), &batch), FF_BODY_TOO_LARGE);
    assert_int_equal(batch.count, 0);
    assert_int_equal(intake_decode(in, f, ff_span_of(text, 100), &batch), FF_OK);
    assert_int_equal(batch.count, 1);
    intake_free(&in);
}

static const struct intake_format *format_of(struct ff_span message)
{
    return intake_format((struct ff_span){NULL, 0}, message);
}

/* Adds text, which is literal and so has no padding behind it but what guard_put gives. */
static enum ff_status add(struct intake *in, struct guard *g, const char *text,
                          struct intake_batch *batch)
{
    struct ff_span message = guard_put(g, ff_span_text(text), INTAKE_PADDING);
    return intake_add(in, format_of(message), message, batch);
}

static bool is_titled(const struct intake_batch *batch, uint32_t i, const char *title)
{
    return ff_span_is(batch->records[i].beacon.text[FF_TEXT_TITLE], title);
}

static void what_is_added_stands_behind_what_was_there(void **state)
{
    struct intake_options options = {10, 1000};
    struct intake *in = intake_new(&options);
    struct intake_batch batch;
    struct guard g[4];
    (void)state;
    assert_int_equal(add(in, &g[0], "{\"title\":\"a\\n\",\"items\":[{\"sku\":\"1\"}]}", &batch), FF_OK);
    assert_int_equal(batch.count, 1);
    assert_int_equal(add(in, &g[1], "\x82\xa5title\xa1" "b\xa5items\x91\x81\xa3sku\xa1" "2", &batch), FF_OK);
    assert_int_equal(add(in, &g[2], "[{\"title\":\"c\\t\"},{\"title\":\"d\"}]", &batch), FF_OK);
    assert_int_equal(add(in, &g[3], "{\"title\":\"e\"}\n{\"title\":5}\n", &batch), FF_OK);
    assert_int_equal(batch.count, 6);
    assert_true(is_titled(&batch, 0, "a\n") && is_titled(&batch, 1, "b") && is_titled(&batch, 2, "c\t"));
    assert_true(is_titled(&batch, 3, "d") && is_titled(&batch, 4, "e"));
    assert_int_equal(batch.records[5].beacon.fault, FF_WRONG_TYPE);
    assert_true(ff_span_is(batch.records[0].beacon.items[0].text[FF_ITEM_SKU], "1"));
    assert_true(ff_span_is(batch.records[1].beacon.items[0].text[FF_ITEM_SKU], "2"));
    struct ff_span alone = guard_put(&g[0], FF_LITERAL("{}"), INTAKE_PADDING);
    assert_int_equal(intake_decode(in, format_of(alone), alone, &batch), FF_OK);
    assert_int_equal(batch.count, 1);
    for (int i = 0; i < 4; i++)
        guard_drop(&g[i]);
    intake_free(&in);
}

static void a_refused_message_leaves_the_others_as_they_are(void **state)
{
    static const char *const bad[] = {
        "[{\"title\":\"x\\n\",\"items\":[{\"sku\":\"x\"}]},{]", "\x81\xa5title", "5", "[]", "", "\n",
        "[\"\xff\"]", "\x90",
    };
    struct intake_options options = {10, 1000};
    struct intake *in = intake_new(&options);
    struct intake_batch batch;
    struct guard first, other;
    (void)state;
    assert_int_equal(add(in, &first, "{\"title\":\"a\\n\",\"items\":[{\"sku\":\"1\"}]}", &batch), FF_OK);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_not_equal(add(in, &other, bad[i], &batch), FF_OK);
        assert_int_equal(batch.count, 1);
        guard_drop(&other);
    }
    assert_int_equal(add(in, &other, "{\"title\":\"b\\n\",\"items\":[{\"sku\":\"2\"}]}", &batch), FF_OK);
    assert_int_equal(batch.count, 2);
    assert_true(is_titled(&batch, 0, "a\n") && is_titled(&batch, 1, "b\n"));
    assert_ptr_equal(batch.records[1].beacon.items, batch.records[0].beacon.items + 1);
    assert_ptr_equal(batch.records[1].beacon.text[FF_TEXT_TITLE].p,
                     batch.records[0].beacon.text[FF_TEXT_TITLE].p + 2);
    guard_drop(&first);
    guard_drop(&other);
    intake_free(&in);
}

/* A message alone is not refused for what it was refused for behind others. */
static void messages_together_are_bound_like_one(void **state)
{
    struct intake_options options = {3, 40};
    struct intake *in = intake_new(&options);
    struct intake_batch batch;
    struct guard g[2];
    (void)state;
    assert_int_equal(add(in, &g[0], "[{},{}]", &batch), FF_OK);
    assert_int_equal(add(in, &g[1], "[{},{}]", &batch), FF_BATCH_TOO_LARGE);
    assert_int_equal(batch.count, 2);
    guard_drop(&g[1]);
    assert_int_equal(add(in, &g[1], "{}", &batch), FF_OK);
    guard_drop(&g[1]);
    assert_int_equal(add(in, &g[1], "{}", &batch), FF_BATCH_TOO_LARGE);
    guard_drop(&g[1]);
    assert_int_equal(add(in, &g[1], "\x80", &batch), FF_BATCH_TOO_LARGE);
    assert_int_equal(batch.count, 3);
    guard_drop(&g[0]);
    guard_drop(&g[1]);

    struct ff_span half = guard_put(&g[0], FF_LITERAL("{\"title\":\"a title\"}"), INTAKE_PADDING);
    assert_int_equal(half.n, 19);
    assert_int_equal(intake_decode(in, format_of(half), half, &batch), FF_OK);
    assert_int_equal(intake_add(in, format_of(half), half, &batch), FF_OK);
    assert_int_equal(add(in, &g[1], "{ }", &batch), FF_BODY_TOO_LARGE);
    assert_int_equal(batch.count, 2);
    guard_drop(&g[1]);
    assert_int_equal(add(in, &g[1], "{}", &batch), FF_OK);
    guard_drop(&g[0]);
    guard_drop(&g[1]);
    intake_free(&in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_media_type_names_the_format),
        cmocka_unit_test(msgpack_has_three_names),
        cmocka_unit_test(types_that_say_nothing_are_told_by_the_first_byte),
        cmocka_unit_test(other_media_types_are_taken_by_none),
        cmocka_unit_test(several_objects_a_line_each_are_seen),
        cmocka_unit_test(one_object_over_several_lines_is_one),
        cmocka_unit_test(a_message_beyond_the_limit_is_refused),
        cmocka_unit_test(what_is_added_stands_behind_what_was_there),
        cmocka_unit_test(a_refused_message_leaves_the_others_as_they_are),
        cmocka_unit_test(messages_together_are_bound_like_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
