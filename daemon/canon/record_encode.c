#include "canon.h"
#include "record_keys.h"

#include <msgpack/pack.h>

/* Where packed bytes go. */
struct room {
    char *p;
    size_t used, size;
};

static int put(void *data, const char *bytes, size_t n)
{
    struct room *room = data;
    if (n > room->size - room->used)
        return -1;
    memcpy(room->p + room->used, bytes, n);
    room->used += n;
    return 0;
}

/* What packing gives: 0, or below it when there was no room. */
static int pack_text(msgpack_packer *pk, struct ff_span text)
{
    return msgpack_pack_str_with_body(pk, text.p, text.n);
}

static int pack_type(msgpack_packer *pk, const struct ff_beacon *b, int place)
{
    (void)place;
    return msgpack_pack_int64(pk, b->type);
}

static int pack_field_text(msgpack_packer *pk, const struct ff_beacon *b, int place)
{
    return pack_text(pk, b->text[place]);
}

static int pack_time(msgpack_packer *pk, const struct ff_beacon *b, int place)
{
    (void)place;
    return msgpack_pack_int64(pk, b->time);
}

static int pack_number(msgpack_packer *pk, const struct ff_beacon *b, int place)
{
    return msgpack_pack_int64(pk, b->number[place]);
}

static int pack_money(msgpack_packer *pk, const struct ff_beacon *b, int place)
{
    return msgpack_pack_int64(pk, b->money[place]);
}

static int pack_currency(msgpack_packer *pk, const struct ff_beacon *b, int place)
{
    char text[4];
    (void)place;
    ff_currency_text(b->currency, text);
    return msgpack_pack_str_with_body(pk, text, 3);
}

static int pack_boolean(msgpack_packer *pk, const struct ff_beacon *b, int place)
{
    (void)place;
    return b->passive ? msgpack_pack_true(pk) : msgpack_pack_false(pk);
}

static int pack_item(msgpack_packer *pk, const struct ff_item *item)
{
    int bad = 0;
    size_t n = (size_t)item->has_price + (item->quantity != 1);
    for (int i = 0; i < FF_ITEM_TEXT_COUNT; i++)
        n += item->text[i].p != NULL;
    bad |= msgpack_pack_map(pk, n);
    for (int i = 0; i < FF_ITEM_TEXT_COUNT; i++) {
        if (!item->text[i].p)
            continue;
        bad |= msgpack_pack_int64(pk, i);
        bad |= pack_text(pk, item->text[i]);
    }
    if (item->has_price) {
        bad |= msgpack_pack_int64(pk, RECORD_ITEM_PRICE);
        bad |= msgpack_pack_int64(pk, item->price);
    }
    if (item->quantity != 1) {
        bad |= msgpack_pack_int64(pk, RECORD_ITEM_QUANTITY);
        bad |= msgpack_pack_int64(pk, item->quantity);
    }
    return bad;
}

static int pack_items(msgpack_packer *pk, const struct ff_beacon *b, int place)
{
    (void)place;
    int bad = msgpack_pack_array(pk, b->item_count);
    for (uint32_t i = 0; i < b->item_count && !bad; i++)
        bad = pack_item(pk, &b->items[i]);
    return bad;
}

static int (*const pack_table[])(msgpack_packer *pk, const struct ff_beacon *b, int place) = {
    [FF_KIND_TYPE] = pack_type,         [FF_KIND_ID] = pack_field_text,   [FF_KIND_TEXT] = pack_field_text,
    [FF_KIND_WORD] = pack_field_text,   [FF_KIND_TIME] = pack_time,       [FF_KIND_INTEGER] = pack_number,
    [FF_KIND_DECIMAL] = pack_money,     [FF_KIND_CURRENCY] = pack_currency,
    [FF_KIND_BOOLEAN] = pack_boolean,   [FF_KIND_ITEMS] = pack_items,
};

static const struct field_row {
    uint8_t kind, place;
} field_table[FF_FIELD_COUNT] = {
#define X(name, key, kind, place, max) {kind, place},
    FF_FIELD_TABLE(X)
#undef X
};

static int pack_fields(msgpack_packer *pk, const struct ff_beacon *b)
{
    int bad = 0;
    for (uint64_t left = b->has; left != 0 && !bad; left &= left - 1) {
        int field = __builtin_ctzll(left);
        bad |= msgpack_pack_int64(pk, field);
        bad |= pack_table[field_table[field].kind](pk, b, field_table[field].place);
    }
    return bad;
}

static bool has_own_term_key(const struct ff_beacon *b)
{
    return !ff_span_equal(b->term_key, b->text[FF_TEXT_TERM]);
}

static int pack_head(msgpack_packer *pk, const struct ff_record *r)
{
    const struct ff_beacon *b = &r->beacon;
    bool own_arrival = r->arrival != r->received, own_key = has_own_term_key(b);
    size_t n = 2 + own_arrival + r->imported + own_key + (size_t)__builtin_popcountll(b->has);
    int bad = msgpack_pack_map(pk, n);
    bad |= msgpack_pack_int64(pk, RECORD_KEY_VERSION);
    bad |= msgpack_pack_int64(pk, RECORD_VERSION);
    bad |= msgpack_pack_int64(pk, RECORD_KEY_RECEIVED);
    bad |= msgpack_pack_int64(pk, r->received);
    if (own_arrival) {
        bad |= msgpack_pack_int64(pk, RECORD_KEY_ARRIVAL);
        bad |= msgpack_pack_int64(pk, r->arrival);
    }
    if (r->imported) {
        bad |= msgpack_pack_int64(pk, RECORD_KEY_IMPORTED);
        bad |= msgpack_pack_true(pk);
    }
    if (own_key) {
        bad |= msgpack_pack_int64(pk, RECORD_KEY_TERM);
        bad |= pack_text(pk, b->term_key);
    }
    return bad;
}

size_t record_encode(const struct ff_record *r, void *out, size_t size)
{
    struct room room = {out, 0, size};
    msgpack_packer pk;
    msgpack_packer_init(&pk, &room, put);
    int bad = pack_head(&pk, r);
    bad |= pack_fields(&pk, &r->beacon);
    return bad ? 0 : room.used;
}
