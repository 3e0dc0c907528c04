#include "msgpack_message.h"

#include "msgpack_beacon.h"
#include "pack_bytes.h"

bool msgpack_begins(struct ff_span message)
{
    uint8_t first = message.n > 0 ? (uint8_t)*message.p : 0;
    return (first >= PACK_FIXMAP && first < PACK_FIXSTR) ||
           (first >= PACK_ARRAY16 && first < PACK_NEGATIVE);
}

static enum ff_status read_next(struct intake *in, struct unpack *u)
{
    struct ff_beacon *b = batch_beacon(in);
    return b ? msgpack_beacon(in, u, b) : FF_BATCH_TOO_LARGE;
}

static enum ff_status read_array(struct intake *in, struct unpack *u)
{
    uint32_t n = unpack_array(u);
    enum ff_status s = u->bad ? FF_MALFORMED : n == 0 ? FF_EMPTY : FF_OK;
    for (; s == FF_OK && n > 0; n--)
        s = read_next(in, u);
    return s == FF_OK && !unpack_done(u) ? FF_MALFORMED : s;
}

static enum ff_status read_row(struct intake *in, struct unpack *u)
{
    enum ff_status s = FF_OK;
    while (s == FF_OK && u->p < u->end)
        s = read_next(in, u);
    if (s == FF_OK && batch_count(in) == 1 && batch_first(in)->fault == FF_NOT_AN_OBJECT)
        return FF_NOT_AN_OBJECT;
    return s;
}

static bool begins_with_array(struct ff_span message)
{
    uint8_t first = (uint8_t)*message.p;
    return (first & 0xF0) == PACK_FIXARRAY || first == PACK_ARRAY16 || first == PACK_ARRAY16 + 1;
}

enum ff_status msgpack_decode(struct intake *in, struct ff_span message)
{
    struct unpack u = unpack_begin(message);
    return begins_with_array(message) ? read_array(in, &u) : read_row(in, &u);
}
