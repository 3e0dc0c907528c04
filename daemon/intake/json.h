/* JSON, first step: finds where every token of a document begins, and checks its UTF-8, its
 * quotes and the control bytes in its strings. The C face of the one file that sees simdjson. */
#ifndef FOOTFALL_JSON_H
#define FOOTFALL_JSON_H

#include "footfall/span.h"
#include "footfall/status.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct json_index;

/* For documents of up to capacity bytes; all memory is taken here. Owned by the caller; NULL when
 * out of memory. */
struct json_index *json_index_new(size_t capacity);
void json_index_free(struct json_index **index);

/* Gives the offsets of the text's *n tokens in their order: brackets, colons, commas, opening
 * quotes, and the first byte of anything else; (*at)[*n] is text.n. Borrowed until the next run.
 * FF_EMPTY when there is none, FF_NOT_UTF8, FF_MALFORMED, FF_BODY_TOO_LARGE. */
enum ff_status json_index_run(struct json_index *index, struct ff_span text, const uint32_t **at,
                              size_t *n);

#ifdef __cplusplus
}
#endif

#endif
