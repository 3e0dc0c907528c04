/* Bench: a fold to try things on. It sums up the facts per (instant, what), as a tally would, and
 * builds records in few words. Static functions, since every test is a program of its own. */
#ifndef FOOTFALL_TEST_BENCH_H
#define FOOTFALL_TEST_BENCH_H

#include "state.h"
#include "words.h"

#include <stdlib.h>
#include <string.h>

#define BENCH __attribute__((unused)) static

/* The bench's midnight (2024-01-01T00:00:00Z) and instants after it. */
#define BENCH_START (INT64_C(1704067200) * FF_SECOND)
#define T(minutes) (BENCH_START + (ff_dur)(minutes) * FF_MINUTE)
#define DAYS(n) (BENCH_START + (ff_dur)(n) * FF_DAY)

#define EUR FF_CURRENCY('E', 'U', 'R')
#define USD FF_CURRENCY('U', 'S', 'D')
#define MONEY(units) ((ff_money)(units) * FF_MONEY_ONE)

/* One counter, or one purse and currency, or one visitor's mark, at one instant. */
struct bench_sum {
    ff_wall at;
    uint16_t site;
    uint8_t kind, which;
    ff_currency currency;
    uint64_t mark;
    int64_t by;
    ff_money_sum amount;
};

/* One field of a cell, or its money in one currency, at one instant. */
struct bench_cell {
    ff_wall at;
    uint16_t site;
    uint8_t dimension, field; /* BENCH_MONEY: money */
    ff_currency currency;
    int64_t by;
    ff_money_sum amount;
    char text[WORD_MAX + 1];
};

#define BENCH_MONEY 255

struct bench {
    struct fold *fold;
    struct words *words; /* owned */
    struct fold_options options;
    struct bench_sum *sums;
    size_t n, room;
    struct bench_cell *cells;
    size_t cell_n, cell_room;
    uint32_t *cell_slots; /* 2 * cell_room: 1 + the place of a cell, by its hash */
    ff_wall received; /* of the last record */
    uint64_t seq;
};

static int bench_compare(const void *left, const void *right)
{
    const struct bench_sum *a = left, *b = right;
#define BY(field)                                                                                \
    if (a->field != b->field)                                                                    \
        return a->field < b->field ? -1 : 1
    BY(at);
    BY(site);
    BY(kind);
    BY(which);
    BY(currency);
    BY(mark);
#undef BY
    return 0;
}

BENCH void bench_take(void *ctx, const struct ff_fact *facts, size_t n)
{
    struct bench *b = ctx;
    for (size_t i = 0; i < n; i++) {
        const struct ff_fact *f = &facts[i];
        struct bench_sum s = {f->at, f->site, f->kind, f->which, f->currency, 0, f->by, 0};
        if (f->kind == FF_FACT_MONEY)
            s.amount = f->amount;
        if (f->kind == FF_FACT_VISITOR)
            s.mark = f->mark;
        size_t k = 0;
        while (k < b->n && bench_compare(&b->sums[k], &s) != 0)
            k++;
        if (k == b->n) {
            if (b->n == b->room) {
                b->room = b->room ? 2 * b->room : 64;
                b->sums = realloc(b->sums, b->room * sizeof *b->sums);
                assert_non_null(b->sums);
            }
            b->sums[b->n++] = s;
        } else if (f->kind != FF_FACT_VISITOR) { /* a visitor's repeats change nothing */
            b->sums[k].by += s.by;
            b->sums[k].amount += s.amount;
        }
    }
}

/* By what, where: not how much. */
static int bench_cell_compare(const void *left, const void *right)
{
    const struct bench_cell *a = left, *b = right;
#define BY(field)                                                                                \
    if (a->field != b->field)                                                                    \
        return a->field < b->field ? -1 : 1
    BY(at);
    BY(site);
    BY(dimension);
    BY(field);
    BY(currency);
#undef BY
    return strcmp(a->text, b->text);
}

static uint32_t *bench_cell_slot(const struct bench *b, const struct bench_cell *c)
{
    uint64_t what = (uint64_t)c->site << 48 | (uint64_t)c->dimension << 40 | (uint64_t)c->field << 32 | c->currency;
    uint64_t hash = hash_mix((uint64_t)c->at) ^ hash_mix(what) ^ hash_bytes(c->text, strlen(c->text)).lo;
    size_t slots = 2 * b->cell_room, at = hash % slots;
    while (b->cell_slots[at] && bench_cell_compare(&b->cells[b->cell_slots[at] - 1], c) != 0)
        at = (at + 1) % slots;
    return &b->cell_slots[at];
}

static void bench_index_cells(struct bench *b, size_t room)
{
    free(b->cell_slots);
    b->cell_room = room;
    b->cell_slots = calloc(2 * room, sizeof *b->cell_slots);
    assert_non_null(b->cell_slots);
    for (size_t i = 0; i < b->cell_n; i++)
        *bench_cell_slot(b, &b->cells[i]) = (uint32_t)i + 1;
}

BENCH void bench_add_cell(struct bench *b, const struct bench_cell *c)
{
    if (b->cell_n == b->cell_room) {
        b->cells = realloc(b->cells, (2 * b->cell_room + 64) * sizeof *b->cells);
        assert_non_null(b->cells);
        bench_index_cells(b, 2 * b->cell_room + 64);
    }
    uint32_t *slot = bench_cell_slot(b, c);
    if (*slot) {
        b->cells[*slot - 1].by += c->by;
        b->cells[*slot - 1].amount += c->amount;
        return;
    }
    b->cells[b->cell_n++] = *c;
    *slot = (uint32_t)b->cell_n;
}

BENCH size_t bench_fields(uint8_t dimension)
{
    static const uint8_t fields[] = {
#define X(name, by, kind, class) FF_ROW_##kind##_FIELDS,
        FF_DIMENSION_TABLE(X)
#undef X
    };
    assert_true(dimension < FF_DIMENSIONS);
    return fields[dimension];
}

/* Sums up as tally does, but by instants and texts; what comes to nothing goes. */
BENCH void bench_take_cells(void *ctx, const struct ff_cells *c)
{
    struct bench *b = ctx;
    assert_true(c->n > 0);
    for (size_t i = 0; i < c->n; i++) {
        struct ff_span text = words_text(b->words, c->refs[i].word);
        struct bench_cell cell = {.at = c->at, .site = c->site, .dimension = c->refs[i].dimension};
        assert_int_equal(bench_fields(cell.dimension), bench_fields(c->refs[0].dimension));
        memcpy(cell.text, text.p, text.n);
        for (size_t k = 0; k < bench_fields(cell.dimension); k++) {
            cell.field = (uint8_t)k;
            cell.by = c->fields & FF_FIELD(k) ? c->by[k] : 0;
            if (cell.by)
                bench_add_cell(b, &cell);
        }
        cell.field = BENCH_MONEY;
        cell.by = c->things;
        cell.currency = c->currency;
        cell.amount = c->amount;
        if (c->currency)
            bench_add_cell(b, &cell);
    }
}

/* Cells in their order, without those that have come to nothing. */
BENCH void bench_sort_cells(struct bench *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->cell_n; i++)
        if (b->cells[i].by || b->cells[i].amount)
            b->cells[n++] = b->cells[i];
    b->cell_n = n;
    if (n > 0)
        qsort(b->cells, n, sizeof *b->cells, bench_cell_compare);
    if (b->cell_room > 0)
        bench_index_cells(b, b->cell_room);
}

/* Whether the two have come to the same; says where they differ. */
BENCH bool bench_same_cells(struct bench *want, struct bench *got)
{
    bench_sort_cells(want);
    bench_sort_cells(got);
    for (size_t i = 0; i < want->cell_n || i < got->cell_n; i++) {
        const struct bench_cell *w = i < want->cell_n ? &want->cells[i] : NULL;
        const struct bench_cell *g = i < got->cell_n ? &got->cells[i] : NULL;
        if (w && g && bench_cell_compare(w, g) == 0 && w->by == g->by && w->amount == g->amount)
            continue;
        if (w)
            print_error("wanted: dimension %d field %d of \"%s\" at +%lld: %lld\n", w->dimension, w->field, w->text,
                        (long long)(w->at - BENCH_START), (long long)w->by);
        if (g)
            print_error("instead: dimension %d field %d of \"%s\" at +%lld: %lld\n", g->dimension, g->field, g->text,
                        (long long)(g->at - BENCH_START), (long long)g->by);
        return false;
    }
    return true;
}

/* The contract's defaults, with room for little. */
BENCH struct fold_options bench_options(void)
{
    return (struct fold_options){
        .session_timeout = 30 * FF_MINUTE, .session_max_length = 24 * FF_HOUR,
        .session_lateness = 5 * FF_MINUTE, .session_remember = 90 * FF_DAY,
        .cart_abandon_after = FF_HOUR, .cart_recover_within = 7 * FF_DAY,
        .dedupe_window = FF_DAY, .orders_dedupe = 90 * FF_DAY, .max_age = 72 * FF_HOUR,
        .max_visitors = 64, .max_carts = 64, .max_ids = 64, .max_orders = 64,
        .customers_remember = 1825 * FF_DAY, .customers_active_for = 365 * FF_DAY,
        .max_customers = 64, .max_customer_days = 1000,
        .max_tails = 64, .max_tail_events = 2000, .max_lines = 65536, .max_cart_words = 70000,
        .max_extras = 8192,
        .support_remember = 365 * FF_DAY, .max_tickets = 64, .max_comments = 8,
    };
}

/* Words for a fold of these options; each has its own, as a shard does. */
BENCH struct words *bench_words(struct fold_options *options)
{
    struct words *words = malloc(sizeof *words);
    assert_non_null(words);
    assert_true(words_init(words, 4096, &(struct hash_seed){{1, 2}}));
    options->words = words;
    return words;
}

BENCH void bench_free_words(struct words **words)
{
    words_fini(*words);
    free(*words);
    *words = NULL;
}

/* Two sites: 0 in EUR, 1 in USD. */
BENCH void bench_open_with(struct bench *b, struct fold_options options)
{
    static const struct fold_site sites[] = {{"shop", EUR}, {"other", USD}};
    *b = (struct bench){.options = options, .received = FF_NEVER};
    b->options.sites = sites;
    b->options.site_count = 2;
    struct hash_seed seed = {{UINT64_C(0x9e3779b97f4a7c15), 42}};
    struct ff_fact_sink sink = {.take = bench_take, .ctx = b, .cells = bench_take_cells};
    b->words = bench_words(&b->options);
    b->fold = fold_new(&b->options, &seed, &sink);
    assert_non_null(b->fold);
}

BENCH void bench_open(struct bench *b)
{
    bench_open_with(b, bench_options());
}

BENCH void bench_close(struct bench *b)
{
    fold_free(&b->fold);
    assert_null(b->fold);
    bench_free_words(&b->words);
    free(b->cells);
    free(b->cell_slots);
    b->cells = NULL;
    free(b->sums);
    b->sums = NULL;
}

/* --- beacons: texts are borrowed ----------------------------------------------------------- */

BENCH struct ff_beacon bench_event(enum ff_type type, const char *visitor, ff_wall time)
{
    struct ff_beacon e = {.type = type, .time = time, .has = FF_HAS(TYPE) | FF_HAS(TIME)};
    if (visitor) {
        e.has |= FF_HAS(VISITOR);
        e.text[FF_TEXT_VISITOR] = ff_span_text(visitor);
    }
    return e;
}

BENCH struct ff_beacon bench_engaged(enum ff_type type, const char *visitor, ff_wall time, int64_t ms)
{
    struct ff_beacon e = bench_event(type, visitor, time);
    e.has |= FF_HAS(ENGAGED_MS);
    e.number[FF_NUMBER_ENGAGED_MS] = ms;
    return e;
}

BENCH struct ff_beacon bench_page(const char *visitor, ff_wall time, const char *page)
{
    struct ff_beacon e = bench_event(FF_PAGE_VIEW, visitor, time);
    e.page = ff_span_text(page);
    return e;
}

/* source, campaign: NULL where the url has none. */
BENCH struct ff_beacon bench_from(struct ff_beacon e, const char *source, const char *campaign)
{
    e.source = ff_span_text(source);
    e.campaign = ff_span_text(campaign);
    return e;
}

/* country: two letters, or NULL. */
BENCH struct ff_beacon bench_on(struct ff_beacon e, enum ff_channel channel, enum ff_device device, const char *country)
{
    e.judged = true;
    e.origin = (struct ff_origin){country ? ff_country(country[0], country[1]) : 0, (uint8_t)channel, (uint8_t)device};
    return e;
}

BENCH struct ff_beacon bench_with_results(struct ff_beacon e, int64_t results)
{
    e.has |= FF_HAS(RESULTS);
    e.number[FF_NUMBER_RESULTS] = results;
    return e;
}

/* A checkout step or a custom event. */
BENCH struct ff_beacon bench_named(enum ff_type type, const char *visitor, ff_wall time, const char *name)
{
    struct ff_beacon e = bench_event(type, visitor, time);
    e.text[type == FF_CUSTOM ? FF_TEXT_NAME : FF_TEXT_STEP] = ff_span_text(name);
    return e;
}

BENCH struct ff_beacon bench_search(const char *visitor, ff_wall time, const char *term)
{
    struct ff_beacon e = bench_event(FF_SEARCH, visitor, time);
    e.term_key = ff_span_text(term);
    return e;
}

BENCH struct ff_item bench_item(const char *sku, int32_t quantity, ff_money price)
{
    struct ff_item i = {.quantity = quantity, .price = price, .has_price = true};
    i.text[FF_ITEM_SKU] = ff_span_text(sku);
    return i;
}

BENCH struct ff_item bench_unpriced(const char *sku, int32_t quantity)
{
    struct ff_item i = bench_item(sku, quantity, 0);
    i.has_price = false;
    return i;
}

/* items are borrowed, too. */
BENCH struct ff_beacon bench_cart(enum ff_type type, const char *visitor, ff_wall time,
                                  const struct ff_item *items, uint32_t n)
{
    struct ff_beacon e = bench_event(type, visitor, time);
    if (n > 0)
        e.has |= FF_HAS(ITEMS);
    e.items = items;
    e.item_count = n;
    return e;
}

BENCH struct ff_beacon bench_purchase(const char *visitor, ff_wall time, const char *order, ff_money value)
{
    struct ff_beacon e = bench_event(FF_PURCHASE, visitor, time);
    e.has |= FF_HAS(ORDER) | FF_HAS(VALUE);
    e.text[FF_TEXT_ORDER] = ff_span_text(order);
    e.money[FF_AMOUNT_VALUE] = value;
    return e;
}

BENCH struct ff_beacon bench_refund(ff_wall time, const char *order)
{
    struct ff_beacon e = bench_event(FF_REFUND, NULL, time);
    e.has |= FF_HAS(ORDER);
    e.text[FF_TEXT_ORDER] = ff_span_text(order);
    return e;
}

BENCH struct ff_beacon bench_with_value(struct ff_beacon e, ff_money value)
{
    e.has |= FF_HAS(VALUE);
    e.money[FF_AMOUNT_VALUE] = value;
    return e;
}

BENCH struct ff_beacon bench_with_id(struct ff_beacon e, const char *id)
{
    e.has |= FF_HAS(ID);
    e.text[FF_TEXT_ID] = ff_span_text(id);
    return e;
}

BENCH struct ff_beacon bench_support(enum ff_type type, ff_wall time, const char *ticket)
{
    struct ff_beacon e = bench_event(type, NULL, time);
    e.has |= FF_HAS(TICKET);
    e.text[FF_TEXT_TICKET] = ff_span_text(ticket);
    return e;
}

/* Makes a survey of an event; no topic: "". */
BENCH struct ff_beacon bench_answer(struct ff_beacon e, const char *kind, const char *scale, int score,
                                    const char *topic)
{
    e.has |= FF_HAS(KIND) | FF_HAS(SCALE) | FF_HAS(SCORE) | (*topic ? FF_HAS(TOPIC) : 0);
    e.text[FF_TEXT_KIND] = ff_span_text(kind);
    e.text[FF_TEXT_SCALE] = ff_span_text(scale);
    e.text[FF_TEXT_TOPIC] = ff_span_text(topic);
    e.number[FF_NUMBER_SCORE] = score;
    return e;
}

BENCH struct ff_beacon bench_saying(struct ff_beacon e, const char *comment)
{
    e.has |= *comment ? FF_HAS(COMMENT) : 0;
    e.text[FF_TEXT_COMMENT] = ff_span_text(comment);
    return e;
}

BENCH struct ff_beacon bench_in(struct ff_beacon e, ff_currency currency)
{
    e.has |= FF_HAS(CURRENCY);
    e.currency = currency;
    return e;
}

/* --- records ------------------------------------------------------------------------------- */

BENCH enum ff_status bench_fold(struct bench *b, struct ff_beacon e, ff_wall received, bool imported)
{
    if (received > b->received)
        b->received = received;
    struct ff_record r = {.seq = ++b->seq, .received = b->received,
                          .arrival = imported ? e.time : b->received, .imported = imported, .beacon = e};
    struct fold_ahead ahead;
    fold_expect(b->fold, &r, 1, &ahead);
    return fold_apply(b->fold, &r, &ahead);
}

/* Comes at this time. */
BENCH enum ff_status bench_send_at(struct bench *b, struct ff_beacon e, ff_wall received)
{
    return bench_fold(b, e, received, false);
}

/* Comes when it happens, or at the time of the record before. */
BENCH enum ff_status bench_send(struct bench *b, struct ff_beacon e)
{
    return bench_fold(b, e, e.time, false);
}

/* One event a letter, a minute apart, from start on; capitals are the variant. */
BENCH void bench_play(struct bench *b, const char *visitor, ff_wall start, const char *letters)
{
    static const char *const orders[] = {"o0", "o1", "o2", "o3", "o4", "o5", "o6", "o7"};
    struct ff_item item = bench_item("sku", 1, MONEY(10)), nothing = bench_item("sku", 0, 0);
    for (size_t i = 0; letters[i]; i++) {
        ff_wall t = start + (ff_dur)i * FF_MINUTE;
        struct ff_beacon e;
        switch (letters[i]) {
        case 'p': e = bench_event(FF_PAGE_VIEW, visitor, t); break;
        case '.': e = bench_event(FF_PING, visitor, t); break;
        case 'e': e = bench_engaged(FF_PING, visitor, t, 9999); break;
        case 'E': e = bench_engaged(FF_PING, visitor, t, 10000); break;
        case 'i': e = bench_event(FF_VIEW_ITEM, visitor, t); break;
        case 's': e = bench_search(visitor, t, "red shoes"); break;
        case 'S': e = bench_search(visitor, t, "blue shoes"); break;
        case 'a': e = bench_cart(FF_ADD_TO_CART, visitor, t, &item, 1); break;
        case 'r': e = bench_cart(FF_REMOVE_FROM_CART, visitor, t, &item, 1); break;
        case 'u': e = bench_cart(FF_UPDATE_CART, visitor, t, &item, 1); break;
        case 'U': e = bench_cart(FF_UPDATE_CART, visitor, t, &nothing, 1); break;
        case 'v': e = bench_event(FF_VIEW_CART, visitor, t); break;
        case 'b': e = bench_event(FF_BEGIN_CHECKOUT, visitor, t); break;
        case 'c': e = bench_event(FF_CHECKOUT_STEP, visitor, t); break;
        case '$': e = bench_purchase(visitor, t, orders[i % 8], MONEY(10)); break;
        case 'y': e = bench_event(FF_SURVEY, visitor, t); break;
        case 'x': e = bench_event(FF_CUSTOM, visitor, t); break;
        case 'X':
            e = bench_event(FF_CUSTOM, visitor, t);
            e.passive = true;
            break;
        default: fail_msg("no event for '%c'", letters[i]); return;
        }
        bench_send(b, e);
    }
}

/* --- sums ---------------------------------------------------------------------------------- */

/* Of all instants and sites. */
BENCH int64_t bench_total(const struct bench *b, enum ff_counter counter)
{
    int64_t sum = 0;
    for (size_t i = 0; i < b->n; i++)
        if (b->sums[i].kind == FF_FACT_COUNT && b->sums[i].which == counter)
            sum += b->sums[i].by;
    return sum;
}

BENCH int64_t bench_count(const struct bench *b, uint16_t site, enum ff_counter counter, ff_wall at)
{
    for (size_t i = 0; i < b->n; i++)
        if (b->sums[i].kind == FF_FACT_COUNT && b->sums[i].which == counter && b->sums[i].at == at &&
            b->sums[i].site == site)
            return b->sums[i].by;
    return 0;
}

/* Sum of a purse over all instants and sites; *number, when asked for, is that of things summed. */
BENCH int64_t bench_money(const struct bench *b, enum ff_purse purse, ff_currency currency, int64_t *number)
{
    ff_money_sum sum = 0;
    int64_t things = 0;
    for (size_t i = 0; i < b->n; i++)
        if (b->sums[i].kind == FF_FACT_MONEY && b->sums[i].which == purse && b->sums[i].currency == currency) {
            sum += b->sums[i].amount;
            things += b->sums[i].by;
        }
    if (number)
        *number = things;
    return (int64_t)sum;
}

/* Times at which a visitor was seen, over all visitors. */
BENCH size_t bench_seen(const struct bench *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->n; i++)
        n += b->sums[i].kind == FF_FACT_VISITOR;
    return n;
}

#define assert_total(b, counter, expected)                                                       \
    assert_int_equal(bench_total(b, FF_COUNT_##counter), expected)

/* Of all instants, of site 0. */
BENCH int64_t bench_cells(const struct bench *b, enum ff_dimension dimension, const char *text, uint8_t field)
{
    int64_t sum = 0;
    for (size_t i = 0; i < b->cell_n; i++)
        if (b->cells[i].dimension == dimension && b->cells[i].field == field && b->cells[i].site == 0 &&
            strcmp(b->cells[i].text, text) == 0)
            sum += field == BENCH_MONEY ? (int64_t)b->cells[i].amount : b->cells[i].by;
    return sum;
}

BENCH int64_t bench_cell_at(const struct bench *b, enum ff_dimension dimension, const char *text, uint8_t field,
                            ff_wall at)
{
    for (size_t i = 0; i < b->cell_n; i++)
        if (b->cells[i].dimension == dimension && b->cells[i].field == field && b->cells[i].at == at &&
            b->cells[i].site == 0 && strcmp(b->cells[i].text, text) == 0)
            return field == BENCH_MONEY ? (int64_t)b->cells[i].amount : b->cells[i].by;
    return 0;
}

#define assert_cell(b, dimension, text, field, expected)                                         \
    assert_int_equal(bench_cells(b, FF_BY_##dimension, text, FF_ROW_##field), expected)
#define assert_cell_money(b, dimension, text, expected)                                          \
    assert_int_equal(bench_cells(b, FF_BY_##dimension, text, BENCH_MONEY), expected)

/* All values of a dimension together. */
BENCH int64_t bench_all_cells(const struct bench *b, uint16_t site, enum ff_dimension dimension, uint8_t field, ff_wall at)
{
    int64_t sum = 0;
    for (size_t i = 0; i < b->cell_n; i++)
        if (b->cells[i].dimension == dimension && b->cells[i].field == field && b->cells[i].at == at &&
            b->cells[i].site == site)
            sum += b->cells[i].by;
    return sum;
}

/* A counter and the field of every row in which it is broken down. */
static const struct bench_pair {
    enum ff_counter counter;
    uint8_t dimension, field;
} bench_pairs[] = {
#define SESSION_PAIRS(dimension)                                                                 \
    {FF_COUNT_SESSIONS, dimension, FF_ROW_SESSIONS}, {FF_COUNT_SESSIONS_NEW, dimension, FF_ROW_NEW_VISITORS}, \
    {FF_COUNT_SESSION_PAGEVIEWS, dimension, FF_ROW_PAGEVIEWS}, {FF_COUNT_BOUNCES, dimension, FF_ROW_BOUNCES}, \
    {FF_COUNT_ENGAGED, dimension, FF_ROW_ENGAGED}, {FF_COUNT_ADDED_TO_CART, dimension, FF_ROW_ADDED_TO_CART}, \
    {FF_COUNT_BEGAN_CHECKOUT, dimension, FF_ROW_BEGAN_CHECKOUT}, {FF_COUNT_PURCHASED, dimension, FF_ROW_PURCHASED}
    SESSION_PAIRS(FF_BY_CHANNEL), SESSION_PAIRS(FF_BY_SOURCE), SESSION_PAIRS(FF_BY_CAMPAIGN),
    SESSION_PAIRS(FF_BY_DEVICE), SESSION_PAIRS(FF_BY_COUNTRY), SESSION_PAIRS(FF_BY_VISITOR_TYPE),
    SESSION_PAIRS(FF_BY_ENTRY_PAGE), SESSION_PAIRS(FF_BY_EXIT_PAGE),
#undef SESSION_PAIRS
    {FF_COUNT_PAGEVIEWS, FF_BY_PAGE, FF_ROW_VIEWS},
    {FF_COUNT_PAGE_TIME, FF_BY_PAGE, FF_ROW_PAGE_TIME},
    {FF_COUNT_PAGE_TIME_PAGES, FF_BY_PAGE, FF_ROW_PAGE_TIMED},
    {FF_COUNT_SEARCHES, FF_BY_SEARCH_TERM, FF_ROW_SEARCHES},
    {FF_COUNT_SEARCHES_ZERO, FF_BY_SEARCH_TERM, FF_ROW_ZERO_RESULTS},
    {FF_COUNT_SEARCHES_ZERO, FF_BY_ZERO_RESULT_TERM, FF_ROW_SEARCHES},
};

/* Breakdowns add up to what they break down, and no field is below nothing. */
BENCH void bench_assert_cells(const struct bench *b)
{
    for (size_t i = 0; i < b->cell_n; i++)
        if (b->cells[i].by < 0)
            fail_msg("dimension %d field %d of %s: %lld", b->cells[i].dimension, b->cells[i].field, b->cells[i].text,
                     (long long)b->cells[i].by);
    for (size_t i = 0; i < b->n; i++) {
        const struct bench_sum *s = &b->sums[i];
        for (size_t k = 0; s->kind == FF_FACT_COUNT && k < sizeof bench_pairs / sizeof *bench_pairs; k++) {
            const struct bench_pair *pair = &bench_pairs[k];
            if (s->which == pair->counter)
                assert_int_equal(bench_all_cells(b, s->site, pair->dimension, pair->field, s->at), s->by);
        }
    }
}

/* What metrics.md promises of any history: carts add up at every opening, and no sum of
 * differences is below nothing. */
BENCH void bench_assert_sums(struct bench *b)
{
    for (size_t i = 0; i < b->n; i++) {
        const struct bench_sum *s = &b->sums[i];
        if (s->by < 0 || (s->kind == FF_FACT_MONEY && s->by == 0 && s->amount != 0))
            fail_msg("kind %d which %d at %lld: %lld", s->kind, s->which, (long long)s->at, (long long)s->by);
        if (s->kind != FF_FACT_COUNT || s->which != FF_COUNT_CARTS_OPENED)
            continue;
        int64_t states = bench_count(b, s->site, FF_COUNT_CARTS_OPEN, s->at) +
                         bench_count(b, s->site, FF_COUNT_CARTS_CONVERTED, s->at) +
                         bench_count(b, s->site, FF_COUNT_CARTS_ABANDONED, s->at) +
                         bench_count(b, s->site, FF_COUNT_CARTS_EMPTIED, s->at);
        if (states != s->by)
            fail_msg("carts opened at %lld: %lld, but %lld in some state", (long long)s->at,
                     (long long)s->by, (long long)states);
    }
}

/* Long after the last window: nothing may be left in memory, and no pool may leak. */
BENCH void bench_assert_empties(struct bench *b)
{
    ff_wall now = b->fold->now == FF_NEVER ? BENCH_START : b->fold->now;
    fold_advance(b->fold, now + 1000 * FF_DAY);
    struct fold_counts c = fold_counts(b->fold);
    assert_int_equal(c.visitors, 0);
    assert_int_equal(c.carts, 0);
    assert_int_equal(c.ids, 0);
    assert_int_equal(c.orders, 0);
    assert_int_equal(c.tails, 0);
    assert_int_equal(c.tail_events, 0);
    assert_int_equal(b->fold->lines.used, 0);
    assert_int_equal(b->fold->extras.used, 0);
    assert_int_equal(words_used(b->words), FOLD_WORDS); /* those of the fold */
    assert_int_equal(b->fold->rests.used, 0);
    assert_int_equal(b->fold->settled.used, 0);
    assert_int_equal(b->fold->waymarks.used, 0);
    assert_int_equal(b->fold->refunds.table.used, 0);
    assert_int_equal(c.tickets, 0);
    assert_int_equal(b->fold->tickets.by_key.used, 0);
    assert_int_equal(b->fold->live_due.n, 0);
    assert_int_equal(b->fold->cart_due.n, 0);
    assert_int_equal(b->fold->visitors_by_key.used, 0);
    const struct chain *chains[] = {&b->fold->visitors_by_touch, &b->fold->carts_by_touch, &b->fold->tails_by_age,
                                    &b->fold->extras_by_touch};
    for (size_t i = 0; i < 4; i++)
        assert_true(chains[i]->oldest == 0 && chains[i]->newest == 0);
    assert_int_equal(fold_live_visitors(b->fold, 0), 0);
    assert_int_equal(fold_live_visitors(b->fold, 1), 0);
}

/* Every test ends with it. */
BENCH void bench_finish(struct bench *b)
{
    bench_assert_sums(b);
    bench_assert_cells(b);
    bench_assert_empties(b);
    bench_assert_sums(b);
    assert_int_equal(bench_total(b, FF_COUNT_CARTS_OPEN), 0);
    bench_close(b);
}

#endif
