/* JSON, second step: a walk over a document's tokens, one value at a time. Every function gives
 * FF_OK, or why the document is broken (FF_MALFORMED, FF_TOO_DEEP); then the walk is over. */
#ifndef FOOTFALL_JSON_WALK_H
#define FOOTFALL_JSON_WALK_H

#include "batch.h"

#define JSON_MAX_DEPTH 1024 /* arrays and objects in one another, below the value walked */

struct json_walk {
    const char *text;    /* the document, borrowed */
    const uint32_t *at;  /* the next token's offset */
    const uint32_t *end; /* behind the last token; *end is the document's length */
    struct texts *texts; /* where unescaped strings go */
    bool escapes;        /* there is a backslash somewhere in the text */
};

/* A walk from the start of a document whose n tokens begin at the offsets at (json_index_run). All
 * is borrowed. texts must have room for the document. */
struct json_walk json_begin(struct ff_span document, const uint32_t *at, size_t n,
                            struct texts *texts);

/* An array or object that is being walked. */
struct json_list {
    char close;
    bool begun;
};

/* First byte of the next token, or NUL behind the last. */
static inline char json_peek(const struct json_walk *w)
{
    return w->at < w->end ? w->text[*w->at] : '\0';
}

/* Reads a string, as nearly all are: with no escapes in the text, and no blank before the next
 * token. False: it is no such string, and nothing was read. */
static inline bool json_plain(struct json_walk *w, struct ff_span *text)
{
    if (json_peek(w) != '"' || w->escapes)
        return false;
    const char *p = w->text + w->at[0] + 1, *end = w->text + w->at[1] - 1;
    if (end < p || *end != '"')
        return false;
    *text = ff_span_of(p, (size_t)(end - p));
    w->at++;
    return true;
}

/* Steps into the array or object that begins here. */
struct json_list json_enter(struct json_walk *w);

/* Steps to the next element or key (*more), or out of the list behind its last one. */
enum ff_status json_next(struct json_walk *w, struct json_list *list, bool *more);

/* Steps over a colon. */
static inline enum ff_status json_colon(struct json_walk *w)
{
    if (json_peek(w) != ':')
        return FF_MALFORMED;
    w->at++;
    return FF_OK;
}

/* Reads a key and its colon; key->kind is INTAKE_STRING or INTAKE_BROKEN_STRING. */
enum ff_status json_key(struct json_walk *w, struct intake_value *key);

/* Reads a value. An array or object is stepped over whole, every token of it checked, and gives
 * INTAKE_NESTED. */
enum ff_status json_value(struct json_walk *w, struct intake_value *v);

#endif
