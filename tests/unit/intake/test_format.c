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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
