#include "msgpack_value.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define TIME_EXTENSION (-1)
#define LAST_SECOND INT64_C(253402300799) /* of the year 9999 */
#define NANOSECONDS UINT32_C(1000000000)

/* n <= 8 bytes, big-endian. */
static uint64_t big_endian(const char *p, size_t n)
{
    uint64_t value = 0;
    for (size_t i = 0; i < n; i++)
        value = value << 8 | (uint8_t)p[i];
    return value;
}

/* The timestamp extension in its 32, 64 and 96 bits; -1 for what is none or cannot be given. */
static ff_wall instant(struct ff_span bytes)
{
    uint64_t seconds, nanoseconds = 0;
    if (bytes.n == 4) {
        seconds = big_endian(bytes.p, 4);
    } else if (bytes.n == 8) {
        uint64_t both = big_endian(bytes.p, 8);
        seconds = both & ((UINT64_C(1) << 34) - 1);
        nanoseconds = both >> 34;
    } else if (bytes.n == 12) {
        nanoseconds = big_endian(bytes.p, 4);
        seconds = big_endian(bytes.p + 4, 8);
    } else {
        return -1;
    }
    if (seconds > (uint64_t)LAST_SECOND || nanoseconds >= NANOSECONDS)
        return -1;
    return (ff_wall)seconds * FF_SECOND + (ff_wall)(nanoseconds / 1000);
}

/* A float is what its shortest decimal says, not what its bits say: 43210.77, not 43210.76953125. */
static double from_float(float single)
{
    char text[32];
    if (!isfinite(single))
        return (double)single;
    for (int digits = 6; digits <= 9; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, (double)single);
        if (strtof(text, NULL) == single)
            break;
    }
    return strtod(text, NULL);
}

/* Steps over the elements of an array or map. */
static enum ff_status skip(struct unpack *u, const struct unpack_value *head)
{
    uint64_t left = (uint64_t)head->count * (head->kind == UNPACK_MAP ? 2 : 1);
    while (left > 0 && unpack_skip(u, MSGPACK_MAX_DEPTH - 1))
        left--;
    if (left == 0)
        return FF_OK;
    return u->bad ? FF_MALFORMED : FF_TOO_DEEP;
}

static const enum intake_kind kind_table[] = {
    [UNPACK_BAD] = INTAKE_NESTED,      [UNPACK_NIL] = INTAKE_NULL,
    [UNPACK_BOOLEAN] = INTAKE_BOOLEAN, [UNPACK_INTEGER] = INTAKE_INTEGER,
    [UNPACK_HUGE] = INTAKE_HUGE,       [UNPACK_FLOAT] = INTAKE_DOUBLE,
    [UNPACK_DOUBLE] = INTAKE_DOUBLE,   [UNPACK_STRING] = INTAKE_STRING,
    [UNPACK_BINARY] = INTAKE_NESTED,   [UNPACK_EXTENSION] = INTAKE_NESTED,
    [UNPACK_ARRAY] = INTAKE_NESTED,    [UNPACK_MAP] = INTAKE_NESTED,
};

static void set_extension(const struct unpack_value *head, struct intake_value *v)
{
    if (head->extension != TIME_EXTENSION)
        return;
    v->kind = INTAKE_INSTANT;
    v->integer = instant(head->bytes);
}

enum ff_status msgpack_value_behind(struct unpack *u, const struct unpack_value *head,
                                    struct intake_value *v)
{
    v->kind = kind_table[head->kind];
    switch (head->kind) {
    case UNPACK_BAD:
        return FF_MALFORMED;
    case UNPACK_BOOLEAN:
        v->boolean = head->boolean;
        return FF_OK;
    case UNPACK_INTEGER:
        v->integer = head->integer;
        return FF_OK;
    case UNPACK_FLOAT:
        v->real = from_float(head->single);
        return FF_OK;
    case UNPACK_DOUBLE:
        v->real = head->real;
        return FF_OK;
    case UNPACK_STRING:
        v->text = head->bytes;
        return FF_OK;
    case UNPACK_EXTENSION:
        set_extension(head, v);
        return FF_OK;
    case UNPACK_ARRAY:
    case UNPACK_MAP:
        return skip(u, head);
    default:
        return FF_OK;
    }
}

enum ff_status msgpack_value(struct unpack *u, struct intake_value *v)
{
    struct unpack_value head = unpack_value(u);
    return msgpack_value_behind(u, &head, v);
}
