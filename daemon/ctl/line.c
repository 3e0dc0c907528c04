#include "line.h"

#include "hash.h"
#include "instant.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* A place in a line; all readers of it stop at end. */
struct cursor {
    const char *p, *end;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool line_next(struct ff_span *rest, struct ff_span *line)
{
    if (rest->n == 0)
        return false;
    const char *newline = memchr(rest->p, '\n', rest->n);
    size_t n = newline ? (size_t)(newline - rest->p) : rest->n;
    size_t taken = newline ? n + 1 : n;
    *line = ff_span_of(rest->p, n);
    *rest = ff_span_of(rest->p + taken, rest->n - taken);
    while (line->n && is_blank(line->p[line->n - 1]))
        line->n--;
    while (line->n && is_blank(line->p[0])) {
        line->p++;
        line->n--;
    }
    return true;
}

static void skip_blanks(struct cursor *c)
{
    while (c->p < c->end && is_blank(*c->p))
        c->p++;
}

static bool take(struct cursor *c, char wanted)
{
    skip_blanks(c);
    if (c->p == c->end || *c->p != wanted)
        return false;
    c->p++;
    return true;
}

/* Takes a string; *inside borrows what is between its quotes, escapes and all. */
static bool take_string(struct cursor *c, struct ff_span *inside)
{
    if (!take(c, '"'))
        return false;
    const char *start = c->p;
    while (c->p < c->end && *c->p != '"')
        c->p += *c->p == '\\' ? 2 : 1;
    if (c->p >= c->end)
        return false;
    *inside = ff_span_of(start, (size_t)(c->p - start));
    c->p++;
    return true;
}

/* Takes an array or object of any depth: its brackets only have to balance in number. */
static bool take_nested(struct cursor *c)
{
    struct ff_span ignored;
    size_t depth = 0;
    do {
        char now = *c->p;
        if (now == '"') {
            if (!take_string(c, &ignored))
                return false;
            continue;
        }
        if (now == '{' || now == '[')
            depth++;
        if (now == '}' || now == ']')
            depth--;
        c->p++;
    } while (depth > 0 && c->p < c->end);
    return depth == 0;
}

/* Takes a value of any kind; *value borrows all of it, quotes too. */
static bool take_value(struct cursor *c, struct ff_span *value)
{
    struct ff_span ignored;
    skip_blanks(c);
    if (c->p == c->end)
        return false;
    const char *start = c->p;
    if (*start == '"') {
        if (!take_string(c, &ignored))
            return false;
    } else if (*start == '{' || *start == '[') {
        if (!take_nested(c))
            return false;
    } else {
        while (c->p < c->end && !is_blank(*c->p) && *c->p != ',' && *c->p != '}')
            c->p++;
    }
    *value = ff_span_of(start, (size_t)(c->p - start));
    return value->n > 0;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The ASCII character of the \uXXXX at p (n bytes follow), or -1. */
static int escaped_ascii(const char *p, size_t n)
{
    if (n < 6 || p[1] != 'u' || p[2] != '0' || p[3] != '0')
        return -1;
    int high = hex_digit(p[4]), low = hex_digit(p[5]);
    return high < 0 || high > 7 || low < 0 ? -1 : high * 16 + low;
}

/* Copies a string's inside with its \uXXXX of ASCII (some writers escape '+') undone; the other
 * escapes stand in no key or time. What is longer than size is cut: nothing that matters is. */
static struct ff_span unescape(struct ff_span inside, char *out, size_t size)
{
    size_t n = 0;
    for (size_t i = 0; i < inside.n && n < size; n++) {
        int c = inside.p[i] == '\\' ? escaped_ascii(inside.p + i, inside.n - i) : -1;
        out[n] = c < 0 ? inside.p[i] : (char)c;
        i += c < 0 ? 1 : 6;
    }
    return ff_span_of(out, n);
}

static enum ff_status read_time(struct ff_span value, ff_wall *out)
{
    char text[64];
    if (value.n >= 2 && value.p[0] == '"') {
        struct ff_span inside = ff_span_of(value.p + 1, value.n - 2);
        return instant_from_rfc3339(unescape(inside, text, sizeof(text)), out);
    }
    /* strtod knows more than JSON does: "inf", "nan", "0x10", a leading '+' or '.'. */
    const char *first = value.p + (value.p[0] == '-');
    if (value.n >= sizeof(text) || first == value.p + value.n || *first < '0' || *first > '9' ||
        memchr(value.p, 'x', value.n) || memchr(value.p, 'X', value.n))
        return FF_BAD_TIME;
    memcpy(text, value.p, value.n);
    text[value.n] = '\0';
    char *end;
    double number = strtod(text, &end);
    return *end ? FF_BAD_TIME : instant_from_number(number, out);
}

/* Notes a member of the line that begins at start. */
static enum ff_status note_member(const char *start, struct ff_span key, struct ff_span value,
                                  struct line_facts *out)
{
    char text[16];
    struct ff_span name = unescape(key, text, sizeof(text));
    if (ff_span_is(name, "time"))
        return read_time(value, &out->time);
    if (ff_span_is(name, "id")) {
        out->has_id = !ff_span_is(value, "null");
        out->gap = (struct line_gap){(size_t)(value.p - start), value.n, false};
    }
    return FF_OK;
}

/* Reads the members up to the closing brace. */
static enum ff_status scan_members(struct cursor *c, const char *start, struct line_facts *out)
{
    enum ff_status status = FF_OK;
    if (take(c, '}'))
        return status;
    do {
        struct ff_span key, value;
        if (!take_string(c, &key) || !take(c, ':') || !take_value(c, &value))
            return FF_MALFORMED;
        enum ff_status noted = note_member(start, key, value, out);
        if (status == FF_OK)
            status = noted;
    } while (take(c, ','));
    return take(c, '}') ? status : FF_MALFORMED;
}

enum ff_status line_scan(struct ff_span line, struct line_facts *out)
{
    struct cursor c = {line.p, line.p + line.n};
    *out = (struct line_facts){.time = FF_NEVER};
    if (!take(&c, '{'))
        return FF_NOT_AN_OBJECT;
    out->gap = (struct line_gap){(size_t)(c.p - line.p), 0, true};
    enum ff_status status = scan_members(&c, line.p, out);
    skip_blanks(&c);
    if (status == FF_MALFORMED || c.p != c.end)
        return FF_MALFORMED;
    if (status == FF_OK && out->time == FF_NEVER)
        return FF_MISSING;
    return status;
}

void line_make_id(struct ff_span base, struct ff_span line, uint32_t number, char out[LINE_ID_MAX])
{
    uint64_t mark = hash_mark(hash_mark(0, base), line);
    snprintf(out, LINE_ID_MAX, "import:%016" PRIx64 ":%" PRIu32, mark, number);
}

/* Appends n bytes at p to out, which holds *length. */
static void put(char *out, size_t *length, const char *p, size_t n)
{
    memcpy(out + *length, p, n);
    *length += n;
}

size_t line_print(struct ff_span line, const struct line_gap *gap, const char *id, char *out)
{
    char text[LINE_ID_MAX + 8];
    int n = snprintf(text, sizeof(text), gap->member ? "\"id\":\"%s\"," : "\"%s\"", id);
    size_t length = 0, behind = gap->at + gap->cut;
    put(out, &length, line.p, gap->at);
    put(out, &length, text, (size_t)n);
    put(out, &length, line.p + behind, line.n - behind);
    put(out, &length, "\n", 1);
    return length;
}
