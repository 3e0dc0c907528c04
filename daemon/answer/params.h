/* Params: the parameters of a query string. */
#ifndef FOOTFALL_PARAMS_H
#define FOOTFALL_PARAMS_H

#include "fault.h"

#include <stdbool.h>

#define PARAMS_MAX 16
#define PARAMS_TEXT 4096

struct params {
    size_t n;
    struct {
        struct ff_span key, value; /* into text */
    } row[PARAMS_MAX];
    char text[PARAMS_TEXT];
};

/* Reads "key=value&..." with %XX and '+' (a blank) decoded. Refuses broken escapes, a key given
 * twice, and more than fits. */
enum ff_status params_parse(struct params *p, struct ff_span query, struct fault *f);

/* A part of a path as sent, with %XX decoded, into to, which has room for as many bytes. False on a broken
 * escape. */
bool params_path(struct ff_span text, char *to, struct ff_span *out);

/* The value of a key; {NULL, 0} when it was not given. Borrows from p. */
struct ff_span params_get(const struct params *p, const char *key);

/* Refuses any key that is not in known (NULL-terminated), and says which there are. */
enum ff_status params_only(const struct params *p, const char *const *known, struct fault *f);

#endif
