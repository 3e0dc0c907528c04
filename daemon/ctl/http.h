/* HTTP: a blocking client of one server, over one connection that is kept alive. */
#ifndef FOOTFALL_CTL_HTTP_H
#define FOOTFALL_CTL_HTTP_H

#include "footfall/span.h"

#include <stdbool.h>
#include <stdint.h>

struct http;

/* A client of the server at address ("127.0.0.1:7071", borrowed). Connects with the first request.
 * Owned by the caller; NULL when out of memory. */
struct http *http_new(const char *address);
void http_free(struct http **h);

struct http_answer {
    int status;          /* 200, 404, ... */
    long retry_after;    /* seconds; 0 where the answer has none */
    struct ff_span body; /* borrowed until the next request */
};

/* One request and its answer, whatever its status; path begins with '/'. False when there was none
 * (refused, reset, timed out), with a sentence in why; whether the server acted is unknown then. */
bool http_get(struct http *h, const char *path, struct http_answer *out, char *why, size_t size);
bool http_post(struct http *h, const char *path, const char *content_type, struct ff_span body,
               struct http_answer *out, char *why, size_t size);

/* A header of the last answer as a whole number; 0 where it has none such. */
uint64_t http_header_number(const struct http *h, const char *name);

/* Writes value to out (size bytes with the NUL) as it may stand in a query string. False when it
 * does not fit. */
bool http_escape(const char *value, char *out, size_t size);

#endif
