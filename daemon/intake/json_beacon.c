#include "json_beacon.h"

/* Reads the value of a key: into item, or into b where item is NULL. */
typedef enum ff_status (*member_fn)(struct intake *in, struct json_walk *w, struct ff_beacon *b,
                                    struct ff_item *item, struct ff_span key);

static enum ff_status read_key(struct json_walk *w, struct ff_beacon *b, struct ff_span *key)
{
    struct intake_value v;
    if (json_plain(w, key))
        return json_colon(w);
    enum ff_status s = json_key(w, &v);
    *key = v.text;
    if (s == FF_OK && v.kind == INTAKE_BROKEN_STRING)
        fields_fault(b, FF_NOT_UTF8, "", "half of a surrogate pair in a key");
    return s;
}

/* Reads an object, member by member. */
static enum ff_status each_member(struct intake *in, struct json_walk *w, struct ff_beacon *b,
                                  struct ff_item *item, member_fn member)
{
    struct json_list list = json_enter(w);
    struct ff_span key;
    bool more;
    enum ff_status s = json_next(w, &list, &more);
    while (s == FF_OK && more) {
        s = read_key(w, b, &key);
        if (s == FF_OK)
            s = member(in, w, b, item, key);
        if (s == FF_OK)
            s = json_next(w, &list, &more);
    }
    return s;
}

static enum ff_status item_member(struct intake *in, struct json_walk *w, struct ff_beacon *b,
                                  struct ff_item *item, struct ff_span key)
{
    struct intake_value v;
    struct ff_span text;
    int field = fields_enter_item(&in->fields, &in->item_object, b, key);
    if (json_plain(w, &text)) {
        if (field >= 0)
            fields_set_item_text(b, item, field, text);
        return FF_OK;
    }
    enum ff_status s = json_value(w, &v);
    if (s == FF_OK && field >= 0)
        fields_set_item(b, item, field, &v);
    return s;
}

static enum ff_status read_item(struct intake *in, struct json_walk *w, struct ff_beacon *b)
{
    struct intake_value v;
    if (json_peek(w) != '{') {
        fields_fault(b, FF_BAD_ITEMS, "items", NULL);
        return json_value(w, &v);
    }
    fields_begin(&in->item_object);
    return each_member(in, w, b, batch_item(in, b), item_member);
}

enum ff_status json_beacon_items(struct intake *in, struct json_walk *w, struct ff_beacon *b)
{
    struct intake_value v;
    bool more;
    if (json_peek(w) != '[') {
        enum ff_status s = json_value(w, &v);
        if (s == FF_OK && v.kind != INTAKE_NULL)
            fields_fault(b, FF_BAD_ITEMS, "items", NULL);
        return s;
    }
    struct json_list list = json_enter(w);
    enum ff_status s = json_next(w, &list, &more);
    while (s == FF_OK && more) {
        s = read_item(in, w, b);
        if (s == FF_OK)
            s = json_next(w, &list, &more);
    }
    b->has |= FF_HAS(ITEMS);
    return s;
}

static enum ff_status beacon_member(struct intake *in, struct json_walk *w, struct ff_beacon *b,
                                    struct ff_item *item, struct ff_span key)
{
    (void)item;
    struct intake_value v;
    struct ff_span text;
    int field = fields_enter(&in->fields, &in->object, b, key);
    if (field == FF_FIELD_ITEMS)
        return json_beacon_items(in, w, b);
    if (json_plain(w, &text)) {
        if (field >= 0)
            fields_set_text(&in->fields, b, field, text);
        return FF_OK;
    }
    enum ff_status s = json_value(w, &v);
    if (s == FF_OK && field >= 0)
        fields_set(&in->fields, b, field, &v);
    return s;
}

enum ff_status json_beacon(struct intake *in, struct json_walk *w, struct ff_beacon *b)
{
    struct intake_value v;
    if (json_peek(w) != '{') {
        batch_refuse(b, FF_NOT_AN_OBJECT, NULL);
        return json_value(w, &v);
    }
    fields_begin(&in->object);
    b->utf8 = true; /* the whole document was checked before its first token */
    return each_member(in, w, b, NULL, beacon_member);
}
