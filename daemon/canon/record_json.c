#include "record_json.h"

#include "decimal.h"
#include "instant.h"
#include "term.h"

#include <inttypes.h>
#include <stdio.h>

/* Text that is being written; once something has no room, full is set and nothing more is written. */
struct line {
    char *begin, *p, *end;
    bool full;
};

static void put(struct line *l, struct ff_span text)
{
    l->full |= text.n > (size_t)(l->end - l->p);
    if (l->full || text.n == 0)
        return;
    memcpy(l->p, text.p, text.n);
    l->p += text.n;
}

static void put_escape(struct line *l, unsigned char c)
{
    static const char bytes[] = "\"\\\b\f\n\r\t", names[] = "\"\\bfnrt";
    char text[8] = {'\\'};
    const char *name = memchr(bytes, c, sizeof bytes - 1);
    size_t n = 2;
    if (name)
        text[1] = names[name - bytes];
    else
        n = (size_t)snprintf(text, sizeof text, "\\u%04x", c);
    put(l, ff_span_of(text, n));
}

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c != '"' && c != '\\';
}

static void put_string(struct line *l, struct ff_span text)
{
    put(l, FF_LITERAL("\""));
    for (size_t i = 0, n; i < text.n; i += n) {
        for (n = 0; i + n < text.n && is_plain((unsigned char)text.p[i + n]); n++)
            ;
        put(l, ff_span_of(text.p + i, n));
        if (n == 0) {
            put_escape(l, (unsigned char)text.p[i]);
            n = 1;
        }
    }
    put(l, FF_LITERAL("\""));
}

static void put_integer(struct line *l, int64_t value)
{
    char text[24];
    put(l, ff_span_of(text, (size_t)snprintf(text, sizeof text, "%" PRId64, value)));
}

static void put_decimal(struct line *l, ff_money value)
{
    char text[DECIMAL_TEXT];
    put(l, ff_span_of(text, decimal_print(text, value)));
}

/* A member's key, with the comma before it unless it is the first; keys need no escapes. */
static void put_key(struct line *l, const char *key)
{
    if (l->p > l->begin && l->p[-1] != '{')
        put(l, FF_LITERAL(","));
    put(l, FF_LITERAL("\""));
    put(l, ff_span_text(key));
    put(l, FF_LITERAL("\":"));
}

static void put_type(struct line *l, const struct ff_beacon *b, int place)
{
    static const char *const words[FF_TYPE_COUNT] = {
#define X(name, word, number) [number] = word,
        FF_TYPE_TABLE(X)
#undef X
    };
    (void)place;
    put_string(l, ff_span_text(words[b->type]));
}

static void put_text(struct line *l, const struct ff_beacon *b, int place)
{
    put_string(l, b->text[place]);
}

static void put_time(struct line *l, const struct ff_beacon *b, int place)
{
    char text[INSTANT_TEXT];
    (void)place;
    put_string(l, ff_span_of(text, instant_print(text, b->time)));
}

static void put_number(struct line *l, const struct ff_beacon *b, int place)
{
    put_integer(l, b->number[place]);
}

static void put_money(struct line *l, const struct ff_beacon *b, int place)
{
    put_decimal(l, b->money[place]);
}

static void put_currency(struct line *l, const struct ff_beacon *b, int place)
{
    char text[4];
    (void)place;
    ff_currency_text(b->currency, text);
    put_string(l, ff_span_of(text, 3));
}

static void put_boolean(struct line *l, const struct ff_beacon *b, int place)
{
    put(l, ff_flag_of(b, place) ? FF_LITERAL("true") : FF_LITERAL("false"));
}

static void put_item(struct line *l, const struct ff_item *item)
{
    static const char *const keys[FF_ITEM_TEXT_COUNT] = {"sku", "name", "category", "brand",
                                                         "variant"};
    put(l, FF_LITERAL("{"));
    for (int i = 0; i < FF_ITEM_TEXT_COUNT; i++) {
        if (!item->text[i].p)
            continue;
        put_key(l, keys[i]);
        put_string(l, item->text[i]);
    }
    if (item->has_price) {
        put_key(l, "price");
        put_decimal(l, item->price);
    }
    if (item->quantity != 1) {
        put_key(l, "quantity");
        put_integer(l, item->quantity);
    }
    put(l, FF_LITERAL("}"));
}

static void put_items(struct line *l, const struct ff_beacon *b, int place)
{
    (void)place;
    put(l, FF_LITERAL("["));
    for (uint32_t i = 0; i < b->item_count; i++) {
        if (i > 0)
            put(l, FF_LITERAL(","));
        put_item(l, &b->items[i]);
    }
    put(l, FF_LITERAL("]"));
}

static void (*const put_table[])(struct line *l, const struct ff_beacon *b, int place) = {
    [FF_KIND_TYPE] = put_type,       [FF_KIND_ID] = put_text,
    [FF_KIND_TEXT] = put_text,       [FF_KIND_WORD] = put_text,
    [FF_KIND_TIME] = put_time,       [FF_KIND_INTEGER] = put_number,
    [FF_KIND_DECIMAL] = put_money,   [FF_KIND_CURRENCY] = put_currency,
    [FF_KIND_BOOLEAN] = put_boolean, [FF_KIND_ITEMS] = put_items,
};

static const struct field_row {
    const char *key;
    uint8_t kind, place;
} field_table[FF_FIELD_COUNT] = {
#define X(name, key, kind, place, max) {key, kind, place},
    FF_FIELD_TABLE(X)
#undef X
};

static void put_fields(struct line *l, const struct ff_beacon *b)
{
    for (uint64_t left = b->has; left != 0; left &= left - 1) {
        const struct field_row *row = &field_table[__builtin_ctzll(left)];
        put_key(l, row->key);
        put_table[row->kind](l, b, row->place);
    }
}

static bool has_key(struct ff_span term, struct ff_span key)
{
    char normal[TERM_KEY_MAX];
    size_t n;
    return term_normalise(term, normal, &n) && ff_span_equal(ff_span_of(normal, n), key);
}

#define WIDE "\U00010000" /* four bytes: has no room behind a key that was cut */
#define TERM_MAX (TERM_KEY_MAX + sizeof WIDE)

/* A term whose key is the record's: the key was made before the term was cut, so where the cut took
 * something from it, the key itself stands for the term. One that was cut behind a blank, which
 * would be trimmed, needs something behind it. */
static struct ff_span term_to_tell(const struct ff_beacon *b, char text[TERM_MAX])
{
    struct ff_span term = b->text[FF_TEXT_TERM], key = b->term_key;
    if (key.n == 0 || key.n > TERM_KEY_MAX || has_key(term, key))
        return term;
    memcpy(text, key.p, key.n);
    if (key.p[key.n - 1] != ' ')
        return ff_span_of(text, key.n);
    memcpy(text + key.n, WIDE, sizeof WIDE - 1);
    return ff_span_of(text, key.n + sizeof WIDE - 1);
}

#define ID_MAX 64

size_t record_json(const struct ff_record *r, uint64_t store, char *out, size_t size)
{
    struct line l = {out, out, out + size, false};
    struct ff_beacon b = r->beacon;
    char id[ID_MAX], term[TERM_MAX];
    if (ff_has(&b, FF_HAS(TERM)))
        b.text[FF_TEXT_TERM] = term_to_tell(&b, term);
    if (!ff_has(&b, FF_HAS(ID))) {
        int n = snprintf(id, sizeof id, "footfall-journal:%016" PRIx64 "-%" PRIu64, store, r->seq);
        b.has |= FF_HAS(ID);
        b.text[FF_TEXT_ID] = ff_span_of(id, (size_t)n);
    }
    put(&l, FF_LITERAL("{"));
    put_fields(&l, &b);
    put(&l, FF_LITERAL("}"));
    return l.full ? 0 : (size_t)(l.p - l.begin);
}
