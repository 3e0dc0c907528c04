#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "taking.h"

static void a_purchase_is_read_with_all_it_brings(void **state)
{
    struct taking t;
    (void)state;
    const struct ff_beacon *b =
        takes(&t, "{\"type\":\"purchase\",\"site\":\"shop\",\"id\":\"e1\",\"time\":1795328806,"
                  "\"visitor\":\"v\\u00e9\","
                  "\"order\":\"o1\",\"value\":59.970000000000006,\"tax\":\"9.99\",\"currency\":"
                  "\"eur\",\"passive\":false,"
                  "\"items\":[{\"sku\":\"s1\",\"name\":\"Shoe\",\"price\":19.99,\"quantity\":3},{"
                  "\"sku\":\"s2\",\"colour\":\"red\"}],"
                  "\"extra\":{\"a\":[1,2]}}");
    assert_int_equal(b->type, FF_PURCHASE);
    assert_int_equal(b->has, FF_HAS(TYPE) | FF_HAS(SITE) | FF_HAS(ID) | FF_HAS(TIME) |
                                 FF_HAS(VISITOR) | FF_HAS(ORDER) | FF_HAS(VALUE) | FF_HAS(TAX) |
                                 FF_HAS(CURRENCY) | FF_HAS(PASSIVE) | FF_HAS(ITEMS));
    assert_true(ff_span_is(b->text[FF_TEXT_VISITOR], "v\xC3\xA9"));
    assert_int_equal(b->money[FF_AMOUNT_VALUE], 599700);
    assert_int_equal(b->item_count, 2);
    assert_true(ff_span_is(b->items[0].text[FF_ITEM_NAME], "Shoe"));
    assert_int_equal(b->items[0].quantity, 3);
    assert_true(b->items[0].has_price);
    assert_int_equal(b->items[1].quantity, 1);
    assert_false(b->items[1].has_price);
    assert_null(b->items[1].text[FF_ITEM_NAME].p);
    assert_int_equal(b->unknown, 2);
    taking_end(&t);
}

static void keys_may_be_escaped(void **state)
{
    struct taking t;
    (void)state;
    assert_int_equal(takes(&t, "{\"\\u0074ype\":\"ping\"}")->type, FF_PING);
    taking_end(&t);
    rejects("{\"\\u0074ype\":\"ping\",\"type\":\"ping\"}", FF_DUPLICATE_KEY, "type");
    rejects("{\"\\ud800\":1}", FF_NOT_UTF8, "");
}

static void repeated_keys_are_refused_wherever_they_stand(void **state)
{
    (void)state;
    rejects("{\"url\":\"a\",\"url\":\"b\"}", FF_DUPLICATE_KEY, "url");
    rejects("{\"url\":null,\"url\":\"b\"}", FF_DUPLICATE_KEY, "url");
    rejects("{\"foo\":1,\"bar\":2,\"foo\":3}", FF_DUPLICATE_KEY, "");
    rejects("{\"items\":[],\"items\":[]}", FF_DUPLICATE_KEY, "items");
    rejects("{\"items\":[{\"sku\":\"a\",\"sku\":\"b\"}]}", FF_DUPLICATE_KEY, "items.sku");
    rejects("{\"items\":[{\"x\":1,\"x\":1}]}", FF_DUPLICATE_KEY, "items");
    accepts("{\"x\":1,\"items\":[{\"x\":1},{\"x\":1}]}");
    accepts("{\"name\":\"a\",\"items\":[{\"name\":\"b\"}]}");
}

static void blanks_and_escapes_change_nothing(void **state)
{
    static const char *const same[] = {
        "{\"type\":\"purchase\",\"order\":\"o\",\"title\":\"\",\"items\":[{\"sku\":\"s\",\"price\":\"1.5\"}]}",
        "\n{\t\"type\" :\r\n\"purchase\" , \"order\": \"o\" ,\"title\" : \"\" , \"items\" : [ { \"sku\" : \"s\" ,"
        " \"price\" : \"1.5\" } ] } ",
        "{\"type\":\"purchase\",\"order\":\"\\u006f\",\"title\":\"\",\"items\":[{\"sku\":\"s\",\"price\":\"1.5\"}]}",
        "{\"t\\u0079pe\" : \"purchase\" , \"order\":\"o\",\"title\":\"\",\"items\":[{\"s\\u006bu\":\"s\",\"price\":1.50}]}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        struct taking t;
        const struct ff_beacon *b = takes(&t, same[i]);
        assert_int_equal(b->has, FF_HAS(TYPE) | FF_HAS(ORDER) | FF_HAS(TITLE) | FF_HAS(ITEMS));
        assert_int_equal(b->type, FF_PURCHASE);
        assert_true(ff_span_is(b->text[FF_TEXT_ORDER], "o"));
        assert_non_null(b->text[FF_TEXT_TITLE].p);
        assert_int_equal(b->text[FF_TEXT_TITLE].n, 0);
        assert_true(ff_span_is(b->items[0].text[FF_ITEM_SKU], "s"));
        assert_int_equal(b->items[0].price, 15000);
        taking_end(&t);
    }
}

static void what_is_no_object_breaks_the_message(void **state)
{
    static const char *const bad[] = {
        "{\"type\"}", "{\"type\":}", "{\"type\" \"a\"}", "{\"type\"::\"a\"}", "{\"type\":\"a\"x}",
        "{\"type\"x:\"a\"}", "{\"type\":\"a\",}", "{,\"type\":\"a\"}", "{\"type\":\"a\" \"url\":\"b\"}",
        "{\"type\":\"a\"\"url\":\"b\"}", "{\"type\":\"a\":\"b\"}", "{\"type\",\"a\"}", "{\"type\":\"a\"]",
        "{\"type\":\"a\"", "{\"type\":\"a", "{\"type\":\"", "{\"type\":\"a\",", "{\"type\"", "{\"", "{",
        "{\"type\":\"a\"}\"", "{\"type\":\"a\"}\"b\"", "{\"url\":\"a\" x}", "{\"url\":\"a\" \"}", "{5:\"a\"}",
        "{\"items\":[{\"sku\":\"a\"x}]}", "{\"items\":[{\"sku\" \"a\"}]}", "{\"items\":[{\"sku\":\"a\"}}",
        "{\"items\":[{\"sku\":\"a\",}]}", "{\"items\":[{\"sku\":\"a\"\"b\"}]}", "{\"foo\":\"a\"x}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refuses_all("application/json", bad[i], FF_MALFORMED);
}

static void known_fields_hold_no_nested_values(void **state)
{
    (void)state;
    rejects("{\"url\":{\"a\":1}}", FF_WRONG_TYPE, "url");
    rejects("{\"visitor\":[\"v\"]}", FF_WRONG_TYPE, "visitor");
    rejects("{\"items\":[{\"sku\":[1,[2]]}]}", FF_WRONG_TYPE, "items.sku");
    accepts("{\"foo\":{\"a\":[1,{\"b\":null}]},\"type\":\"ping\"}");
    accepts("{\"items\":[{\"sku\":\"s\",\"extra\":{\"deep\":[[[]]]}}]}");
}

static void items_are_an_array_of_objects(void **state)
{
    struct taking t;
    (void)state;
    rejects("{\"items\":5}", FF_BAD_ITEMS, "items");
    rejects("{\"items\":{\"sku\":\"a\"}}", FF_BAD_ITEMS, "items");
    rejects("{\"items\":[1]}", FF_BAD_ITEMS, "items");
    rejects("{\"items\":[{\"sku\":\"a\"},null]}", FF_BAD_ITEMS, "items");
    rejects("{\"items\":[[{\"sku\":\"a\"}]]}", FF_BAD_ITEMS, "items");
    assert_int_equal(takes(&t, "{\"items\":null}")->has, 0);
    taking_end(&t);
    assert_int_equal(takes(&t, "{\"items\":[]}")->has, FF_HAS(ITEMS));
    assert_int_equal(t.batch.records->beacon.item_count, 0);
    taking_end(&t);
}

static const char *many_items(int n)
{
    static char text[TAKING_BYTES];
    size_t at = (size_t)sprintf(text, "{\"items\":[");
    for (int i = 0; i < n; i++)
        at += (size_t)sprintf(text + at, "%s{\"sku\":\"%d\"}", i ? "," : "", i);
    sprintf(text + at, "]}");
    return text;
}

static void a_thousand_items_are_the_most(void **state)
{
    struct taking t;
    (void)state;
    assert_int_equal(takes(&t, many_items(FF_MAX_ITEMS))->item_count, FF_MAX_ITEMS);
    assert_true(ff_span_is(t.batch.records->beacon.items[999].text[FF_ITEM_SKU], "999"));
    taking_end(&t);
    rejects(many_items(FF_MAX_ITEMS + 1), FF_TOO_MANY_ITEMS, "items");
}

static void the_rest_is_still_read_behind_a_fault(void **state)
{
    (void)state;
    rejects("{\"score\":4.5,\"url\":7,\"foo\":[{}]}", FF_BAD_NUMBER, "score");
    refuses_all("application/json", "{\"score\":4.5,\"foo\":[}", FF_MALFORMED);
    refuses_all("application/json", "{\"items\":[{\"sku\":tru}]}", FF_MALFORMED);
}

static void a_field_too_deep_breaks_the_message(void **state)
{
    static char text[3000];
    (void)state;
    size_t at = (size_t)sprintf(text, "{\"foo\":");
    memset(text + at, '[', 1100);
    memset(text + at + 1100, ']', 1100);
    strcpy(text + at + 2200, "}");
    refuses_all("application/json", text, FF_TOO_DEEP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_purchase_is_read_with_all_it_brings),
        cmocka_unit_test(keys_may_be_escaped),
        cmocka_unit_test(repeated_keys_are_refused_wherever_they_stand),
        cmocka_unit_test(blanks_and_escapes_change_nothing),
        cmocka_unit_test(what_is_no_object_breaks_the_message),
        cmocka_unit_test(known_fields_hold_no_nested_values),
        cmocka_unit_test(items_are_an_array_of_objects),
        cmocka_unit_test(a_thousand_items_are_the_most),
        cmocka_unit_test(the_rest_is_still_read_behind_a_fault),
        cmocka_unit_test(a_field_too_deep_breaks_the_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
