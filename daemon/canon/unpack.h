/* Unpack: reads MessagePack within bounds. Nothing is believed: a count is checked against the
 * bytes that are left, and the first thing that is not as asked for sets bad, after which every
 * read gives 0. */
#ifndef FOOTFALL_UNPACK_H
#define FOOTFALL_UNPACK_H

#include "footfall/span.h"

#include <stdint.h>

struct unpack {
    const uint8_t *p, *end;
    bool bad;
};

struct unpack unpack_begin(struct ff_span bytes);

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
