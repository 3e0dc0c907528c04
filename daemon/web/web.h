/* Web: what browsers are given, which is in the program itself. Pure. */
#ifndef FOOTFALL_WEB_H
#define FOOTFALL_WEB_H

#include "footfall/span.h"

/* A file in one of its two forms. */
struct web_form {
    struct ff_span body;
    const char *etag; /* with its quotes; others for other bytes */
};

/* A file, made from daemon/web/ when the program is built. */
struct web_file {
    const char *content_type;
    struct web_form plain, packed; /* as it is; gzip */
};

/* The tracker script, for shops' pages. */
extern const struct web_file web_tracker;

/* Whether a request's Accept-Encoding ({NULL, 0}: not given) lets its answer be gzip. */
bool web_accepts_gzip(struct ff_span accept_encoding);

#endif
