#include "batch.h"
#include "json_message.h"

/* The value of a hexadecimal digit, or -1. */
static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    char letter = c | 0x20;
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

#define EACH_BYTE(byte) ((uint64_t)(byte)*UINT64_C(0x0101010101010101))

/* Whether one of the eight bytes is `byte`: one of their differences is zero, and borrows. */
static bool eight_have(uint64_t eight, unsigned char byte)
{
    uint64_t other = eight ^ EACH_BYTE(byte);
    return (other - EACH_BYTE(1)) & ~other & EACH_BYTE(0x80);
}

/* Copies the n bytes at p, but not the eight in which the first of "%+" is, or less than eight; gives how many. */
static size_t copy_plain(const char *p, size_t n, char *out)
{
    size_t i = 0;
    for (uint64_t eight; n - i >= sizeof eight; i += sizeof eight) {
        memcpy(&eight, p + i, sizeof eight);
        if (eight_have(eight, '%') || eight_have(eight, '+'))
            break;
        memcpy(out + i, &eight, sizeof eight);
    }
    return i;
}

/* Writes a name or value of a query to out, which may be no shorter; gives the bytes written, or
 * -1 for a '%' without two digits. */
static ptrdiff_t unescape(struct ff_span raw, char *out)
{
    char *begin = out;
    for (size_t i = 0; i < raw.n; i++) {
        size_t plain = copy_plain(raw.p + i, raw.n - i, out);
        i += plain;
        out += plain;
        if (i == raw.n)
            break;
        char c = raw.p[i];
        if (c == '%') {
            int high = raw.n - i > 2 ? hex(raw.p[i + 1]) : -1;
            int low = high < 0 ? -1 : hex(raw.p[i + 2]);
            if (low < 0)
                return -1;
            c = (char)(high << 4 | low);
            i += 2;
        } else if (c == '+') {
            c = ' ';
        }
        *out++ = c;
    }
    return out - begin;
}

static bool is_plain(struct ff_span raw)
{
    return raw.n == 0 || (!memchr(raw.p, '%', raw.n) && !memchr(raw.p, '+', raw.n));
}

/* Decodes raw into the batch's texts. */
static bool copy_decoded(struct intake *in, struct ff_span raw, struct ff_span *out)
{
    char *to = in->texts.p + in->texts.used;
    ptrdiff_t n = unescape(raw, to);
    if (n < 0)
        return false;
    *out = ff_span_of(to, (size_t)n);
    in->texts.used += out->n;
    return true;
}

/* raw itself where it means what it says. */
static bool decode(struct intake *in, struct ff_span raw, bool plain, struct ff_span *out)
{
    *out = raw;
    return plain || copy_decoded(in, raw, out);
}

/* Takes what stands before the mark off *rest, and the mark. */
static struct ff_span take_until(struct ff_span *rest, char mark)
{
    const char *at = rest->n > 0 ? memchr(rest->p, mark, rest->n) : NULL;
    size_t n = at ? (size_t)(at - rest->p) : rest->n;
    struct ff_span taken = {rest->p, n};
    n += at != NULL;
    *rest = ff_span_of(rest->p + n, rest->n - n);
    return taken;
}

/* pair: what stands between two '&', and after its '=' is the value. */
static enum ff_status read_pair(struct intake *in, struct ff_beacon *b, struct ff_span pair)
{
    bool plain = is_plain(pair);
    struct ff_span key, raw_key = take_until(&pair, '=');
    struct intake_value v = {.kind = INTAKE_WRITTEN};
    if (!decode(in, raw_key, plain, &key))
        return FF_MALFORMED;
    int field = fields_enter(&in->fields, &in->object, b, key);
    /* JSON is read past its end, which only the batch's own memory allows. */
    bool good =
        field == FF_FIELD_ITEMS ? copy_decoded(in, pair, &v.text) : decode(in, pair, plain, &v.text);
    if (!good)
        return FF_MALFORMED;
    if (field == FF_FIELD_ITEMS)
        json_items(in, v.text, b);
    else if (field >= 0)
        fields_set(&in->fields, b, field, &v);
    return FF_OK;
}

enum ff_status intake_query(struct intake *in, struct ff_span query, struct intake_batch *out)
{
    enum ff_status s = FF_OK;
    *out = (struct intake_batch){NULL, 0};
    if (query.n > in->options.max_message)
        return FF_BODY_TOO_LARGE;
    if (query.n == 0)
        return FF_EMPTY;
    batch_reset(in);
    fields_begin(&in->object);
    struct ff_beacon *b = batch_beacon(in);
    while (s == FF_OK && query.n > 0) {
        struct ff_span pair = take_until(&query, '&');
        if (pair.n > 0)
            s = read_pair(in, b, pair);
    }
    if (s == FF_OK)
        *out = (struct intake_batch){in->records, in->count};
    return s;
}
