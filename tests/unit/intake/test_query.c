#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "guard.h"
#include "intake.h"

#include <stdio.h>

struct asking {
    struct intake *in;
    struct guard guard;
    struct intake_batch batch;
};

static enum ff_status ask_span(struct asking *q, struct ff_span query)
{
    struct intake_options options = {1, 65536};
    q->in = intake_new(&options);
    return intake_query(q->in, guard_put(&q->guard, query, INTAKE_PADDING), &q->batch);
}

static void ask_end(struct asking *q)
{
    guard_drop(&q->guard);
    intake_free(&q->in);
}

/* The query's one beacon; q is to be ended. */
static const struct ff_beacon *ask(struct asking *q, const char *query)
{
    enum ff_status s = ask_span(q, ff_span_text(query));
    if (s != FF_OK || q->batch.count != 1)
        fail_msg("%s: %s", query, ff_status_code(s));
    return &q->batch.records->beacon;
}

static void faulty(const char *query, enum ff_status fault, const char *field)
{
    struct asking q;
    const struct ff_beacon *b = ask(&q, query);
    if (b->fault != fault || strcmp(b->fault_field, field) != 0)
        fail_msg("%s: %s \"%s\"", query, ff_status_code(b->fault), b->fault_field);
    ask_end(&q);
}

static void refused(const char *query, enum ff_status status)
{
    struct asking q;
    enum ff_status s = ask_span(&q, ff_span_text(query));
    if (s != status || q.batch.count != 0)
        fail_msg("%s: %s", query, ff_status_code(s));
    ask_end(&q);
}

static void a_purchase_is_read_with_all_it_brings(void **state)
{
    struct asking q;
    (void)state;
    const struct ff_beacon *b =
        ask(&q, "type=purchase&site=shop&visitor=v%C3%A9+1&order=o%2b1&value=59.970000000000006&"
                "tax=-5&currency=eur&time=1795328806.5&score=4&scale=5&passive=1&_=123&"
                "items=[{\"sku\":\"a\\u0041\",\"price\":9.99},{\"sku\":\"b\",\"x\":1}]&title=a=b");
    assert_int_equal(b->fault, FF_OK);
    assert_int_equal(b->type, FF_PURCHASE);
    assert_true(ff_span_is(b->text[FF_TEXT_VISITOR], "v\xC3\xA9 1"));
    assert_true(ff_span_is(b->text[FF_TEXT_ORDER], "o+1"));
    assert_true(ff_span_is(b->text[FF_TEXT_TITLE], "a=b"));
    assert_true(ff_span_is(b->text[FF_TEXT_SCALE], "5"));
    assert_int_equal(b->money[FF_AMOUNT_VALUE], 599700);
    assert_int_equal(b->money[FF_AMOUNT_TAX], -50000);
    assert_int_equal(b->currency, FF_CURRENCY('E', 'U', 'R'));
    assert_int_equal(b->time, INT64_C(1795328806500000));
    assert_int_equal(b->number[FF_NUMBER_SCORE], 4);
    assert_true(b->passive);
    assert_int_equal(b->item_count, 2);
    assert_true(ff_span_is(b->items[0].text[FF_ITEM_SKU], "aA"));
    assert_int_equal(b->items[0].price, 99900);
    assert_int_equal(b->unknown, 2);
    ask_end(&q);
}

static void what_is_escaped_is_read_as_it_was_meant(void **state)
{
    struct asking q;
    (void)state;
    const struct ff_beacon *b = ask(&q, "%74ype=p%69ng&items=%5B%7B%22sku%22%3A%22a%20b%22%7D%5D"
                                        "&url=https%3A%2F%2Fx%2F%3Fa%3D1%26b%3D2&title=a%00b");
    assert_int_equal(b->fault, FF_OK);
    assert_int_equal(b->type, FF_PING);
    assert_true(ff_span_is(b->items->text[FF_ITEM_SKU], "a b"));
    assert_true(ff_span_is(b->text[FF_TEXT_URL], "https://x/?a=1&b=2"));
    assert_true(ff_span_equal(b->text[FF_TEXT_TITLE], ff_span_of("a\0b", 3)));
    ask_end(&q);
}

static void escapes_are_found_wherever_they_stand(void **state)
{
    (void)state;
    static const char small[] = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
                      large[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZ";
    for (int before = 0; before < 70; before++)
        for (int behind = 0; behind < 70; behind++) {
            char query[250], wanted[250];
            snprintf(query, sizeof query, "type=page_view&title=%.*s%%41+%%2B%.*s", before, small, behind, large);
            snprintf(wanted, sizeof wanted, "%.*sA +%.*s", before, small, behind, large);
            struct asking q;
            const struct ff_beacon *b = ask(&q, query);
            assert_true(ff_span_is(b->text[FF_TEXT_TITLE], wanted));
            ask_end(&q);
        }
}

/* What stands there would be another field, the rest of an escape, or no ASCII. */
static void what_stands_behind_a_query_is_none_of_it(void **state)
{
    static const char *const behind[] = {"&url=x", "=x", "%41%41", "+", "1", "\xFF\xFF"};
    (void)state;
    struct intake_options options = {1, 1000};
    struct intake *in = intake_new(&options);
    for (size_t n = 6; n < 200; n++)
        for (size_t i = 0; i < sizeof behind / sizeof *behind; i++) {
            char text[200 + INTAKE_PADDING] = "title=";
            struct intake_batch batch;
            memset(text + 6, 'a', sizeof text - 6);
            memcpy(text + n, behind[i], strlen(behind[i]));
            assert_int_equal(intake_query(in, ff_span_of(text, n), &batch), FF_OK);
            const struct ff_beacon *b = &batch.records->beacon;
            assert_true(b->has == FF_HAS(TITLE) && b->text[FF_TEXT_TITLE].n == n - 6 && b->unknown == 0 && b->utf8);
            if (n < 8)
                continue;
            text[n - 2] = '%';
            text[n - 1] = '4';
            assert_int_equal(intake_query(in, ff_span_of(text, n), &batch), FF_MALFORMED);
        }
    intake_free(&in);
}

static bool is_known_to_be_utf8(const char *query)
{
    struct asking q;
    bool utf8 = ask(&q, query)->utf8;
    ask_end(&q);
    return utf8;
}

static void what_is_not_ascii_has_to_be_looked_at(void **state)
{
    (void)state;
    assert_true(is_known_to_be_utf8("title=a"));
    assert_true(is_known_to_be_utf8("title=a%7E&term=0123456789abcdefghijklmnop+q"));
    assert_false(is_known_to_be_utf8("title=a%80"));
    assert_false(is_known_to_be_utf8("title=\xFF"));
    assert_false(is_known_to_be_utf8("t\xFFtle=a&title=b"));
    for (int before = 0; before < 40; before++) {
        char query[100];
        snprintf(query, sizeof query, "title=%.*s\xC3\xA9&term=x", before, "0123456789012345678901234567890123456789");
        assert_false(is_known_to_be_utf8(query));
    }
}

static void a_broken_escape_is_malformed(void **state)
{
    static const char *const bad[] = {"title=%",   "title=%4",    "title=%4g", "title=%g4",
                                      "title=a%%", "ti%tle=a",    "foo=%zz",   "items=%5",
                                      "foo&%",     "title=%4&x=1"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refused(bad[i], FF_MALFORMED);
}

static void time_is_a_number_or_a_text(void **state)
{
    struct asking q;
    (void)state;
    assert_int_equal(ask(&q, "time=2026-11-22T06:26:46Z")->time, INT64_C(1795328806000000));
    ask_end(&q);
    assert_int_equal(ask(&q, "time=1795328806123")->time, INT64_C(1795328806123000));
    ask_end(&q);
    faulty("time=yesterday", FF_BAD_TIME, "time");
    faulty("time=", FF_BAD_TIME, "time");
    faulty("time=-5", FF_BAD_TIME, "time");
}

static void values_that_cannot_be_are_refused(void **state)
{
    (void)state;
    faulty("value=ten", FF_BAD_DECIMAL, "value");
    faulty("value=1e30", FF_OUT_OF_RANGE, "value");
    faulty("value=%2B5", FF_BAD_DECIMAL, "value");
    faulty("value=", FF_BAD_DECIMAL, "value");
    faulty("results=1.5", FF_BAD_NUMBER, "results");
    faulty("score=four", FF_BAD_NUMBER, "score");
    faulty("passive=yes", FF_WRONG_TYPE, "passive");
    faulty("type=nonsense", FF_UNKNOWN_TYPE, "type");
    faulty("currency=EURO", FF_BAD_CURRENCY, "currency");
}

static void booleans_are_four_words(void **state)
{
    static const struct {
        const char *query;
        bool passive;
    } table[] = {{"passive=true", true},
                 {"passive=1", true},
                 {"passive=false", false},
                 {"passive=0", false}};
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct asking q;
        const struct ff_beacon *b = ask(&q, table[i].query);
        assert_int_equal(b->has, FF_HAS(PASSIVE));
        assert_int_equal(b->passive, table[i].passive);
        ask_end(&q);
    }
}

static void items_are_json(void **state)
{
    struct asking q;
    (void)state;
    faulty("items=", FF_BAD_ITEMS, "items");
    faulty("items=5", FF_BAD_ITEMS, "items");
    faulty("items=[1]", FF_BAD_ITEMS, "items");
    faulty("items=[{\"sku\":\"a\"}", FF_MALFORMED, "items");
    faulty("items=[]x", FF_MALFORMED, "items");
    faulty("items=[{\"sku\":\"%FF\"}]", FF_NOT_UTF8, "items");
    faulty("items=[{\"sku\":\"a\",\"sku\":\"b\"}]", FF_DUPLICATE_KEY, "items.sku");
    assert_int_equal(ask(&q, "items=null")->has, 0);
    assert_int_equal(q.batch.records->beacon.fault, FF_OK);
    ask_end(&q);
}

static void repeated_keys_are_refused(void **state)
{
    (void)state;
    faulty("url=a&url=b", FF_DUPLICATE_KEY, "url");
    faulty("url=a&%75rl=b", FF_DUPLICATE_KEY, "url");
    faulty("foo=a&foo=b", FF_DUPLICATE_KEY, "");
    faulty("items=[]&items=[]", FF_DUPLICATE_KEY, "items");
}

/* A query with its padding, for as long as the block. */
#define QUERY(text) ff_span_of((const char[sizeof(text) + INTAKE_PADDING]){text}, sizeof(text) - 1)

static void beacons_of_several_queries_lie_behind_each_other(void **state)
{
    (void)state;
    struct intake_options options = {2, 64};
    struct intake *in = intake_new(&options);
    struct intake_batch batch;
    assert_int_equal(intake_query(in, QUERY("type=ping&title=%41"), &batch), FF_OK);
    assert_int_equal(intake_query_add(in, QUERY("title=%"), &batch), FF_MALFORMED);
    assert_int_equal(batch.count, 1);
    assert_int_equal(intake_query_add(in, QUERY("type=page_view&title=%42&x=%FF"), &batch), FF_OK);
    assert_int_equal(batch.count, 2);
    assert_true(ff_span_is(batch.records[0].beacon.text[FF_TEXT_TITLE], "A"));
    assert_true(ff_span_is(batch.records[1].beacon.text[FF_TEXT_TITLE], "B"));
    assert_true(batch.records[0].beacon.utf8 && !batch.records[1].beacon.utf8);
    assert_int_equal(intake_query_add(in, QUERY("type=ping"), &batch), FF_BATCH_TOO_LARGE);
    assert_int_equal(intake_query(in, QUERY("type=ping&title=0123456789012345678901234567890"), &batch), FF_OK);
    assert_int_equal(intake_query_add(in, QUERY("title=0123456789012345678901234567890"), &batch), FF_BODY_TOO_LARGE);
    assert_int_equal(batch.count, 1);
    intake_free(&in);
}

static void empty_pairs_say_nothing(void **state)
{
    struct asking q;
    (void)state;
    const struct ff_beacon *b = ask(&q, "&&type=ping&&title&=x&");
    assert_int_equal(b->has, FF_HAS(TYPE) | FF_HAS(TITLE));
    assert_int_equal(b->text[FF_TEXT_TITLE].n, 0);
    assert_int_equal(b->unknown, 1);
    ask_end(&q);
    assert_int_equal(ask(&q, "&")->has, 0);
    ask_end(&q);
    refused("", FF_EMPTY);
}

/* A query of n bytes, all of it one escaped value. */
static enum ff_status ask_long(const char *key, size_t n)
{
    static char text[65537];
    struct asking q;
    size_t at = strlen(key);
    memcpy(text, key, at);
    for (size_t i = at; i < n; i++)
        text[i] = '+';
    enum ff_status s = ask_span(&q, ff_span_of(text, n));
    ask_end(&q);
    return s;
}

static void a_query_beyond_the_limit_is_refused(void **state)
{
    (void)state;
    assert_int_equal(ask_long("title=", 65536), FF_OK);
    assert_int_equal(ask_long("items=", 65536), FF_OK);
    assert_int_equal(ask_long("title=", 65537), FF_BODY_TOO_LARGE);
}

/* Strings in items are copied a second time where they have escapes: there is room for all. */
static void items_that_are_all_escapes_have_room(void **state)
{
    static char text[65536];
    struct asking q;
    (void)state;
    size_t at = (size_t)sprintf(text, "type=ping&items=[{\"sku\":\"");
    while (at < sizeof text - 10) {
        text[at++] = '\\';
        text[at++] = 'n';
    }
    at += (size_t)sprintf(text + at, "\"}]");
    assert_int_equal(ask_span(&q, ff_span_of(text, at)), FF_OK);
    assert_int_equal(q.batch.records->beacon.fault, FF_OK);
    assert_true(q.batch.records->beacon.items->text[FF_ITEM_SKU].n > 32000);
    ask_end(&q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_purchase_is_read_with_all_it_brings),
        cmocka_unit_test(what_is_escaped_is_read_as_it_was_meant),
        cmocka_unit_test(escapes_are_found_wherever_they_stand),
        cmocka_unit_test(what_stands_behind_a_query_is_none_of_it),
        cmocka_unit_test(what_is_not_ascii_has_to_be_looked_at),
        cmocka_unit_test(a_broken_escape_is_malformed),
        cmocka_unit_test(time_is_a_number_or_a_text),
        cmocka_unit_test(values_that_cannot_be_are_refused),
        cmocka_unit_test(booleans_are_four_words),
        cmocka_unit_test(items_are_json),
        cmocka_unit_test(repeated_keys_are_refused),
        cmocka_unit_test(empty_pairs_say_nothing),
        cmocka_unit_test(beacons_of_several_queries_lie_behind_each_other),
        cmocka_unit_test(a_query_beyond_the_limit_is_refused),
        cmocka_unit_test(items_that_are_all_escapes_have_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
