#include "checkpoint_reader.h"

#include <assert.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>

/* Bytes read with one call. */
#define ROOM ((size_t)4 << 20)

_Static_assert(ROOM >= CHECKPOINT_BLOCK_HEADER + CHECKPOINT_MAX_BLOCK, "a block fits the window");

void checkpoint_reader_init(struct checkpoint_reader *r)
{
    *r = (struct checkpoint_reader){.fd = -1};
}

static enum ff_status damaged(struct checkpoint_reader *r, const char *wrong)
{
    r->wrong = wrong;
    return FF_STORE_CORRUPT;
}

static enum ff_status header_read(struct checkpoint_reader *r, uint64_t seq)
{
    const unsigned char *p;
    size_t got;
    struct checkpoint_header h;
    enum ff_status st = filebuf_see(&r->file, 0, CHECKPOINT_HEADER, &p, &got);
    if (st != FF_OK)
        return st;
    st = checkpoint_header_get(&h, p, got);
    if (st == FF_STORE_CORRUPT)
        return damaged(r, "damaged header");
    r->version = h.version;
    if (st == FF_OK && h.seq != seq)
        return damaged(r, "the checkpoint of another record");
    r->mark = h.mark;
    r->at = CHECKPOINT_HEADER;
    r->index = 0;
    r->total = 0;
    return st;
}

/* The block or end at r->at and its bytes, p its header. */
static enum ff_status block_see(struct checkpoint_reader *r, struct checkpoint_block *b, const unsigned char **p)
{
    size_t got;
    enum ff_status st = filebuf_see(&r->file, r->at, CHECKPOINT_BLOCK_HEADER, p, &got);
    if (st != FF_OK)
        return st;
    if (!checkpoint_block_get(b, *p, got))
        return damaged(r, got < CHECKPOINT_BLOCK_HEADER ? "the file ends" : "damaged block");
    const size_t whole = CHECKPOINT_BLOCK_HEADER + checkpoint_block_size(b);
    st = filebuf_see(&r->file, r->at, whole, p, &got);
    if (st != FF_OK)
        return st;
    if (got < whole)
        return damaged(r, "the file ends");
    if (!checkpoint_block_sound(b, *p) || b->mark != r->mark || b->index != r->index)
        return damaged(r, "damaged block");
    return FF_OK;
}

enum ff_status checkpoint_reader_next(struct checkpoint_reader *r, struct ff_span *block)
{
    struct checkpoint_block b;
    const unsigned char *p;
    assert(r->fd >= 0);
    enum ff_status st = block_see(r, &b, &p);
    if (st != FF_OK)
        return st;
    if (b.length == 0 && checkpoint_end_total(p) != r->total)
        return damaged(r, "damaged end");
    if (b.length == 0)
        return r->at + CHECKPOINT_END == r->size ? FF_NOT_FOUND : damaged(r, "more after the end");
    *block = ff_span_of((const char *)p + CHECKPOINT_BLOCK_HEADER, b.length);
    r->at += CHECKPOINT_BLOCK_HEADER + b.length;
    r->index++;
    r->total += b.length;
    return FF_OK;
}

/* Reads to the end, and is at the first block again. */
static enum ff_status file_check(struct checkpoint_reader *r, uint64_t seq)
{
    struct ff_span block;
    enum ff_status st = header_read(r, seq);
    while (st == FF_OK)
        st = checkpoint_reader_next(r, &block);
    return st == FF_NOT_FOUND ? header_read(r, seq) : st;
}

static enum ff_status unread(char *why, size_t size, const char *file, int error)
{
    place_why(why, size, file, error);
    return FF_STORE_FAILED;
}

static enum ff_status tell(const struct checkpoint_reader *r, enum ff_status st, const char *file, char *why,
                           size_t size)
{
    if (st == FF_STORE_FAILED)
        return unread(why, size, file, r->file.error);
    if (st == FF_STORE_CORRUPT)
        snprintf(why, size, "%s: offset %" PRIu64 ": %s", file, r->at, r->wrong);
    else if (st == FF_STORE_VERSION)
        snprintf(why, size, "%s: version %" PRIu32 " of the format, this program knows %d", file, r->version,
                 CHECKPOINT_VERSION);
    else if (st != FF_OK)
        snprintf(why, size, "%s: out of memory", file);
    return st;
}

enum ff_status checkpoint_reader_open(struct checkpoint_reader *r, const struct place *place, uint64_t seq,
                                      char *why, size_t size)
{
    char name[NAMES_SIZE], file[PATH_MAX];
    assert(r->fd < 0);
    checkpoint_reader_init(r);
    names_make(name, &checkpoint_kind, seq);
    place_file(place, file, "", name);
    int fd = place->io->open(place->io, file, O_RDONLY, 0);
    if (fd < 0)
        return unread(why, size, file, fd);
    r->fd = fd;
    enum ff_status st = filebuf_init(&r->file, place->io, r->fd, ROOM, &r->size);
    if (st == FF_OK)
        st = file_check(r, seq);
    st = tell(r, st, file, why, size);
    if (st != FF_OK)
        checkpoint_reader_close(r);
    return st;
}

void checkpoint_reader_close(struct checkpoint_reader *r)
{
    if (r->fd < 0)
        return;
    r->file.io->close(r->file.io, r->fd);
    filebuf_fini(&r->file);
    r->fd = -1;
}
