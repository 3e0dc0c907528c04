#include "reader.h"

#include "bytes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_AT_FIRST ((size_t)1 << 20)

_Static_assert(SEGMENT_GROUP_HEADER + SEGMENT_MAX_GROUP >= ROOM_AT_FIRST, "a group may need more room");

enum ff_status reader_init(struct reader *r, const struct ff_io *io, int fd)
{
    *r = (struct reader){.io = io, .fd = fd};
    r->buffer = malloc(ROOM_AT_FIRST);
    if (!r->buffer)
        return FF_NO_MEMORY;
    r->room = ROOM_AT_FIRST;
    int64_t size = io->size(io, fd);
    if (size < 0) {
        r->error = (int)size;
        return FF_STORE_FAILED;
    }
    r->size = (uint64_t)size;
    return FF_OK;
}

void reader_fini(struct reader *r)
{
    free(r->buffer);
    r->buffer = NULL;
}

/* Makes the n bytes of the file from offset at on available at *p, or fewer (*got) where the file
 * ends. Borrowed until the next call. */
static enum ff_status reader_see(struct reader *r, uint64_t at, size_t n, const unsigned char **p,
                                 size_t *got)
{
    if (n > r->room) {
        unsigned char *buffer = realloc(r->buffer, n);
        if (!buffer)
            return FF_NO_MEMORY;
        r->buffer = buffer;
        r->room = n;
    }
    if (at < r->start || at + n > r->start + r->fill) {
        size_t kept = at >= r->start && at < r->start + r->fill ? r->start + r->fill - at : 0;
        memmove(r->buffer, r->buffer + (kept ? at - r->start : 0), kept);
        ssize_t more = io_read_all(r->io, r->fd, r->buffer + kept, r->room - kept, at + kept);
        r->start = at;
        r->fill = kept + (more > 0 ? (size_t)more : 0);
        if (more < 0) {
            r->error = (int)more;
            return FF_STORE_FAILED;
        }
    }
    *p = r->buffer + (at - r->start);
    *got = r->start + r->fill - at < n ? r->start + r->fill - at : n;
    return FF_OK;
}

enum ff_status reader_header(struct reader *r, struct segment_header *out)
{
    const unsigned char *p;
    size_t got;
    enum ff_status st = reader_see(r, 0, SEGMENT_HEADER + sizeof r->mark, &p, &got);
    if (st != FF_OK)
        return st;
    st = segment_header_get(out, p, got);
    if (st == FF_OK) {
        r->mark = out->mark;
        r->at = SEGMENT_HEADER;
    } else if (st == FF_STORE_CORRUPT && got > SEGMENT_HEADER) {
        struct bytes_reader first_group = bytes_reader_of(p + SEGMENT_HEADER, got - SEGMENT_HEADER);
        r->mark = bytes_u32(&first_group);
    }
    return st;
}

enum ff_status reader_group(struct reader *r, uint64_t expected, struct segment_group *g,
                            const unsigned char **records)
{
    const unsigned char *p;
    size_t got;
    enum ff_status st = reader_see(r, r->at, SEGMENT_GROUP_HEADER, &p, &got);
    if (st != FF_OK)
        return st;
    if (got == 0)
        return FF_NOT_FOUND;
    /* The length is believed only once it is known to lie within the file. */
    if (!segment_group_get(g, p, got) || g->mark != r->mark || g->first != expected ||
        g->bytes > r->size - r->at)
        return FF_STORE_CORRUPT;
    const size_t whole = SEGMENT_GROUP_HEADER + (size_t)g->bytes;
    st = reader_see(r, r->at, whole, &p, &got);
    if (st != FF_OK)
        return st;
    if (got < whole || !segment_group_sound(g, p + SEGMENT_GROUP_HEADER))
        return FF_STORE_CORRUPT;
    *records = p + SEGMENT_GROUP_HEADER;
    r->at += whole;
    return FF_OK;
}

/* Looks through n bytes for headers that begin within them and end there, too. */
static void scan_bytes(uint32_t mark, const unsigned char *p, size_t n, uint64_t *durable)
{
    uint32_t wire;
    struct bytes_writer w = bytes_writer_of(&wire, sizeof wire);
    bytes_put_u32(&w, mark);
    const unsigned char *end = p + n;
    while ((p = memmem(p, (size_t)(end - p), &wire, sizeof wire))) {
        struct segment_group g;
        if (segment_group_get(&g, p, (size_t)(end - p)) && g.durable > *durable)
            *durable = g.durable;
        p++;
    }
}

enum ff_status reader_scan(struct reader *r, uint64_t *durable)
{
    const size_t step = ROOM_AT_FIRST - SEGMENT_GROUP_HEADER;
    for (uint64_t at = r->at; at < r->size; at += step) {
        const unsigned char *p;
        size_t got;
        enum ff_status st = reader_see(r, at, ROOM_AT_FIRST, &p, &got);
        if (st != FF_OK)
            return st;
        scan_bytes(r->mark, p, got, durable);
    }
    return FF_OK;
}
