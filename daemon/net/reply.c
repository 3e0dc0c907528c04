#include "reply.h"

#include <assert.h>
#include <stdio.h>

#define HEAD_BOUND 256 /* status line and the headers that net writes, without their values */

static const struct status_row {
    int status;
    struct ff_span line;
} status_table[] = {
#define ROW(status, text) {status, {"HTTP/1.1 " #status " " text "\r\n", sizeof("HTTP/1.1 " #status " " text "\r\n") - 1}}
    ROW(200, "OK"),
    ROW(204, "No Content"),
    ROW(202, "Accepted"),
    ROW(304, "Not Modified"),
    ROW(400, "Bad Request"),
    ROW(401, "Unauthorized"),
    ROW(403, "Forbidden"),
    ROW(404, "Not Found"),
    ROW(405, "Method Not Allowed"),
    ROW(408, "Request Timeout"),
    ROW(413, "Content Too Large"),
    ROW(415, "Unsupported Media Type"),
    ROW(429, "Too Many Requests"),
    ROW(431, "Request Header Fields Too Large"),
    ROW(500, "Internal Server Error"),
    ROW(503, "Service Unavailable"),
#undef ROW
};

static char *put(char *at, const char *p, size_t n)
{
    memcpy(at, p, n);
    return at + n;
}

static char *put_span(char *at, struct ff_span s)
{
    return s.n ? put(at, s.p, s.n) : at;
}

static char *put_number(char *at, size_t number)
{
    char digits[24];
    size_t n = 0;
    do
        digits[n++] = (char)('0' + number % 10);
    while (number /= 10);
    while (n)
        *at++ = digits[--n];
    return at;
}

#define PUT(at, literal) put((at), (literal), sizeof(literal) - 1)

static bool has_no_body(int status)
{
    return status == 204 || status == 304 || status < 200;
}

size_t reply_bound(const struct net_reply *reply)
{
    return HEAD_BOUND + reply->content_type.n + reply->headers.n + reply->body.n;
}

static char *put_status_line(char *at, int status)
{
    for (size_t i = 0; i < sizeof status_table / sizeof *status_table; i++)
        if (status_table[i].status == status)
            return put_span(at, status_table[i].line);
    at = PUT(at, "HTTP/1.1 ");
    at = put_number(at, (size_t)status);
    return PUT(at, " Unnamed\r\n");
}

size_t reply_write(char *out, const struct net_reply *reply, unsigned flags)
{
    assert(reply->status >= 200 && reply->status <= 599);
    bool bare = has_no_body(reply->status);
    size_t body = reply->content_type.p && !bare ? reply->body.n : 0;
    char *at = put_status_line(out, reply->status);
    if (reply->content_type.p && !bare) {
        at = PUT(at, "Content-Type: ");
        at = put_span(at, reply->content_type);
        at = PUT(at, "\r\n");
    }
    if (!bare) {
        at = PUT(at, "Content-Length: ");
        at = put_number(at, body);
        at = PUT(at, "\r\n");
    }
    if (flags & REPLY_CLOSES)
        at = PUT(at, "Connection: close\r\n");
    else if (flags & REPLY_KEEPS_OLD)
        at = PUT(at, "Connection: keep-alive\r\n");
    at = put_span(at, reply->headers);
    at = PUT(at, "\r\n");
    if (body && !(flags & REPLY_TO_HEAD))
        at = put(at, reply->body.p, body);
    return (size_t)(at - out);
}

struct net_reply reply_of_fault(enum ff_status why, char text[REPLY_FAULT_TEXT])
{
    int n = snprintf(text, REPLY_FAULT_TEXT, "{\"error\":\"%s\",\"code\":\"%s\"}\n",
                     ff_status_prose(why), ff_status_code(why));
    assert(n > 0 && n < REPLY_FAULT_TEXT);
    return (struct net_reply){
        .status = ff_status_http(why),
        .content_type = FF_LITERAL("application/json"),
        .body = ff_span_of(text, (size_t)n),
        .close = true,
    };
}

struct net_reply reply_of_limit(void)
{
    return (struct net_reply){
        .status = 429,
        .content_type = FF_LITERAL("application/json"),
        .body = FF_LITERAL("{\"error\":\"too many requests from this address\","
                           "\"code\":\"too_many_requests\"}\n"),
        .headers = FF_LITERAL("Retry-After: 1\r\n"),
    };
}
