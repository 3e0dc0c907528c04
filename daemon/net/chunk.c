#include "chunk.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

enum {
    IN_SIZE,
    IN_EXTENSION,
    AT_SIZE_LF,
    IN_DATA,
    AT_DATA_CR,
    AT_DATA_LF,
    AT_TRAILER,
    IN_TRAILER,
    AT_TRAILER_LF,
    AT_END_LF,
};

static int hex_value(unsigned char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_text(unsigned char c)
{
    return c == '\t' || (c >= 0x20 && c != 0x7f);
}

static bool take_size_byte(struct chunk *c, unsigned char byte)
{
    int value = hex_value(byte);
    if (value >= 0) {
        c->left = c->left << 4 | (unsigned)value;
        return ++c->digits <= 16;
    }
    if (c->digits == 0)
        return false;
    c->state = byte == '\r' ? AT_SIZE_LF : IN_EXTENSION;
    return byte == '\r' || byte == ';' || byte == ' ' || byte == '\t';
}

static bool take_loose_byte(struct chunk *c, unsigned char byte, uint8_t at_cr)
{
    if (byte == '\r') {
        c->state = at_cr;
        return true;
    }
    return is_text(byte) && ++c->loose <= CHUNK_LOOSE_MAX;
}

static bool take_exactly(struct chunk *c, unsigned char byte, unsigned char wanted, uint8_t next)
{
    c->state = next;
    return byte == wanted;
}

/* One byte that is no data. False: it may not stand here. */
static bool take_frame_byte(struct chunk *c, unsigned char byte)
{
    switch (c->state) {
    case IN_SIZE:
        return take_size_byte(c, byte);
    case IN_EXTENSION:
        return take_loose_byte(c, byte, AT_SIZE_LF);
    case AT_SIZE_LF:
        c->digits = 0;
        return take_exactly(c, byte, '\n', c->left ? IN_DATA : AT_TRAILER);
    case AT_DATA_CR:
        return take_exactly(c, byte, '\r', AT_DATA_LF);
    case AT_DATA_LF:
        return take_exactly(c, byte, '\n', IN_SIZE);
    case AT_TRAILER:
        c->state = IN_TRAILER;
        return take_loose_byte(c, byte, AT_END_LF);
    case IN_TRAILER:
        return take_loose_byte(c, byte, AT_TRAILER_LF);
    default:
        assert(c->state == AT_TRAILER_LF);
        return take_exactly(c, byte, '\n', AT_TRAILER);
    }
}

enum chunk_result chunk_decode(struct chunk *c, char *p, size_t *in, size_t n, size_t *out,
                               size_t max)
{
    while (*in < n) {
        assert(*out <= *in);
        if (c->state == IN_DATA) {
            size_t m = n - *in < c->left ? n - *in : (size_t)c->left;
            memmove(p + *out, p + *in, m);
            *in += m;
            *out += m;
            c->total += m;
            c->left -= m;
            c->state = c->left ? IN_DATA : AT_DATA_CR;
            continue;
        }
        unsigned char byte = (unsigned char)p[(*in)++];
        if (c->state == AT_END_LF)
            return byte == '\n' ? CHUNK_DONE : CHUNK_BAD;
        if (!take_frame_byte(c, byte))
            return CHUNK_BAD;
        if (c->state == IN_DATA && c->left > max - c->total)
            return CHUNK_LARGE;
    }
    return CHUNK_MORE;
}
