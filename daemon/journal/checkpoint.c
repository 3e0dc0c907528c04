#include "checkpoint.h"

#include "bytes.h"
#include "crc32c.h"

#include <assert.h>
#include <string.h>

#define MAGIC "ffchkp\r\n"
#define MAGIC_BYTES 8
#define CRC_BYTES 4
/* Of a block's header: what its crc covers before it. */
#define COVERED (CHECKPOINT_BLOCK_HEADER - CRC_BYTES)

const struct names_kind checkpoint_kind = {"checkpoint-", ".ckpt"};

void checkpoint_header_put(unsigned char out[CHECKPOINT_HEADER], const struct checkpoint_header *h)
{
    struct bytes_writer w = bytes_writer_of(out, CHECKPOINT_HEADER);
    bytes_put(&w, MAGIC, MAGIC_BYTES);
    bytes_put_u32(&w, h->version);
    bytes_put_u32(&w, h->mark);
    bytes_put_u64(&w, h->seq);
    bytes_put_u32(&w, 0);
    bytes_put_u32(&w, crc32c(0, out, CHECKPOINT_HEADER - CRC_BYTES));
    assert(w.ok && w.n == 0);
}

enum ff_status checkpoint_header_get(struct checkpoint_header *out, const void *p, size_t n)
{
    struct bytes_reader r = bytes_reader_of(p, n);
    const void *magic = bytes_take(&r, MAGIC_BYTES);
    struct checkpoint_header h = {.version = bytes_u32(&r)};
    h.mark = bytes_u32(&r);
    h.seq = bytes_u64(&r);
    bytes_u32(&r);
    uint32_t crc = bytes_u32(&r);
    if (!r.ok || memcmp(magic, MAGIC, MAGIC_BYTES) != 0 ||
        crc != crc32c(0, p, CHECKPOINT_HEADER - CRC_BYTES))
        return FF_STORE_CORRUPT;
    out->version = h.version;
    if (h.version != CHECKPOINT_VERSION)
        return FF_STORE_VERSION;
    *out = h;
    return FF_OK;
}

static void block_header_put(unsigned char *out, const struct checkpoint_block *b, const void *p, size_t n)
{
    struct bytes_writer w = bytes_writer_of(out, CHECKPOINT_BLOCK_HEADER);
    bytes_put_u32(&w, b->mark);
    bytes_put_u32(&w, b->length);
    bytes_put_u32(&w, b->index);
    bytes_put_u32(&w, crc32c(crc32c(0, out, COVERED), p, n));
    assert(w.ok && w.n == 0);
}

void checkpoint_block_put(unsigned char out[CHECKPOINT_BLOCK_HEADER], uint32_t mark, uint32_t index,
                          struct ff_span bytes)
{
    assert(bytes.n >= 1 && bytes.n <= CHECKPOINT_MAX_BLOCK);
    const struct checkpoint_block b = {.mark = mark, .length = (uint32_t)bytes.n, .index = index};
    block_header_put(out, &b, bytes.p, bytes.n);
}

void checkpoint_end_put(unsigned char out[CHECKPOINT_END], uint32_t mark, uint32_t count, uint64_t total)
{
    unsigned char *after = out + CHECKPOINT_BLOCK_HEADER;
    struct bytes_writer w = bytes_writer_of(after, sizeof total);
    bytes_put_u64(&w, total);
    block_header_put(out, &(struct checkpoint_block){.mark = mark, .index = count}, after, sizeof total);
}

bool checkpoint_block_get(struct checkpoint_block *out, const void *p, size_t n)
{
    struct bytes_reader r = bytes_reader_of(p, n);
    out->mark = bytes_u32(&r);
    out->length = bytes_u32(&r);
    out->index = bytes_u32(&r);
    out->crc = bytes_u32(&r);
    return r.ok && out->length <= CHECKPOINT_MAX_BLOCK;
}

bool checkpoint_block_sound(const struct checkpoint_block *b, const void *p)
{
    const unsigned char *after = (const unsigned char *)p + CHECKPOINT_BLOCK_HEADER;
    return b->crc == crc32c(crc32c(0, p, COVERED), after, checkpoint_block_size(b));
}

uint64_t checkpoint_end_total(const void *p)
{
    struct bytes_reader r =
        bytes_reader_of((const unsigned char *)p + CHECKPOINT_BLOCK_HEADER, CHECKPOINT_END - CHECKPOINT_BLOCK_HEADER);
    return bytes_u64(&r);
}
