#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "given.h"

#include <stdio.h>

/* The hexadecimal text of what a beacon's record is. */
static const char *record_of(const char *text, bool imported)
{
    static char hex[2000];
    unsigned char out[1000];
    struct canon *c = given_canon(2);
    struct given g;
    assert_int_equal(given_check(c, &g, text, imported), FF_OK);
    size_t n = record_encode(&g.r, out, sizeof out);
    assert_in_range(n, 1, sizeof out);
    for (size_t i = 0; i < n; i++)
        sprintf(hex + 2 * i, "%02x", out[i]);
    canon_free(&c);
    return hex;
}

/* These bytes are in journals: when a test here fails, the version must go up and the old form
 * stay readable. */
static void a_page_view_is_written_as_ever(void **state)
{
    (void)state;
    assert_string_equal(
        record_of("type=page_view|site=shop|visitor=v1|url=https://a/|engaged_ms=1500|time=-1",
                  false),
        "88"
        "4001"
        "41cf000660d78fbc9580"
        "0001"
        "01a473686f70"
        "03cf000660d78fad5340"
        "04a27631"
        "06aa68747470733a2f2f612f"
        "0ccd05dc");
}

static void an_imported_search_is_written_as_ever(void **state)
{
    (void)state;
    assert_string_equal(
        record_of("type=search|site=outlet|visitor=v|term=RED|results=0|time=-1", true),
        "8b"
        "4001"
        "41cf000660d78fbc9580"
        "42cf000660d78fad5340"
        "43c3"
        "44a3726564"
        "0004"
        "01a66f75746c6574"
        "03cf000660d78fad5340"
        "04a176"
        "0da3524544"
        "0e00");
}

static void a_purchase_is_written_as_ever(void **state)
{
    (void)state;
    assert_string_equal(record_of("type=purchase|site=shop|visitor=v|order=o|value=59.97|currency="
                                  "EUR|items=a:3:19.99,b|passive=1",
                                  false),
                        "8b"
                        "4001"
                        "41cf000660d78fbc9580"
                        "000b"
                        "01a473686f70"
                        "03cf000660d78fbc9580"
                        "04a176"
                        "0f92"
                        "83"
                        "00a161"
                        "05ce00030cdc"
                        "0603"
                        "81"
                        "00a162"
                        "10a16f"
                        "11ce00092694"
                        "15a3455552"
                        "20c3");
}

static void what_was_judged_is_written_as_ever(void **state)
{
    struct ff_record r = {.received = 5, .arrival = 5};
    unsigned char out[100];
    (void)state;
    r.beacon = (struct ff_beacon){.has = FF_HAS(TYPE) | FF_HAS(SITE) | FF_HAS(TIME), .type = FF_PING, .time = 5,
                                  .judged = true, .source = FF_LITERAL("a"), .campaign = FF_LITERAL("b")};
    r.beacon.text[FF_TEXT_SITE] = FF_LITERAL("s");
    r.beacon.origin = (struct ff_origin){ff_country('A', 'B'), FF_CHANNEL_EMAIL, FF_DEVICE_TABLET};
    const char expected[] = "\x88\x40\x01\x41\x05"
                            "\x48\xcd\x02\x6d"
                            "\x49\xa1"
                            "a"
                            "\x4a\xa1"
                            "b"
                            "\x00\x02\x01\xa1s\x03\x05";
    assert_int_equal(record_encode(&r, out, sizeof out), sizeof expected - 1);
    assert_memory_equal(out, expected, sizeof expected - 1);
}

static void too_little_room_gives_0(void **state)
{
    struct canon *c = given_canon(1);
    struct given g;
    char out[400];
    (void)state;
    assert_int_equal(
        given_check(c, &g, "type=purchase|visitor=v|order=o|value=5|items=a:3:19.99,b", false),
        FF_OK);
    size_t n = record_encode(&g.r, out, sizeof out);
    for (size_t size = 0; size < n; size++) {
        out[size] = '#';
        assert_int_equal(record_encode(&g.r, out, size), 0);
        assert_int_equal(out[size], '#');
    }
    assert_int_equal(record_encode(&g.r, out, n), n);
    canon_free(&c);
}

/* Every field there is, each at its limit, and a thousand items at theirs. */
static void the_largest_record_has_room(void **state)
{
    static char x[2048], out[RECORD_MAX];
    static struct ff_item items[FF_MAX_ITEMS];
    struct ff_record r = {.received = INT64_MAX, .arrival = INT64_MIN, .imported = true};
    struct ff_beacon *b = &r.beacon;
    size_t longest[FF_TEXT_COUNT];
    (void)state;
#define X(name, key, kind, place, max)                                                             \
    if (kind == FF_KIND_ID || kind == FF_KIND_TEXT || kind == FF_KIND_WORD)                        \
        longest[place] = max;
    FF_FIELD_TABLE(X)
#undef X
    memset(x, 'x', sizeof x);
    *b = (struct ff_beacon){.has = (UINT64_C(1) << FF_FIELD_COUNT) - 1,
                            .type = FF_CUSTOM,
                            .currency = FF_CURRENCY('E', 'U', 'R'),
                            .time = INT64_MIN};
    for (int i = 0; i < FF_TEXT_COUNT; i++)
        b->text[i] = ff_span_of(x, longest[i]);
    b->term_key = ff_span_of("y", 1);
    b->judged = true;
    b->origin = (struct ff_origin){FF_COUNTRIES, FF_CHANNEL_COUNT - 1, FF_DEVICE_COUNT - 1};
    b->source = b->campaign = ff_span_of(x, FF_ORIGIN_TEXT_MAX);
    for (int i = 0; i < FF_AMOUNT_COUNT; i++)
        b->money[i] = -FF_MONEY_MAX;
    for (int i = 0; i < FF_MAX_ITEMS; i++) {
        items[i] = (struct ff_item){.price = -FF_MONEY_MAX, .has_price = true, .quantity = 1000000};
        for (int t = 0; t < FF_ITEM_TEXT_COUNT; t++)
            items[i].text[t] = ff_span_of(x, t == FF_ITEM_SKU ? 128 : 256);
    }
    b->items = items;
    b->item_count = FF_MAX_ITEMS;
    assert_in_range(record_encode(&r, out, sizeof out), 1000 * (128 + 4 * 256), sizeof out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_view_is_written_as_ever),
        cmocka_unit_test(an_imported_search_is_written_as_ever),
        cmocka_unit_test(a_purchase_is_written_as_ever),
        cmocka_unit_test(what_was_judged_is_written_as_ever),
        cmocka_unit_test(too_little_room_gives_0),
        cmocka_unit_test(the_largest_record_has_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
