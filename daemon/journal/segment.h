/* Segment: the bytes of the embedded store's journal files. Pure encoding and decoding; nothing
 * here opens a file. All integers are little-endian, all CRCs are CRC-32C.
 *
 *   segment = header, then groups, then perhaps zeros (room written ahead) to the end of the file
 *     header  32 bytes: magic "ffjrnl\r\n" | version u32 | mark u32 | first u64 | 0 u32 | crc u32
 *     group   32 bytes: mark u32 | count u32 | bytes u32 | first u64 | durable u64 | crc u32,
 *             then count records of bytes bytes in all
 *     record  16 bytes: length u32 | crc u32 | seq u64, then length bytes of body
 *   A header's crc covers what stands before it; a record's crc covers its seq and body.
 *
 * mark    a random number of the segment's own that opens each of its groups: what a sender put
 *         into a body, or an old file left on the disk, cannot pass for a group of this one.
 * first   in a segment: the seq its records start at, which its name says too. When a segment
 *         comes to be, all records before its first are durable.
 * durable the watermark when the group was written: all records up to it were on the disk.
 *
 * Rule of recovery. Segments are taken in the order of first. One that has a successor must give
 * every record before the successor's first, whole and in order; whatever it holds from there on is
 * not looked at, for the successor repeats it (so a segment given up after a failed sync or a torn
 * write keeps its broken end). If it cannot, the journal is damaged and nothing is served.
 * The last segment is read up to the first bytes that are no whole valid group that continues the
 * one before. Is a record from there on at or below a watermark (the segment's first - 1, or the
 * durable of any valid group, also of those after the bad bytes), then the journal is damaged;
 * else it is a tail that was never promised: it is cut off and counted.
 * A version that is not known is refused. Whoever changes a byte of this raises SEGMENT_VERSION and
 * keeps reading the old one; magic, version and the header's crc stay where they are. */
#ifndef FOOTFALL_SEGMENT_H
#define FOOTFALL_SEGMENT_H

#include "footfall/span.h"
#include "footfall/status.h"
#include "names.h"

#include <stdint.h>

#define SEGMENT_VERSION 1
#define SEGMENT_HEADER 32
#define SEGMENT_GROUP_HEADER 32
#define SEGMENT_RECORD_HEADER 16
/* Ceilings, which a reader checks before it believes a length. */
#define SEGMENT_MAX_BODY (16u << 20)
#define SEGMENT_MAX_GROUP (32u << 20)

/* "journal-<first, 20 digits>.seg" */
extern const struct names_kind segment_kind;

struct segment_header {
    uint64_t first;
    uint32_t version;
    uint32_t mark;
};

struct segment_group {
    uint64_t first;   /* seq of its first record */
    uint64_t durable; /* below first */
    uint32_t mark;
    uint32_t count;   /* records, at least 1 */
    uint32_t bytes;   /* of the records, at most SEGMENT_MAX_GROUP */
};

struct segment_record {
    uint64_t seq;
    struct ff_span body; /* borrowed from the bytes it was read from */
};

void segment_header_put(unsigned char out[SEGMENT_HEADER], const struct segment_header *h);

/* FF_OK; FF_STORE_VERSION for a sound header of another version (only *out's version is set);
 * FF_STORE_CORRUPT for anything else. */
enum ff_status segment_header_get(struct segment_header *out, const void *p, size_t n);

void segment_group_put(unsigned char out[SEGMENT_GROUP_HEADER], const struct segment_group *g);

/* Whether n bytes at p begin with a sound group header; its records are not looked at. */
bool segment_group_get(struct segment_group *out, const void *p, size_t n);

/* Bytes that a record with a body of n takes. */
static inline size_t segment_record_size(size_t n)
{
    return SEGMENT_RECORD_HEADER + n;
}

/* Writes segment_record_size(body.n) bytes; the body is at most SEGMENT_MAX_BODY. */
void segment_record_put(unsigned char *out, uint64_t seq, struct ff_span body);

/* The record at p, unchecked; gives its size. Only for records that segment_group_sound passed. */
size_t segment_record_at(struct segment_record *out, const void *p);

/* Whether the g->bytes bytes at p are the group's records: each whole, its crc right, their seqs
 * running from g->first. */
bool segment_group_sound(const struct segment_group *g, const void *p);

#endif
