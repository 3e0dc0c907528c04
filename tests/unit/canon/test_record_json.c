#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "given.h"
#include "guard.h"
#include "intake.h"
#include "record_json.h"

#include <stdio.h>

#define STORE UINT64_C(0x0123456789abcdef)

static struct canon *canon;
static struct intake *intake;
static char line[RECORD_JSON_MAX + INTAKE_PADDING];

static void says(const char *given, bool imported, const char *expected)
{
    struct given g;
    canon_reset(canon);
    assert_int_equal(given_check(canon, &g, given, imported), FF_OK);
    g.r.seq = 42;
    size_t n = record_json(&g.r, STORE, line, sizeof line);
    line[n] = '\0';
    assert_string_equal(line, expected);
}

static void a_record_is_the_beacon_of_the_contract(void **state)
{
    (void)state;
    says(
        "type=page_view|visitor=v|id=e1|url=https://a/?b=\"c\\|title=|time=-5", true,
        "{\"type\":\"page_view\",\"site\":\"shop\",\"id\":\"e1\",\"time\":\"2026-11-22T06:26:41Z\","
        "\"visitor\":\"v\",\"url\":\"https://a/?b=\\\"c\\\\\",\"title\":\"\"}");
    says("type=purchase|site=www|visitor=v|id=1|order=o|value=59.97|tax=-0.0001|currency=EUR|"
         "items=a,b:3:100000000000,c:1000000",
         true,
         "{\"type\":\"purchase\",\"site\":\"shop\",\"id\":\"1\",\"time\":\"2026-11-22T06:26:46Z\","
         "\"visitor\":\"v\",\"items\":[{\"sku\":\"a\"},{\"sku\":\"b\",\"price\":100000000000,"
         "\"quantity\":3},{\"sku\":\"c\",\"quantity\":1000000}],\"order\":\"o\",\"value\":59.97,"
         "\"tax\":-0.0001,\"currency\":\"EUR\"}");
    says("type=survey|visitor=v|id=1|kind=nps|score=0|topic=t|comment=c", true,
         "{\"type\":\"survey\",\"site\":\"shop\",\"id\":\"1\",\"time\":\"2026-11-22T06:26:46Z\","
         "\"visitor\":\"v\",\"kind\":\"nps\",\"score\":0,\"scale\":\"0-10\",\"topic\":\"t\","
         "\"comment\":\"c\"}");
    says("type=custom|visitor=v|id=1|name=n|passive=0", true,
         "{\"type\":\"custom\",\"site\":\"shop\",\"id\":\"1\",\"time\":\"2026-11-22T06:26:46Z\","
         "\"visitor\":\"v\",\"name\":\"n\",\"passive\":false}");
    says("type=view_cart|visitor=v|id=1|items=", true,
         "{\"type\":\"view_cart\",\"site\":\"shop\",\"id\":\"1\",\"time\":\"2026-11-22T06:26:46Z\","
         "\"visitor\":\"v\",\"items\":[]}");
}

static void an_event_without_an_id_gets_one_from_its_place(void **state)
{
    (void)state;
    says("type=spend|value=1|purpose=retention|channel=mail", false,
         "{\"type\":\"spend\",\"site\":\"shop\",\"id\":\"footfall-journal:0123456789abcdef-42\","
         "\"time\":\"2026-11-22T06:26:46Z\",\"value\":1,\"purpose\":\"retention\",\"channel\":"
         "\"mail\"}");
}

static void every_byte_of_a_text_is_told_in_json(void **state)
{
    (void)state;
    static const char expected[] =
        "\"title\":\"\\u0000\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\b\\t\\n\\u000b\\f\\r"
        "\\u000e\\u000f\\u0010\\u0011\\u0012\\u0013\\u0014\\u0015\\u0016\\u0017\\u0018\\u0019\\u001"
        "a"
        "\\u001b\\u001c\\u001d\\u001e\\u001f !\\\"#";
    struct given g;
    char text[256];
    assert_int_equal(given_check(canon, &g, "type=page_view|visitor=v|title=x", true), FF_OK);
    for (int i = 0; i < 256; i++)
        text[i] = (char)i;
    g.r.beacon.text[FF_TEXT_TITLE] = ff_span_of(text, sizeof text);
    size_t n = record_json(&g.r, STORE, line, sizeof line);
    line[n] = '\0';
    char *found = strstr(line, "\"title\"");
    assert_non_null(found);
    assert_memory_equal(found, expected, sizeof expected - 1);
    assert_non_null(strstr(found, "[\\\\]"));
    assert_non_null(strstr(found, "~\x7F\x80"));
}

/* ---- there and back ---- */

static void same_span(const char *what, struct ff_span a, struct ff_span b)
{
    if (!ff_span_equal(a, b) || (a.p == NULL) != (b.p == NULL))
        fail_msg("%s differs: %.*s", what, (int)sizeof line, line);
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

/* All but a term that was cut, for which its key may stand, and something behind that. */
static void same(const struct ff_beacon *a, const struct ff_beacon *b)
{
    assert_int_equal(a->has | FF_HAS(ID), b->has);
    assert_int_equal(a->type, b->type);
    assert_int_equal(a->site, b->site);
    assert_int_equal(a->passive, b->passive);
    assert_int_equal(a->consent, b->consent);
    assert_int_equal(a->currency, b->currency);
    assert_int_equal(a->time, b->time);
    for (int i = 0; i < FF_TEXT_COUNT; i++)
        if (i != FF_TEXT_TERM && (i != FF_TEXT_ID || ff_has(a, FF_HAS(ID))))
            same_span("text", a->text[i], b->text[i]);
    if (a->text[FF_TEXT_TERM].n < 250)
        same_span("term", a->text[FF_TEXT_TERM], b->text[FF_TEXT_TERM]);
    same_span("term_key", a->term_key, b->term_key);
    same_span("page", a->page, b->page);
    same_span("source", a->source, b->source);
    same_span("campaign", a->campaign, b->campaign);
    assert_memory_equal(a->number, b->number, sizeof a->number);
    assert_memory_equal(a->money, b->money, sizeof a->money);
    same_items(a, b);
    assert_int_equal(b->unknown, 0);
    assert_int_equal(b->cut, a->term_key.n > 250 ? b->cut : 0);
}

/* Writes r as a line and takes that as an import does: the same record must come. */
static void comes_back(const struct ff_record *r)
{
    struct intake_batch batch;
    struct ff_record back = {0};
    struct canon_arrival how = {.now = NOW + FF_DAY, .imported = true};
    size_t n = record_json(r, STORE, line, RECORD_JSON_MAX);
    assert_true(n > 0);
    assert_null(memchr(line, '\n', n));
    const struct intake_format *format =
        intake_format(FF_LITERAL("application/x-ndjson"), ff_span_of(line, n));
    assert_int_equal(intake_decode(intake, format, ff_span_of(line, n), &batch), FF_OK);
    assert_int_equal(batch.count, 1);
    back.beacon = batch.records->beacon;
    enum ff_status s = canon_check(canon, &how, &back);
    if (s != FF_OK)
        fail_msg("%s %s: %.*s", ff_status_code(s), back.beacon.fault_field, (int)n, line);
    same(&r->beacon, &back.beacon);
    assert_int_equal(back.arrival, r->beacon.time);
}

static void records_come_back_as_they_were(void **state)
{
    static const char *const lines[] = {
        "type=ping|visitor=v|engaged_ms=2147483647",
        "type=search|visitor=v|term=  Red  Shoes |results=9007199254740991",
        "type=search|visitor=v|term=  ",
        "type=search|visitor=v|term=|customer=c",
        "type=update_cart|visitor=v|items=a:0,b:1,c:1000000:100000000000,d:2:-0.0001|currency=USD",
        "type=view_cart|visitor=v|items=",
        "type=add_to_cart|visitor=v|items=a:1:0,b:2:0",
        "type=begin_checkout|visitor=v",
        "type=checkout_step|visitor=v|step=1|user_agent=a|language=de|referrer=r",
        "type=purchase|visitor=v|order=o|value=-100000000000|tax=0|shipping=4.5|discount=0.0001|"
        "items=a|site=www",
        "type=refund|order=o",
        "type=survey|visitor=v|kind=csat|score=5",
        "type=survey|visitor=v|kind=nps|scale=1-10|score=10",
        "type=support_open|ticket=t|topic=u",
        "type=support_resolve|ticket=t|id=x",
        "type=spend|value=1|purpose=retention|channel=mail",
        "type=custom|visitor=v|name=n|passive=1",
    };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct given g;
        canon_reset(canon);
        assert_int_equal(given_check(canon, &g, lines[i], false), FF_OK);
        g.r.seq = i + 1;
        comes_back(&g.r);
    }
}

/* Terms whose key was made of more than what was kept of them: blanks, letters, blanks, a word. */
static void a_term_that_was_cut_has_the_same_key_again(void **state)
{
    static const int counts[] = {0, 1, 2, 100, 249, 253, 254, 255, 256, 300};
    enum { N = sizeof counts / sizeof *counts };
    (void)state;
    for (int i = 0; i < N * N * N; i++) {
        char given[1100];
        struct given g;
        snprintf(
            given, sizeof given, "type=search|visitor=v|term=%*s%.*s%*s", counts[i % N], "",
            counts[i / N % N],
            "QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ"
            "QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ"
            "QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ"
            "QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ",
            counts[i / N / N], "shoes");
        canon_reset(canon);
        assert_int_equal(given_check(canon, &g, given, true), FF_OK);
        comes_back(&g.r);
    }
}

/* 255 letters, a blank and a word: the key is cut behind the blank. */
static void a_key_that_was_cut_behind_a_blank_comes_back(void **state)
{
    char given[400];
    struct given g;
    (void)state;
    memset(given, 0, sizeof given);
    strcpy(given, "type=search|visitor=v|term=  ");
    memset(given + strlen(given), 'K', 255);
    strcat(given, " shoes");
    canon_reset(canon);
    assert_int_equal(given_check(canon, &g, given, true), FF_OK);
    assert_int_equal(g.r.beacon.term_key.n, 256);
    assert_int_equal(g.r.beacon.term_key.p[255], ' ');
    comes_back(&g.r);
}

static uint64_t next_random(uint64_t *state)
{
    *state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t x = *state;
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* UTF-8 of about `most` bytes at most, with all that JSON must escape. */
static struct ff_span random_text(uint64_t *seed, size_t most)
{
    static const struct ff_span pieces[] = {{"a", 1},
                                            {"B", 1},
                                            {" ", 1},
                                            {"\"", 1},
                                            {"\\", 1},
                                            {"/", 1},
                                            {"\n", 1},
                                            {"\0", 1},
                                            {"\x1f\x7f", 2},
                                            {"\xC3\x89", 2},
                                            {"e\xCC\x81", 3},
                                            {"\xC3\x9F", 2},
                                            {"\xE3\x80\x80", 3},
                                            {"\xF0\x9F\x91\xA0", 4},
                                            {"\\u0041", 6}};
    static char pool[1 << 20];
    static size_t used;
    if (used + most + 8 > sizeof pool)
        used = 0;
    char *p = pool + used;
    size_t n = 0, until = next_random(seed) % (most + 1);
    while (n < until) {
        struct ff_span piece = pieces[next_random(seed) % (sizeof pieces / sizeof *pieces)];
        memcpy(p + n, piece.p, piece.n);
        n += piece.n;
    }
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
        for (int k = 0; k < FF_ITEM_TEXT_COUNT; k++)
            if (k == FF_ITEM_SKU || next_random(seed) % 2)
                item->text[k] = random_text(seed, k == FF_ITEM_SKU ? 120 : 300);
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
        b->text[row->place] = random_text(seed, next_random(seed) % 8 ? 60 : 2100);
}

static void random_records_come_back_as_they_were(void **state)
{
    uint64_t seed = 20261122;
    int taken = 0;
    (void)state;
    for (int i = 0; i < 20000; i++) {
        struct given g = {.r = {.seq = (uint64_t)i + 1, .beacon = {.fault_field = ""}}};
        struct ff_beacon *b = &g.r.beacon;
        struct canon_arrival how = {.now = NOW, .imported = next_random(&seed) % 2};
        canon_reset(canon);
        b->has = (next_random(&seed) | FF_HAS(TYPE) | FF_HAS(VISITOR) | FF_HAS(TERM)) &
                 ((UINT64_C(1) << FF_FIELD_COUNT) - 1);
        b->has &= ~FF_HAS(SITE) & ~FF_HAS(SCALE) & ~FF_HAS(PURPOSE);
        for (int k = 0; k < FF_FIELD_COUNT; k++)
            if (b->has >> k & 1)
                random_field(&seed, &g, &given_table[k]);
        if (ff_has(b, FF_HAS(KIND)))
            b->text[FF_TEXT_KIND] = FF_LITERAL("nps");
        b->number[FF_NUMBER_SCORE] %= 11;
        if (canon_check(canon, &how, &g.r) != FF_OK)
            continue;
        taken++;
        comes_back(&g.r);
    }
    assert_in_range(taken, 3000, 20000);
}

/* ---- room ---- */

static void it_writes_all_or_says_that_there_is_no_room(void **state)
{
    struct given g;
    struct guard guard;
    (void)state;
    canon_reset(canon);
    assert_int_equal(
        given_check(canon, &g, "type=purchase|visitor=v|order=o|value=5|items=a:2:3,b", true),
        FF_OK);
    size_t n = record_json(&g.r, STORE, line, sizeof line);
    for (size_t size = 0; size <= n; size++) {
        struct ff_span out = guard_put(&guard, ff_span_of(line, size), 0);
        assert_int_equal(record_json(&g.r, STORE, (char *)out.p, size), size < n ? 0 : n);
        guard_drop(&guard);
    }
}

static void the_largest_record_has_room(void **state)
{
    static struct ff_item items[FF_MAX_ITEMS];
    static char nuls[4096];
    struct ff_record r = {.seq = UINT64_MAX, .beacon = {.type = FF_REMOVE_FROM_CART}};
    struct ff_beacon *b = &r.beacon;
    (void)state;
    b->has = (UINT64_C(1) << FF_FIELD_COUNT) - 1;
#define X(name, key, kind, place, max)                                                             \
    if (kind == FF_KIND_ID || kind == FF_KIND_TEXT || kind == FF_KIND_WORD)                        \
        b->text[place] = ff_span_of(nuls, max);                                                    \
    if (kind == FF_KIND_INTEGER)                                                                   \
        b->number[place] = max;                                                                    \
    if (kind == FF_KIND_DECIMAL)                                                                   \
        b->money[place] = -FF_MONEY_MAX + 1;
    FF_FIELD_TABLE(X)
#undef X
    b->time = INT64_C(253402300799) * FF_SECOND + 999999;
    b->items = items;
    b->item_count = FF_MAX_ITEMS;
    for (int i = 0; i < FF_MAX_ITEMS; i++) {
        items[i] =
            (struct ff_item){.price = -FF_MONEY_MAX + 1, .quantity = 1000000, .has_price = true};
        for (int k = 0; k < FF_ITEM_TEXT_COUNT; k++)
            items[i].text[k] = ff_span_of(nuls, k == FF_ITEM_SKU ? 128 : 256);
    }
    size_t n = record_json(&r, UINT64_MAX, line, RECORD_JSON_MAX);
    assert_in_range(n, RECORD_JSON_MAX - 100000, RECORD_JSON_MAX);
}

static int set_up(void **state)
{
    (void)state;
    canon = given_canon(1);
    intake = intake_new(&(struct intake_options){4, RECORD_JSON_MAX});
    return canon == NULL || intake == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    canon_free(&canon);
    intake_free(&intake);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_is_the_beacon_of_the_contract),
        cmocka_unit_test(an_event_without_an_id_gets_one_from_its_place),
        cmocka_unit_test(every_byte_of_a_text_is_told_in_json),
        cmocka_unit_test(records_come_back_as_they_were),
        cmocka_unit_test(a_term_that_was_cut_has_the_same_key_again),
        cmocka_unit_test(a_key_that_was_cut_behind_a_blank_comes_back),
        cmocka_unit_test(random_records_come_back_as_they_were),
        cmocka_unit_test(it_writes_all_or_says_that_there_is_no_room),
        cmocka_unit_test(the_largest_record_has_room),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
