/* Reader: the groups of one segment file, in order, each checked whole before it is given. */
#ifndef FOOTFALL_READER_H
#define FOOTFALL_READER_H

#include "filebuf.h"
#include "segment.h"

struct reader {
    struct filebuf file; /* its error is that of the call that gave FF_STORE_FAILED */
    uint64_t size;       /* of the file when reading began: what is added later is not looked at */
    uint64_t at;         /* end of what was found good: where the next group begins */
    uint32_t mark;       /* the segment's; its first group's where its header is broken */
};

/* Begins at the start of the open file fd, which is borrowed. FF_OK, FF_NO_MEMORY, FF_STORE_FAILED.
 * To be ended with reader_fini in each case. */
enum ff_status reader_init(struct reader *r, const struct ff_io *io, int fd);
void reader_fini(struct reader *r);

/* The segment's header, to be read before its groups. FF_OK, FF_STORE_VERSION (out->version is set),
 * FF_STORE_CORRUPT, FF_STORE_FAILED. */
enum ff_status reader_header(struct reader *r, struct segment_header *out);

/* The next group, if its first record is expected: *records are its g->bytes bytes, borrowed until
 * the next call. FF_NOT_FOUND at the end of the file, or where there are zeros up to it; FF_STORE_CORRUPT when what is at r->at is no
 * such group; FF_NO_MEMORY; FF_STORE_FAILED. r->at moves on only with FF_OK. */
enum ff_status reader_group(struct reader *r, uint64_t expected, struct segment_group *g,
                            const unsigned char **records);

/* What follows r->at is read from the file again, up to where that ends by now. FF_OK or FF_STORE_FAILED. */
enum ff_status reader_refresh(struct reader *r);

/* Searches all that follows r->at for sound group headers; *durable becomes the greatest watermark
 * in them, if it is greater. FF_OK or FF_STORE_FAILED. */
enum ff_status reader_scan(struct reader *r, uint64_t *durable);

#endif
