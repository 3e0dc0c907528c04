#include "unpack.h"

#include "pack_bytes.h"

struct unpack unpack_begin(struct ff_span bytes)
{
    const uint8_t *p = (const uint8_t *)bytes.p;
    return (struct unpack){p, p + bytes.n, false};
}

static size_t bytes_left(const struct unpack *u)
{
    return (size_t)(u->end - u->p);
}

/* n bytes, big-endian; n <= 8. */
static uint64_t take(struct unpack *u, size_t n)
{
    uint64_t value = 0;
    if (u->bad || bytes_left(u) < n) {
        u->bad = true;
        return 0;
    }
    for (size_t i = 0; i < n; i++)
        value = value << 8 | *u->p++;
    return value;
}

int64_t unpack_integer(struct unpack *u)
{
    uint64_t first = take(u, 1);
    if (first < PACK_FIXMAP)
        return (int64_t)first;
    if (first >= PACK_NEGATIVE)
        return (int8_t)first;
    if (first >= PACK_UINT8 && first <= PACK_UINT64) {
        uint64_t value = take(u, (size_t)1 << (first - PACK_UINT8));
        u->bad |= value > INT64_MAX;
        return u->bad ? 0 : (int64_t)value;
    }
    if (first >= PACK_INT8 && first <= PACK_INT64) {
        size_t n = (size_t)1 << (first - PACK_INT8);
        uint64_t value = take(u, n) << (64 - 8 * n);
        return (int64_t)value >> (64 - 8 * n);
    }
    u->bad = true;
    return 0;
}

bool unpack_boolean(struct unpack *u)
{
    uint64_t first = take(u, 1);
    u->bad |= first != PACK_FALSE && first != PACK_TRUE;
    return !u->bad && first == PACK_TRUE;
}

struct ff_span unpack_string(struct unpack *u)
{
    uint64_t first = take(u, 1), n = first & 0x1F;
    if (first >= PACK_STR8 && first <= PACK_STR32)
        n = take(u, (size_t)1 << (first - PACK_STR8));
    else if ((first & 0xE0) != PACK_FIXSTR)
        u->bad = true;
    if (u->bad || n > bytes_left(u)) {
        u->bad = true;
        return ff_span_of(NULL, 0);
    }
    struct ff_span text = {(const char *)u->p, n};
    u->p += n;
    return text;
}

/* The count of a container whose short form is fix and whose long forms begin at wide; an element
 * takes at least each bytes. */
static uint32_t take_count(struct unpack *u, uint64_t fix, uint64_t wide, size_t each)
{
    uint64_t first = take(u, 1), n = first & 0x0F;
    if (first == wide || first == wide + 1)
        n = take(u, first == wide ? 2 : 4);
    else if ((first & 0xF0) != fix)
        u->bad = true;
    u->bad |= n > bytes_left(u) / each;
    return u->bad ? 0 : (uint32_t)n;
}

uint32_t unpack_map(struct unpack *u)
{
    return take_count(u, PACK_FIXMAP, PACK_MAP16, 2);
}

uint32_t unpack_array(struct unpack *u)
{
    return take_count(u, PACK_FIXARRAY, PACK_ARRAY16, 1);
}

bool unpack_done(const struct unpack *u)
{
    return !u->bad && u->p == u->end;
}
