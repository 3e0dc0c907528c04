#include "segment.h"

#include "bytes.h"
#include "crc32c.h"

#include <assert.h>
#include <string.h>

#define MAGIC "ffjrnl\r\n"
#define MAGIC_BYTES 8
#define CRC_BYTES 4

const struct names_kind segment_kind = {"journal-", ".seg"};

void segment_header_put(unsigned char out[SEGMENT_HEADER], const struct segment_header *h)
{
    struct bytes_writer w = bytes_writer_of(out, SEGMENT_HEADER);
    bytes_put(&w, MAGIC, MAGIC_BYTES);
    bytes_put_u32(&w, h->version);
    bytes_put_u32(&w, h->mark);
    bytes_put_u64(&w, h->first);
    bytes_put_u32(&w, 0);
    bytes_put_u32(&w, crc32c(0, out, SEGMENT_HEADER - CRC_BYTES));
    assert(w.ok && w.n == 0);
}

enum ff_status segment_header_get(struct segment_header *out, const void *p, size_t n)
{
    struct bytes_reader r = bytes_reader_of(p, n);
    const void *magic = bytes_take(&r, MAGIC_BYTES);
    struct segment_header h = {.version = bytes_u32(&r)};
    h.mark = bytes_u32(&r);
    h.first = bytes_u64(&r);
    bytes_u32(&r);
    uint32_t crc = bytes_u32(&r);
    if (!r.ok || memcmp(magic, MAGIC, MAGIC_BYTES) != 0 ||
        crc != crc32c(0, p, SEGMENT_HEADER - CRC_BYTES))
        return FF_STORE_CORRUPT;
    out->version = h.version;
    if (h.version != SEGMENT_VERSION)
        return FF_STORE_VERSION;
    *out = h;
    return FF_OK;
}

void segment_group_put(unsigned char out[SEGMENT_GROUP_HEADER], const struct segment_group *g)
{
    struct bytes_writer w = bytes_writer_of(out, SEGMENT_GROUP_HEADER);
    bytes_put_u32(&w, g->mark);
    bytes_put_u32(&w, g->count);
    bytes_put_u32(&w, g->bytes);
    bytes_put_u64(&w, g->first);
    bytes_put_u64(&w, g->durable);
    bytes_put_u32(&w, crc32c(0, out, SEGMENT_GROUP_HEADER - CRC_BYTES));
    assert(w.ok && w.n == 0);
}

bool segment_group_get(struct segment_group *out, const void *p, size_t n)
{
    struct bytes_reader r = bytes_reader_of(p, n);
    struct segment_group g = {.mark = bytes_u32(&r)};
    g.count = bytes_u32(&r);
    g.bytes = bytes_u32(&r);
    g.first = bytes_u64(&r);
    g.durable = bytes_u64(&r);
    uint32_t crc = bytes_u32(&r);
    if (!r.ok || crc != crc32c(0, p, SEGMENT_GROUP_HEADER - CRC_BYTES))
        return false;
    *out = g;
    return g.count > 0 && g.bytes <= SEGMENT_MAX_GROUP && g.durable < g.first;
}

/* The crc covers the seq and the body, which stand next to each other. */
void segment_record_put(unsigned char *out, uint64_t seq, struct ff_span body)
{
    assert(body.n <= SEGMENT_MAX_BODY);
    const size_t covered = sizeof seq + body.n;
    struct bytes_writer w = bytes_writer_of(out, segment_record_size(body.n));
    struct bytes_writer after = bytes_writer_of(out + SEGMENT_RECORD_HEADER - sizeof seq, covered);
    bytes_put_u64(&after, seq);
    bytes_put(&after, body.p, body.n);
    bytes_put_u32(&w, (uint32_t)body.n);
    bytes_put_u32(&w, crc32c(0, out + SEGMENT_RECORD_HEADER - sizeof seq, covered));
}

size_t segment_record_at(struct segment_record *out, const void *p)
{
    struct bytes_reader r = bytes_reader_of(p, SEGMENT_RECORD_HEADER);
    uint32_t length = bytes_u32(&r);
    bytes_u32(&r);
    out->seq = bytes_u64(&r);
    out->body = ff_span_of((const char *)p + SEGMENT_RECORD_HEADER, length);
    return segment_record_size(length);
}

/* Takes the record with the given seq from r; false when there is no sound one. */
static bool record_sound(struct bytes_reader *r, uint64_t seq)
{
    uint32_t length = bytes_u32(r);
    uint32_t crc = bytes_u32(r);
    struct bytes_reader ahead = *r;
    uint64_t found = bytes_u64(&ahead);
    const void *covered = bytes_take(r, sizeof seq + length);
    return covered && found == seq && crc == crc32c(0, covered, sizeof seq + length);
}

bool segment_group_sound(const struct segment_group *g, const void *p)
{
    struct bytes_reader r = bytes_reader_of(p, g->bytes);
    for (uint32_t i = 0; i < g->count; i++)
        if (!record_sound(&r, g->first + i))
            return false;
    return r.n == 0;
}
