#include "canon.h"
#include "pack.h"
#include "record_keys.h"

static void put_type(struct pack *k, const struct ff_beacon *b, int place)
{
    (void)place;
    pack_integer(k, b->type);
}

static void put_text(struct pack *k, const struct ff_beacon *b, int place)
{
    pack_string(k, b->text[place]);
}

static void put_time(struct pack *k, const struct ff_beacon *b, int place)
{
    (void)place;
    pack_integer(k, b->time);
}

static void put_number(struct pack *k, const struct ff_beacon *b, int place)
{
    pack_integer(k, b->number[place]);
}

static void put_money(struct pack *k, const struct ff_beacon *b, int place)
{
    pack_integer(k, b->money[place]);
}

static void put_currency(struct pack *k, const struct ff_beacon *b, int place)
{
    char text[4];
    (void)place;
    ff_currency_text(b->currency, text);
    pack_string(k, ff_span_of(text, 3));
}

static void put_boolean(struct pack *k, const struct ff_beacon *b, int place)
{
    pack_boolean(k, ff_flag_of(b, place));
}

static void put_item(struct pack *k, const struct ff_item *item)
{
    size_t n = (size_t)item->has_price + (item->quantity != 1);
    for (int i = 0; i < FF_ITEM_TEXT_COUNT; i++)
        n += item->text[i].p != NULL;
    pack_map(k, n);
    for (int i = 0; i < FF_ITEM_TEXT_COUNT; i++) {
        if (!item->text[i].p)
            continue;
        pack_integer(k, i);
        pack_string(k, item->text[i]);
    }
    if (item->has_price) {
        pack_integer(k, RECORD_ITEM_PRICE);
        pack_integer(k, item->price);
    }
    if (item->quantity != 1) {
        pack_integer(k, RECORD_ITEM_QUANTITY);
        pack_integer(k, item->quantity);
    }
}

static void put_items(struct pack *k, const struct ff_beacon *b, int place)
{
    (void)place;
    pack_array(k, b->item_count);
    for (uint32_t i = 0; i < b->item_count; i++)
        put_item(k, &b->items[i]);
}

static void (*const put_table[])(struct pack *k, const struct ff_beacon *b, int place) = {
    [FF_KIND_TYPE] = put_type,       [FF_KIND_ID] = put_text,
    [FF_KIND_TEXT] = put_text,       [FF_KIND_WORD] = put_text,
    [FF_KIND_TIME] = put_time,       [FF_KIND_INTEGER] = put_number,
    [FF_KIND_DECIMAL] = put_money,   [FF_KIND_CURRENCY] = put_currency,
    [FF_KIND_BOOLEAN] = put_boolean, [FF_KIND_ITEMS] = put_items,
};

static const struct field_row {
    uint8_t kind, place;
} field_table[FF_FIELD_COUNT] = {
#define X(name, key, kind, place, max) {kind, place},
    FF_FIELD_TABLE(X)
#undef X
};

static void put_fields(struct pack *k, const struct ff_beacon *b)
{
    for (uint64_t left = b->has; left != 0; left &= left - 1) {
        int field = __builtin_ctzll(left);
        pack_integer(k, field);
        put_table[field_table[field].kind](k, b, field_table[field].place);
    }
}

static size_t judged_keys(const struct ff_beacon *b)
{
    return b->judged ? 1u + (b->source.n > 0) + (b->campaign.n > 0) : 0;
}

static void put_judged(struct pack *k, const struct ff_beacon *b)
{
    if (!b->judged)
        return;
    pack_integer(k, RECORD_KEY_ORIGIN);
    pack_integer(k, b->origin.channel + RECORD_ORIGIN_DEVICE * b->origin.device +
                        RECORD_ORIGIN_COUNTRY * b->origin.country);
    if (b->source.n > 0) {
        pack_integer(k, RECORD_KEY_SOURCE);
        pack_string(k, b->source);
    }
    if (b->campaign.n > 0) {
        pack_integer(k, RECORD_KEY_CAMPAIGN);
        pack_string(k, b->campaign);
    }
}

static void put_head(struct pack *k, const struct ff_record *r)
{
    const struct ff_beacon *b = &r->beacon;
    bool own_arrival = r->arrival != r->received;
    bool own_key = !ff_span_equal(b->term_key, b->text[FF_TEXT_TERM]);
    pack_map(k, 2 + own_arrival + r->imported + own_key + judged_keys(b) + (size_t)__builtin_popcountll(b->has));
    pack_integer(k, RECORD_KEY_VERSION);
    pack_integer(k, RECORD_VERSION);
    pack_integer(k, RECORD_KEY_RECEIVED);
    pack_integer(k, r->received);
    if (own_arrival) {
        pack_integer(k, RECORD_KEY_ARRIVAL);
        pack_integer(k, r->arrival);
    }
    if (r->imported) {
        pack_integer(k, RECORD_KEY_IMPORTED);
        pack_boolean(k, true);
    }
    if (own_key) {
        pack_integer(k, RECORD_KEY_TERM);
        pack_string(k, b->term_key);
    }
    put_judged(k, b);
}

size_t record_encode(const struct ff_record *r, void *out, size_t size)
{
    struct pack k = pack_begin(out, size);
    put_head(&k, r);
    put_fields(&k, &r->beacon);
    return pack_done(&k);
}
