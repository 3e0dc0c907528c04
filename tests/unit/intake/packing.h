/* MessagePack for intake's tests, written down step by step. */
#ifndef FOOTFALL_TEST_PACKING_H
#define FOOTFALL_TEST_PACKING_H

#include "footfall/span.h"

#include <stdint.h>

struct packing {
    char bytes[65536];
    size_t n;
};

static inline void pack_raw(struct packing *k, const char *bytes, size_t n)
{
    memcpy(k->bytes + k->n, bytes, n);
    k->n += n;
}

/* The bytes of a literal. */
#define RAW(k, literal) pack_raw(k, literal, sizeof(literal) - 1)

/* One byte, and the low n bytes of value, big-endian. */
static inline void pack_put(struct packing *k, int first, uint64_t value, int n)
{
    k->bytes[k->n++] = (char)first;
    while (n-- > 0)
        k->bytes[k->n++] = (char)(value >> 8 * n);
}

static inline void pack_text(struct packing *k, const char *text)
{
    size_t n = strlen(text);
    pack_put(k, n < 32 ? 0xA0 | (int)n : 0xD9, n, n < 32 ? 0 : 1);
    pack_raw(k, text, n);
}

static inline void pack_map(struct packing *k, unsigned n)
{
    pack_put(k, n < 16 ? 0x80 | (int)n : 0xDE, n, n < 16 ? 0 : 2);
}

static inline void pack_array(struct packing *k, unsigned n)
{
    pack_put(k, n < 16 ? 0x90 | (int)n : 0xDC, n, n < 16 ? 0 : 2);
}

static inline void pack_int(struct packing *k, int64_t n)
{
    pack_put(k, 0xD3, (uint64_t)n, 8);
}

static inline void pack_double(struct packing *k, double d)
{
    uint64_t bits;
    memcpy(&bits, &d, sizeof bits);
    pack_put(k, 0xCB, bits, 8);
}

static inline void pack_pair(struct packing *k, const char *key, const char *text)
{
    pack_text(k, key);
    pack_text(k, text);
}

/* {"type":"ping"} */
static inline void pack_ping(struct packing *k)
{
    pack_map(k, 1);
    pack_pair(k, "type", "ping");
}

static inline struct ff_span packed(const struct packing *k)
{
    return ff_span_of(k->bytes, k->n);
}

#endif
