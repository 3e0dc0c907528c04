#include "msgpack_beacon.h"

#include "msgpack_value.h"

/* Reads a map's key; *known is false when it is no string, which is b's fault, and then there is no
 * key. */
static enum ff_status read_key(struct unpack *u, struct ff_beacon *b, struct ff_span *key,
                               bool *known)
{
    struct intake_value v;
    *known = true;
    if (unpack_short(u, key))
        return FF_OK;
    struct unpack_value head = unpack_value(u);
    *known = head.kind == UNPACK_STRING;
    *key = head.bytes;
    if (*known)
        return FF_OK;
    fields_fault(b, FF_WRONG_TYPE, "", "keys are strings");
    return msgpack_value_behind(u, &head, &v);
}

static enum ff_status item_member(struct intake *in, struct unpack *u, struct ff_beacon *b,
                                  struct ff_item *item)
{
    struct intake_value v;
    struct ff_span key, text;
    bool known;
    enum ff_status s = read_key(u, b, &key, &known);
    if (s != FF_OK)
        return s;
    int field = known ? fields_enter_item(&in->fields, &in->item_object, b, key) : -1;
    if (msgpack_text(u, &text)) {
        if (field >= 0)
            fields_set_item_text(b, item, field, text);
        return FF_OK;
    }
    s = msgpack_value(u, &v);
    if (s == FF_OK && field >= 0)
        fields_set_item(b, item, field, &v);
    return s;
}

static enum ff_status read_item(struct intake *in, struct unpack *u, struct ff_beacon *b)
{
    struct intake_value v;
    struct unpack_value head = unpack_value(u);
    if (head.kind != UNPACK_MAP) {
        fields_fault(b, FF_BAD_ITEMS, "items", NULL);
        return msgpack_value_behind(u, &head, &v);
    }
    fields_begin(&in->item_object);
    struct ff_item *item = batch_item(in, b);
    enum ff_status s = FF_OK;
    for (uint32_t left = head.count; s == FF_OK && left > 0; left--)
        s = item_member(in, u, b, item);
    return s;
}

static enum ff_status read_items(struct intake *in, struct unpack *u, struct ff_beacon *b)
{
    struct intake_value v;
    struct unpack_value head = unpack_value(u);
    enum ff_status s = FF_OK;
    if (head.kind != UNPACK_ARRAY) {
        if (head.kind != UNPACK_NIL)
            fields_fault(b, FF_BAD_ITEMS, "items", NULL);
        return msgpack_value_behind(u, &head, &v);
    }
    for (uint32_t left = head.count; s == FF_OK && left > 0; left--)
        s = read_item(in, u, b);
    b->has |= FF_HAS(ITEMS);
    return s;
}

static enum ff_status member(struct intake *in, struct unpack *u, struct ff_beacon *b)
{
    struct intake_value v;
    struct ff_span key, text;
    bool known;
    enum ff_status s = read_key(u, b, &key, &known);
    if (s != FF_OK)
        return s;
    int field = known ? fields_enter(&in->fields, &in->object, b, key) : -1;
    if (field == FF_FIELD_ITEMS)
        return read_items(in, u, b);
    if (msgpack_text(u, &text)) {
        if (field >= 0)
            fields_set_text(&in->fields, b, field, text);
        return FF_OK;
    }
    s = msgpack_value(u, &v);
    if (s == FF_OK && field >= 0)
        fields_set(&in->fields, b, field, &v);
    return s;
}

enum ff_status msgpack_beacon(struct intake *in, struct unpack *u, struct ff_beacon *b)
{
    struct intake_value v;
    struct unpack_value head = unpack_value(u);
    if (head.kind != UNPACK_MAP) {
        batch_refuse(b, FF_NOT_AN_OBJECT, NULL);
        return msgpack_value_behind(u, &head, &v);
    }
    fields_begin(&in->object);
    enum ff_status s = FF_OK;
    for (uint32_t left = head.count; s == FF_OK && left > 0; left--)
        s = member(in, u, b);
    return s;
}
