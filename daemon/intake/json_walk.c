#include "json_walk.h"

#include "decimal.h"
#include "json_string.h"

static enum ff_status walk_value(struct json_walk *w, struct intake_value *v, int depth);

struct json_walk json_begin(struct ff_span document, const uint32_t *at, size_t n,
                            struct texts *texts)
{
    bool escapes = memchr(document.p, '\\', document.n) != NULL;
    return (struct json_walk){document.p, at, at + n, texts, escapes};
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The next token and all up to the one behind it but the blanks before that: a token and nothing
 * else, if the document is sound. */
static struct ff_span token(const struct json_walk *w)
{
    const char *p = w->text + w->at[0], *end = w->text + w->at[1];
    while (end > p && is_blank(end[-1]))
        end--;
    return ff_span_of(p, (size_t)(end - p));
}

static enum ff_status read_string(struct json_walk *w, struct intake_value *v)
{
    struct ff_span t = token(w);
    if (t.n < 2 || t.p[t.n - 1] != '"')
        return FF_MALFORMED;
    w->at++;
    v->kind = INTAKE_STRING;
    v->text = ff_span_of(t.p + 1, t.n - 2);
    return !w->escapes || json_unescape(w->texts, v->text, v) ? FF_OK : FF_MALFORMED;
}

static enum ff_status read_number(struct json_walk *w, struct intake_value *v)
{
    v->kind = INTAKE_NUMBER;
    v->text = token(w);
    w->at++;
    return decimal_is_number(v->text) ? FF_OK : FF_MALFORMED;
}

/* true, false, null. */
static enum ff_status read_word(struct json_walk *w, struct intake_value *v)
{
    struct ff_span t = token(w);
    w->at++;
    v->boolean = ff_span_equal(t, FF_LITERAL("true"));
    v->kind = INTAKE_BOOLEAN;
    if (v->boolean || ff_span_equal(t, FF_LITERAL("false")))
        return FF_OK;
    v->kind = INTAKE_NULL;
    return ff_span_equal(t, FF_LITERAL("null")) ? FF_OK : FF_MALFORMED;
}

struct json_list json_enter(struct json_walk *w)
{
    char open = json_peek(w);
    w->at++;
    return (struct json_list){.close = open == '{' ? '}' : ']'};
}

enum ff_status json_next(struct json_walk *w, struct json_list *list, bool *more)
{
    char c = json_peek(w);
    *more = c != list->close;
    if (!*more || list->begun)
        w->at++;
    if (*more && list->begun && c != ',')
        return FF_MALFORMED;
    list->begun = true;
    return FF_OK;
}

enum ff_status json_key(struct json_walk *w, struct intake_value *key)
{
    if (json_peek(w) != '"')
        return FF_MALFORMED;
    enum ff_status s = read_string(w, key);
    return s == FF_OK ? json_colon(w) : s;
}

/* Steps over an array or object in which depth more may be nested. */
static enum ff_status skip_nested(struct json_walk *w, int depth)
{
    struct json_list list = json_enter(w);
    struct intake_value v;
    bool more;
    if (depth == 0)
        return FF_TOO_DEEP;
    enum ff_status s = json_next(w, &list, &more);
    while (s == FF_OK && more) {
        if (list.close == '}')
            s = json_key(w, &v);
        if (s == FF_OK)
            s = walk_value(w, &v, depth - 1);
        if (s == FF_OK)
            s = json_next(w, &list, &more);
    }
    return s;
}

static enum ff_status walk_value(struct json_walk *w, struct intake_value *v, int depth)
{
    char c = json_peek(w);
    if (c == '"')
        return read_string(w, v);
    if (c == '-' || (c >= '0' && c <= '9'))
        return read_number(w, v);
    if (c == 't' || c == 'f' || c == 'n')
        return read_word(w, v);
    if (c != '{' && c != '[')
        return FF_MALFORMED;
    v->kind = INTAKE_NESTED;
    return skip_nested(w, depth);
}

enum ff_status json_value(struct json_walk *w, struct intake_value *v)
{
    return walk_value(w, v, JSON_MAX_DEPTH);
}
