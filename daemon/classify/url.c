#include "url.h"

#include <stdint.h>

static unsigned char lower(char c)
{
    unsigned char u = (unsigned char)c;
    return u >= 'A' && u <= 'Z' ? (unsigned char)(u | 0x20) : u;
}

bool url_same(struct ff_span a, struct ff_span b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

struct ff_span url_lower(struct ff_span text, char *out, size_t size)
{
    if (text.n > size)
        return ff_span_of(NULL, 0);
    for (size_t i = 0; i < text.n; i++)
        out[i] = (char)lower(text.p[i]);
    return ff_span_of(out, text.n);
}

/* The text up to the first such byte, which goes with the rest; rest is empty where there is none. */
static struct ff_span cut_at(struct ff_span text, char byte, struct ff_span *rest)
{
    const char *at = text.n ? memchr(text.p, byte, text.n) : NULL;
    size_t n = at ? (size_t)(at - text.p) : text.n;
    *rest = ff_span_of(text.p + n, text.n - n);
    return ff_span_of(text.p, n);
}

static struct ff_span without_first(struct ff_span text)
{
    return text.n ? ff_span_of(text.p + 1, text.n - 1) : text;
}

/* Takes "scheme:" off; what is left begins with // where a host follows. */
static struct ff_span without_scheme(struct ff_span text)
{
    for (size_t i = 0; i < text.n && i < 32; i++) {
        unsigned char c = lower(text.p[i]);
        if (c == ':' && i > 0)
            return ff_span_of(text.p + i + 1, text.n - i - 1);
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.'))
            break;
    }
    return text;
}

/* An authority's host. */
static struct ff_span host_of(struct ff_span authority)
{
    const char *at = authority.n ? memrchr(authority.p, '@', authority.n) : NULL;
    if (at)
        authority = ff_span_of(at + 1, (size_t)(authority.p + authority.n - at - 1));
    struct ff_span port, host;
    if (authority.n && authority.p[0] == '[')
        host = cut_at(authority, ']', &port);
    else
        host = cut_at(authority, ':', &port);
    while (host.n && host.p[host.n - 1] == '.')
        host.n--;
    return host;
}

/* What a byte of an authority is: 0 a part of its host, else its end, or what makes it one of several parts. */
enum { AUTHORITY_END = 1, AUTHORITY_PART = 2 };
static const uint8_t authority_table[256] = {['/'] = AUTHORITY_END, ['\\'] = AUTHORITY_END, [':'] = AUTHORITY_PART,
                                             ['@'] = AUTHORITY_PART, ['['] = AUTHORITY_PART};

/* text: what stands behind "//". Sets host and path. */
static void authority_split(struct ff_span text, struct url *u)
{
    const char *p = text.p, *const end = text.p + text.n;
    unsigned seen = 0;
    for (; p < end; p++) {
        unsigned kind = authority_table[(unsigned char)*p];
        seen |= kind;
        if (kind == AUTHORITY_END)
            break;
    }
    u->host = ff_span_of(text.p, (size_t)(p - text.p));
    u->path = ff_span_of(p, (size_t)(end - p));
    if (seen & AUTHORITY_PART || (u->host.n > 0 && p[-1] == '.'))
        u->host = host_of(u->host);
}

/* As without_scheme, at once where it is the usual one. */
static struct ff_span behind_scheme(struct ff_span text)
{
    static const char usual[] = "https:";
    const size_t n = sizeof usual - 1;
    bool is_usual = text.n >= n && memcmp(text.p, usual, n) == 0;
    return is_usual ? ff_span_of(text.p + n, text.n - n) : without_scheme(text);
}

struct url url_split(struct ff_span text)
{
    struct url u = {{NULL, 0}, {NULL, 0}, {NULL, 0}};
    struct ff_span rest;
    text = behind_scheme(cut_at(text, '#', &rest));
    text = cut_at(text, '?', &rest);
    u.query = without_first(rest);
    u.path = text;
    if (text.n >= 2 && text.p[0] == '/' && text.p[1] == '/')
        authority_split(ff_span_of(text.p + 2, text.n - 2), &u);
    return u;
}

struct ff_span url_without_www(struct ff_span host)
{
    return host.n > 4 && memcmp(host.p, "www.", 4) == 0 ? ff_span_of(host.p + 4, host.n - 4) : host;
}

bool url_next_parameter(struct ff_span *query, struct ff_span *name, struct ff_span *value)
{
    if (query->n == 0)
        return false;
    struct ff_span rest, pair = cut_at(*query, '&', &rest);
    *query = without_first(rest);
    *name = cut_at(pair, '=', value);
    *value = without_first(*value);
    return true;
}

static int hex_digit(char c)
{
    unsigned char u = lower(c);
    if (u >= '0' && u <= '9')
        return u - '0';
    return u >= 'a' && u <= 'f' ? u - 'a' + 10 : -1;
}

/* How many bytes the character at the beginning of a text has; 0 when it is none, or a control character. */
static size_t character_length(const unsigned char *p, size_t n)
{
    static const struct {
        unsigned char first, last; /* of the first byte */
        unsigned char low, high;   /* of the second */
        size_t length;
    } forms[] = {
        {0x20, 0x7e, 0, 0, 1},       {0xc2, 0xc2, 0xa0, 0xbf, 2}, {0xc3, 0xdf, 0x80, 0xbf, 2},
        {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3},
        {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4},
        {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (p[0] < forms[i].first || p[0] > forms[i].last)
            continue;
        if (forms[i].length == 1)
            return 1;
        if (n < forms[i].length || p[1] < forms[i].low || p[1] > forms[i].high)
            return 0;
        for (size_t k = 2; k < forms[i].length; k++)
            if (p[k] < 0x80 || p[k] > 0xbf)
                return 0;
        return forms[i].length;
    }
    return 0;
}

static struct ff_span trimmed(struct ff_span text)
{
    while (text.n && text.p[0] == ' ')
        text = without_first(text);
    while (text.n && text.p[text.n - 1] == ' ')
        text.n--;
    return text;
}

/* Whether a value can be borrowed as it is. */
static bool is_plain(struct ff_span value)
{
    for (size_t i = 0; i < value.n; i++) {
        unsigned char c = (unsigned char)value.p[i];
        if (c == '%' || c == '+' || c <= ' ' || c >= 0x7f)
            return false;
    }
    return true;
}

/* The bytes of a value, decoded, at most size. */
static size_t decode_bytes(struct ff_span value, char *out, size_t size)
{
    size_t n = 0;
    for (size_t i = 0; i < value.n && n < size; i++) {
        int high = -1, low = -1;
        if (value.p[i] == '%' && i + 2 < value.n) {
            high = hex_digit(value.p[i + 1]);
            low = hex_digit(value.p[i + 2]);
        }
        if (high >= 0 && low >= 0) {
            out[n++] = (char)(high * 16 + low);
            i += 2;
        } else {
            out[n++] = value.p[i] == '+' ? ' ' : value.p[i];
        }
    }
    return n;
}

/* Leaves out what is no text, in place; at most max bytes stay. */
static size_t keep_text(char *p, size_t n, size_t max)
{
    size_t kept = 0;
    for (size_t i = 0; i < n;) {
        size_t length = character_length((const unsigned char *)p + i, n - i);
        if (length && kept + length > max)
            break;
        memmove(p + kept, p + i, length);
        kept += length;
        i += length ? length : 1;
    }
    return kept;
}

struct ff_span url_decode(struct ff_span value, size_t max, struct url_room *room)
{
    if (value.n <= max && is_plain(value))
        return value;
    /* Decoding makes nothing longer; three bytes behind the cut so that a character is never halved. */
    size_t size = max + 3 < room->left ? max + 3 : room->left;
    size_t n = keep_text(room->p, decode_bytes(value, room->p, size), max);
    struct ff_span text = trimmed(ff_span_of(room->p, n));
    if (text.n) {
        room->p += n;
        room->left -= n;
    }
    return text;
}
