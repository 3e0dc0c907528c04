#include "params.h"

#include <stdio.h>
#include <string.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes text to `to`, which has room for as many bytes; plus: '+' is a blank. False on a broken escape. */
static bool decode(struct ff_span text, bool plus, char *to, struct ff_span *out)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '%') {
            int high = i + 2 < text.n ? hex_digit(text.p[i + 1]) : -1;
            int low = i + 2 < text.n ? hex_digit(text.p[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = (char)(high << 4 | low);
            i += 2;
        } else if (plus && c == '+') {
            c = ' ';
        }
        to[n++] = c;
    }
    *out = ff_span_of(to, n);
    return true;
}

/* Cuts what stands before the first `at` from text; all of it, and nothing is left, without one. */
static struct ff_span cut(struct ff_span *text, char at)
{
    const char *found = text->n ? memchr(text->p, at, text->n) : NULL;
    size_t n = found ? (size_t)(found - text->p) : text->n;
    struct ff_span first = ff_span_of(text->p, n);
    size_t taken = found ? n + 1 : n;
    *text = taken ? ff_span_of(text->p + taken, text->n - taken) : *text;
    return first;
}

static bool find(const struct params *p, struct ff_span key, size_t *at)
{
    for (*at = 0; *at < p->n; (*at)++)
        if (ff_span_equal(p->row[*at].key, key))
            return true;
    return false;
}

/* How much of a stranger's key is repeated to him. */
static int shown(struct ff_span key)
{
    return key.n < FAULT_PARAMETER ? (int)key.n : FAULT_PARAMETER;
}

/* Adds one "key=value", whose text begins at `to`. */
static enum ff_status add(struct params *p, struct ff_span pair, char *to, struct fault *f)
{
    struct ff_span raw_value = pair, raw_key = cut(&raw_value, '=');
    struct ff_span key, value;
    size_t twin;
    if (!decode(raw_key, true, to, &key) || !decode(raw_value, true, to + raw_key.n, &value))
        return fault_set(f, FF_BAD_PARAMETER, raw_key,
                         "%%: expected two hexadecimal digits behind it");
    if (find(p, key, &twin))
        return fault_set(f, FF_BAD_PARAMETER, key, "%.*s: given twice", shown(key), key.p);
    if (p->n == PARAMS_MAX)
        return fault_set(f, FF_BAD_PARAMETER, key, "expected at most %d parameters", PARAMS_MAX);
    p->row[p->n].key = key;
    p->row[p->n++].value = value;
    return FF_OK;
}

enum ff_status params_parse(struct params *p, struct ff_span query, struct fault *f)
{
    p->n = 0;
    if (query.n > PARAMS_TEXT)
        return fault_set(f, FF_BAD_PARAMETER, ff_span_of(NULL, 0),
                         "expected at most %d bytes of parameters", PARAMS_TEXT);
    char *to = p->text;
    while (query.n > 0) {
        struct ff_span pair = cut(&query, '&');
        enum ff_status s = pair.n ? add(p, pair, to, f) : FF_OK;
        if (s != FF_OK)
            return s;
        to += pair.n;
    }
    return FF_OK;
}

bool params_path(struct ff_span text, char *to, struct ff_span *out)
{
    return decode(text, false, to, out);
}

struct ff_span params_get(const struct params *p, const char *key)
{
    size_t at;
    return find(p, ff_span_text(key), &at) ? p->row[at].value : ff_span_of(NULL, 0);
}

static bool is_known(struct ff_span key, const char *const *known)
{
    while (*known && !ff_span_is(key, *known))
        known++;
    return *known != NULL;
}

enum ff_status params_only(const struct params *p, const char *const *known, struct fault *f)
{
    for (size_t i = 0; i < p->n; i++) {
        struct ff_span key = p->row[i].key;
        if (is_known(key, known))
            continue;
        char names[160] = "";
        for (size_t k = 0; known[k]; k++)
            snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s%s", k ? ", " : "",
                     known[k]);
        return fault_set(f, FF_BAD_PARAMETER, key,
                         "%.*s: no such parameter here; expected one of %s", shown(key), key.p,
                         names);
    }
    return FF_OK;
}
