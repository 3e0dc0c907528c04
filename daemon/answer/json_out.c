#include "json_out.h"

#include "decimal.h"
#include "instant.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void json_out_init(struct json_out *j, char *p, size_t size)
{
    *j = (struct json_out){.p = p, .size = size};
}

static void put(struct json_out *j, const char *p, size_t n)
{
    if (n > j->size - j->n) {
        j->full = true;
        return;
    }
    memcpy(j->p + j->n, p, n);
    j->n += n;
}

static void put_char(struct json_out *j, char c)
{
    put(j, &c, 1);
}

static void put_comma(struct json_out *j)
{
    if (j->comma)
        put_char(j, ',');
    j->comma = true;
}

void json_out_open(struct json_out *j, char bracket)
{
    put_comma(j);
    put_char(j, bracket);
    j->comma = false;
}

void json_out_close(struct json_out *j, char bracket)
{
    put_char(j, bracket);
    j->comma = true;
}

/* The length of the UTF-8 character at p, or 0 when there is none: overlong forms, surrogates and
 * what lies beyond U+10FFFF are no characters. */
static size_t character(const unsigned char *p, size_t n)
{
    static const struct {
        unsigned char mask, lead;
        size_t length;
        uint32_t least;
    } forms[] = {{0x80, 0x00, 1, 0},
                 {0xe0, 0xc0, 2, 0x80},
                 {0xf0, 0xe0, 3, 0x800},
                 {0xf8, 0xf0, 4, 0x10000}};
    for (size_t form = 0; form < 4; form++) {
        if ((p[0] & forms[form].mask) != forms[form].lead)
            continue;
        size_t length = forms[form].length;
        if (length > n)
            return 0;
        uint32_t code = p[0] & (unsigned char)~forms[form].mask;
        for (size_t i = 1; i < length; i++) {
            if ((p[i] & 0xc0) != 0x80)
                return 0;
            code = code << 6 | (p[i] & 0x3f);
        }
        bool good =
            code >= forms[form].least && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
        return good ? length : 0;
    }
    return 0;
}

static void put_ascii(struct json_out *j, unsigned char c)
{
    char escape[8];
    if (c == '"' || c == '\\')
        put_char(j, '\\');
    if (c >= 0x20 && c != 0x7f)
        put_char(j, (char)c);
    else
        put(j, escape, (size_t)snprintf(escape, sizeof(escape), "\\u%04x", c));
}

static void put_quoted(struct json_out *j, struct ff_span text)
{
    const unsigned char *p = (const unsigned char *)text.p;
    put_char(j, '"');
    for (size_t i = 0, length; i < text.n; i += length ? length : 1) {
        length = character(p + i, text.n - i);
        if (length == 0)
            put(j, "\\ufffd", 6);
        else if (length == 1)
            put_ascii(j, p[i]);
        else
            put(j, text.p + i, length);
    }
    put_char(j, '"');
}

void json_out_key(struct json_out *j, struct ff_span key)
{
    put_comma(j);
    put_quoted(j, key);
    put_char(j, ':');
    j->comma = false;
}

static void put_value(struct json_out *j, const char *p, size_t n)
{
    put_comma(j);
    put(j, p, n);
}

void json_out_text(struct json_out *j, struct ff_span text)
{
    put_comma(j);
    put_quoted(j, text);
}

void json_out_text_or_null(struct json_out *j, struct ff_span text)
{
    if (text.p)
        json_out_text(j, text);
    else
        json_out_null(j);
}

void json_out_integer(struct json_out *j, int64_t value)
{
    char text[24], *end = text + sizeof(text), *p = end; /* an answer has a hundred: printf would be a tenth of it */
    uint64_t left = value < 0 ? -(uint64_t)value : (uint64_t)value;
    do
        *--p = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    if (value < 0)
        *--p = '-';
    put_value(j, p, (size_t)(end - p));
}

#define WHOLE_MOST 1e15 /* whole numbers below it have no exponent and no rounded digit */

void json_out_double(struct json_out *j, double value)
{
    char text[32];
    int n = 0;
    if (!isfinite(value)) {
        json_out_null(j);
        return;
    }
    if (fabs(value) < WHOLE_MOST && value == floor(value)) {
        json_out_integer(j, (int64_t)value); /* 0 has no minus sign */
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        n = snprintf(text, sizeof(text), "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    put_value(j, text, (size_t)n);
}

void json_out_money(struct json_out *j, ff_money_sum amount)
{
    char text[DECIMAL_TEXT];
    put_value(j, text, decimal_print(text, amount));
}

void json_out_instant(struct json_out *j, ff_wall t)
{
    char text[INSTANT_TEXT];
    size_t n = instant_print(text, t);
    json_out_text(j, ff_span_of(text, n));
}

void json_out_boolean(struct json_out *j, bool value)
{
    put_value(j, value ? "true" : "false", value ? 4 : 5);
}

void json_out_null(struct json_out *j)
{
    put_value(j, "null", 4);
}
