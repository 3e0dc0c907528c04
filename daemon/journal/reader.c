#include "reader.h"

#include "bytes.h"

#include <string.h>

/* Bytes read with one call; a group may need more. */
#define ROOM ((size_t)1 << 20)

enum ff_status reader_init(struct reader *r, const struct ff_io *io, int fd)
{
    *r = (struct reader){.size = 0};
    return filebuf_init(&r->file, io, fd, ROOM, &r->size);
}

void reader_fini(struct reader *r)
{
    filebuf_fini(&r->file);
}

/* The bytes [at, at + n) as far as the file went when reading began: a group that its owner has added
 * since may promise one that was not whole then. */
static enum ff_status reader_see(struct reader *r, uint64_t at, size_t n, const unsigned char **p,
                                 size_t *got)
{
    return filebuf_see(&r->file, at, n < r->size - at ? n : (size_t)(r->size - at), p, got);
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

static bool is_blank(const unsigned char *p, size_t n)
{
    return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

/* What bytes that are no group mean: FF_NOT_FOUND where they and all that follow are zeros, else FF_STORE_CORRUPT. */
static enum ff_status rest_judge(struct reader *r)
{
    for (uint64_t at = r->at; at < r->size;) {
        const unsigned char *p;
        size_t got;
        enum ff_status st = reader_see(r, at, ROOM, &p, &got);
        if (st != FF_OK)
            return st;
        if (got == 0 || !is_blank(p, got))
            return FF_STORE_CORRUPT;
        at += got;
    }
    return FF_NOT_FOUND;
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
        return rest_judge(r);
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

enum ff_status reader_refresh(struct reader *r)
{
    const int64_t size = r->file.io->size(r->file.io, r->file.fd);
    if (size < 0) {
        r->file.error = (int)size;
        return FF_STORE_FAILED;
    }
    r->size = (uint64_t)size;
    filebuf_drop(&r->file);
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
    const size_t step = ROOM - SEGMENT_GROUP_HEADER;
    for (uint64_t at = r->at; at < r->size; at += step) {
        const unsigned char *p;
        size_t got;
        enum ff_status st = reader_see(r, at, ROOM, &p, &got);
        if (st != FF_OK)
            return st;
        scan_bytes(r->mark, p, got, durable);
    }
    return FF_OK;
}
