#include "body.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TITLE_MAX 400

/* What happens in a shop, in about the proportions in which it does. */
static const struct event_row {
    const char *type;
    const char *term; /* NULL: none */
    int items;
} event_table[] = {
    {"page_view", NULL, 0},  {"page_view", NULL, 0},
    {"view_item", NULL, 1},  {"page_view", NULL, 0},
    {"search", "assam", 0},  {"page_view", NULL, 0},
    {"view_item", NULL, 1},  {"add_to_cart", NULL, 1},
    {"page_view", NULL, 0},  {"ping", NULL, 0},
};

unsigned body_kinds(void)
{
    return sizeof event_table / sizeof *event_table;
}

static void *grown(void *p, size_t *cap, size_t need, size_t size)
{
    if (need <= *cap)
        return p;
    *cap = need * 2;
    p = realloc(p, *cap * size);
    if (!p) {
        fputs("load: out of memory\n", stderr);
        exit(1);
    }
    return p;
}

void body_raw(struct body *b, const char *p, size_t n)
{
    b->p = grown(b->p, &b->cap, b->n + n, 1);
    memcpy(b->p + b->n, p, n);
    b->n += n;
}

void body_text(struct body *b, const char *text)
{
    body_raw(b, text, strlen(text));
}

void body_fini(struct body *b)
{
    free(b->p);
    free(b->patches);
    *b = (struct body){0};
}

static void body_byte(struct body *b, unsigned byte)
{
    char c = (char)byte;
    body_raw(b, &c, 1);
}

/* The next n bytes are a place to fill. */
static void body_patch(struct body *b, enum patch_kind kind, size_t n)
{
    b->patches = grown(b->patches, &b->patch_cap, b->patch_n + 1, sizeof *b->patches);
    b->patches[b->patch_n++] = (struct patch){(uint32_t)b->n, kind};
    while (n--)
        body_byte(b, '0');
}

/* A MessagePack head of a string (at most 65535 bytes), a map or an array (at most 65535 in it). */
static void packed_string(struct body *b, size_t n)
{
    if (n < 32) {
        body_byte(b, 0xa0 | (unsigned)n);
        return;
    }
    body_byte(b, n < 256 ? 0xd9 : 0xda);
    if (n >= 256)
        body_byte(b, (unsigned)(n >> 8));
    body_byte(b, n & 0xff);
}

static void packed_count(struct body *b, unsigned small, unsigned large, size_t n)
{
    if (n < 16) {
        body_byte(b, small | (unsigned)n);
        return;
    }
    body_byte(b, large);
    body_byte(b, (unsigned)(n >> 8));
    body_byte(b, n & 0xff);
}

static void open_map(struct body *b, size_t members)
{
    if (b->form == FORM_PACKED)
        packed_count(b, 0x80, 0xde, members);
    else if (b->form == FORM_JSON)
        body_text(b, "{");
    b->members = 0;
}

static void close_map(struct body *b)
{
    if (b->form == FORM_JSON)
        body_text(b, "}");
}

static void key(struct body *b, const char *name)
{
    if (b->form == FORM_PACKED) {
        packed_string(b, strlen(name));
        body_text(b, name);
        return;
    }
    body_text(b, b->members++ ? (b->form == FORM_JSON ? "," : "&") : "");
    body_text(b, b->form == FORM_JSON ? "\"" : "");
    body_text(b, name);
    body_text(b, b->form == FORM_JSON ? "\":" : "=");
}

static int must_escape(char c)
{
    return strchr(":/?&=#+% ", c) != NULL;
}

static void query_text(struct body *b, const char *text)
{
    char escape[4];
    for (; *text; text++) {
        snprintf(escape, sizeof escape, "%%%02X", (unsigned)(unsigned char)*text);
        if (must_escape(*text))
            body_text(b, escape);
        else
            body_raw(b, text, 1);
    }
}

static void begin_string(struct body *b, size_t n)
{
    if (b->form == FORM_PACKED)
        packed_string(b, n);
    else if (b->form == FORM_JSON)
        body_text(b, "\"");
}

static void end_string(struct body *b)
{
    if (b->form == FORM_JSON)
        body_text(b, "\"");
}

static void string(struct body *b, const char *name, const char *value)
{
    key(b, name);
    if (b->form == FORM_QUERY) {
        query_text(b, value);
        return;
    }
    begin_string(b, strlen(value));
    body_text(b, value);
    end_string(b);
}

/* 0 to 65535. */
static void integer(struct body *b, const char *name, unsigned value)
{
    char text[16];
    key(b, name);
    if (b->form == FORM_PACKED) {
        body_byte(b, 0xcd);
        body_byte(b, value >> 8);
        body_byte(b, value & 0xff);
        return;
    }
    snprintf(text, sizeof text, "%u", value);
    body_text(b, text);
}

static void identity(struct body *b)
{
    static const char tail[] = "-5c1e-4d3a-9b1f-0242ac130003";
    key(b, "id");
    begin_string(b, 16);
    body_patch(b, PATCH_ID, 16);
    end_string(b);
    key(b, "visitor");
    begin_string(b, 8 + sizeof tail - 1);
    body_patch(b, PATCH_VISITOR, 8);
    body_text(b, tail);
    end_string(b);
}

static void instant(struct body *b)
{
    key(b, "time");
    if (b->form == FORM_PACKED) {
        body_byte(b, 0xcf);
        body_patch(b, PATCH_TIME_BE64, 8);
        return;
    }
    body_patch(b, PATCH_TIME_TEXT, 13);
}

static void item(struct body *b)
{
    key(b, "items");
    if (b->form == FORM_PACKED)
        packed_count(b, 0x90, 0xdc, 1);
    else
        body_text(b, "[");
    open_map(b, 4);
    string(b, "sku", "TEA-20417");
    string(b, "category", "tea/black");
    string(b, "price", "19.99");
    integer(b, "quantity", 1);
    close_map(b);
    b->members = 1;
    if (b->form == FORM_JSON)
        body_text(b, "]");
}

/* The fields that only a browser's beacon brings. */
static void page(struct body *b)
{
    string(b, "url", "https://shop.example/tea/black/assam?utm_source=news&utm_medium=email");
    string(b, "referrer", "https://www.example.com/");
    string(b, "language", "en-GB");
}

static void event(struct body *b, const struct event_row *row, size_t title, int bare)
{
    char text[TITLE_MAX + 1];
    size_t members = 6 + (bare ? 0 : 3) + (row->term ? 2 : 0) + (row->items ? 1 : 0);
    memset(text, 'T', title);
    text[title] = '\0';
    open_map(b, members);
    string(b, "type", row->type);
    string(b, "site", "default");
    identity(b);
    instant(b);
    if (!bare)
        page(b);
    if (row->term) {
        string(b, "term", row->term);
        integer(b, "results", 41);
    }
    if (row->items)
        item(b);
    string(b, "title", text);
    close_map(b);
}

/* The title is as long as makes the event have size bytes. Small ones go without their page. */
static void sized_event(struct body *b, const struct event_row *row, size_t size)
{
    size_t from = b->n, patches = b->patch_n;
    int members = b->members;
    for (size_t title = 0; title <= TITLE_MAX; title++) {
        b->n = from;
        b->patch_n = patches;
        b->members = members;
        event(b, row, title, size < 250);
        if (b->n - from >= size)
            return;
    }
}

void body_beacons(struct body *b, unsigned first, unsigned count, size_t size, int plain)
{
    if (count > 1 && b->form == FORM_PACKED)
        packed_count(b, 0x90, 0xdc, count);
    else if (count > 1)
        body_text(b, "[");
    for (unsigned i = 0; i < count; i++) {
        if (i && b->form == FORM_JSON)
            body_text(b, ",");
        sized_event(b, &event_table[plain ? 0 : (first + i) % body_kinds()], size);
    }
    if (count > 1 && b->form == FORM_JSON)
        body_text(b, "]");
}
