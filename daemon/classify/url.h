/* URLs, as far as a visitor's origin needs them. Nothing is refused: what is no URL has no host. */
#ifndef FOOTFALL_URL_H
#define FOOTFALL_URL_H

#include "footfall/span.h"

/* Parts of a text, borrowed from it; {NULL, 0} or empty where there is none. */
struct url {
    struct ff_span host;  /* without user, port and a last dot; as it was written */
    struct ff_span path;  /* from its first / */
    struct ff_span query; /* without its ? */
};

/* "scheme://host/path?query#fragment"; without a scheme "//host/path" or "/path?query". */
struct url url_split(struct ff_span text);

/* A host without its "www.", where something is left then. */
struct ff_span url_without_www(struct ff_span host);

/* Takes the next name and value off a query; false at its end. Neither is decoded. */
bool url_next_parameter(struct ff_span *query, struct ff_span *name, struct ff_span *value);

/* Bytes that parameters are decoded into. */
struct url_room {
    char *p;
    size_t left;
};

/* A parameter's value: decoded, without blanks around it, with characters that are no text (and bytes that
 * are no UTF-8) left out, cut on a character at max bytes. Borrowed from the value where it needs no
 * decoding, else from the room, of which it takes as much as it needs; cut to what that has. */
struct ff_span url_decode(struct ff_span value, size_t max, struct url_room *room);

/* Whether two texts are equal but for the case of ASCII letters. */
bool url_same(struct ff_span a, struct ff_span b);

/* A copy of text in lower case (of ASCII) in out; {NULL, 0} where that has no room. */
struct ff_span url_lower(struct ff_span text, char *out, size_t size);

#endif
