#include "cart_json.h"

#include <inttypes.h>
#include <stdio.h>

static void write_text(struct json_out *out, struct ff_span key, struct ff_span text)
{
    json_out_key(out, key);
    json_out_text_or_null(out, text);
}

static void write_instant(struct json_out *out, struct ff_span key, ff_wall t)
{
    json_out_key(out, key);
    json_out_instant(out, t);
}

static void write_items(const struct fold *f, uint32_t line, struct json_out *out)
{
    json_out_key(out, FF_LITERAL("items"));
    json_out_open(out, '[');
    while (line) {
        struct cart_line_view item;
        carts_line(f, &line, &item);
        json_out_open(out, '{');
        write_text(out, FF_LITERAL("sku"), item.sku);
        if (item.name.p)
            write_text(out, FF_LITERAL("name"), item.name);
        json_out_key(out, FF_LITERAL("quantity"));
        json_out_integer(out, item.quantity);
        json_out_key(out, FF_LITERAL("price"));
        json_out_money(out, item.price);
        json_out_close(out, '}');
    }
    json_out_close(out, ']');
}

static const char *state_of(const struct cart_view *c)
{
    if (c->state == CART_UNLISTED)
        return c->converted ? "converted" : "emptied";
    return c->state == CART_OPEN ? "open" : c->state == CART_ABANDONED ? "abandoned" : "recovered";
}

void cart_json_write(const struct fold *f, const struct cart_view *c, bool in_state, struct json_out *out)
{
    char id[17];
    int n = snprintf(id, sizeof id, "%016" PRIx64, c->place.id);
    json_out_open(out, '{');
    write_text(out, FF_LITERAL("id"), ff_span_of(id, (size_t)n));
    if (in_state)
        write_text(out, FF_LITERAL("state"), ff_span_text(state_of(c)));
    write_text(out, FF_LITERAL("visitor"), c->visitor);
    write_text(out, FF_LITERAL("customer"), c->customer);
    write_items(f, c->lines, out);
    json_out_key(out, FF_LITERAL("value"));
    json_out_money(out, c->value);
    char code[4];
    ff_currency_text(c->currency, code);
    write_text(out, FF_LITERAL("currency"), ff_span_text(code));
    write_instant(out, FF_LITERAL("opened"), c->opened);
    write_instant(out, FF_LITERAL("last_event"), c->last);
    write_text(out, FF_LITERAL("last_page"), c->last_page);
    json_out_key(out, FF_LITERAL("checkout"));
    json_out_boolean(out, c->checkout);
    json_out_close(out, '}');
}

void cart_cursor_print(const struct cart_place *place, char out[CART_CURSOR + 1])
{
    snprintf(out, CART_CURSOR + 1, "%016" PRIx64 "%016" PRIx64 "%016" PRIx64, (uint64_t)place->at, place->seq,
             place->id);
}

static bool read_hex(const char *p, uint64_t *out)
{
    *out = 0;
    for (int i = 0; i < 16; i++) {
        char c = p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
        *out = *out << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return true;
}

bool cart_cursor_parse(struct ff_span text, struct cart_place *out)
{
    uint64_t at;
    if (text.n != CART_CURSOR || !read_hex(text.p, &at) || !read_hex(text.p + 16, &out->seq) ||
        !read_hex(text.p + 32, &out->id))
        return false;
    out->at = (ff_wall)at;
    return true;
}
