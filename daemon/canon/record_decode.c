#include "canon_memory.h"
#include "item_limits.h"
#include "record_keys.h"
#include "unpack.h"
#include "url.h"

/* What no record can be without. */
#define ALWAYS (FF_HAS(TYPE) | FF_HAS(SITE) | FF_HAS(TIME))

/* A record that is being read. Nothing but u.bad says that it is damaged. */
struct reader {
    struct canon *canon;
    struct unpack u;
    struct ff_record *r;
    uint64_t seen;         /* bit of each RECORD_KEY_*, less RECORD_KEY_VERSION */
    struct ff_span source, campaign; /* of a judged beacon */
    enum ff_status status; /* FF_OK, or what stopped the reading that is no damage */
};

/* FF_FIELD_TABLE's row of a field. */
struct field_row {
    uint8_t kind, place;
    int64_t max;
};

static const struct field_row field_table[FF_FIELD_COUNT] = {
#define X(name, key, kind, place, max) {kind, place, max},
    FF_FIELD_TABLE(X)
#undef X
};

/* An integer from low to high. */
static int64_t read_within(struct reader *d, int64_t low, int64_t high)
{
    int64_t n = unpack_integer(&d->u);
    d->u.bad |= n < low || n > high;
    return n;
}

/* A string of low to high bytes. */
static struct ff_span read_text(struct reader *d, size_t low, size_t high)
{
    struct ff_span text = unpack_string(&d->u);
    d->u.bad |= text.n < low || text.n > high;
    return text;
}

static void read_type(struct reader *d, const struct field_row *row)
{
    (void)row;
    d->r->beacon.type = (enum ff_type)read_within(d, FF_TYPE_NONE + 1, FF_TYPE_COUNT - 1);
}

static void read_id(struct reader *d, const struct field_row *row)
{
    d->r->beacon.text[row->place] = read_text(d, 1, (size_t)row->max);
}

static void read_field_text(struct reader *d, const struct field_row *row)
{
    d->r->beacon.text[row->place] = read_text(d, 0, (size_t)row->max);
}

static void read_time(struct reader *d, const struct field_row *row)
{
    (void)row;
    d->r->beacon.time = unpack_integer(&d->u);
}

static void read_number(struct reader *d, const struct field_row *row)
{
    d->r->beacon.number[row->place] = read_within(d, 0, row->max);
}

static void read_money(struct reader *d, const struct field_row *row)
{
    d->r->beacon.money[row->place] = read_within(d, -FF_MONEY_MAX, FF_MONEY_MAX);
}

static void read_currency(struct reader *d, const struct field_row *row)
{
    (void)row;
    struct ff_span t = read_text(d, 3, 3);
    if (!d->u.bad)
        d->r->beacon.currency = FF_CURRENCY((uint8_t)t.p[0], (uint8_t)t.p[1], (uint8_t)t.p[2]);
}

static void read_boolean(struct reader *d, const struct field_row *row)
{
    *ff_flag(&d->r->beacon, row->place) = unpack_boolean(&d->u);
}

static void read_item_member(struct reader *d, struct ff_item *item)
{
    int64_t key = unpack_integer(&d->u);
    if (key == RECORD_ITEM_PRICE) {
        item->price = read_within(d, -FF_MONEY_MAX, FF_MONEY_MAX);
        item->has_price = true;
    } else if (key == RECORD_ITEM_QUANTITY) {
        item->quantity = (int32_t)read_within(d, 0, LIMIT_QUANTITY);
    } else if (key == FF_ITEM_SKU) {
        item->text[FF_ITEM_SKU] = read_text(d, 1, LIMIT_SKU);
    } else if (key > FF_ITEM_SKU && key < FF_ITEM_TEXT_COUNT) {
        item->text[key] = read_text(d, 0, LIMIT_ITEM_TEXT);
    } else {
        d->status = FF_STORE_VERSION;
    }
}

static void read_item(struct reader *d, struct ff_item *item)
{
    *item = (struct ff_item){.quantity = 1};
    uint32_t n = unpack_map(&d->u);
    for (uint32_t i = 0; i < n && !d->u.bad && d->status == FF_OK; i++)
        read_item_member(d, item);
    d->u.bad |= d->status == FF_OK && item->text[FF_ITEM_SKU].n == 0;
}

static void read_items(struct reader *d, const struct field_row *row)
{
    uint32_t n = unpack_array(&d->u);
    d->u.bad |= n > (uint64_t)row->max;
    if (d->u.bad)
        return;
    struct ff_item *items = canon_items(d->canon, n);
    if (!items) {
        d->status = FF_NO_MEMORY;
        return;
    }
    for (uint32_t i = 0; i < n && !d->u.bad && d->status == FF_OK; i++)
        read_item(d, &items[i]);
    d->r->beacon.items = n > 0 ? items : NULL;
    d->r->beacon.item_count = n;
}

static void (*const read_table[])(struct reader *d, const struct field_row *row) = {
    [FF_KIND_TYPE] = read_type,       [FF_KIND_ID] = read_id,
    [FF_KIND_TEXT] = read_field_text, [FF_KIND_WORD] = read_field_text,
    [FF_KIND_TIME] = read_time,       [FF_KIND_INTEGER] = read_number,
    [FF_KIND_DECIMAL] = read_money,   [FF_KIND_CURRENCY] = read_currency,
    [FF_KIND_BOOLEAN] = read_boolean, [FF_KIND_ITEMS] = read_items,
};

static void read_field(struct reader *d, int64_t field)
{
    const struct field_row *row = &field_table[field];
    uint64_t bit = UINT64_C(1) << field;
    d->u.bad |= (d->r->beacon.has & bit) != 0;
    d->r->beacon.has |= bit;
    read_table[row->kind](d, row);
}

static void read_origin(struct reader *d)
{
    const int64_t end = RECORD_ORIGIN_COUNTRY * (FF_COUNTRIES + 1);
    int64_t n = read_within(d, 0, end - 1);
    struct ff_beacon *b = &d->r->beacon;
    b->judged = true;
    b->origin.channel = (uint8_t)(n % RECORD_ORIGIN_DEVICE);
    b->origin.device = (uint8_t)(n % RECORD_ORIGIN_COUNTRY / RECORD_ORIGIN_DEVICE);
    b->origin.country = (uint16_t)(n / RECORD_ORIGIN_COUNTRY);
    d->u.bad |= b->origin.channel >= FF_CHANNEL_COUNT || b->origin.device >= FF_DEVICE_COUNT;
}

static void read_head(struct reader *d, int64_t key)
{
    uint64_t bit = UINT64_C(1) << (key - RECORD_KEY_VERSION);
    d->u.bad |= (d->seen & bit) != 0;
    d->seen |= bit;
    switch ((enum record_key)key) {
    case RECORD_KEY_RECEIVED:
        d->r->received = unpack_integer(&d->u);
        break;
    case RECORD_KEY_ARRIVAL:
        d->r->arrival = unpack_integer(&d->u);
        break;
    case RECORD_KEY_IMPORTED:
        d->r->imported = unpack_boolean(&d->u);
        break;
    case RECORD_KEY_TERM:
        d->r->beacon.term_key = read_text(d, 0, (size_t)field_table[FF_FIELD_TERM].max);
        break;
    case RECORD_KEY_ORIGIN:
        read_origin(d);
        break;
    case RECORD_KEY_SOURCE:
        d->source = read_text(d, 1, FF_ORIGIN_TEXT_MAX);
        break;
    case RECORD_KEY_CAMPAIGN:
        d->campaign = read_text(d, 1, FF_ORIGIN_TEXT_MAX);
        break;
    default:
        d->status = FF_STORE_VERSION;
    }
}

static void read_member(struct reader *d)
{
    int64_t key = unpack_integer(&d->u);
    if (d->u.bad)
        return;
    if (key >= 0 && key < FF_FIELD_COUNT)
        read_field(d, key);
    else if (key > RECORD_KEY_VERSION && key < RECORD_KEYS_END)
        read_head(d, key);
    else
        d->status = FF_STORE_VERSION;
}

/* The version, which stands first so that nothing else need be understood to read it. */
static void read_version(struct reader *d)
{
    if (unpack_integer(&d->u) != RECORD_KEY_VERSION) {
        d->u.bad = true;
        return;
    }
    int64_t version = unpack_integer(&d->u);
    d->u.bad |= version < 1;
    if (version > RECORD_VERSION)
        d->status = FF_STORE_VERSION;
}

/* Whether the head said a thing. */
static bool said(const struct reader *d, enum record_key key)
{
    return d->seen >> (key - RECORD_KEY_VERSION) & 1;
}

static enum ff_status finish(struct reader *d)
{
    struct ff_record *r = d->r;
    if (!unpack_done(&d->u) || !ff_has(&r->beacon, ALWAYS) || !said(d, RECORD_KEY_RECEIVED))
        return FF_STORE_CORRUPT;
    if (!said(d, RECORD_KEY_ARRIVAL))
        r->arrival = r->received;
    if (!said(d, RECORD_KEY_TERM))
        r->beacon.term_key = r->beacon.text[FF_TEXT_TERM];
    if (r->beacon.judged)
        url_read_judged(&r->beacon, d->source, d->campaign);
    else if (d->source.n + d->campaign.n > 0)
        return FF_STORE_CORRUPT;
    else if (!url_read(d->canon, &r->beacon))
        return FF_NO_MEMORY;
    int site = canon_find_site(d->canon, r->beacon.text[FF_TEXT_SITE]);
    r->beacon.site = site < 0 ? 0 : (uint16_t)site;
    return site < 0 ? FF_UNKNOWN_SITE : FF_OK;
}

enum ff_status record_decode(struct canon *c, uint64_t seq, struct ff_span body,
                             struct ff_record *r)
{
    struct reader d = {.canon = c, .u = unpack_begin(body), .r = r, .status = FF_OK};
    memset(r, 0, sizeof *r);
    r->seq = seq;
    r->beacon.fault_field = "";
    uint32_t n = unpack_map(&d.u);
    if (n > 0)
        read_version(&d);
    for (uint32_t i = 1; i < n && !d.u.bad && d.status == FF_OK; i++)
        read_member(&d);
    if (!d.u.bad && d.status != FF_OK)
        return d.status;
    return finish(&d);
}
