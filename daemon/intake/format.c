#include "batch.h"
#include "json_message.h"
#include "msgpack_message.h"

#include <strings.h>

static const struct intake_format json = {"json", "application/json", json_decode};
static const struct intake_format lines = {"ndjson", "application/x-ndjson", json_decode_lines};
static const struct intake_format msgpack = {"msgpack", "application/msgpack", msgpack_decode};

static const struct intake_format *choose_json(struct ff_span message)
{
    return json_holds_lines(message) ? &lines : &json;
}

static const struct intake_format *choose_lines(struct ff_span message)
{
    (void)message;
    return &lines;
}

static const struct intake_format *choose_msgpack(struct ff_span message)
{
    (void)message;
    return &msgpack;
}

static const struct intake_format *choose_any(struct ff_span message)
{
    return msgpack_begins(message) ? &msgpack : choose_json(message);
}

static const struct intake_format *choose_sure(struct ff_span message)
{
    return msgpack_begins(message) || json_begins(message) ? choose_any(message) : NULL;
}

/* A media type, and which format a message of that type has. */
static const struct type_row {
    const char *type;
    const struct intake_format *(*choose)(struct ff_span message);
} type_table[] = {
    {"", choose_any},
    {"text/plain", choose_any},
    {"application/json", choose_json},
    {"application/x-ndjson", choose_lines},
    {"application/msgpack", choose_msgpack},
    {"application/x-msgpack", choose_msgpack},
    {"application/vnd.msgpack", choose_msgpack},
    {"application/octet-stream", choose_sure},
};

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
    for (size_t i = 0; i < sizeof type_table / sizeof *type_table; i++)
        if (is_type(type, type_table[i].type))
            return type_table[i].choose(message);
    return NULL;
}

enum ff_status intake_decode(struct intake *in, const struct intake_format *format,
                             struct ff_span message, struct intake_batch *out)
{
    batch_reset(in);
    return intake_add(in, format, message, out);
}

enum ff_status intake_add(struct intake *in, const struct intake_format *format,
                          struct ff_span message, struct intake_batch *out)
{
    *out = (struct intake_batch){in->records, in->count};
    if (message.n > in->options.max_message - in->bytes)
        return FF_BODY_TOO_LARGE;
    if (message.n == 0)
        return FF_EMPTY;
    batch_begin(in);
    enum ff_status s = format->decode(in, message);
    if (s == FF_OK)
        in->bytes += message.n;
    else
        batch_forget(in);
    out->count = in->count;
    return s;
}
