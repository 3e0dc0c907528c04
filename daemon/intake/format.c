#include "batch.h"
#include "json_message.h"

#include <strings.h>

enum { ROW_JSON, ROW_LINES };

static const struct intake_format intake_table[] = {
    [ROW_JSON] = {"json", "application/json", json_decode},
    [ROW_LINES] = {"ndjson", "application/x-ndjson", json_decode_lines},
};

/* Media types that do not say enough: the message's first bytes do. */
static const char *const sniffed_table[] = {"", "text/plain", "application/json"};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* What stands before the parameters, without blanks. */
static struct ff_span media_type(struct ff_span content_type)
{
    const char *semicolon = content_type.n > 0 ? memchr(content_type.p, ';', content_type.n) : NULL;
    struct ff_span t = {content_type.p,
                        semicolon ? (size_t)(semicolon - content_type.p) : content_type.n};
    while (t.n > 0 && is_blank(t.p[t.n - 1]))
        t.n--;
    while (t.n > 0 && is_blank(*t.p))
        t.p++, t.n--;
    return t;
}

static bool is_type(struct ff_span type, const char *name)
{
    return type.n == strlen(name) && (type.n == 0 || strncasecmp(type.p, name, type.n) == 0);
}

const struct intake_format *intake_format(struct ff_span content_type, struct ff_span message)
{
    struct ff_span type = media_type(content_type);
    for (size_t i = 0; i < sizeof sniffed_table / sizeof *sniffed_table; i++)
        if (is_type(type, sniffed_table[i]))
            return &intake_table[json_holds_lines(message) ? ROW_LINES : ROW_JSON];
    for (size_t i = 0; i < sizeof intake_table / sizeof *intake_table; i++)
        if (is_type(type, intake_table[i].content_type))
            return &intake_table[i];
    return NULL;
}

enum ff_status intake_decode(struct intake *in, const struct intake_format *format,
                             struct ff_span message, struct intake_batch *out)
{
    *out = (struct intake_batch){NULL, 0};
    if (message.n > in->options.max_message)
        return FF_BODY_TOO_LARGE;
    if (message.n == 0)
        return FF_EMPTY;
    batch_reset(in);
    return format->decode(in, message, out);
}
