/* File buffer: a window on an open file that is read with large calls. */
#ifndef FOOTFALL_FILEBUF_H
#define FOOTFALL_FILEBUF_H

#include "footfall/status.h"
#include "io.h"

struct filebuf {
    const struct ff_io *io; /* borrowed */
    int fd;                 /* borrowed */
    int error;              /* negative errno of the call that gave FF_STORE_FAILED */
    unsigned char *bytes;   /* owned: bytes [start, start + fill) of the file */
    size_t room;
    uint64_t start;
    size_t fill;
};

/* A window of at most room bytes on fd, less when the file is smaller; *size is that of the file. FF_OK,
 * FF_NO_MEMORY, FF_STORE_FAILED; to be ended with filebuf_fini in each case. */
enum ff_status filebuf_init(struct filebuf *f, const struct ff_io *io, int fd, size_t room, uint64_t *size);
void filebuf_fini(struct filebuf *f);

/* Makes the n bytes of the file from offset at on available at *p, or fewer (*got) where the file
 * ends; the window grows when n is more than its room. Borrowed until the next call. FF_OK,
 * FF_NO_MEMORY, FF_STORE_FAILED. */
enum ff_status filebuf_see(struct filebuf *f, uint64_t at, size_t n, const unsigned char **p, size_t *got);

/* What was seen is read from the file again when it is asked for. */
void filebuf_drop(struct filebuf *f);

#endif
