/* CORS: the header lines that let pages of other origins send beacons and read the answers. */
#include "access.h"

#define ORIGIN_MAX 512
#define ASKED_MAX 2048

/* Bytes being written; once they do not fit, nothing is. */
struct lines {
    char *out;
    size_t n, size;
    bool full;
};

static void put(struct lines *l, struct ff_span text)
{
    l->full = l->full || text.n > l->size - l->n;
    if (l->full || text.n == 0)
        return;
    memcpy(l->out + l->n, text.p, text.n);
    l->n += text.n;
}

#define PUT(l, literal) put((l), FF_LITERAL(literal))

static size_t lines_length(const struct lines *l)
{
    return l->full ? 0 : l->n;
}

/* Visible ASCII: such a value ends no line and begins no other. */
static bool is_origin(struct ff_span origin)
{
    for (size_t i = 0; i < origin.n; i++)
        if (origin.p[i] <= ' ' || origin.p[i] >= 0x7f)
            return false;
    return origin.n > 0 && origin.n <= ORIGIN_MAX;
}

/* A byte of a header's name (RFC 9110, token), or of what parts two of them. */
static bool is_of_name_list(char c)
{
    bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z', digit = c >= '0' && c <= '9';
    return letter || digit || (c && strchr("!#$%&'*+-.^_`|~, \t", c));
}

static bool is_name_list(struct ff_span asked)
{
    for (size_t i = 0; i < asked.n; i++)
        if (!is_of_name_list(asked.p[i]))
            return false;
    return asked.n > 0 && asked.n <= ASKED_MAX;
}

static void put_cors(struct lines *l, struct ff_span origin)
{
    bool echoed = is_origin(origin);
    PUT(l, "Access-Control-Allow-Origin: ");
    put(l, echoed ? origin : FF_LITERAL("*"));
    if (echoed)
        PUT(l, "\r\nAccess-Control-Allow-Credentials: true");
    PUT(l, "\r\nAccess-Control-Expose-Headers: Retry-After, X-Footfall-Error\r\nVary: Origin\r\n");
}

size_t access_cors(struct ff_span origin, char *out, size_t size)
{
    struct lines l = {.out = out, .size = size};
    put_cors(&l, origin);
    return lines_length(&l);
}

size_t access_preflight(struct ff_span origin, struct ff_span asked, char *out, size_t size)
{
    struct lines l = {.out = out, .size = size};
    put_cors(&l, origin);
    PUT(&l, "Access-Control-Allow-Methods: POST, GET, HEAD, OPTIONS\r\n"
            "Access-Control-Max-Age: 86400\r\n");
    if (is_name_list(asked)) {
        PUT(&l, "Access-Control-Allow-Headers: ");
        put(&l, asked);
        PUT(&l, "\r\n");
    }
    return lines_length(&l);
}
