#include "checkpoint_writer.h"

#include "checkpoint.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

/* Bytes gathered for one call and its sync: while the device is busy with them, the journal's writes and syncs may
 * wait. */
#define BUFFER ((size_t)4 << 20)

/* Bytes of one call: the kernel takes its time over large ones, and the core is nobody else's meanwhile. */
#define PIECE ((size_t)64 << 10)

_Static_assert(BUFFER >= CHECKPOINT_BLOCK_HEADER + CHECKPOINT_MAX_BLOCK, "a block fits the empty buffer");

void checkpoint_writer_init(struct checkpoint_writer *w, const struct place *place)
{
    *w = (struct checkpoint_writer){.place = place, .fd = -1};
}

/* Until it has its name. The process is part of it: an orphan of an owner that died and a child of
 * the next one may be at the same seq. */
static void file_unnamed(const struct checkpoint_writer *w, char out[PATH_MAX])
{
    char name[NAMES_SIZE], unique[NAMES_SIZE + 16];
    names_make(name, &checkpoint_kind, w->seq);
    snprintf(unique, sizeof unique, "%s.%ld", name, (long)getpid());
    place_file(w->place, out, PLACE_NEW, unique);
}

static void file_named(const struct checkpoint_writer *w, char out[PATH_MAX])
{
    char name[NAMES_SIZE];
    names_make(name, &checkpoint_kind, w->seq);
    place_file(w->place, out, "", name);
}

static int buffer_write(struct checkpoint_writer *w)
{
    const struct ff_io *io = w->place->io;
    int r = 0;
    for (size_t at = 0, n; r == 0 && at < w->fill; at += n) {
        n = w->fill - at < PIECE ? w->fill - at : PIECE;
        r = io_write_all(io, w->fd, w->buffer + at, n, w->size + at);
    }
    w->size += w->fill;
    w->fill = 0;
    return r == 0 ? io->sync(io, w->fd) : r;
}

static int file_begin(struct checkpoint_writer *w)
{
    char file[PATH_MAX];
    w->buffer = malloc(BUFFER);
    if (!w->buffer)
        return -ENOMEM;
    if (getrandom(&w->mark, sizeof w->mark, 0) != (ssize_t)sizeof w->mark)
        return -EIO;
    file_unnamed(w, file);
    w->fd = w->place->io->open(w->place->io, file, O_WRONLY | O_CREAT | O_TRUNC, 0640);
    if (w->fd < 0)
        return w->fd;
    checkpoint_header_put(w->buffer, &(struct checkpoint_header){
                                         .seq = w->seq, .version = CHECKPOINT_VERSION, .mark = w->mark});
    w->fill = CHECKPOINT_HEADER;
    return 0;
}

int checkpoint_writer_begin(struct checkpoint_writer *w, uint64_t seq)
{
    assert(w->seq == 0 && seq > 0);
    checkpoint_writer_init(w, w->place);
    w->seq = seq;
    return w->error = file_begin(w);
}

int checkpoint_writer_put(struct checkpoint_writer *w, struct ff_span block)
{
    assert(w->seq != 0);
    if (w->error == 0 && w->count == UINT32_MAX)
        w->error = -EFBIG;
    if (w->error == 0 && BUFFER - w->fill < CHECKPOINT_BLOCK_HEADER + block.n)
        w->error = buffer_write(w);
    if (w->error < 0)
        return w->error;
    checkpoint_block_put(w->buffer + w->fill, w->mark, w->count++, block);
    memcpy(w->buffer + w->fill + CHECKPOINT_BLOCK_HEADER, block.p, block.n);
    w->fill += CHECKPOINT_BLOCK_HEADER + block.n;
    w->total += block.n;
    return 0;
}

static int file_end(struct checkpoint_writer *w)
{
    int r = BUFFER - w->fill < CHECKPOINT_END ? buffer_write(w) : 0;
    if (r < 0)
        return r;
    checkpoint_end_put(w->buffer + w->fill, w->mark, w->count, w->total);
    w->fill += CHECKPOINT_END;
    return buffer_write(w);
}

static int file_name(struct checkpoint_writer *w)
{
    const struct ff_io *io = w->place->io;
    char before[PATH_MAX], after[PATH_MAX];
    file_unnamed(w, before);
    file_named(w, after);
    int r = io->rename(io, before, after);
    w->named = r == 0;
    return r == 0 ? io->sync_dir(io, w->place->dir) : r;
}

/* Closes the file and lets go of what the writing took. */
static int file_leave(struct checkpoint_writer *w)
{
    int r = w->fd < 0 ? 0 : w->place->io->close(w->place->io, w->fd);
    free(w->buffer);
    w->buffer = NULL;
    w->fd = -1;
    return r;
}

int checkpoint_writer_commit(struct checkpoint_writer *w)
{
    assert(w->seq != 0);
    if (w->error == 0)
        w->error = file_end(w);
    if (w->error == 0)
        w->error = file_leave(w);
    if (w->error == 0)
        w->error = file_name(w);
    if (w->error == 0)
        w->seq = 0;
    return w->error;
}

int checkpoint_writer_abort(struct checkpoint_writer *w)
{
    if (w->seq == 0)
        return 0;
    char file[PATH_MAX];
    file_leave(w);
    if (w->named)
        file_named(w, file);
    else
        file_unnamed(w, file);
    w->seq = 0;
    int r = w->place->io->unlink(w->place->io, file);
    return r == -ENOENT ? 0 : r;
}
