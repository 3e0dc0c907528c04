#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "packing.h"
#include "taking.h"

#define TYPE "application/msgpack"

/* The one beacon that k holds; t is to be ended. */
static const struct ff_beacon *beacon(struct taking *t, const struct packing *k)
{
    assert_int_equal(taking_span(t, TYPE, packed(k)), FF_OK);
    assert_int_equal(t->batch.count, 1);
    return &t->batch.records->beacon;
}

/* The one beacon of k has this fault; k is emptied. */
static void rejected(struct packing *k, enum ff_status fault, const char *field)
{
    struct taking t;
    const struct ff_beacon *b = beacon(&t, k);
    if (b->fault != fault || strcmp(b->fault_field, field) != 0)
        fail_msg("%s \"%s\"", ff_status_code(b->fault), b->fault_field);
    taking_end(&t);
    k->n = 0;
}

/* A map of one pair, whose value the bytes are. */
static void pair(struct packing *k, const char *key, const char *bytes, size_t n)
{
    k->n = 0;
    pack_map(k, 1);
    pack_text(k, key);
    pack_raw(k, bytes, n);
}

#define PAIR(k, key, literal) pair(k, key, literal, sizeof(literal) - 1)

static void a_purchase_is_read_with_all_it_brings(void **state)
{
    static struct packing k;
    struct taking t;
    (void)state;
    pack_map(&k, 10);
    pack_pair(&k, "type", "purchase");
    pack_text(&k, "time"), pack_int(&k, 1795328806);
    pack_pair(&k, "visitor", "v\xC3\xA9");
    pack_pair(&k, "order", "o1");
    pack_text(&k, "value"), pack_double(&k, 59.970000000000006);
    pack_text(&k, "tax"), pack_int(&k, -7);
    pack_pair(&k, "currency", "eur");
    pack_text(&k, "passive"), RAW(&k, "\xc2");
    pack_text(&k, "items"), pack_array(&k, 2);
    pack_map(&k, 3), pack_pair(&k, "sku", "s1");
    pack_text(&k, "price"), pack_double(&k, 19.99);
    pack_text(&k, "quantity"), RAW(&k, "\x03");
    pack_map(&k, 2), pack_pair(&k, "sku", "s2"), pack_pair(&k, "colour", "red");
    pack_text(&k, "extra"), RAW(&k, "\x81\xa1"
                                    "a\x92\x01\x02");
    const struct ff_beacon *b = beacon(&t, &k);
    assert_int_equal(b->fault, FF_OK);
    assert_int_equal(b->type, FF_PURCHASE);
    assert_int_equal(b->has, FF_HAS(TYPE) | FF_HAS(TIME) | FF_HAS(VISITOR) | FF_HAS(ORDER) |
                                 FF_HAS(VALUE) | FF_HAS(TAX) | FF_HAS(CURRENCY) | FF_HAS(PASSIVE) |
                                 FF_HAS(ITEMS));
    assert_int_equal(b->time, INT64_C(1795328806000000));
    assert_int_equal(b->money[FF_AMOUNT_VALUE], 599700);
    assert_int_equal(b->money[FF_AMOUNT_TAX], -70000);
    assert_int_equal(b->item_count, 2);
    assert_int_equal(b->items[0].price, 199900);
    assert_int_equal(b->items[0].quantity, 3);
    assert_true(ff_span_is(b->items[1].text[FF_ITEM_SKU], "s2"));
    assert_false(b->items[1].has_price);
    assert_int_equal(b->unknown, 2);
    taking_end(&t);
}

static void raw_bytes_are_no_text(void **state)
{
    static struct packing k;
    (void)state;
    PAIR(&k, "visitor", "\xc4\x01v"), rejected(&k, FF_WRONG_TYPE, "visitor");
    PAIR(&k, "time", "\xc4\x01v"), rejected(&k, FF_WRONG_TYPE, "time");
    PAIR(&k, "value", "\xd4\x01v"), rejected(&k, FF_WRONG_TYPE, "value");
    PAIR(&k, "visitor", "\xd6\xff\0\0\0\0"), rejected(&k, FF_WRONG_TYPE, "visitor");
    PAIR(&k, "items", "\xc4\x01v"), rejected(&k, FF_BAD_ITEMS, "items");
    PAIR(&k, "foo", "\xc4\x01v"), rejected(&k, FF_OK, "");
}

static void nil_is_the_same_as_not_given(void **state)
{
    static struct packing k;
    struct taking t;
    (void)state;
    PAIR(&k, "visitor", "\xc0");
    assert_int_equal(beacon(&t, &k)->has, 0);
    taking_end(&t);
    PAIR(&k, "items", "\xc0");
    assert_int_equal(beacon(&t, &k)->has, 0);
    assert_int_equal(t.batch.records->beacon.fault, FF_OK);
    taking_end(&t);
}

static void repeated_keys_are_refused_wherever_they_stand(void **state)
{
    static struct packing k;
    (void)state;
    pack_map(&k, 2), pack_pair(&k, "url", "a"), pack_pair(&k, "url", "b");
    rejected(&k, FF_DUPLICATE_KEY, "url");
    pack_map(&k, 2), pack_pair(&k, "foo", "a"), pack_pair(&k, "foo", "b");
    rejected(&k, FF_DUPLICATE_KEY, "");
    pack_map(&k, 1), pack_text(&k, "items"), pack_array(&k, 1);
    pack_map(&k, 2), pack_pair(&k, "sku", "a"), pack_pair(&k, "sku", "b");
    rejected(&k, FF_DUPLICATE_KEY, "items.sku");
    pack_map(&k, 2), pack_pair(&k, "url", "a"),
        RAW(&k, "\xd9\x03url\xa1"
                "b");
    rejected(&k, FF_DUPLICATE_KEY, "url");
}

static void keys_are_strings(void **state)
{
    static struct packing k;
    struct taking t;
    (void)state;
    pack_map(&k, 2), RAW(&k, "\x05\xa1x"), pack_pair(&k, "type", "ping");
    assert_string_equal(beacon(&t, &k)->fault_note, "keys are strings");
    assert_int_equal(t.batch.records->beacon.type, FF_PING);
    taking_end(&t);
    rejected(&k, FF_WRONG_TYPE, "");
    pack_map(&k, 1), RAW(&k, "\x92\x01\x81\xc0\xc0\xa1x");
    rejected(&k, FF_WRONG_TYPE, "");
    pack_map(&k, 1), RAW(&k, "\xc4\x04type\xa4ping");
    rejected(&k, FF_WRONG_TYPE, "");
    pack_map(&k, 1), pack_text(&k, "items"), RAW(&k, "\x91\x81\x01\x02");
    rejected(&k, FF_WRONG_TYPE, "");
}

static void known_fields_hold_no_nested_values(void **state)
{
    static struct packing k;
    (void)state;
    PAIR(&k, "url",
         "\x81\xa1"
         "a\x01"),
        rejected(&k, FF_WRONG_TYPE, "url");
    PAIR(&k, "visitor", "\x91\xa1v"), rejected(&k, FF_WRONG_TYPE, "visitor");
    PAIR(&k, "items", "\x91\x81\xa3sku\x92\x01\x91\x02"), rejected(&k, FF_WRONG_TYPE, "items.sku");
    PAIR(&k, "items",
         "\x81\xa3sku\xa1"
         "a"),
        rejected(&k, FF_BAD_ITEMS, "items");
    PAIR(&k, "items",
         "\x92\x81\xa3sku\xa1"
         "a\xc0"),
        rejected(&k, FF_BAD_ITEMS, "items");
}

static void a_thousand_items_are_the_most(void **state)
{
    static struct packing k;
    (void)state;
    for (unsigned n = FF_MAX_ITEMS; n <= FF_MAX_ITEMS + 1; n++) {
        pack_map(&k, 1), pack_text(&k, "items"), pack_array(&k, n);
        for (unsigned i = 0; i < n; i++)
            pack_map(&k, 1), pack_pair(&k, "sku", "a");
        if (n == FF_MAX_ITEMS)
            rejected(&k, FF_OK, "");
        else
            rejected(&k, FF_TOO_MANY_ITEMS, "items");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_purchase_is_read_with_all_it_brings),
        cmocka_unit_test(raw_bytes_are_no_text),
        cmocka_unit_test(nil_is_the_same_as_not_given),
        cmocka_unit_test(repeated_keys_are_refused_wherever_they_stand),
        cmocka_unit_test(keys_are_strings),
        cmocka_unit_test(known_fields_hold_no_nested_values),
        cmocka_unit_test(a_thousand_items_are_the_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
