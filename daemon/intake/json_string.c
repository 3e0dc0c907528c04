#include "json_string.h"

#include <assert.h>

/* Reads four hexadecimal digits; gives the first byte behind them, or NULL. */
static const char *read_hex(const char *p, const char *end, uint32_t *out)
{
    uint32_t value = 0;
    if (end - p < 4)
        return NULL;
    for (int i = 0; i < 4; i++, p++) {
        unsigned char c = (unsigned char)*p, letter = c | 0x20;
        if (c >= '0' && c <= '9')
            value = value << 4 | (c - '0');
        else if (letter >= 'a' && letter <= 'f')
            value = value << 4 | (letter - 'a' + 10u);
        else
            return NULL;
    }
    *out = value;
    return p;
}

static size_t put_utf8(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xE0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3F));
        out[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3F));
    out[2] = (char)(0x80 | (c >> 6 & 0x3F));
    out[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

/* Where unescaping stands. */
struct unescape {
    const char *p, *end;
    char *out;
    bool broken; /* half a surrogate pair was met */
};

/* Takes the second half of a pair, "\uDC00", where it follows; high alone is broken. */
static bool take_low_half(struct unescape *u, uint32_t *code)
{
    uint32_t low = 0;
    if (u->end - u->p < 6 || u->p[0] != '\\' || u->p[1] != 'u') {
        u->broken = true;
        return true;
    }
    const char *behind = read_hex(u->p + 2, u->end, &low);
    if (!behind)
        return false;
    if (low < 0xDC00 || low > 0xDFFF) {
        u->broken = true;
        return true;
    }
    *code = 0x10000 + ((*code - 0xD800) << 10) + (low - 0xDC00);
    u->p = behind;
    return true;
}

/* p stands behind "\u". */
static bool take_code(struct unescape *u)
{
    uint32_t code = 0;
    u->p = read_hex(u->p, u->end, &code);
    if (!u->p)
        return false;
    if (code >= 0xDC00 && code <= 0xDFFF)
        u->broken = true;
    else if (code >= 0xD800 && code <= 0xDBFF && !take_low_half(u, &code))
        return false;
    if (!u->broken)
        u->out += put_utf8(u->out, code);
    return true;
}

/* p stands behind a backslash. */
static bool take_escape(struct unescape *u)
{
    static const char names[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
    if (u->p == u->end)
        return false;
    char c = *u->p++;
    if (c == 'u')
        return take_code(u);
    const char *name = memchr(names, c, sizeof names - 1);
    if (name)
        *u->out++ = bytes[name - names];
    return name != NULL;
}

bool json_unescape(struct texts *texts, struct ff_span body, struct intake_value *out)
{
    out->kind = INTAKE_STRING;
    out->text = body;
    if (!memchr(body.p, '\\', body.n))
        return true;
    assert(texts->size - texts->used >= body.n);
    char *begin = texts->p + texts->used;
    struct unescape u = {body.p, body.p + body.n, begin, false};
    while (u.p < u.end) {
        const char *stop = memchr(u.p, '\\', (size_t)(u.end - u.p));
        size_t plain = (size_t)((stop ? stop : u.end) - u.p);
        memcpy(u.out, u.p, plain);
        u.out += plain;
        u.p += plain;
        if (stop && (u.p++, !take_escape(&u)))
            return false;
    }
    if (u.broken) {
        out->kind = INTAKE_BROKEN_STRING;
        return true;
    }
    out->text = ff_span_of(begin, (size_t)(u.out - begin));
    texts->used += out->text.n;
    return true;
}
