/* Pack: writes MessagePack, each thing in its shortest form, into memory of a given size. Where
 * there is no room for a thing, full is set, and nothing more is written. */
#ifndef FOOTFALL_PACK_H
#define FOOTFALL_PACK_H

#include "footfall/span.h"

#include <stdint.h>

struct pack {
    uint8_t *begin, *p, *end;
    bool full;
};

struct pack pack_begin(void *out, size_t size);

void pack_integer(struct pack *k, int64_t n);
void pack_boolean(struct pack *k, bool b);
void pack_string(struct pack *k, struct ff_span text);

/* Begins a map of n pairs, an array of n elements, which are to follow; n < 2^32. */
void pack_map(struct pack *k, size_t n);
void pack_array(struct pack *k, size_t n);

/* Bytes written, or 0 when there was not room for all. */
size_t pack_done(const struct pack *k);

#endif
