#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "fields.h"

#include <math.h>

struct bench {
    struct fields f;
    struct fields_object o;
    struct ff_beacon b;
};

static void begin(struct bench *t)
{
    memset(t, 0, sizeof *t);
    fields_init(&t->f);
    fields_begin(&t->o);
}

/* Gives key the value in a fresh beacon. */
static const struct ff_beacon *given(struct bench *t, const char *key, enum intake_kind kind,
                                     const char *text)
{
    struct intake_value v = {.kind = kind, .boolean = true, .text = ff_span_text(text)};
    begin(t);
    int field = fields_enter(&t->f, &t->o, &t->b, ff_span_text(key));
    assert_true(field >= 0);
    fields_set(&t->f, &t->b, field, &v);
    return &t->b;
}

static void refuses(const char *key, enum intake_kind kind, const char *text, enum ff_status fault)
{
    struct bench t;
    const struct ff_beacon *b = given(&t, key, kind, text);
    if (b->fault != fault || strcmp(b->fault_field, key) != 0 || b->has != 0)
        fail_msg("%s %s: %s", key, text, ff_status_code(b->fault));
}

static void every_key_of_the_table_is_known(void **state)
{
    static const char *const keys[] = {
#define X(name, key, kind, place, max) key,
        FF_FIELD_TABLE(X)
#undef X
    };
    struct bench t;
    (void)state;
    begin(&t);
    for (int i = 0; i < FF_FIELD_COUNT; i++)
        assert_int_equal(fields_enter(&t.f, &t.o, &t.b, ff_span_text(keys[i])), i);
    assert_int_equal(t.b.fault, FF_OK);
    assert_int_equal(t.b.unknown, 0);
}

static void every_type_is_known(void **state)
{
    struct bench t;
    (void)state;
#define X(name, word, number)                                                                      \
    assert_int_equal(given(&t, "type", INTAKE_STRING, word)->type, FF_##name);                     \
    assert_int_equal(t.b.has, FF_HAS(TYPE));
    FF_TYPE_TABLE(X)
#undef X
    refuses("type", INTAKE_STRING, "page_views", FF_UNKNOWN_TYPE);
    refuses("type", INTAKE_STRING, "", FF_UNKNOWN_TYPE);
    refuses("type", INTAKE_NUMBER, "1", FF_WRONG_TYPE);
}

static void each_kind_of_field_is_kept_where_it_belongs(void **state)
{
    struct bench t;
    (void)state;
    assert_true(ff_span_is(given(&t, "visitor", INTAKE_STRING, "v1")->text[FF_TEXT_VISITOR], "v1"));
    assert_int_equal(t.b.has, FF_HAS(VISITOR));
    assert_true(ff_span_is(given(&t, "title", INTAKE_STRING, "")->text[FF_TEXT_TITLE], ""));
    assert_int_equal(t.b.has, FF_HAS(TITLE));
    assert_true(ff_span_is(given(&t, "scale", INTAKE_STRING, "0-10")->text[FF_TEXT_SCALE], "0-10"));
    assert_true(ff_span_is(given(&t, "scale", INTAKE_NUMBER, "5")->text[FF_TEXT_SCALE], "5"));
    assert_int_equal(given(&t, "results", INTAKE_NUMBER, "5.0")->number[FF_NUMBER_RESULTS], 5);
    assert_int_equal(
        given(&t, "value", INTAKE_NUMBER, "59.970000000000006")->money[FF_AMOUNT_VALUE], 599700);
    assert_int_equal(given(&t, "tax", INTAKE_STRING, "-1.25")->money[FF_AMOUNT_TAX], -12500);
    assert_int_equal(given(&t, "currency", INTAKE_STRING, "eUr")->currency,
                     FF_CURRENCY('E', 'U', 'R'));
    assert_true(given(&t, "passive", INTAKE_BOOLEAN, NULL)->passive);
    assert_int_equal(t.b.has, FF_HAS(PASSIVE));
}

static void time_is_a_number_or_a_text(void **state)
{
    struct bench t;
    (void)state;
    assert_int_equal(given(&t, "time", INTAKE_NUMBER, "1795328806")->time,
                     INT64_C(1795328806000000));
    assert_int_equal(given(&t, "time", INTAKE_NUMBER, "1795328806123")->time,
                     INT64_C(1795328806123000));
    assert_int_equal(given(&t, "time", INTAKE_NUMBER, "1795328806.5")->time,
                     INT64_C(1795328806500000));
    assert_int_equal(given(&t, "time", INTAKE_STRING, "2026-11-22T06:26:46Z")->time,
                     INT64_C(1795328806000000));
    refuses("time", INTAKE_STRING, "1795328806", FF_BAD_TIME);
    refuses("time", INTAKE_STRING, "yesterday", FF_BAD_TIME);
    refuses("time", INTAKE_NUMBER, "-1", FF_BAD_TIME);
    refuses("time", INTAKE_NUMBER, "1E400", FF_BAD_TIME);
    assert_int_equal(given(&t, "time", INTAKE_NUMBER,
                           "1.000000000000000000000000000000000000000000000000000000000000001")
                         ->time,
                     1000000);
    assert_int_equal(given(&t, "time", INTAKE_NUMBER, "100000000000")->time,
                     INT64_C(100000000000000000));
    assert_int_equal(given(&t, "time", INTAKE_NUMBER, "100000000001")->time,
                     INT64_C(100000000001000));
    assert_int_equal(given(&t, "time", INTAKE_NUMBER, "253402300799999")->time,
                     INT64_C(253402300799999000));
    refuses("time", INTAKE_NUMBER, "253402300800000", FF_BAD_TIME);
    refuses("time", INTAKE_BOOLEAN, NULL, FF_WRONG_TYPE);
}

static void wrong_types_are_refused_with_what_was_expected(void **state)
{
    struct bench t;
    (void)state;
    assert_string_equal(given(&t, "visitor", INTAKE_NUMBER, "42")->fault_note, "expected a string");
    refuses("customer", INTAKE_NUMBER, "42", FF_WRONG_TYPE);
    refuses("order", INTAKE_NUMBER, "42", FF_WRONG_TYPE);
    refuses("title", INTAKE_BOOLEAN, NULL, FF_WRONG_TYPE);
    refuses("kind", INTAKE_NESTED, NULL, FF_WRONG_TYPE);
    refuses("results", INTAKE_STRING, "5", FF_WRONG_TYPE);
    refuses("value", INTAKE_BOOLEAN, NULL, FF_WRONG_TYPE);
    refuses("currency", INTAKE_NUMBER, "978", FF_WRONG_TYPE);
    refuses("passive", INTAKE_STRING, "true", FF_WRONG_TYPE);
    refuses("passive", INTAKE_NUMBER, "1", FF_WRONG_TYPE);
}

static void values_that_cannot_be_are_refused(void **state)
{
    (void)state;
    refuses("score", INTAKE_NUMBER, "4.5", FF_BAD_NUMBER);
    refuses("results", INTAKE_NUMBER, "1e30", FF_OUT_OF_RANGE);
    refuses("value", INTAKE_NUMBER, "1e308", FF_OUT_OF_RANGE);
    refuses("value", INTAKE_STRING, "1.00000", FF_BAD_DECIMAL);
    refuses("value", INTAKE_STRING, "", FF_BAD_DECIMAL);
    refuses("currency", INTAKE_STRING, "EURO", FF_BAD_CURRENCY);
    refuses("currency", INTAKE_STRING, "E R", FF_BAD_CURRENCY);
    refuses("currency", INTAKE_STRING,
            "\xC3\xA9"
            "R",
            FF_BAD_CURRENCY);
    refuses("title", INTAKE_BROKEN_STRING, "\\ud800", FF_NOT_UTF8);
    refuses("time", INTAKE_BROKEN_STRING, "\\ud800", FF_NOT_UTF8);
}

/* The field key of a fresh beacon, given v. */
static const struct ff_beacon *given_value(struct bench *t, const char *key, struct intake_value v)
{
    begin(t);
    fields_set(&t->f, &t->b, fields_enter(&t->f, &t->o, &t->b, ff_span_text(key)), &v);
    return &t->b;
}

#define INTEGER(n) ((struct intake_value){.kind = INTAKE_INTEGER, .integer = (n)})
#define DOUBLE(r) ((struct intake_value){.kind = INTAKE_DOUBLE, .real = (r)})
#define INSTANT(t) ((struct intake_value){.kind = INTAKE_INSTANT, .integer = (t)})

static void binary_numbers_are_taken_as_what_they_say(void **state)
{
    struct bench t;
    (void)state;
    assert_int_equal(given_value(&t, "results", INTEGER(7))->number[FF_NUMBER_RESULTS], 7);
    assert_int_equal(given_value(&t, "results", DOUBLE(7.0))->number[FF_NUMBER_RESULTS], 7);
    assert_int_equal(given_value(&t, "value", INTEGER(-12))->money[FF_AMOUNT_VALUE], -120000);
    assert_int_equal(given_value(&t, "value", INTEGER(100000000000))->money[FF_AMOUNT_VALUE],
                     FF_MONEY_MAX);
    assert_int_equal(given_value(&t, "value", DOUBLE(59.97))->money[FF_AMOUNT_VALUE], 599700);
    assert_int_equal(given_value(&t, "time", INTEGER(1795328806))->time, INT64_C(1795328806000000));
    assert_int_equal(given_value(&t, "time", INTEGER(1795328806123))->time,
                     INT64_C(1795328806123000));
    assert_int_equal(given_value(&t, "time", DOUBLE(1795328806.5))->time,
                     INT64_C(1795328806500000));
    assert_int_equal(given_value(&t, "time", INSTANT(5))->time, 5);
    assert_true(ff_span_is(given_value(&t, "scale", INTEGER(5))->text[FF_TEXT_SCALE], "5"));
    assert_int_equal(t.b.has, FF_HAS(SCALE));
}

static void binary_numbers_that_cannot_be_are_refused(void **state)
{
    static const struct {
        const char *key;
        struct intake_value v;
        enum ff_status fault;
    } table[] = {
        {"results", {.kind = INTAKE_DOUBLE, .real = 4.5}, FF_BAD_NUMBER},
        {"results", {.kind = INTAKE_DOUBLE, .real = NAN}, FF_BAD_NUMBER},
        {"results", {.kind = INTAKE_DOUBLE, .real = 0x1p63}, FF_OUT_OF_RANGE},
        {"results", {.kind = INTAKE_DOUBLE, .real = -INFINITY}, FF_OUT_OF_RANGE},
        {"results", {.kind = INTAKE_HUGE}, FF_OUT_OF_RANGE},
        {"value", {.kind = INTAKE_INTEGER, .integer = 100000000001}, FF_OUT_OF_RANGE},
        {"value", {.kind = INTAKE_INTEGER, .integer = INT64_MIN}, FF_OUT_OF_RANGE},
        {"value", {.kind = INTAKE_HUGE}, FF_OUT_OF_RANGE},
        {"value", {.kind = INTAKE_DOUBLE, .real = 1e308}, FF_OUT_OF_RANGE},
        {"value", {.kind = INTAKE_DOUBLE, .real = NAN}, FF_BAD_DECIMAL},
        {"value", {.kind = INTAKE_INSTANT, .integer = 5}, FF_WRONG_TYPE},
        {"time", {.kind = INTAKE_INTEGER, .integer = -1}, FF_BAD_TIME},
        {"time", {.kind = INTAKE_INTEGER, .integer = INT64_MAX}, FF_BAD_TIME},
        {"time", {.kind = INTAKE_DOUBLE, .real = NAN}, FF_BAD_TIME},
        {"time", {.kind = INTAKE_HUGE}, FF_BAD_TIME},
        {"time", {.kind = INTAKE_INSTANT, .integer = -1}, FF_BAD_TIME},
        {"scale", {.kind = INTAKE_INTEGER, .integer = 10}, FF_BAD_CHOICE},
        {"scale", {.kind = INTAKE_INTEGER, .integer = -1}, FF_BAD_CHOICE},
        {"scale", {.kind = INTAKE_DOUBLE, .real = 5}, FF_BAD_CHOICE},
        {"visitor", {.kind = INTAKE_INTEGER, .integer = 5}, FF_WRONG_TYPE},
        {"type", {.kind = INTAKE_INTEGER, .integer = 5}, FF_WRONG_TYPE},
        {"currency", {.kind = INTAKE_INTEGER, .integer = 978}, FF_WRONG_TYPE},
        {"passive", {.kind = INTAKE_INTEGER, .integer = 1}, FF_WRONG_TYPE},
    };
    struct bench t;
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct ff_beacon *b = given_value(&t, table[i].key, table[i].v);
        if (b->fault != table[i].fault || b->has != 0)
            fail_msg("%zu, %s: %s", i, table[i].key, ff_status_code(b->fault));
    }
}

static void written_values_are_what_the_field_asks_for(void **state)
{
    struct bench t;
    (void)state;
    assert_int_equal(given(&t, "value", INTAKE_WRITTEN, "5e-1")->money[FF_AMOUNT_VALUE], 5000);
    assert_int_equal(given(&t, "score", INTAKE_WRITTEN, "5")->number[FF_NUMBER_SCORE], 5);
    assert_true(ff_span_is(given(&t, "visitor", INTAKE_WRITTEN, "5")->text[FF_TEXT_VISITOR], "5"));
    assert_false(given(&t, "passive", INTAKE_WRITTEN, "0")->passive);
    refuses("passive", INTAKE_WRITTEN, "2", FF_WRONG_TYPE);
    refuses("value", INTAKE_WRITTEN, "", FF_BAD_DECIMAL);
}

static void null_is_the_same_as_not_given(void **state)
{
    static const char *const keys[] = {"type",  "visitor", "title",    "kind",   "time",
                                       "score", "value",   "currency", "passive"};
    struct bench t;
    (void)state;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        assert_int_equal(given(&t, keys[i], INTAKE_NULL, NULL)->fault, FF_OK);
        assert_int_equal(t.b.has, 0);
        assert_false(t.b.passive);
    }
}

static void a_repeated_key_is_refused(void **state)
{
    struct bench t;
    (void)state;
    begin(&t);
    assert_int_equal(fields_enter(&t.f, &t.o, &t.b, FF_LITERAL("url")), FF_FIELD_URL);
    assert_int_equal(fields_enter(&t.f, &t.o, &t.b, FF_LITERAL("url")), -1);
    assert_int_equal(t.b.fault, FF_DUPLICATE_KEY);
    assert_string_equal(t.b.fault_field, "url");
}

static void unknown_keys_are_counted_and_may_not_repeat(void **state)
{
    struct bench t;
    (void)state;
    begin(&t);
    assert_int_equal(fields_enter(&t.f, &t.o, &t.b, FF_LITERAL("foo")), -1);
    assert_int_equal(fields_enter(&t.f, &t.o, &t.b, FF_LITERAL("bar")), -1);
    assert_int_equal(t.b.fault, FF_OK);
    assert_int_equal(t.b.unknown, 2);
    assert_int_equal(fields_enter(&t.f, &t.o, &t.b, FF_LITERAL("foo")), -1);
    assert_int_equal(t.b.fault, FF_DUPLICATE_KEY);
    assert_string_equal(t.b.fault_field, "");
}

static void more_unknown_keys_than_can_be_watched_are_refused(void **state)
{
    static char names[FIELDS_MAX_UNKNOWN + 1][2];
    struct bench t;
    (void)state;
    begin(&t);
    for (int i = 0; i <= FIELDS_MAX_UNKNOWN; i++) {
        assert_int_equal(t.b.fault, FF_OK);
        names[i][0] = (char)('0' + i);
        fields_enter(&t.f, &t.o, &t.b, ff_span_of(names[i], 1));
    }
    assert_int_equal(t.b.fault, FF_TOO_MANY_FIELDS);
    assert_int_equal(t.b.unknown, FIELDS_MAX_UNKNOWN);
}

static void the_first_fault_stays(void **state)
{
    struct ff_beacon b = {.fault = FF_OK};
    (void)state;
    fields_fault(&b, FF_WRONG_TYPE, "url", NULL);
    fields_fault(&b, FF_BAD_TIME, "time", NULL);
    assert_int_equal(b.fault, FF_WRONG_TYPE);
    assert_string_equal(b.fault_field, "url");
}

/* Gives an item's key the value; the fault and the item are in t and item. */
static void given_item(struct bench *t, struct ff_item *item, const char *key,
                       enum intake_kind kind, const char *text)
{
    struct intake_value v = {.kind = kind, .boolean = true, .text = ff_span_text(text)};
    begin(t);
    *item = (struct ff_item){.quantity = 1};
    int field = fields_enter_item(&t->f, &t->o, &t->b, ff_span_text(key));
    assert_true(field >= 0);
    fields_set_item(&t->b, item, field, &v);
}

static void items_have_texts_a_price_and_a_quantity(void **state)
{
    static const char *const texts[] = {"sku", "name", "category", "brand", "variant"};
    struct bench t;
    struct ff_item item;
    (void)state;
    for (int i = 0; i < FF_ITEM_TEXT_COUNT; i++) {
        given_item(&t, &item, texts[i], INTAKE_STRING, "x");
        assert_true(ff_span_is(item.text[i], "x"));
        given_item(&t, &item, texts[i], INTAKE_NUMBER, "1");
        assert_int_equal(t.b.fault, FF_WRONG_TYPE);
    }
    given_item(&t, &item, "price", INTAKE_NUMBER, "9.99");
    assert_true(item.has_price && item.price == 99900);
    given_item(&t, &item, "price", INTAKE_NULL, NULL);
    assert_false(item.has_price);
    given_item(&t, &item, "quantity", INTAKE_NUMBER, "1000000");
    assert_int_equal(item.quantity, 1000000);
    given_item(&t, &item, "quantity", INTAKE_NUMBER, "0");
    assert_int_equal(item.quantity, 0);
    given_item(&t, &item, "quantity", INTAKE_NULL, NULL);
    assert_int_equal(item.quantity, 1);
}

static void faults_of_items_name_their_field(void **state)
{
    static const struct {
        const char *key;
        enum intake_kind kind;
        const char *text;
        enum ff_status fault;
        const char *field;
    } table[] = {
        {"sku", INTAKE_NUMBER, "7", FF_WRONG_TYPE, "items.sku"},
        {"name", INTAKE_BROKEN_STRING, "\\ud800", FF_NOT_UTF8, "items.name"},
        {"variant", INTAKE_NESTED, NULL, FF_WRONG_TYPE, "items.variant"},
        {"price", INTAKE_STRING, "1.00000", FF_BAD_DECIMAL, "items.price"},
        {"price", INTAKE_NUMBER, "1e12", FF_OUT_OF_RANGE, "items.price"},
        {"quantity", INTAKE_NUMBER, "1000001", FF_OUT_OF_RANGE, "items.quantity"},
        {"quantity", INTAKE_NUMBER, "-1", FF_OUT_OF_RANGE, "items.quantity"},
        {"quantity", INTAKE_NUMBER, "1.5", FF_BAD_NUMBER, "items.quantity"},
        {"quantity", INTAKE_STRING, "1", FF_WRONG_TYPE, "items.quantity"},
    };
    struct bench t;
    struct ff_item item;
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        given_item(&t, &item, table[i].key, table[i].kind, table[i].text);
        assert_int_equal(t.b.fault, table[i].fault);
        assert_string_equal(t.b.fault_field, table[i].field);
    }
}

static void items_keys_may_not_repeat_either(void **state)
{
    struct bench t;
    (void)state;
    begin(&t);
    fields_enter_item(&t.f, &t.o, &t.b, FF_LITERAL("sku"));
    assert_int_equal(fields_enter_item(&t.f, &t.o, &t.b, FF_LITERAL("colour")), -1);
    assert_int_equal(t.b.unknown, 1);
    assert_int_equal(fields_enter_item(&t.f, &t.o, &t.b, FF_LITERAL("sku")), -1);
    assert_int_equal(t.b.fault, FF_DUPLICATE_KEY);
    assert_string_equal(t.b.fault_field, "items.sku");
    t.b.fault = FF_OK;
    fields_enter_item(&t.f, &t.o, &t.b, FF_LITERAL("colour"));
    assert_int_equal(t.b.fault, FF_DUPLICATE_KEY);
    assert_string_equal(t.b.fault_field, "items");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_of_the_table_is_known),
        cmocka_unit_test(every_type_is_known),
        cmocka_unit_test(each_kind_of_field_is_kept_where_it_belongs),
        cmocka_unit_test(time_is_a_number_or_a_text),
        cmocka_unit_test(wrong_types_are_refused_with_what_was_expected),
        cmocka_unit_test(values_that_cannot_be_are_refused),
        cmocka_unit_test(binary_numbers_are_taken_as_what_they_say),
        cmocka_unit_test(binary_numbers_that_cannot_be_are_refused),
        cmocka_unit_test(written_values_are_what_the_field_asks_for),
        cmocka_unit_test(null_is_the_same_as_not_given),
        cmocka_unit_test(a_repeated_key_is_refused),
        cmocka_unit_test(unknown_keys_are_counted_and_may_not_repeat),
        cmocka_unit_test(more_unknown_keys_than_can_be_watched_are_refused),
        cmocka_unit_test(the_first_fault_stays),
        cmocka_unit_test(items_have_texts_a_price_and_a_quantity),
        cmocka_unit_test(faults_of_items_name_their_field),
        cmocka_unit_test(items_keys_may_not_repeat_either),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
