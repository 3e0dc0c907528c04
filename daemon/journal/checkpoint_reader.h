/* Checkpoint reader: one checkpoint file, checked as a whole before any of it is given. */
#ifndef FOOTFALL_CHECKPOINT_READER_H
#define FOOTFALL_CHECKPOINT_READER_H

#include "checkpoint.h"
#include "filebuf.h"
#include "place.h"

struct checkpoint_reader {
    struct filebuf file;
    int fd;           /* owned, or -1: none is being read */
    uint64_t size;    /* of the file */
    uint64_t at;      /* offset of the next block */
    uint32_t mark;    /* the file's */
    uint32_t index;   /* of the next block */
    uint64_t total;   /* bytes of the blocks before it */
    const char *wrong; /* what is, after FF_STORE_CORRUPT */
    uint32_t version; /* what it is, after FF_STORE_VERSION */
};

void checkpoint_reader_init(struct checkpoint_reader *r);

/* Opens the place's checkpoint of seq and reads all of it; then it is at its first block. FF_OK;
 * FF_STORE_CORRUPT, FF_STORE_VERSION, FF_STORE_FAILED, FF_NO_MEMORY with a sentence in why (size
 * bytes) that names the file, and none is being read. Only while none is. */
enum ff_status checkpoint_reader_open(struct checkpoint_reader *r, const struct place *place, uint64_t seq,
                                      char *why, size_t size);

/* The next block, borrowed until the next call; it is checked again. FF_OK; FF_NOT_FOUND after the
 * last; FF_STORE_CORRUPT, FF_STORE_FAILED (file.error says why), FF_NO_MEMORY: it is not what it was. */
enum ff_status checkpoint_reader_next(struct checkpoint_reader *r, struct ff_span *block);

/* Closes it, if one is being read. */
void checkpoint_reader_close(struct checkpoint_reader *r);

#endif
