/* MessagePack, first step: one value at a time, as fields takes it. Nothing here looks at UTF-8:
 * whoever keeps a text checks it. */
#ifndef FOOTFALL_MSGPACK_VALUE_H
#define FOOTFALL_MSGPACK_VALUE_H

#include "fields.h"
#include "unpack.h"

#define MSGPACK_MAX_DEPTH 1024 /* arrays and maps in one another, below the value that is read */

/* Reads what comes next if it is a string of less than 256 bytes, as nearly all values are. */
static inline bool msgpack_text(struct unpack *u, struct ff_span *text)
{
    if (unpack_short(u, text))
        return true;
    size_t left = (size_t)(u->end - u->p);
    if (u->bad || left < 2 || u->p[0] != PACK_STR8 || u->p[1] > left - 2)
        return false;
    *text = ff_span_of((const char *)u->p + 2, u->p[1]);
    u->p += 2 + text->n;
    return true;
}

/* Reads a value. Arrays and maps are stepped over whole, as raw bytes and extensions but that of
 * time are, and give INTAKE_NESTED; what their keys are is not looked at. FF_OK, or why the message
 * is broken: FF_MALFORMED, FF_TOO_DEEP. */
enum ff_status msgpack_value(struct unpack *u, struct intake_value *v);

/* The same for a value whose head has been read. */
enum ff_status msgpack_value_behind(struct unpack *u, const struct unpack_value *head,
                                    struct intake_value *v);

#endif
