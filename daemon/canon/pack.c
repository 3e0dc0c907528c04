#include "pack.h"

#include "pack_bytes.h"

#include <endian.h>

#define FIX_COUNT 16   /* elements that the short form of a container cannot say */
#define FIX_STRING 32  /* bytes that the short form of a string cannot say */
#define FIX_INTEGER 32 /* -32 is the least of the short negative integers */

struct pack pack_begin(void *out, size_t size)
{
    uint8_t *p = out;
    return (struct pack){p, p, p + size, false};
}

/* Whether n bytes more can be written. */
static bool has_room(struct pack *k, size_t n)
{
    if ((size_t)(k->end - k->p) >= n)
        return true;
    k->full = true;
    k->end = k->p;
    return false;
}

/* One byte, and the low n bytes of value behind it, big-endian; n is a constant where this is called,
 * and so the copy one instruction. */
static inline void put(struct pack *k, unsigned first, uint64_t value, size_t n)
{
    uint64_t big = htobe64(value);
    if (!has_room(k, 1 + n))
        return;
    *k->p = (uint8_t)first;
    memcpy(k->p + 1, (const char *)&big + sizeof big - n, n);
    k->p += 1 + n;
}

void pack_integer(struct pack *k, int64_t n)
{
    uint64_t bits = (uint64_t)n;
    if (n >= -FIX_INTEGER && n < PACK_FIXMAP)
        put(k, (unsigned)bits & 0xFF, 0, 0);
    else if (n >= 0 && n <= UINT8_MAX)
        put(k, PACK_UINT8, bits, 1);
    else if (n >= 0 && n <= UINT16_MAX)
        put(k, PACK_UINT8 + 1, bits, 2);
    else if (n >= 0 && n <= UINT32_MAX)
        put(k, PACK_UINT8 + 2, bits, 4);
    else if (n >= 0)
        put(k, PACK_UINT64, bits, 8);
    else if (n >= INT8_MIN)
        put(k, PACK_INT8, bits, 1);
    else if (n >= INT16_MIN)
        put(k, PACK_INT8 + 1, bits, 2);
    else if (n >= INT32_MIN)
        put(k, PACK_INT8 + 2, bits, 4);
    else
        put(k, PACK_INT64, bits, 8);
}

void pack_boolean(struct pack *k, bool b)
{
    put(k, b ? PACK_TRUE : PACK_FALSE, 0, 0);
}

void pack_string(struct pack *k, struct ff_span text)
{
    size_t n = text.n;
    if (n < FIX_STRING)
        put(k, PACK_FIXSTR | (unsigned)n, 0, 0);
    else if (n <= UINT8_MAX)
        put(k, PACK_STR8, n, 1);
    else if (n <= UINT16_MAX)
        put(k, PACK_STR8 + 1, n, 2);
    else
        put(k, PACK_STR32, n, 4);
    if (n == 0 || !has_room(k, n))
        return;
    memcpy(k->p, text.p, n);
    k->p += n;
}

static void put_count(struct pack *k, unsigned fix, unsigned wide, size_t n)
{
    if (n < FIX_COUNT)
        put(k, fix | (unsigned)n, 0, 0);
    else if (n <= UINT16_MAX)
        put(k, wide, n, 2);
    else
        put(k, wide + 1, n, 4);
}

void pack_map(struct pack *k, size_t n)
{
    put_count(k, PACK_FIXMAP, PACK_MAP16, n);
}

void pack_array(struct pack *k, size_t n)
{
    put_count(k, PACK_FIXARRAY, PACK_ARRAY16, n);
}

size_t pack_done(const struct pack *k)
{
    return k->full ? 0 : (size_t)(k->p - k->begin);
}
