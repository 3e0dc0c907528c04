/* Beacons in a line for canon's tests: "type=purchase|visitor=v|order=o|value=5|items=a:2,b:0:9.99". */
#ifndef FOOTFALL_TEST_GIVEN_H
#define FOOTFALL_TEST_GIVEN_H

#include "canon.h"
#include "decimal.h"

#include <stdlib.h>

#define NOW (INT64_C(1795328806) * FF_SECOND)
#define GIVEN_ITEMS 8

/* A beacon and the items it borrows. */
struct given {
    struct ff_record r;
    struct ff_item items[GIVEN_ITEMS];
};

static const struct given_row {
    const char *key;
    int kind, place;
} given_table[] = {
#define X(name, key, kind, place, max) {key, kind, place},
    FF_FIELD_TABLE(X)
#undef X
};

static inline struct ff_span given_part(struct ff_span *rest, char end)
{
    const char *p = rest->n > 0 ? memchr(rest->p, end, rest->n) : NULL;
    size_t n = p ? (size_t)(p - rest->p) : rest->n;
    struct ff_span part = ff_span_of(rest->p, n);
    *rest = ff_span_of(rest->p + n + (p != NULL), rest->n - n - (p != NULL));
    return part;
}

static inline enum ff_type given_type(struct ff_span word)
{
#define X(name, text, number)                                                                      \
    if (ff_span_is(word, text))                                                                    \
        return FF_##name;
    FF_TYPE_TABLE(X)
#undef X
    return FF_TYPE_NONE;
}

/* sku, sku:quantity or sku:quantity:price, with commas between; "-" is a missing sku. */
static inline void given_items(struct given *g, struct ff_span text)
{
    g->r.beacon.items = g->items;
    while (text.n > 0) {
        struct ff_span one = given_part(&text, ',');
        struct ff_item *item = &g->items[g->r.beacon.item_count++];
        *item = (struct ff_item){.quantity = 1};
        struct ff_span sku = given_part(&one, ':');
        item->text[FF_ITEM_SKU] = ff_span_is(sku, "-") ? ff_span_of(NULL, 0) : sku;
        if (one.n > 0)
            item->quantity = atoi(given_part(&one, ':').p);
        item->has_price = one.n > 0 && decimal_from_string(one, &item->price) == FF_OK;
    }
}

static inline void given_field(struct given *g, const struct given_row *row, struct ff_span value)
{
    struct ff_beacon *b = &g->r.beacon;
    if (row->kind == FF_KIND_TYPE)
        b->type = given_type(value);
    else if (row->kind == FF_KIND_TIME)
        b->time = NOW + atoll(value.p) * FF_SECOND;
    else if (row->kind == FF_KIND_INTEGER)
        b->number[row->place] = atoll(value.p);
    else if (row->kind == FF_KIND_DECIMAL)
        decimal_from_string(value, &b->money[row->place]);
    else if (row->kind == FF_KIND_CURRENCY)
        b->currency = FF_CURRENCY(value.p[0], value.p[1], value.p[2]);
    else if (row->kind == FF_KIND_BOOLEAN)
        *ff_flag(b, row->place) = *value.p == '1';
    else if (row->kind == FF_KIND_ITEMS)
        given_items(g, value);
    else
        b->text[row->place] = value;
}

/* The beacon that the text says, as intake would hand it over; borrows text. time is in seconds
 * from NOW. */
static inline void given_beacon(struct given *g, const char *text)
{
    struct ff_span rest = ff_span_text(text);
    memset(g, 0, sizeof *g);
    g->r.beacon.fault_field = "";
    while (rest.n > 0) {
        struct ff_span value = given_part(&rest, '|'), key = given_part(&value, '=');
        for (int i = 0; i < FF_FIELD_COUNT; i++) {
            if (!ff_span_is(key, given_table[i].key))
                continue;
            g->r.beacon.has |= UINT64_C(1) << i;
            given_field(g, &given_table[i], value);
        }
    }
}

#define GIVEN_MAX_AGE (72 * FF_HOUR)

/* A canon of one site, "shop" alias "www", or of two: also "outlet" alias "sale", "rest". */
static inline struct canon *given_canon(uint16_t sites)
{
    static const char *const shop[] = {"www", NULL}, *const outlet[] = {"sale", "rest", NULL};
    static const struct canon_site table[] = {
        {"shop", shop, FF_CURRENCY('E', 'U', 'R'), FF_GPC_ANONYMOUS},
        {"outlet", outlet, FF_CURRENCY('U', 'S', 'D'), FF_GPC_DROP},
    };
    struct canon_options options = {table, sites, GIVEN_MAX_AGE};
    return canon_new(&options);
}

/* What canon_check makes of the text; the beacon is in g. */
static inline enum ff_status given_check(struct canon *c, struct given *g, const char *text,
                                         bool imported)
{
    struct canon_arrival how = {.now = NOW, .imported = imported};
    given_beacon(g, text);
    return canon_check(c, &how, &g->r);
}

#endif
