/* Unpack: reads MessagePack within bounds. Nothing is believed: a length or count is checked
 * against the bytes that are left, and the first thing that is not as asked for sets bad, after
 * which every read gives 0. */
#ifndef FOOTFALL_UNPACK_H
#define FOOTFALL_UNPACK_H

#include "footfall/span.h"
#include "pack_bytes.h"

#include <stdint.h>

struct unpack {
    const uint8_t *p, *end;
    bool bad;
};

enum unpack_kind {
    UNPACK_BAD, /* broken off, or a byte that begins nothing */
    UNPACK_NIL,
    UNPACK_BOOLEAN,   /* .boolean */
    UNPACK_INTEGER,   /* .integer */
    UNPACK_HUGE,      /* an integer beyond int64_t */
    UNPACK_FLOAT,     /* .single */
    UNPACK_DOUBLE,    /* .real */
    UNPACK_STRING,    /* .bytes, not checked for UTF-8 */
    UNPACK_BINARY,    /* .bytes */
    UNPACK_EXTENSION, /* .bytes, of the type .extension */
    UNPACK_ARRAY,     /* .count elements follow, none of them read yet */
    UNPACK_MAP,       /* .count pairs follow */
};

struct unpack_value {
    enum unpack_kind kind;
    int8_t extension;
    union {
        bool boolean;
        int64_t integer;
        float single;
        double real;
        struct ff_span bytes; /* borrowed, never NULL */
        uint32_t count;       /* never more than the bytes left can hold */
    };
};

struct unpack unpack_begin(struct ff_span bytes);

/* Reads what comes next if it is a string of less than 32 bytes, as keys and most values are. */
static inline bool unpack_short(struct unpack *u, struct ff_span *text)
{
    size_t left = (size_t)(u->end - u->p), n;
    if (u->bad || left == 0 || (*u->p & 0xE0) != PACK_FIXSTR || (n = *u->p & 0x1F) > left - 1)
        return false;
    *text = ff_span_of((const char *)u->p + 1, n);
    u->p += 1 + n;
    return true;
}

/* Reads whatever comes next; of an array or map its count alone. UNPACK_BAD once bad. */
struct unpack_value unpack_value(struct unpack *u);

/* Steps over a value whole, arrays and maps of up to depth levels with all that is in them. False:
 * bad, or, when u is not bad, too deep. */
bool unpack_skip(struct unpack *u, int depth);

/* An integer of any width that fits int64_t. */
int64_t unpack_integer(struct unpack *u);

bool unpack_boolean(struct unpack *u);

/* The bytes of a string; borrowed, never NULL unless bad. */
struct ff_span unpack_string(struct unpack *u);

/* The number of a map's pairs, an array's elements. */
uint32_t unpack_map(struct unpack *u);
uint32_t unpack_array(struct unpack *u);

/* Whether all was read, and was good. */
bool unpack_done(const struct unpack *u);

#endif
