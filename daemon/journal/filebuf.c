#include "filebuf.h"

#include <stdlib.h>
#include <string.h>

enum ff_status filebuf_init(struct filebuf *f, const struct ff_io *io, int fd, size_t room)
{
    *f = (struct filebuf){.io = io, .fd = fd};
    f->bytes = malloc(room);
    if (!f->bytes)
        return FF_NO_MEMORY;
    f->room = room;
    return FF_OK;
}

void filebuf_fini(struct filebuf *f)
{
    free(f->bytes);
    f->bytes = NULL;
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
