#include "unpack.h"

#include <endian.h>

struct unpack unpack_begin(struct ff_span bytes)
{
    const uint8_t *p = (const uint8_t *)bytes.p;
    return (struct unpack){p, p + bytes.n, false};
}

static size_t bytes_left(const struct unpack *u)
{
    return (size_t)(u->end - u->p);
}

/* n bytes, big-endian; n is 1, 2, 4 or 8. */
static uint64_t take(struct unpack *u, size_t n)
{
    uint64_t value = 0;
    if (u->bad || bytes_left(u) < n) {
        u->bad = true;
        return 0;
    }
    memcpy((char *)&value + sizeof value - n, u->p, n);
    u->p += n;
    return be64toh(value);
}

static struct unpack_value take_bytes(struct unpack *u, enum unpack_kind kind, uint64_t n)
{
    if (u->bad || n > bytes_left(u)) {
        u->bad = true;
        return (struct unpack_value){.kind = UNPACK_BAD};
    }
    struct unpack_value v = {.kind = kind, .bytes = {(const char *)u->p, n}};
    u->p += n;
    return v;
}

/* An element takes at least a byte. */
static struct unpack_value take_count(struct unpack *u, enum unpack_kind kind, uint64_t n)
{
    u->bad |= n > bytes_left(u) / (kind == UNPACK_MAP ? 2 : 1);
    return (struct unpack_value){.kind = u->bad ? UNPACK_BAD : kind, .count = (uint32_t)n};
}

static struct unpack_value take_unsigned(struct unpack *u, size_t n)
{
    uint64_t value = take(u, n);
    if (value > INT64_MAX)
        return (struct unpack_value){.kind = UNPACK_HUGE};
    return (struct unpack_value){.kind = UNPACK_INTEGER, .integer = (int64_t)value};
}

static struct unpack_value take_signed(struct unpack *u, size_t n)
{
    int64_t value = (int64_t)(take(u, n) << (64 - 8 * n)) >> (64 - 8 * n);
    return (struct unpack_value){.kind = UNPACK_INTEGER, .integer = value};
}

static struct unpack_value take_extension(struct unpack *u, uint64_t n)
{
    int8_t type = (int8_t)take(u, 1);
    struct unpack_value v = take_bytes(u, UNPACK_EXTENSION, n);
    v.extension = type;
    return v;
}

static struct unpack_value take_float(struct unpack *u)
{
    uint32_t bits = (uint32_t)take(u, sizeof bits);
    struct unpack_value v = {.kind = UNPACK_FLOAT};
    memcpy(&v.single, &bits, sizeof bits);
    return v;
}

static struct unpack_value take_double(struct unpack *u)
{
    uint64_t bits = take(u, sizeof bits);
    struct unpack_value v = {.kind = UNPACK_DOUBLE};
    memcpy(&v.real, &bits, sizeof bits);
    return v;
}

/* What begins with a byte from PACK_NIL to PACK_NEGATIVE - 1. */
static struct unpack_value take_long(struct unpack *u, unsigned first)
{
    switch (first) {
    case PACK_NIL:
        return (struct unpack_value){.kind = UNPACK_NIL};
    case PACK_NEVER:
        u->bad = true;
        return (struct unpack_value){.kind = UNPACK_BAD};
    case PACK_FALSE:
    case PACK_TRUE:
        return (struct unpack_value){.kind = UNPACK_BOOLEAN, .boolean = first == PACK_TRUE};
    case PACK_BIN8 ... PACK_BIN32:
        return take_bytes(u, UNPACK_BINARY, take(u, (size_t)1 << (first - PACK_BIN8)));
    case PACK_EXT8 ... PACK_EXT32:
        return take_extension(u, take(u, (size_t)1 << (first - PACK_EXT8)));
    case PACK_FLOAT:
        return take_float(u);
    case PACK_DOUBLE:
        return take_double(u);
    case PACK_UINT8 ... PACK_UINT64:
        return take_unsigned(u, (size_t)1 << (first - PACK_UINT8));
    case PACK_INT8 ... PACK_INT64:
        return take_signed(u, (size_t)1 << (first - PACK_INT8));
    case PACK_FIXEXT1 ... PACK_FIXEXT16:
        return take_extension(u, UINT64_C(1) << (first - PACK_FIXEXT1));
    case PACK_STR8 ... PACK_STR32:
        return take_bytes(u, UNPACK_STRING, take(u, (size_t)1 << (first - PACK_STR8)));
    case PACK_ARRAY16 ... PACK_MAP16 - 1:
        return take_count(u, UNPACK_ARRAY, take(u, (size_t)2 << (first - PACK_ARRAY16)));
    default:
        return take_count(u, UNPACK_MAP, take(u, (size_t)2 << (first - PACK_MAP16)));
    }
}

struct unpack_value unpack_value(struct unpack *u)
{
    struct ff_span text;
    if (unpack_short(u, &text))
        return (struct unpack_value){.kind = UNPACK_STRING, .bytes = text};
    unsigned first = (unsigned)take(u, 1);
    if (u->bad)
        return (struct unpack_value){.kind = UNPACK_BAD};
    if (first < PACK_FIXMAP || first >= PACK_NEGATIVE)
        return (struct unpack_value){.kind = UNPACK_INTEGER, .integer = (int8_t)first};
    if (first >= PACK_NIL) {
        struct unpack_value v = take_long(u, first);
        return u->bad ? (struct unpack_value){.kind = UNPACK_BAD} : v;
    }
    if (first >= PACK_FIXSTR)
        return take_bytes(u, UNPACK_STRING, first & 0x1F);
    return take_count(u, first >= PACK_FIXARRAY ? UNPACK_ARRAY : UNPACK_MAP, first & 0x0F);
}

bool unpack_skip(struct unpack *u, int depth)
{
    struct unpack_value v = unpack_value(u);
    if (v.kind != UNPACK_ARRAY && v.kind != UNPACK_MAP)
        return v.kind != UNPACK_BAD;
    uint64_t left = (uint64_t)v.count * (v.kind == UNPACK_MAP ? 2 : 1);
    if (depth == 0)
        return false;
    while (left > 0 && unpack_skip(u, depth - 1))
        left--;
    return left == 0;
}

/* The next value, which must be of this kind; otherwise u is bad, and all of it 0. */
static struct unpack_value take_kind(struct unpack *u, enum unpack_kind kind)
{
    struct unpack_value v = unpack_value(u);
    if (v.kind == kind)
        return v;
    u->bad = true;
    return (struct unpack_value){.kind = UNPACK_BAD, .bytes = {NULL, 0}};
}

int64_t unpack_integer(struct unpack *u)
{
    return take_kind(u, UNPACK_INTEGER).integer;
}

bool unpack_boolean(struct unpack *u)
{
    return take_kind(u, UNPACK_BOOLEAN).boolean;
}

struct ff_span unpack_string(struct unpack *u)
{
    return take_kind(u, UNPACK_STRING).bytes;
}

uint32_t unpack_map(struct unpack *u)
{
    return take_kind(u, UNPACK_MAP).count;
}

uint32_t unpack_array(struct unpack *u)
{
    return take_kind(u, UNPACK_ARRAY).count;
}

bool unpack_done(const struct unpack *u)
{
    return !u->bad && u->p == u->end;
}
