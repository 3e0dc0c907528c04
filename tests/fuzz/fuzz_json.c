/* JSON messages, against jansson: whatever one takes as JSON the other does, and the texts of a
 * sound beacon are the same in both. Where they differ on purpose jansson's word is not asked:
 *  - numbers: any size is a number to us, and a fault of its field; jansson refuses what overflows;
 *  - half a surrogate pair: a fault of its beacon to us, an error of the document to jansson;
 *  - a zero byte in a key: jansson refuses it; a raw one, outside of all strings: jansson loses it
 *    behind a number, and takes what is left;
 *  - depth: 1024 below a field to us, 2048 in all to jansson;
 *  - max_batch and max_message, which jansson has not.
 * A repeated key is a fault of the beacon to us and nothing to jansson; a byte order mark is taken
 * by us alone, so jansson is not shown it. */
#include "beacons.h"

#include <jansson.h>

/* The outer text kinds of FF_FIELD_TABLE. */
static const struct row {
    const char *key;
    enum ff_field_kind kind;
    int place;
} table[] = {
#define X(name, key, kind, place, max) {key, kind, place},
    FF_FIELD_TABLE(X)
#undef X
};

static void same_texts(const struct ff_beacon *b, json_t *object)
{
    for (int i = 0; i < FF_FIELD_COUNT; i++) {
        if ((table[i].kind != FF_KIND_ID && table[i].kind != FF_KIND_TEXT) || !(b->has >> i & 1))
            continue;
        json_t *value = json_object_get(object, table[i].key);
        MUST(json_is_string(value));
        MUST(ff_span_equal(b->text[table[i].place],
                           ff_span_of(json_string_value(value), json_string_length(value))));
    }
}

static void same_beacons(const struct intake_batch *batch, json_t *value)
{
    MUST(!json_is_array(value) || json_array_size(value) == batch->count);
    for (uint32_t i = 0; i < batch->count; i++) {
        json_t *one = json_is_array(value) ? json_array_get(value, i) : value;
        MUST(json_is_object(one) == (batch->records[i].beacon.fault != FF_NOT_AN_OBJECT));
        if (batch->records[i].beacon.fault == FF_OK)
            same_texts(&batch->records[i].beacon, one);
    }
}

/* Whether jansson refused something of the list above. */
static bool differs_on_purpose(const json_error_t *error)
{
    enum json_error_code code = json_error_code(error);
    return code == json_error_numeric_overflow || code == json_error_null_byte_in_key ||
           code == json_error_stack_overflow ||
           strncmp(error->text, "invalid Unicode", strlen("invalid Unicode")) == 0;
}

static void compare(enum ff_status s, const struct intake_batch *batch, struct ff_span message)
{
    json_error_t error;
    if (s == FF_BATCH_TOO_LARGE || s == FF_BODY_TOO_LARGE || s == FF_TOO_DEEP)
        return;
    if (message.n > 0 && memchr(message.p, '\0', message.n)) {
        MUST(s == FF_MALFORMED || s == FF_NOT_UTF8);
        return;
    }
    if (message.n >= 3 && memcmp(message.p, "\xEF\xBB\xBF", 3) == 0)
        message = ff_span_of(message.p + 3, message.n - 3);
    json_t *value = json_loadb(message.p, message.n, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    if (value) {
        bool empty = json_is_array(value) && json_array_size(value) == 0;
        bool object = json_is_array(value) || json_is_object(value);
        MUST(s == (empty ? FF_EMPTY : object ? FF_OK : FF_NOT_AN_OBJECT));
        same_beacons(batch, value);
    } else if (!differs_on_purpose(&error)) {
        MUST(s == FF_MALFORMED || s == FF_NOT_UTF8 || s == FF_EMPTY);
    }
    json_decref(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct intake_batch batch;
    struct intake *in = beacons_intake();
    char *copy = fuzz_copy(data, size, INTAKE_PADDING);
    struct ff_span message = ff_span_of(copy, size);
    const struct intake_format *format = intake_format(FF_LITERAL("application/json"), message);
    enum ff_status s = intake_decode(in, format, message, &batch);
    if (strcmp(format->name, "json") == 0)
        compare(s, &batch, message);
    beacons_decoded(s, &batch);
    format = intake_format(FF_LITERAL("application/x-ndjson"), message);
    s = intake_decode(in, format, message, &batch);
    beacons_decoded(s, &batch);
    free(copy);
    return 0;
}
