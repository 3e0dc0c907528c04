#include "json_message.h"

#include "json.h"
#include "json_beacon.h"

static const char byte_order_mark[] = "\xEF\xBB\xBF";

static struct ff_span without_mark(struct ff_span m)
{
    size_t n = sizeof byte_order_mark - 1;
    bool marked = m.n >= n && memcmp(m.p, byte_order_mark, n) == 0;
    return marked ? ff_span_of(m.p + n, m.n - n) : m;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct ff_span trim(struct ff_span s)
{
    while (s.n > 0 && is_blank(s.p[s.n - 1]))
        s.n--;
    while (s.n > 0 && is_blank(*s.p))
        s.p++, s.n--;
    return s;
}

/* Takes the first line off *rest, without its blanks. */
static struct ff_span take_line(struct ff_span *rest)
{
    const char *end = memchr(rest->p, '\n', rest->n);
    size_t n = end ? (size_t)(end - rest->p) : rest->n;
    struct ff_span line = ff_span_of(rest->p, n);
    n += end != NULL;
    *rest = ff_span_of(rest->p + n, rest->n - n);
    return trim(line);
}

static enum ff_status begin_walk(struct intake *in, struct ff_span text, struct json_walk *w)
{
    const uint32_t *at;
    size_t n;
    enum ff_status s = json_index_run(in->index, text, &at, &n);
    if (s == FF_OK)
        *w = json_begin(text, at, n, &in->texts);
    return s;
}

static enum ff_status read_next(struct intake *in, struct json_walk *w)
{
    struct ff_beacon *b = batch_beacon(in);
    return b ? json_beacon(in, w, b) : FF_BATCH_TOO_LARGE;
}

static enum ff_status read_array(struct intake *in, struct json_walk *w)
{
    struct json_list list = json_enter(w);
    bool more;
    enum ff_status s = json_next(w, &list, &more);
    while (s == FF_OK && more) {
        s = read_next(in, w);
        if (s == FF_OK)
            s = json_next(w, &list, &more);
    }
    return s;
}

/* Reads the document's one value into b. */
static enum ff_status read_alone(struct intake *in, struct ff_span text, struct ff_beacon *b)
{
    struct json_walk w;
    enum ff_status s = begin_walk(in, text, &w);
    if (s == FF_OK)
        s = json_beacon(in, &w, b);
    return s == FF_OK && w.at != w.end ? FF_MALFORMED : s;
}

static enum ff_status read_document(struct intake *in, struct ff_span text)
{
    struct json_walk w;
    enum ff_status s = begin_walk(in, text, &w);
    if (s != FF_OK)
        return s;
    s = json_peek(&w) == '[' ? read_array(in, &w) : read_next(in, &w);
    if (s == FF_OK && w.at != w.end)
        s = FF_MALFORMED;
    if (s == FF_OK && batch_count(in) == 0)
        s = FF_EMPTY;
    return s;
}

enum ff_status json_decode(struct intake *in, struct ff_span message)
{
    struct ff_span text = trim(without_mark(message));
    enum ff_status s = read_document(in, text);
    if (s == FF_OK && *text.p != '[' && batch_first(in)->fault == FF_NOT_AN_OBJECT)
        return FF_NOT_AN_OBJECT;
    return s;
}

enum ff_status json_decode_lines(struct intake *in, struct ff_span message)
{
    struct ff_span rest = without_mark(message);
    while (rest.n > 0) {
        struct ff_span line = take_line(&rest);
        if (line.n == 0)
            continue;
        struct ff_beacon *b = batch_beacon(in);
        if (!b)
            return FF_BATCH_TOO_LARGE;
        enum ff_status s = read_alone(in, line, b);
        if (s != FF_OK)
            batch_refuse(b, s, NULL);
    }
    return batch_count(in) > 0 ? FF_OK : FF_EMPTY;
}

void json_items(struct intake *in, struct ff_span text, struct ff_beacon *b)
{
    struct json_walk w;
    enum ff_status s = begin_walk(in, text, &w);
    if (s == FF_OK)
        s = json_beacon_items(in, &w, b);
    if (s == FF_OK && w.at != w.end)
        s = FF_MALFORMED;
    if (s != FF_OK)
        fields_fault(b, s == FF_EMPTY ? FF_BAD_ITEMS : s, "items", "items are no JSON array");
}

bool json_begins(struct ff_span message)
{
    struct ff_span text = trim(without_mark(message));
    return text.n > 0 && (*text.p == '{' || *text.p == '[');
}

/* Whether every bracket that the line opens is closed in it, strings aside. */
static bool is_closed(struct ff_span line)
{
    long depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < line.n; i++) {
        char c = line.p[i];
        if (in_string && c == '\\')
            i++;
        else if (c == '"')
            in_string = !in_string;
        else if (!in_string)
            depth += (c == '{' || c == '[') - (c == '}' || c == ']');
    }
    return depth == 0 && !in_string;
}

bool json_holds_lines(struct ff_span message)
{
    struct ff_span rest = trim(without_mark(message));
    if (rest.n == 0 || *rest.p != '{')
        return false;
    struct ff_span line = take_line(&rest);
    return rest.n > 0 && line.p[line.n - 1] == '}' && is_closed(line);
}
