#include "erase.h"

#include "checkpoint.h"
#include "reader.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct erase {
    const struct place *place;
    ff_erase_fn gone;
    void *ctx;
    struct erase_result *result;
    char *why;
    size_t why_size;

    /* The segment at hand. */
    char name[NAMES_SIZE];
    char file[PATH_MAX];
    uint64_t first, limit; /* its records are those from first up to before limit */
    uint64_t found;        /* of them are to go */
    bool more;             /* it holds more than them */

    /* Its successor under the same name. */
    char draft[PATH_MAX];
    int fd;
    uint64_t size;
};

static enum ff_status failed(const struct erase *e, const char *file, int error)
{
    return place_why(e->why, e->why_size, file, error);
}

static enum ff_status damaged(const struct erase *e, const struct reader *r, enum ff_status st)
{
    if (st == FF_STORE_FAILED)
        return failed(e, e->file, r->file.error);
    if (st == FF_NO_MEMORY)
        return failed(e, e->file, -ENOMEM);
    snprintf(e->why, e->why_size, "%s: offset %" PRIu64 ": %s", e->file, r->at,
             st == FF_STORE_VERSION ? "written by another version" : "damaged");
    return st == FF_NOT_FOUND ? FF_STORE_CORRUPT : st;
}

/* What is done with each group: its records before the limit, count of them. */
typedef enum ff_status (*group_fn)(struct erase *e, const struct segment_group *g, const unsigned char *records,
                                   uint32_t count);

static enum ff_status groups_walk(struct erase *e, struct reader *r, group_fn fn)
{
    struct segment_group g;
    const unsigned char *records;
    uint64_t expected = e->first;
    enum ff_status st = FF_OK;
    while (st == FF_OK && expected < e->limit) {
        st = reader_group(r, expected, &g, &records);
        if (st != FF_OK)
            return damaged(e, r, st);
        uint64_t left = e->limit - expected;
        st = fn(e, &g, records, g.count < left ? g.count : (uint32_t)left);
        expected += g.count;
    }
    e->more = expected > e->limit || r->at < r->size;
    return st;
}

static enum ff_status group_look(struct erase *e, const struct segment_group *g, const unsigned char *records,
                                 uint32_t count)
{
    struct segment_record record;
    (void)g;
    for (uint32_t i = 0; i < count; i++) {
        records += segment_record_at(&record, records);
        e->found += record.body.n > 0 && e->gone(e->ctx, record.seq, record.body);
    }
    return FF_OK;
}

static enum ff_status draft_put(struct erase *e, const void *bytes, size_t n)
{
    int r = io_write_all(e->place->io, e->fd, bytes, n, e->size);
    e->size += n;
    return r < 0 ? failed(e, e->draft, r) : FF_OK;
}

/* The group again, with less in it. */
static enum ff_status group_copy(struct erase *e, const struct segment_group *g, const unsigned char *records,
                                 uint32_t count)
{
    struct segment_group copy = *g;
    struct segment_record record;
    unsigned char *bytes = malloc(SEGMENT_GROUP_HEADER + g->bytes), *end = bytes + SEGMENT_GROUP_HEADER;
    if (!bytes)
        return failed(e, e->draft, -ENOMEM);
    for (uint32_t i = 0; i < count; i++) {
        records += segment_record_at(&record, records);
        if (record.body.n > 0 && e->gone(e->ctx, record.seq, record.body))
            record.body.n = 0;
        segment_record_put(end, record.seq, record.body);
        end += segment_record_size(record.body.n);
    }
    copy.count = count;
    copy.bytes = (uint32_t)(end - bytes - SEGMENT_GROUP_HEADER);
    segment_group_put(bytes, &copy);
    enum ff_status st = draft_put(e, bytes, (size_t)(end - bytes));
    free(bytes);
    return st;
}

static enum ff_status segment_walk(struct erase *e, int fd, group_fn fn)
{
    struct reader r;
    struct segment_header h;
    enum ff_status st = reader_init(&r, e->place->io, fd);
    if (st == FF_OK)
        st = reader_header(&r, &h);
    if (st == FF_OK && h.first != e->first)
        st = FF_STORE_CORRUPT;
    if (st != FF_OK) {
        st = damaged(e, &r, st);
    } else if (fn == group_copy) {
        unsigned char bytes[SEGMENT_HEADER];
        segment_header_put(bytes, &h);
        st = draft_put(e, bytes, sizeof bytes);
    }
    if (st == FF_OK)
        st = groups_walk(e, &r, fn);
    reader_fini(&r);
    return st;
}

/* The draft, as old as the segment, takes its name once it is on the medium. */
static enum ff_status draft_finish(struct erase *e, int segment)
{
    const struct ff_io *io = e->place->io;
    ff_wall modified;
    int r = io->modified(io, segment, &modified);
    if (r == 0)
        r = io->date(io, e->fd, modified);
    if (r == 0)
        r = io->sync(io, e->fd);
    if (r == 0)
        r = io->rename(io, e->draft, e->file);
    if (r == 0)
        r = io->sync_dir(io, e->place->dir);
    return r < 0 ? failed(e, e->draft, r) : FF_OK;
}

static enum ff_status segment_replace(struct erase *e, int segment)
{
    const struct ff_io *io = e->place->io;
    place_file(e->place, e->draft, PLACE_NEW, e->name);
    e->size = 0;
    e->fd = io->open(io, e->draft, O_RDWR | O_CREAT | O_TRUNC, 0640);
    if (e->fd < 0)
        return failed(e, e->draft, e->fd);
    enum ff_status st = segment_walk(e, segment, group_copy);
    if (st == FF_OK)
        st = draft_finish(e, segment);
    io->close(io, e->fd);
    if (st != FF_OK) {
        io->unlink(io, e->draft);
        return st;
    }
    e->result->segments++;
    e->result->records += e->found;
    return FF_OK;
}

static enum ff_status segment_erase(struct erase *e, uint64_t first, uint64_t limit)
{
    const struct ff_io *io = e->place->io;
    e->first = first;
    e->limit = limit;
    e->found = 0;
    names_make(e->name, &segment_kind, first);
    place_file(e->place, e->file, "", e->name);
    int fd = io->open(io, e->file, O_RDONLY, 0);
    if (fd < 0)
        return failed(e, e->file, fd);
    enum ff_status st = segment_walk(e, fd, group_look);
    if (st == FF_OK && (e->found > 0 || e->more))
        st = segment_replace(e, fd);
    io->close(io, fd);
    return st;
}

enum ff_status erase_run(const struct place *place, uint64_t sealed, ff_erase_fn gone, void *ctx,
                         struct erase_result *out, char *why, size_t size)
{
    struct erase e = {.place = place, .gone = gone, .ctx = ctx, .result = out, .why = why, .why_size = size};
    struct names n;
    *out = (struct erase_result){0};
    int error = names_list(&n, place, &segment_kind);
    enum ff_status st = error < 0 ? failed(&e, place->path, error) : FF_OK;
    for (size_t i = 0; st == FF_OK && i < n.count && n.seq[i] <= sealed; i++) {
        bool last = i + 1 == n.count || n.seq[i + 1] > sealed;
        st = segment_erase(&e, n.seq[i], last ? sealed + 1 : n.seq[i + 1]);
    }
    names_fini(&n);
    return st;
}

int erase_checkpoints(const struct place *place, uint64_t before)
{
    struct names n;
    int r = names_list(&n, place, &checkpoint_kind);
    for (size_t i = 0; r == 0 && i < n.count && n.seq[i] < before; i++) {
        char name[NAMES_SIZE], file[PATH_MAX];
        names_make(name, &checkpoint_kind, n.seq[i]);
        place_file(place, file, "", name);
        r = place->io->unlink(place->io, file);
        r = r == -ENOENT ? 0 : r;
    }
    names_fini(&n);
    return r < 0 ? r : place->io->sync_dir(place->io, place->dir);
}
