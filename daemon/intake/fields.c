#include "fields.h"

#include "decimal.h"
#include "instant.h"

#include <math.h>

#define MAX_QUANTITY 1000000
#define MILLISECONDS_FROM INT64_C(100000000000)
#define LAST_INSTANT (INT64_C(253402300800) * FF_SECOND - 1) /* of the year 9999 */

static const struct field_row {
    const char *key;
    uint8_t kind;  /* enum ff_field_kind */
    uint8_t place; /* within its kind */
} field_table[FF_FIELD_COUNT] = {
#define X(name, key, kind, place, max) {key, kind, place},
    FF_FIELD_TABLE(X)
#undef X
};

static const struct ff_span field_words[FF_FIELD_COUNT] = {
#define X(name, key, kind, place, max) {key, sizeof key - 1},
    FF_FIELD_TABLE(X)
#undef X
};

static const struct ff_span type_words[] = {
#define X(name, word, number) {word, sizeof word - 1},
    FF_TYPE_TABLE(X)
#undef X
};

static const uint8_t type_numbers[] = {
#define X(name, word, number) number,
    FF_TYPE_TABLE(X)
#undef X
};

enum { ITEM_PRICE = FF_ITEM_TEXT_COUNT, ITEM_QUANTITY, ITEM_FIELD_COUNT };

static const struct ff_span item_words[ITEM_FIELD_COUNT] = {
    {"sku", 3},     {"name", 4},  {"category", 8}, {"brand", 5},
    {"variant", 7}, {"price", 5}, {"quantity", 8},
};

/* How an item's fields are named in a refusal. */
static const char *const item_fields[ITEM_FIELD_COUNT] = {
    "items.sku",     "items.name",  "items.category", "items.brand",
    "items.variant", "items.price", "items.quantity",
};

static const char string_expected[] = "expected a string";
static const char integer_expected[] = "expected an integer";
static const char decimal_expected[] = "expected a number or a decimal in a string";

void fields_init(struct fields *f)
{
    keys_init(&f->beacon, field_words, FF_FIELD_COUNT);
    keys_init(&f->item, item_words, ITEM_FIELD_COUNT);
    keys_init(&f->type, type_words, sizeof type_words / sizeof *type_words);
}

void fields_begin(struct fields_object *o)
{
    o->known = 0;
    o->unknown = 0;
}

void fields_fault(struct ff_beacon *b, enum ff_status fault, const char *field, const char *note)
{
    if (b->fault != FF_OK)
        return;
    b->fault = fault;
    b->fault_field = field;
    b->fault_note = note;
}

/* Notes the key; FF_OK when it is new. */
static enum ff_status note_key(struct fields_object *o, int place, struct ff_span key)
{
    if (place >= 0) {
        uint64_t bit = UINT64_C(1) << place;
        bool repeated = o->known & bit;
        o->known |= bit;
        return repeated ? FF_DUPLICATE_KEY : FF_OK;
    }
    for (uint32_t i = 0; i < o->unknown; i++)
        if (ff_span_equal(o->key[i], key))
            return FF_DUPLICATE_KEY;
    if (o->unknown == FIELDS_MAX_UNKNOWN)
        return FF_TOO_MANY_FIELDS;
    o->key[o->unknown++] = key;
    return FF_OK;
}

/* name: what a fault calls the field. */
static int enter(struct fields_object *o, struct ff_beacon *b, int place, struct ff_span key,
                 const char *name)
{
    enum ff_status s = note_key(o, place, key);
    if (s != FF_OK) {
        fields_fault(b, s, name, place < 0 ? "a field that is not known" : NULL);
        return -1;
    }
    if (place < 0 && b->unknown < UINT16_MAX)
        b->unknown++;
    return place;
}

int fields_enter(const struct fields *f, struct fields_object *o, struct ff_beacon *b,
                 struct ff_span key)
{
    int field = keys_find(&f->beacon, key);
    return enter(o, b, field, key, field < 0 ? "" : field_table[field].key);
}

int fields_enter_item(const struct fields *f, struct fields_object *o, struct ff_beacon *b,
                      struct ff_span key)
{
    int field = keys_find(&f->item, key);
    return enter(o, b, field, key, field < 0 ? "items" : item_fields[field]);
}

/* Whether the value can be read as a string. */
static bool is_text(const struct intake_value *v)
{
    return v->kind == INTAKE_STRING || v->kind == INTAKE_WRITTEN;
}

static enum ff_status set_type(const struct fields *f, struct ff_beacon *b, int place,
                               const struct intake_value *v)
{
    (void)place;
    if (!is_text(v))
        return FF_WRONG_TYPE;
    int row = keys_find(&f->type, v->text);
    if (row < 0)
        return FF_UNKNOWN_TYPE;
    b->type = (enum ff_type)type_numbers[row];
    return FF_OK;
}

static enum ff_status set_text(const struct fields *f, struct ff_beacon *b, int place,
                               const struct intake_value *v)
{
    (void)f;
    if (!is_text(v))
        return FF_WRONG_TYPE;
    b->text[place] = v->text;
    return FF_OK;
}

/* A number is a word, too: scale is often sent as 5 where "5" is meant. No word is a number of
 * more than one digit. */
static enum ff_status set_word(const struct fields *f, struct ff_beacon *b, int place,
                               const struct intake_value *v)
{
    static const char digits[] = "0123456789";
    (void)f;
    if (v->kind == INTAKE_DOUBLE || v->kind == INTAKE_HUGE)
        return FF_BAD_CHOICE;
    if (v->kind == INTAKE_INTEGER) {
        if (v->integer < 0 || v->integer > 9)
            return FF_BAD_CHOICE;
        b->text[place] = ff_span_of(digits + v->integer, 1);
        return FF_OK;
    }
    if (!is_text(v) && v->kind != INTAKE_NUMBER)
        return FF_WRONG_TYPE;
    b->text[place] = v->text;
    return FF_OK;
}

static enum ff_status time_from_instant(ff_wall t, ff_wall *out)
{
    *out = t;
    return t < 0 || t > LAST_INSTANT ? FF_BAD_TIME : FF_OK;
}

/* Seconds, or milliseconds past 10^11, as instant_from_number has it. */
/* Whole seconds or milliseconds, as nearly all are written: up to 15 digits and nothing else. */
static bool time_from_digits(struct ff_span number, ff_wall *out)
{
    int64_t n = 0;
    if (number.n == 0 || number.n > 15)
        return false;
    for (size_t i = 0; i < number.n; i++) {
        unsigned digit = (unsigned)(number.p[i] - '0');
        if (digit > 9)
            return false;
        n = 10 * n + digit;
    }
    *out = n > MILLISECONDS_FROM ? n * FF_MILLISECOND : n * FF_SECOND;
    return true;
}

static enum ff_status time_from_number(struct ff_span number, ff_wall *out)
{
    if (time_from_digits(number, out))
        return time_from_instant(*out, out);
    ff_wall t;
    if (decimal_scaled(number, 6, &t) != FF_OK || t > MILLISECONDS_FROM * FF_SECOND)
        if (decimal_scaled(number, 3, &t) != FF_OK)
            return FF_BAD_TIME;
    return time_from_instant(t, out);
}

static enum ff_status set_time(const struct fields *f, struct ff_beacon *b, int place,
                               const struct intake_value *v)
{
    (void)f, (void)place;
    switch (v->kind) {
    case INTAKE_INTEGER:
        return instant_from_number((double)v->integer, &b->time);
    case INTAKE_DOUBLE:
        return instant_from_number(v->real, &b->time);
    case INTAKE_NUMBER:
        return time_from_number(v->text, &b->time);
    case INTAKE_STRING:
        return instant_from_rfc3339(v->text, &b->time);
    case INTAKE_WRITTEN:
        return decimal_is_number(v->text) ? time_from_number(v->text, &b->time)
                                          : instant_from_rfc3339(v->text, &b->time);
    case INTAKE_INSTANT:
        return time_from_instant(v->integer, &b->time);
    default:
        return v->kind == INTAKE_HUGE ? FF_BAD_TIME : FF_WRONG_TYPE;
    }
}

static enum ff_status integer_from_double(double real, int64_t *out)
{
    if (isnan(real))
        return FF_BAD_NUMBER;
    if (fabs(real) >= 0x1p63)
        return FF_OUT_OF_RANGE;
    *out = (int64_t)real;
    return (double)*out == real ? FF_OK : FF_BAD_NUMBER;
}

static enum ff_status read_integer(const struct intake_value *v, int64_t *out)
{
    switch (v->kind) {
    case INTAKE_INTEGER:
        *out = v->integer;
        return FF_OK;
    case INTAKE_HUGE:
        return FF_OUT_OF_RANGE;
    case INTAKE_DOUBLE:
        return integer_from_double(v->real, out);
    case INTAKE_NUMBER:
    case INTAKE_WRITTEN:
        return decimal_to_integer(v->text, out);
    default:
        return FF_WRONG_TYPE;
    }
}

static enum ff_status set_integer(const struct fields *f, struct ff_beacon *b, int place,
                                  const struct intake_value *v)
{
    (void)f;
    return read_integer(v, &b->number[place]);
}

static enum ff_status decimal_from_integer(int64_t whole, ff_money *out)
{
    if (whole > FF_MONEY_MAX / FF_MONEY_ONE || whole < -FF_MONEY_MAX / FF_MONEY_ONE)
        return FF_OUT_OF_RANGE;
    *out = whole * FF_MONEY_ONE;
    return FF_OK;
}

static enum ff_status read_decimal(const struct intake_value *v, ff_money *out)
{
    switch (v->kind) {
    case INTAKE_INTEGER:
        return decimal_from_integer(v->integer, out);
    case INTAKE_HUGE:
        return FF_OUT_OF_RANGE;
    case INTAKE_DOUBLE:
        return decimal_from_double(v->real, out);
    case INTAKE_NUMBER:
    case INTAKE_WRITTEN:
        return decimal_from_number(v->text, out);
    case INTAKE_STRING:
        return decimal_from_string(v->text, out);
    default:
        return FF_WRONG_TYPE;
    }
}

static enum ff_status set_decimal(const struct fields *f, struct ff_beacon *b, int place,
                                  const struct intake_value *v)
{
    (void)f;
    return read_decimal(v, &b->money[place]);
}

static enum ff_status set_currency(const struct fields *f, struct ff_beacon *b, int place,
                                   const struct intake_value *v)
{
    (void)f, (void)place;
    ff_currency code = 0;
    if (!is_text(v))
        return FF_WRONG_TYPE;
    if (v->text.n != 3)
        return FF_BAD_CURRENCY;
    for (int i = 0; i < 3; i++) {
        unsigned char letter =
            (unsigned char)v->text.p[i] & 0xDF; /* upper case of an ASCII letter */
        if (letter < 'A' || letter > 'Z')
            return FF_BAD_CURRENCY;
        code = code << 8 | letter;
    }
    b->currency = code;
    return FF_OK;
}

static enum ff_status boolean_from_text(struct ff_span text, bool *out)
{
    *out = ff_span_is(text, "true") || ff_span_is(text, "1");
    return *out || ff_span_is(text, "false") || ff_span_is(text, "0") ? FF_OK : FF_WRONG_TYPE;
}

static enum ff_status set_boolean(const struct fields *f, struct ff_beacon *b, int place,
                                  const struct intake_value *v)
{
    (void)f, (void)place;
    if (v->kind == INTAKE_WRITTEN)
        return boolean_from_text(v->text, &b->passive);
    if (v->kind != INTAKE_BOOLEAN)
        return FF_WRONG_TYPE;
    b->passive = v->boolean;
    return FF_OK;
}

/* One row a kind of field: how it is set, and what to say of a value of the wrong type. */
static const struct kind_row {
    enum ff_status (*set)(const struct fields *f, struct ff_beacon *b, int place,
                          const struct intake_value *v);
    const char *expected;
} kind_table[] = {
    [FF_KIND_TYPE] = {set_type, string_expected},
    [FF_KIND_ID] = {set_text, string_expected},
    [FF_KIND_TEXT] = {set_text, string_expected},
    [FF_KIND_WORD] = {set_word, string_expected},
    [FF_KIND_TIME] = {set_time, "expected a number or an RFC 3339 string"},
    [FF_KIND_INTEGER] = {set_integer, integer_expected},
    [FF_KIND_DECIMAL] = {set_decimal, decimal_expected},
    [FF_KIND_CURRENCY] = {set_currency, string_expected},
    [FF_KIND_BOOLEAN] = {set_boolean, "expected true or false"},
};

/* Makes s, which setting a field gave, the beacon's fault. */
static void refuse(struct ff_beacon *b, enum ff_status s, const struct intake_value *v,
                   const char *field, const char *expected)
{
    if (v->kind == INTAKE_BROKEN_STRING)
        fields_fault(b, FF_NOT_UTF8, field, "half of a surrogate pair");
    else
        fields_fault(b, s, field, s == FF_WRONG_TYPE ? expected : NULL);
}

void fields_set(const struct fields *f, struct ff_beacon *b, int field,
                const struct intake_value *v)
{
    const struct field_row *row = &field_table[field];
    const struct kind_row *kind = &kind_table[row->kind];
    if (v->kind == INTAKE_NULL)
        return;
    enum ff_status s = kind->set(f, b, row->place, v);
    if (s == FF_OK)
        b->has |= UINT64_C(1) << field;
    else
        refuse(b, s, v, row->key, kind->expected);
}

static enum ff_status read_quantity(const struct intake_value *v, int32_t *out)
{
    int64_t n;
    enum ff_status s = read_integer(v, &n);
    if (s != FF_OK)
        return s;
    if (n < 0 || n > MAX_QUANTITY)
        return FF_OUT_OF_RANGE;
    *out = (int32_t)n;
    return FF_OK;
}

void fields_set_item(struct ff_beacon *b, struct ff_item *item, int field,
                     const struct intake_value *v)
{
    enum ff_status s = FF_WRONG_TYPE;
    const char *expected = string_expected;
    if (v->kind == INTAKE_NULL)
        return;
    if (field == ITEM_PRICE) {
        s = read_decimal(v, &item->price);
        item->has_price = s == FF_OK;
        expected = decimal_expected;
    } else if (field == ITEM_QUANTITY) {
        s = read_quantity(v, &item->quantity);
        expected = integer_expected;
    } else if (v->kind == INTAKE_STRING) {
        item->text[field] = v->text;
        return;
    }
    if (s != FF_OK)
        refuse(b, s, v, item_fields[field], expected);
}
