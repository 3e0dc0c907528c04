#include "filebuf.h"

#include <stdlib.h>
#include <string.h>

/* Of a window on however small a file. */
#define ROOM_MIN ((size_t)4 << 10)

enum ff_status filebuf_init(struct filebuf *f, const struct ff_io *io, int fd, size_t room, uint64_t *size)
{
    *f = (struct filebuf){.io = io, .fd = fd};
    int64_t bytes = io->size(io, fd);
    if (bytes < 0) {
        f->error = (int)bytes;
        return FF_STORE_FAILED;
    }
    *size = (uint64_t)bytes;
    f->room = *size < room ? (size_t)*size : room;
    if (f->room < ROOM_MIN)
        f->room = room < ROOM_MIN ? room : ROOM_MIN;
    f->bytes = malloc(f->room);
    return f->bytes ? FF_OK : FF_NO_MEMORY;
}

void filebuf_fini(struct filebuf *f)
{
    free(f->bytes);
    f->bytes = NULL;
}

void filebuf_drop(struct filebuf *f)
{
    f->fill = 0;
}

/* Moves the window to offset at; what of it was seen already is not read again. */
static enum ff_status window_move(struct filebuf *f, uint64_t at)
{
    size_t kept = at >= f->start && at < f->start + f->fill ? f->start + f->fill - at : 0;
    memmove(f->bytes, f->bytes + (kept ? at - f->start : 0), kept);
    ssize_t more = io_read_all(f->io, f->fd, f->bytes + kept, f->room - kept, at + kept);
    f->start = at;
    f->fill = kept + (more > 0 ? (size_t)more : 0);
    if (more >= 0)
        return FF_OK;
    f->error = (int)more;
    return FF_STORE_FAILED;
}

enum ff_status filebuf_see(struct filebuf *f, uint64_t at, size_t n, const unsigned char **p, size_t *got)
{
    if (n > f->room) {
        unsigned char *bytes = realloc(f->bytes, n);
        if (!bytes)
            return FF_NO_MEMORY;
        f->bytes = bytes;
        f->room = n;
    }
    if (at < f->start || at + n > f->start + f->fill) {
        enum ff_status st = window_move(f, at);
        if (st != FF_OK)
            return st;
    }
    *p = f->bytes + (at - f->start);
    *got = f->start + f->fill - at < n ? f->start + f->fill - at : n;
    return FF_OK;
}
