#include "writer.h"

#include "segment.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/random.h>

void writer_init(struct writer *w, const struct place *place)
{
    *w = (struct writer){.place = place, .fd = -1};
}

static int header_write(struct writer *w, uint64_t first)
{
    const struct segment_header h = {.first = first, .version = SEGMENT_VERSION, .mark = w->mark};
    unsigned char bytes[SEGMENT_HEADER];
    segment_header_put(bytes, &h);
    int r = io_write_all(w->place->io, w->fd, bytes, sizeof bytes, 0);
    if (r == 0)
        w->size = sizeof bytes;
    return r;
}

/* Writes the first group that is not written. */
static int group_write(struct writer *w, struct pending *queue, uint64_t durable)
{
    const struct pending_group *g = queue->unwritten;
    const struct segment_group header = {
        .mark = w->mark,
        .count = g->count,
        .bytes = (uint32_t)(g->used - SEGMENT_GROUP_HEADER),
        .first = g->first,
        .durable = durable,
    };
    segment_group_put(g->bytes, &header);
    int r = io_write_all(w->place->io, w->fd, g->bytes, g->used, w->size);
    if (r < 0)
        return r;
    w->size += g->used;
    pending_wrote(queue);
    return 0;
}

int writer_put(struct writer *w, struct pending *queue, uint64_t durable)
{
    assert(w->fd >= 0 && !w->torn);
    const struct ff_io *io = w->place->io;
    while (queue->unwritten) {
        int r = group_write(w, queue, durable);
        if (r < 0) {
            w->torn = io->truncate(io, w->fd, w->size) < 0;
            w->room = 0;
            return r;
        }
    }
    return 0;
}

/* Header and groups into the file, and the file to its name. */
static int segment_fill(struct writer *w, struct pending *queue, uint64_t durable,
                        const char *file, const char *name)
{
    const struct ff_io *io = w->place->io;
    char final[PATH_MAX];
    place_file(w->place, final, "", name);
    int r = header_write(w, queue->head->first);
    while (r == 0 && queue->unwritten)
        r = group_write(w, queue, durable);
    return r == 0 ? io->rename(io, file, final) : r;
}

/* Opens the unfinished file of the segment that begins with first; its path and the name it will have. */
static int file_open(struct writer *w, uint64_t first, char file[PATH_MAX], char name[NAMES_SIZE])
{
    const struct ff_io *io = w->place->io;
    names_make(name, &segment_kind, first);
    place_file(w->place, file, PLACE_NEW, name);
    if (getrandom(&w->mark, sizeof w->mark, 0) != (ssize_t)sizeof w->mark)
        return -EIO;
    w->fd = io->open(io, file, O_RDWR | O_CREAT | O_TRUNC, 0640);
    w->torn = false;
    w->room = 0;
    return w->fd < 0 ? w->fd : 0;
}

int writer_begin(struct writer *w, struct pending *queue, uint64_t durable)
{
    assert(w->fd < 0 && queue->head && queue->unwritten == queue->head);
    assert(queue->head->first == durable + 1);
    char name[NAMES_SIZE];
    char file[PATH_MAX];
    int r = file_open(w, queue->head->first, file, name);
    if (r < 0)
        return r;
    r = segment_fill(w, queue, durable, file, name);
    if (r < 0) {
        writer_end(w);
        w->place->io->unlink(w->place->io, file);
        pending_rewind(queue);
    }
    return r;
}

int writer_make(struct writer *w, uint64_t first)
{
    assert(w->fd < 0);
    const struct ff_io *io = w->place->io;
    char name[NAMES_SIZE];
    char file[PATH_MAX];
    char final[PATH_MAX];
    int r = file_open(w, first, file, name);
    if (r < 0)
        return r;
    place_file(w->place, final, "", name);
    r = header_write(w, first);
    if (r == 0)
        r = io->sync(io, w->fd);
    if (r == 0)
        r = io->rename(io, file, final);
    if (r < 0)
        io->unlink(io, file);
    writer_end(w);
    return r == 0 ? io->sync_dir(io, w->place->dir) : r;
}

void writer_end(struct writer *w)
{
    if (w->fd >= 0)
        w->place->io->close(w->place->io, w->fd);
    w->fd = -1;
    w->torn = false;
}
