#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "given.h"
#include "guard.h"

#include <stdio.h>

static struct canon *canon;
static char body[RECORD_MAX];

static void same_span(const char *what, struct ff_span a, struct ff_span b)
{
    if (!ff_span_equal(a, b) || (a.p == NULL) != (b.p == NULL))
        fail_msg("%s differs", what);
}

static void same_items(const struct ff_beacon *a, const struct ff_beacon *b)
{
    assert_int_equal(a->item_count, b->item_count);
    for (uint32_t i = 0; i < a->item_count; i++) {
        for (int k = 0; k < FF_ITEM_TEXT_COUNT; k++)
            same_span("text of an item", a->items[i].text[k], b->items[i].text[k]);
        assert_int_equal(a->items[i].price, b->items[i].price);
        assert_int_equal(a->items[i].has_price, b->items[i].has_price);
        assert_int_equal(a->items[i].quantity, b->items[i].quantity);
    }
}

/* All but unknown and cut, which are not written. */
static void same(const struct ff_record *a, const struct ff_record *b)
{
    const struct ff_beacon *x = &a->beacon, *y = &b->beacon;
    assert_int_equal(a->seq, b->seq);
    assert_int_equal(a->received, b->received);
    assert_int_equal(a->arrival, b->arrival);
    assert_int_equal(a->imported, b->imported);
    assert_int_equal(x->has, y->has);
    assert_int_equal(x->type, y->type);
    assert_int_equal(x->passive, y->passive);
    assert_int_equal(x->consent, y->consent);
    assert_int_equal(x->currency, y->currency);
    assert_int_equal(x->time, y->time);
    for (int i = 0; i < FF_TEXT_COUNT; i++)
        same_span("text", x->text[i], y->text[i]);
    assert_memory_equal(x->number, y->number, sizeof x->number);
    assert_memory_equal(x->money, y->money, sizeof x->money);
    same_items(x, y);
    assert_int_equal(x->site, y->site);
    same_span("term_key", x->term_key, y->term_key);
    same_span("page", x->page, y->page);
    same_span("source", x->source, y->source);
    same_span("campaign", x->campaign, y->campaign);
    assert_int_equal(x->judged, y->judged);
    assert_int_equal(x->origin.channel, y->origin.channel);
    assert_int_equal(x->origin.device, y->origin.device);
    assert_int_equal(x->origin.country, y->origin.country);
    assert_int_equal(x->fault, y->fault);
    assert_string_equal(x->fault_field, y->fault_field);
    assert_int_equal(y->unknown, 0);
    assert_int_equal(y->cut, 0);
}

static void survives(struct ff_record *r)
{
    struct ff_record back;
    struct guard g;
    r->seq = 77;
    size_t n = record_encode(r, body, sizeof body);
    assert_true(n > 0);
    assert_int_equal(record_decode(canon, 77, guard_put(&g, ff_span_of(body, n), 0), &back), FF_OK);
    same(r, &back);
    guard_drop(&g);
}

static void records_come_back_as_they_were(void **state)
{
    static const char *const lines[] = {
        "type=page_view|visitor=v|url=https://a/|title=|time=-5",
        "type=ping|visitor=v|engaged_ms=2147483647",
        "type=search|visitor=v|term=  Red  Shoes |results=9007199254740991",
        "type=search|visitor=v|term=  ",
        "type=search|visitor=v|term=",
        "type=search|visitor=v|term=shoes",
        "type=update_cart|visitor=v|items=a:0,b:1,c:1000000:100000000000,d:2:-0.0001|currency=EUR",
        "type=view_cart|visitor=v|items=",
        "type=purchase|visitor=v|order=o|value=-100000000000|tax=0|shipping=4.5|discount=0.0001|"
        "items=a",
        "type=survey|visitor=v|kind=nps|score=0|comment=so so|topic=t",
        "type=spend|value=1|purpose=retention|channel=mail",
        "type=page_view|visitor=v|consent=0",
        "type=page_view|visitor=v|consent=1",
        "type=page_view|visitor=v|visitor_before=w",
        "type=custom|visitor=v|name=n|passive=1",
        "type=custom|visitor=v|name=n|passive=0",
    };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        for (int imported = 0; imported < 2; imported++) {
            struct given g;
            canon_reset(canon);
            assert_int_equal(given_check(canon, &g, lines[i], imported), FF_OK);
            survives(&g.r);
        }
}

static uint64_t next_random(uint64_t *state)
{
    *state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t x = *state;
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* Text of up to most bytes; letters are what tells terms and their keys apart. */
static struct ff_span random_text(uint64_t *seed, size_t most)
{
    static const char letters[] = "abcXYZ  019\xC3\x89\xC3\xA9\xC3\x9F\xE3\x80\x80";
    static char pool[1 << 20];
    static size_t used;
    size_t n = next_random(seed) % (most + 1);
    if (used + n > sizeof pool)
        used = 0;
    char *p = pool + used;
    for (size_t i = 0; i < n; i++)
        p[i] = letters[next_random(seed) % 11];
    if (n > 2 && next_random(seed) % 2)
        memcpy(p + n - 2, letters + 11 + 2 * (next_random(seed) % 3), 2);
    used += n;
    return ff_span_of(p, n);
}

static void random_items(uint64_t *seed, struct given *g)
{
    g->r.beacon.items = g->items;
    g->r.beacon.item_count = (uint32_t)(next_random(seed) % (GIVEN_ITEMS + 1));
    for (uint32_t i = 0; i < g->r.beacon.item_count; i++) {
        struct ff_item *item = &g->items[i];
        *item = (struct ff_item){.quantity = (int32_t)(next_random(seed) % 3)};
        item->text[FF_ITEM_SKU] = ff_span_of("sku-of-an-item", 1 + next_random(seed) % 14);
        for (int k = 1; k < FF_ITEM_TEXT_COUNT; k++)
            if (next_random(seed) % 2)
                item->text[k] = random_text(seed, 300);
        item->has_price = next_random(seed) % 2;
        item->price = item->has_price ? (ff_money)(next_random(seed) % 2000000) - 1000000 : 0;
    }
}

static void random_field(uint64_t *seed, struct given *g, const struct given_row *row)
{
    struct ff_beacon *b = &g->r.beacon;
    int64_t number = (int64_t)(next_random(seed) >> (next_random(seed) % 64));
    if (row->kind == FF_KIND_TYPE)
        b->type = (enum ff_type)(1 + next_random(seed) % (FF_TYPE_COUNT - 1));
    else if (row->kind == FF_KIND_TIME)
        b->time = NOW - (int64_t)(next_random(seed) % (uint64_t)FF_DAY);
    else if (row->kind == FF_KIND_INTEGER)
        b->number[row->place] = number & 0x7FFFFFFF;
    else if (row->kind == FF_KIND_DECIMAL)
        b->money[row->place] = number % FF_MONEY_MAX;
    else if (row->kind == FF_KIND_CURRENCY)
        b->currency = FF_CURRENCY('E', 'U', 'R');
    else if (row->kind == FF_KIND_BOOLEAN)
        *ff_flag(b, row->place) = next_random(seed) % 2;
    else if (row->kind == FF_KIND_ITEMS)
        random_items(seed, g);
    else
        b->text[row->place] = random_text(seed, next_random(seed) % 8 ? 40 : 2100);
}

static void random_beacon(uint64_t *seed, struct given *g)
{
    memset(g, 0, sizeof *g);
    g->r.beacon.fault_field = "";
    g->r.beacon.has = (next_random(seed) | FF_HAS(TYPE) | FF_HAS(VISITOR) | FF_HAS(TERM)) &
                      ((UINT64_C(1) << FF_FIELD_COUNT) - 1);
    g->r.beacon.has &= ~FF_HAS(SITE) & ~FF_HAS(SCALE) & ~FF_HAS(PURPOSE);
    for (int i = 0; i < FF_FIELD_COUNT; i++)
        if (g->r.beacon.has >> i & 1)
            random_field(seed, g, &given_table[i]);
    if (ff_has(&g->r.beacon, FF_HAS(KIND)))
        g->r.beacon.text[FF_TEXT_KIND] = FF_LITERAL("nps");
    g->r.beacon.number[FF_NUMBER_SCORE] %= 11;
}

/* Half of them; what was judged has nothing to do with the url. */
static void random_judgement(uint64_t *seed, struct ff_beacon *b)
{
    if (next_random(seed) % 2)
        return;
    b->judged = true;
    b->origin.channel = (uint8_t)(next_random(seed) % FF_CHANNEL_COUNT);
    b->origin.device = (uint8_t)(next_random(seed) % FF_DEVICE_COUNT);
    b->origin.country = (uint16_t)(next_random(seed) % (FF_COUNTRIES + 1));
    b->source = random_text(seed, FF_ORIGIN_TEXT_MAX);
    b->campaign = random_text(seed, FF_ORIGIN_TEXT_MAX);
    if (b->source.n == 0)
        b->source.p = NULL;
    if (b->campaign.n == 0)
        b->campaign.p = NULL;
}

static void random_records_come_back_as_they_were(void **state)
{
    uint64_t seed = 20261122;
    int taken = 0;
    (void)state;
    for (int i = 0; i < 20000; i++) {
        struct given g;
        canon_reset(canon);
        random_beacon(&seed, &g);
        struct canon_arrival how = {.now = NOW, .imported = next_random(&seed) % 2};
        if (canon_check(canon, &how, &g.r) != FF_OK)
            continue;
        taken++;
        random_judgement(&seed, &g.r.beacon);
        survives(&g.r);
    }
    assert_in_range(taken, 5000, 20000);
}

/* The body of a record with something of every kind. */
static size_t rich(void)
{
    struct given g;
    assert_int_equal(given_check(canon, &g,
                                 "type=purchase|visitor=v|order=o|value=5|currency=EUR|items=a:3:"
                                 "19.99,b|passive=1|results=300|time=-100",
                                 true),
                     FF_OK);
    return record_encode(&g.r, body, sizeof body);
}

static void no_prefix_is_a_record(void **state)
{
    size_t whole = rich();
    (void)state;
    for (size_t n = 0; n < whole; n++) {
        struct ff_record r;
        struct guard g;
        assert_int_equal(record_decode(canon, 1, guard_put(&g, ff_span_of(body, n), 0), &r),
                         FF_STORE_CORRUPT);
        guard_drop(&g);
    }
    struct ff_record r;
    body[whole] = 0;
    assert_int_equal(record_decode(canon, 1, ff_span_of(body, whole + 1), &r), FF_STORE_CORRUPT);
}

static void damaged_records_do_no_harm(void **state)
{
    uint64_t seed = 5;
    size_t n = rich();
    (void)state;
    for (int i = 0; i < 100000; i++) {
        struct ff_record r;
        char *copy = malloc(n);
        memcpy(copy, body, n);
        for (int k = 0; k < 2; k++)
            copy[next_random(&seed) % n] = (char)next_random(&seed);
        canon_reset(canon);
        enum ff_status s = record_decode(canon, 1, ff_span_of(copy, n), &r);
        assert_true(s == FF_OK || s == FF_STORE_CORRUPT || s == FF_STORE_VERSION ||
                    s == FF_UNKNOWN_SITE);
        free(copy);
    }
}

static void refuses(struct ff_span bytes, enum ff_status expected)
{
    struct ff_record r;
    struct guard g;
    canon_reset(canon);
    assert_int_equal(record_decode(canon, 1, guard_put(&g, bytes, 0), &r), expected);
    guard_drop(&g);
}

#define HEAD(pairs, rest)                                                                          \
    FF_LITERAL(pairs "\x40\x01\x41\x05"                                                            \
                     "\x00\x02"                                                                    \
                     "\x01\xa4shop"                                                                \
                     "\x03\x05" rest)

static void what_no_encode_writes_is_refused(void **state)
{
    (void)state;
    refuses(HEAD("\x85", ""), FF_OK);
    refuses(HEAD("\x86", "\x04\xa1v"), FF_OK);
    refuses(HEAD("\x86", "\x04\xa0"), FF_STORE_CORRUPT); /* an empty id */
    refuses(HEAD("\x86", "\x04\x05"), FF_STORE_CORRUPT); /* a number for an id */
    refuses(HEAD("\x86", "\x00\x02"), FF_STORE_CORRUPT); /* a field twice */
    refuses(HEAD("\x86", "\x41\x05"), FF_STORE_CORRUPT); /* received twice */
    refuses(HEAD("\x86", "\x0c\xff"), FF_STORE_CORRUPT); /* a negative number */
    refuses(HEAD("\x86", "\x18\x0b"), FF_STORE_CORRUPT); /* a score of 11 */
    refuses(HEAD("\x86", "\x15\xa2"
                         "EU"),
            FF_STORE_CORRUPT);
    refuses(HEAD("\x86", "\x0f\x91\x81\x06\x05"), FF_STORE_CORRUPT); /* an item without a sku */
    refuses(HEAD("\x86", "\x0f\x91\x81\x00\xa1s"), FF_OK);
    refuses(HEAD("\x86", "\x0f\xdd\x0f\xff\xff\xff\x80"), FF_STORE_CORRUPT);
    refuses(HEAD("\x86", "\xc0\x01"), FF_STORE_CORRUPT);
    refuses(HEAD("\x86", "\x48\x00"), FF_OK);                     /* judged: nothing tells */
    refuses(HEAD("\x86", "\x48\xce\x00\x02\xa4\xb3"), FF_OK);     /* ZZ, other, unassigned */
    refuses(HEAD("\x86", "\x48\x14"), FF_STORE_CORRUPT);           /* channel 20 */
    refuses(HEAD("\x86", "\x48\xcc\xc1"), FF_STORE_CORRUPT);       /* device 6 */
    refuses(HEAD("\x86", "\x48\xce\x00\x02\xa5\x00"), FF_STORE_CORRUPT); /* country 677 */
    refuses(HEAD("\x87", "\x48\x00\x49\xa0"), FF_STORE_CORRUPT);   /* an empty source */
    refuses(HEAD("\x86", "\x49\xa1s"), FF_STORE_CORRUPT);          /* a source, and not judged */
    refuses(FF_LITERAL("\x84\x40\x01\x41\x05\x00\x02\x01\xa4shop"), FF_STORE_CORRUPT); /* no time */
    refuses(FF_LITERAL("\x84\x40\x01\x00\x02\x01\xa4shop\x03\x05"),
            FF_STORE_CORRUPT); /* no received */
    refuses(FF_LITERAL("\x85\x41\x05\x40\x01\x00\x02\x01\xa4shop\x03\x05"), FF_STORE_CORRUPT);
    refuses(FF_LITERAL("\x85\x40\x01\x41\x05\x00\x13\x01\xa4shop\x03\x05"),
            FF_STORE_CORRUPT); /* type 19 */
    refuses(FF_LITERAL(""), FF_STORE_CORRUPT);
    refuses(FF_LITERAL("\x80"), FF_STORE_CORRUPT);
    refuses(FF_LITERAL("\x90"), FF_STORE_CORRUPT);
}

static void newer_records_are_told_from_damaged_ones(void **state)
{
    (void)state;
    refuses(FF_LITERAL("\x81\x40\x02"), FF_STORE_VERSION);
    refuses(FF_LITERAL("\x82\x40\x02\x41\xc0"), FF_STORE_VERSION);
    refuses(FF_LITERAL("\x81\x40\x00"), FF_STORE_CORRUPT);
    refuses(HEAD("\x86", "\x24\x01"), FF_STORE_VERSION);             /* field 36 */
    refuses(HEAD("\x86", "\x45\x01"), FF_STORE_VERSION);             /* head key 69 */
    refuses(HEAD("\x86", "\x0f\x91\x81\x07\x01"), FF_STORE_VERSION); /* item key 7 */
}

static void a_site_that_is_gone_is_said_with_all_else_set(void **state)
{
    struct canon *both = given_canon(2);
    struct given g;
    struct ff_record r;
    (void)state;
    assert_int_equal(given_check(both, &g, "type=search|visitor=v|site=outlet|term=A", false),
                     FF_OK);
    size_t n = record_encode(&g.r, body, sizeof body);
    assert_int_equal(record_decode(canon, 3, ff_span_of(body, n), &r), FF_UNKNOWN_SITE);
    assert_int_equal(r.seq, 3);
    assert_int_equal(r.arrival, NOW);
    assert_true(ff_span_is(r.beacon.text[FF_TEXT_SITE], "outlet"));
    assert_true(ff_span_is(r.beacon.term_key, "a"));
    assert_int_equal(record_decode(both, 3, ff_span_of(body, n), &r), FF_OK);
    assert_int_equal(r.beacon.site, 1);
    canon_free(&both);
}

static int set_up(void **state)
{
    (void)state;
    canon = given_canon(1);
    return canon == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    canon_free(&canon);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_come_back_as_they_were),
        cmocka_unit_test(random_records_come_back_as_they_were),
        cmocka_unit_test(no_prefix_is_a_record),
        cmocka_unit_test(damaged_records_do_no_harm),
        cmocka_unit_test(what_no_encode_writes_is_refused),
        cmocka_unit_test(newer_records_are_told_from_damaged_ones),
        cmocka_unit_test(a_site_that_is_gone_is_said_with_all_else_set),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
