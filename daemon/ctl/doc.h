/* Doc: a JSON document, for reading what the daemon answers. Values borrow from the document that
 * doc_read gave. */
#ifndef FOOTFALL_CTL_DOC_H
#define FOOTFALL_CTL_DOC_H

#include "footfall/span.h"

#include <stdbool.h>
#include <stdint.h>

struct doc; /* a value: the document itself or one within it */

enum doc_kind { DOC_NULL, DOC_BOOLEAN, DOC_INTEGER, DOC_REAL, DOC_TEXT, DOC_ARRAY, DOC_OBJECT };

/* A document with one object. Owned by the caller; NULL when the text is none. */
struct doc *doc_read(struct ff_span text);
void doc_free(struct doc **document);

enum doc_kind doc_kind(const struct doc *value);

/* An integer as it is; of any other kind: 0. */
int64_t doc_integer(const struct doc *value);

/* A number; of any other kind: 0. */
double doc_number(const struct doc *value);

/* The text, NUL-terminated; of any other kind and of NULL: "". */
const char *doc_text(const struct doc *value);

/* The member of an object, NULL when there is none or value is no object. */
const struct doc *doc_member(const struct doc *value, const char *name);

/* Elements of an array (or members of an object). */
size_t doc_count(const struct doc *value);
const struct doc *doc_element(const struct doc *array, size_t i);

/* Calls fn for each member of an object, in the order of the text. */
void doc_each(const struct doc *object,
              void (*fn)(void *ctx, const char *name, const struct doc *value), void *ctx);

#endif
