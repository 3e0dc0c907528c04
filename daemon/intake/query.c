#include "batch.h"
#include "json_message.h"

#include <endian.h>

/* The value of a hexadecimal digit, or -1. */
static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    char letter = c | 0x20;
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

#define EACH_BYTE(byte) ((uint64_t)(byte)*UINT64_C(0x0101010101010101))

/* The highest bit of the first of eight bytes that is `byte`, and perhaps of some behind it: the difference
 * is zero there, and borrows. */
static uint64_t eight_have(uint64_t eight, unsigned char byte)
{
    uint64_t other = eight ^ EACH_BYTE(byte);
    return (other - EACH_BYTE(1)) & ~other & EACH_BYTE(0x80);
}

/* Copies what stands before the first of "%+" in the n bytes at p to out, which has as much room; gives how much. */
static size_t copy_plain(const char *p, size_t n, char *out)
{
    size_t i = 0;
    for (uint64_t eight, special; n - i >= sizeof eight; i += sizeof eight) {
        memcpy(&eight, p + i, sizeof eight);
        memcpy(out + i, &eight, sizeof eight);
        eight = le64toh(eight);
        special = eight_have(eight, '%') | eight_have(eight, '+');
        if (special)
            return i + (size_t)__builtin_ctzll(special) / 8;
    }
    for (; i < n && p[i] != '%' && p[i] != '+'; i++)
        out[i] = p[i];
    return i;
}

/* The byte that an escape at p stands for, or -1 where it lacks its two digits. */
static int read_escape(const char *p, size_t n)
{
    int high = n > 2 ? hex(p[1]) : -1, low = high < 0 ? -1 : hex(p[2]);
    return low < 0 ? -1 : high << 4 | low;
}

/* Writes a name or value of a query to out, which may be no shorter; gives the bytes written, or
 * -1 for a '%' without two digits. */
static ptrdiff_t unescape(struct ff_span raw, char *out)
{
    char *begin = out;
    for (size_t i = 0; i < raw.n;) {
        size_t plain = copy_plain(raw.p + i, raw.n - i, out);
        i += plain;
        out += plain;
        if (i == raw.n)
            break;
        int byte = raw.p[i] == '+' ? ' ' : read_escape(raw.p + i, raw.n - i);
        if (byte < 0)
            return -1;
        i += raw.p[i] == '+' ? 1 : 3;
        *out++ = (char)byte;
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
