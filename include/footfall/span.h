/* A span: bytes that somebody else owns. */
#ifndef FOOTFALL_SPAN_H
#define FOOTFALL_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Borrows n bytes at p; not NUL-terminated. {NULL, 0} is "not given". */
struct ff_span {
    const char *p;
    size_t n;
};

/* The span of a string literal. */
#define FF_LITERAL(s) ((struct ff_span){(s), sizeof(s) - 1})

static inline struct ff_span ff_span_of(const char *p, size_t n)
{
    return (struct ff_span){p, n};
}

/* Borrows a NUL-terminated string (NULL gives the empty span). */
static inline struct ff_span ff_span_text(const char *s)
{
    return (struct ff_span){s, s ? strlen(s) : 0};
}

static inline bool ff_span_equal(struct ff_span a, struct ff_span b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool ff_span_is(struct ff_span a, const char *text)
{
    return ff_span_equal(a, ff_span_text(text));
}

#endif
