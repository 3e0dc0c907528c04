/* Http: a complete request head, taken apart. The only file that knows llhttp. Pure. */
#ifndef FOOTFALL_NET_HTTP_H
#define FOOTFALL_NET_HTTP_H

#include "net.h"

/* Headers that somebody reads. X(name, wire name in lower case, must not come twice) */
#define HTTP_FIELD_TABLE(X)                                                                      \
    X(HOST, "host", true)                                                                        \
    X(CONTENT_LENGTH, "content-length", true)                                                    \
    X(CONTENT_TYPE, "content-type", true)                                                        \
    X(CONTENT_ENCODING, "content-encoding", true)                                                \
    X(TRANSFER_ENCODING, "transfer-encoding", true)                                              \
    X(ORIGIN, "origin", true)                                                                    \
    X(AUTHORIZATION, "authorization", true)                                                      \
    X(EXPECT, "expect", false)                                                                   \
    X(ACCEPT, "accept", false)                                                                   \
    X(ACCEPT_ENCODING, "accept-encoding", false)                                                 \
    X(IF_NONE_MATCH, "if-none-match", false)                                                     \
    X(USER_AGENT, "user-agent", false)                                                           \
    X(CH_BRANDS, "sec-ch-ua", false)                                                             \
    X(CH_MOBILE, "sec-ch-ua-mobile", false)                                                      \
    X(CH_PLATFORM, "sec-ch-ua-platform", false)                                                  \
    X(CH_FORM_FACTORS, "sec-ch-ua-form-factors", false)                                          \
    X(SEC_PURPOSE, "sec-purpose", false)                                                         \
    X(PURPOSE, "purpose", false)                                                                 \
    X(X_MOZ, "x-moz", false)                                                                     \
    X(DNT, "dnt", false)                                                                         \
    X(GPC, "sec-gpc", false)                                                                     \
    X(ACCESS_METHOD, "access-control-request-method", false)                                     \
    X(ACCESS_HEADERS, "access-control-request-headers", false)

enum http_field {
#define X(name, wire, once) HTTP_##name,
    HTTP_FIELD_TABLE(X)
#undef X
    HTTP_FIELDS
};

/* A piece of the head: n bytes at offset `at`. given tells an empty value from none. */
struct http_piece {
    uint32_t at, n;
    bool given;
};

struct http_head {
    enum net_method method;
    bool old;        /* HTTP/1.0 */
    bool keep_alive; /* the connection stays open behind it */
    bool chunked;    /* the body is chunked, and content_length is 0 */
    bool expects;    /* Expect: 100-continue of an HTTP/1.1 client */
    uint64_t content_length;
    struct http_piece path, query;
    struct http_piece field[HTTP_FIELDS]; /* values without blanks around; of several the last */
};

/* Takes apart the request line at the front of the n bytes at p, which begins with a method whose head has
 * been parsed before, and a target that begins with '/': sets path, old, and query where there is one. Gives its size,
 * its end included; 0: it is not of that kind, not sound, or not whole. */
size_t http_parse_line(const char *p, size_t n, struct http_head *out);

/* Takes apart the head of n bytes at p, from the request line to the empty line, both included,
 * in which (as message.c has made sure) CR and LF come in pairs only and no line is folded.
 * FF_OK or FF_BAD_REQUEST: a syntax error, another version than 1.0 and 1.1, a length given twice
 * or in two ways, a transfer coding other than chunked, no host or two. */
enum ff_status http_parse_head(const char *p, size_t n, struct http_head *out);

/* Sets what the fields of a head say in a request, borrowed from p, where their pieces lie; leaves the rest of it
 * alone. */
void http_set_fields(const char *p, const struct http_head *head, struct net_request *out);

/* The piece of p; {NULL, 0} where it is not given. */
struct ff_span http_span(const char *p, struct http_piece piece);

#endif
