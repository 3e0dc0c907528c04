#include "known.h"

#include <stdlib.h>

#define DIGITS_MAX 15 /* of a length: no overflow, and more than any body has */

struct known {
    char method_text[8];       /* as it was sent */
    uint32_t method_n;
    uint32_t size, room;       /* of bytes: the lines behind the request line, the empty one included */
    struct http_piece length;  /* of the body, in bytes; not given: it has none */
    enum net_method method;
    bool old, keep_alive, chunked, expects;
    struct net_request request; /* its fields lie in bytes */
    struct ff_span content_encoding; /* of it; what opens the body takes it out */
    uint64_t note[NET_NOTE];
    char bytes[];
};

/* The length that is written at the front of the n bytes at p. Gives its digits; 0: it is none. */
static size_t read_length(const char *p, size_t n, uint64_t *out)
{
    size_t i = 0;
    *out = 0;
    for (; i < n && i <= DIGITS_MAX && p[i] >= '0' && p[i] <= '9'; i++)
        *out = *out * 10 + (uint64_t)(p[i] - '0');
    return i <= DIGITS_MAX ? i : 0;
}

/* How long the header lines at the front of the n bytes at p are, if they are the known ones; 0: others.
 * *length: of the body. */
static size_t known_lines(const struct known *k, const char *p, size_t n, uint64_t *length)
{
    size_t before = k->length.given ? k->length.at : k->size, digits = 0;
    *length = 0;
    if (n < before || memcmp(p, k->bytes, before) != 0)
        return 0;
    if (!k->length.given)
        return before;
    digits = read_length(p + before, n - before, length);
    size_t at = k->length.at + k->length.n, rest = k->size - at;
    if (!digits || n < before + digits + rest || memcmp(p + before + digits, k->bytes + at, rest) != 0)
        return 0;
    return before + digits + rest;
}

size_t known_take(const struct known *k, const char *p, size_t n, size_t max, struct http_head *out)
{
    if (!k || n <= k->method_n || memcmp(p, k->method_text, k->method_n) != 0 || p[k->method_n] != ' ')
        return 0;
    out->query = (struct http_piece){0};
    size_t line = http_parse_line(p, n, out);
    if (!line || out->old != k->old)
        return 0;
    uint64_t length;
    size_t lines = known_lines(k, p + line, n - line, &length);
    if (!lines || line + lines > max)
        return 0;
    out->method = k->method;
    out->keep_alive = k->keep_alive;
    out->chunked = k->chunked;
    out->expects = k->expects;
    out->content_length = length;
    return line + lines;
}

struct net_request *known_request(struct known *k)
{
    k->request.content_encoding = k->content_encoding;
    return &k->request;
}

static struct known *known_with_room(struct known **k, size_t n)
{
    if (*k && (*k)->room >= n)
        return *k;
    known_free(k);
    *k = malloc(sizeof **k + n);
    if (*k)
        (*k)->room = (uint32_t)n;
    return *k;
}

void known_keep(struct known **k, const char *p, size_t n, const struct http_head *head)
{
    size_t line = (size_t)((char *)memchr(p, '\n', n) - p) + 1, method = (size_t)((char *)memchr(p, ' ', n) - p);
    if (head->method == NET_OTHER || method >= sizeof(*k)->method_text || n - line > KNOWN_MAX ||
        head->field[HTTP_CONTENT_LENGTH].n > DIGITS_MAX || !known_with_room(k, n - line))
        return;
    struct known *to = *k;
    struct http_head shifted = *head;
    memcpy(to->method_text, p, method);
    to->method_n = (uint32_t)method;
    to->size = (uint32_t)(n - line);
    to->method = head->method;
    to->old = head->old;
    to->keep_alive = head->keep_alive;
    to->chunked = head->chunked;
    to->expects = head->expects;
    for (unsigned i = 0; i < HTTP_FIELDS; i++)
        shifted.field[i].at -= head->field[i].given ? (uint32_t)line : 0;
    to->length = shifted.field[HTTP_CONTENT_LENGTH];
    memcpy(to->bytes, p + line, to->size);
    memset(to->note, 0, sizeof to->note);
    to->request = (struct net_request){.note = to->note};
    http_set_fields(to->bytes, &shifted, &to->request);
    to->content_encoding = to->request.content_encoding;
}

void known_free(struct known **k)
{
    free(*k);
    *k = NULL;
}
