#include "fields.h"

#include "decimal.h"
#include "instant.h"

#define MAX_QUANTITY 1000000

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

/* Notes a key that is known and new, as nearly all are. */
static inline bool note_known(struct fields_object *o, int place)
{
    uint64_t bit = place >= 0 ? UINT64_C(1) << place : 0;
    bool is_new = bit & ~o->known;
    o->known |= bit;
    return is_new;
}

/* Notes any other key; FF_OK when it is new. */
static enum ff_status note_other(struct fields_object *o, int place, struct ff_span key)
{
    if (place >= 0)
        return FF_DUPLICATE_KEY;
    for (uint32_t i = 0; i < o->unknown; i++)
        if (ff_span_equal(o->key[i], key))
            return FF_DUPLICATE_KEY;
    if (o->unknown == FIELDS_MAX_UNKNOWN)
        return FF_TOO_MANY_FIELDS;
    o->key[o->unknown++] = key;
    return FF_OK;
}

/* name: what a fault calls the field. */
static int enter_other(struct fields_object *o, struct ff_beacon *b, int place, struct ff_span key,
                       const char *name)
{
    enum ff_status s = note_other(o, place, key);
    if (s != FF_OK)
        fields_fault(b, s, name, place < 0 ? "a field that is not known" : NULL);
    else if (b->unknown < UINT16_MAX)
        b->unknown++;
    return -1;
}

int fields_enter(const struct fields *f, struct fields_object *o, struct ff_beacon *b,
                 struct ff_span key)
{
    int field = keys_find(&f->beacon, key);
    if (note_known(o, field))
        return field;
    return enter_other(o, b, field, key, field < 0 ? "" : field_table[field].key);
}

int fields_enter_item(const struct fields *f, struct fields_object *o, struct ff_beacon *b,
                      struct ff_span key)
{
    int field = keys_find(&f->item, key);
    if (note_known(o, field))
        return field;
    return enter_other(o, b, field, key, field < 0 ? "items" : item_fields[field]);
}

/* How a field is set from a string. */
typedef enum ff_status text_fn(const struct fields *f, struct ff_beacon *b, int place,
                               struct ff_span text);

/* How it is set from any other value; INTAKE_WRITTEN comes here where a field has both. */
typedef enum ff_status value_fn(struct ff_beacon *b, int place, const struct intake_value *v);

static enum ff_status type_from_text(const struct fields *f, struct ff_beacon *b, int place,
                                     struct ff_span text)
{
    (void)place;
    int row = keys_find(&f->type, text);
    if (row < 0)
        return FF_UNKNOWN_TYPE;
    b->type = (enum ff_type)type_numbers[row];
    return FF_OK;
}

static enum ff_status text_from_text(const struct fields *f, struct ff_beacon *b, int place,
                                     struct ff_span text)
{
    (void)f;
    b->text[place] = text;
    return FF_OK;
}

/* A number is a word, too: scale is often sent as 5 where "5" is meant. No word is a number of
 * more than one digit. */
static enum ff_status word_from_value(struct ff_beacon *b, int place, const struct intake_value *v)
{
    static const char digits[] = "0123456789";
    if (v->kind == INTAKE_DOUBLE || v->kind == INTAKE_HUGE)
        return FF_BAD_CHOICE;
    if (v->kind == INTAKE_INTEGER) {
        if (v->integer < 0 || v->integer > 9)
            return FF_BAD_CHOICE;
        b->text[place] = ff_span_of(digits + v->integer, 1);
        return FF_OK;
    }
    if (v->kind != INTAKE_NUMBER && v->kind != INTAKE_WRITTEN)
        return FF_WRONG_TYPE;
    b->text[place] = v->text;
    return FF_OK;
}

static enum ff_status time_from_text(const struct fields *f, struct ff_beacon *b, int place,
                                     struct ff_span text)
{
    (void)f, (void)place;
    return instant_from_rfc3339(text, &b->time);
}

static enum ff_status time_from_value(struct ff_beacon *b, int place, const struct intake_value *v)
{
    (void)place;
    return value_time(v, &b->time);
}

static enum ff_status integer_from_value(struct ff_beacon *b, int place,
                                         const struct intake_value *v)
{
    return value_integer(v, &b->number[place]);
}

static enum ff_status decimal_from_text(const struct fields *f, struct ff_beacon *b, int place,
                                        struct ff_span text)
{
    (void)f;
    return decimal_from_string(text, &b->money[place]);
}

static enum ff_status decimal_from_value(struct ff_beacon *b, int place,
                                         const struct intake_value *v)
{
    return value_decimal(v, &b->money[place]);
}

static enum ff_status currency_from_text(const struct fields *f, struct ff_beacon *b, int place,
                                         struct ff_span text)
{
    (void)f, (void)place;
    ff_currency code = 0;
    if (text.n != 3)
        return FF_BAD_CURRENCY;
    for (int i = 0; i < 3; i++) {
        unsigned char letter = (unsigned char)text.p[i] & 0xDF; /* upper case of an ASCII letter */
        if (letter < 'A' || letter > 'Z')
            return FF_BAD_CURRENCY;
        code = code << 8 | letter;
    }
    b->currency = code;
    return FF_OK;
}

static enum ff_status boolean_from_value(struct ff_beacon *b, int place,
                                         const struct intake_value *v)
{
    return value_boolean(v, ff_flag(b, place));
}

/* One row a kind of field: how it is set (NULL: from no such value), and what to say of a value of
 * the wrong type. */
static const struct kind_row {
    text_fn *from_text;
    value_fn *from_value;
    const char *expected;
} kind_table[] = {
    [FF_KIND_TYPE] = {type_from_text, NULL, string_expected},
    [FF_KIND_ID] = {text_from_text, NULL, string_expected},
    [FF_KIND_TEXT] = {text_from_text, NULL, string_expected},
    [FF_KIND_WORD] = {text_from_text, word_from_value, string_expected},
    [FF_KIND_TIME] = {time_from_text, time_from_value, "expected a number or an RFC 3339 string"},
    [FF_KIND_INTEGER] = {NULL, integer_from_value, integer_expected},
    [FF_KIND_DECIMAL] = {decimal_from_text, decimal_from_value, decimal_expected},
    [FF_KIND_CURRENCY] = {currency_from_text, NULL, string_expected},
    [FF_KIND_BOOLEAN] = {NULL, boolean_from_value, "expected true or false"},
};

static void refuse(struct ff_beacon *b, enum ff_status s, const char *field, const char *expected)
{
    fields_fault(b, s, field, s == FF_WRONG_TYPE ? expected : NULL);
}

/* s: what setting the field gave. */
static void done(struct ff_beacon *b, int field, enum ff_status s)
{
    const struct field_row *row = &field_table[field];
    if (s == FF_OK)
        b->has |= UINT64_C(1) << field;
    else
        refuse(b, s, row->key, kind_table[row->kind].expected);
}

void fields_set_text(const struct fields *f, struct ff_beacon *b, int field, struct ff_span text)
{
    const struct field_row *row = &field_table[field];
    text_fn *set = kind_table[row->kind].from_text;
    done(b, field, set ? set(f, b, row->place, text) : FF_WRONG_TYPE);
}

/* Whether the value says nothing, or cannot be told; that is a fault of the field. */
static bool is_nothing(struct ff_beacon *b, const char *field, const struct intake_value *v)
{
    if (v->kind == INTAKE_BROKEN_STRING)
        fields_fault(b, FF_NOT_UTF8, field, "half of a surrogate pair");
    return v->kind == INTAKE_BROKEN_STRING || v->kind == INTAKE_NULL;
}

void fields_set(const struct fields *f, struct ff_beacon *b, int field,
                const struct intake_value *v)
{
    const struct field_row *row = &field_table[field];
    value_fn *set = kind_table[row->kind].from_value;
    if (is_nothing(b, row->key, v))
        return;
    if (v->kind == INTAKE_STRING || (v->kind == INTAKE_WRITTEN && !set))
        fields_set_text(f, b, field, v->text);
    else
        done(b, field, set ? set(b, row->place, v) : FF_WRONG_TYPE);
}

/* Kinds of which any text is a value. */
#define TEXT_KINDS (1u << FF_KIND_ID | 1u << FF_KIND_TEXT | 1u << FF_KIND_WORD)

void fields_set_written(const struct fields *f, struct ff_beacon *b, int field, struct ff_span text)
{
    const struct field_row *row = &field_table[field];
    struct intake_value v = {.kind = INTAKE_WRITTEN, .text = text};
    if (!(1u << row->kind & TEXT_KINDS)) {
        fields_set(f, b, field, &v);
        return;
    }
    b->text[row->place] = text;
    b->has |= UINT64_C(1) << field;
}

static enum ff_status read_quantity(const struct intake_value *v, int32_t *out)
{
    int64_t n;
    enum ff_status s = value_integer(v, &n);
    if (s != FF_OK)
        return s;
    if (n < 0 || n > MAX_QUANTITY)
        return FF_OUT_OF_RANGE;
    *out = (int32_t)n;
    return FF_OK;
}

static void item_done(struct ff_beacon *b, int field, enum ff_status s, const char *expected)
{
    if (s != FF_OK)
        refuse(b, s, item_fields[field], expected);
}

static void set_price(struct ff_beacon *b, struct ff_item *item, enum ff_status s)
{
    item->has_price = s == FF_OK;
    item_done(b, ITEM_PRICE, s, decimal_expected);
}

void fields_set_item_text(struct ff_beacon *b, struct ff_item *item, int field, struct ff_span text)
{
    if (field == ITEM_PRICE)
        set_price(b, item, decimal_from_string(text, &item->price));
    else if (field == ITEM_QUANTITY)
        item_done(b, field, FF_WRONG_TYPE, integer_expected);
    else
        item->text[field] = text;
}

void fields_set_item(struct ff_beacon *b, struct ff_item *item, int field,
                     const struct intake_value *v)
{
    if (is_nothing(b, item_fields[field], v))
        return;
    if (v->kind == INTAKE_STRING)
        fields_set_item_text(b, item, field, v->text);
    else if (field == ITEM_PRICE)
        set_price(b, item, value_decimal(v, &item->price));
    else if (field == ITEM_QUANTITY)
        item_done(b, field, read_quantity(v, &item->quantity), integer_expected);
    else
        item_done(b, field, FF_WRONG_TYPE, string_expected);
}
