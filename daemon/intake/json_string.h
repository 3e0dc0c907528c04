/* JSON strings: what stands between the quotes, unescaped. */
#ifndef FOOTFALL_JSON_STRING_H
#define FOOTFALL_JSON_STRING_H

#include "batch.h"

/* Gives the string's bytes: body itself where it has no escapes, else a copy in texts, which must
 * have room for body. Its kind is INTAKE_STRING, or INTAKE_BROKEN_STRING with body as its text.
 * False: an escape that JSON does not know. */
bool json_unescape(struct texts *texts, struct ff_span body, struct intake_value *out);

#endif
