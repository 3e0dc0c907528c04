/* Checkpoint: the bytes of the embedded store's checkpoint files. Pure encoding and decoding; nothing
 * here opens a file. All integers are little-endian, all CRCs are CRC-32C.
 *
 *   checkpoint = header, blocks, end, and nothing after it
 *     header  32 bytes: magic "ffchkp\r\n" | version u32 | mark u32 | seq u64 | 0 u32 | crc u32
 *     block   16 bytes: mark u32 | length u32 | index u32 | crc u32, then length bytes, 1 to 1 MiB
 *     end     24 bytes: mark u32 | 0 u32 | count u32 | crc u32 | total u64
 *   The header's crc covers what stands before it; the others' the 12 bytes before it and all that
 *   follows it.
 *
 * mark    a random number of the file's own, in each of its parts: a block of another file, or of an
 *         earlier one on the same place of the disk, cannot pass for one of this.
 * seq     the state is that after this record; the file's name says it too.
 * index   of the blocks from 0 on, so that none can be left out or change places; count is the end's.
 * total   bytes of all blocks together, without their headers.
 *
 * A file is written under another name, synced, and renamed to its own, so one that is not whole can
 * only be damaged. Damaged is one of which any bit is not as described; it is not believed in any
 * part, and the checkpoint before it serves. Whoever changes a byte of this raises CHECKPOINT_VERSION
 * and keeps reading the old one; magic, version and the header's crc stay where they are. */
#ifndef FOOTFALL_CHECKPOINT_H
#define FOOTFALL_CHECKPOINT_H

#include "footfall/span.h"
#include "footfall/status.h"
#include "footfall/store.h"
#include "names.h"

#include <stdint.h>

#define CHECKPOINT_VERSION 1
#define CHECKPOINT_HEADER 32
#define CHECKPOINT_BLOCK_HEADER 16
#define CHECKPOINT_END 24
/* Bytes of a block at most, which a reader checks before it believes a length. */
#define CHECKPOINT_MAX_BLOCK FF_CHECKPOINT_BLOCK

/* "checkpoint-<seq, 20 digits>.ckpt" */
extern const struct names_kind checkpoint_kind;

struct checkpoint_header {
    uint64_t seq;
    uint32_t version;
    uint32_t mark;
};

struct checkpoint_block {
    uint32_t mark;
    uint32_t length; /* 0: the end */
    uint32_t index;
    uint32_t crc;
};

void checkpoint_header_put(unsigned char out[CHECKPOINT_HEADER], const struct checkpoint_header *h);

/* FF_OK; FF_STORE_VERSION for a sound header of another version (only *out's version is set);
 * FF_STORE_CORRUPT for anything else. */
enum ff_status checkpoint_header_get(struct checkpoint_header *out, const void *p, size_t n);

/* The header of a block of 1 to CHECKPOINT_MAX_BLOCK bytes. */
void checkpoint_block_put(unsigned char out[CHECKPOINT_BLOCK_HEADER], uint32_t mark, uint32_t index,
                          struct ff_span bytes);

void checkpoint_end_put(unsigned char out[CHECKPOINT_END], uint32_t mark, uint32_t count, uint64_t total);

/* The header at p, unchecked but for its length; false when there is none in n bytes. */
bool checkpoint_block_get(struct checkpoint_block *out, const void *p, size_t n);

/* Bytes that follow a block's header, the end's too. */
static inline size_t checkpoint_block_size(const struct checkpoint_block *b)
{
    return b->length ? b->length : CHECKPOINT_END - CHECKPOINT_BLOCK_HEADER;
}

/* Whether p, the header and the checkpoint_block_size bytes after it, are as they were put. */
bool checkpoint_block_sound(const struct checkpoint_block *b, const void *p);

/* The end's total; p is its header. */
uint64_t checkpoint_end_total(const void *p);

#endif
