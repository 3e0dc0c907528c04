/* Bytes: little-endian integers to and from a bounded stretch of memory. A reader or writer that
 * would pass the end does nothing, gives 0, and stays not ok. */
#ifndef FOOTFALL_BYTES_H
#define FOOTFALL_BYTES_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Both borrow p[0..n). */
struct bytes_reader {
    const unsigned char *p;
    size_t n;
    bool ok;
};

struct bytes_writer {
    unsigned char *p;
    size_t n;
    bool ok;
};

static inline struct bytes_reader bytes_reader_of(const void *p, size_t n)
{
    return (struct bytes_reader){p, n, true};
}

static inline struct bytes_writer bytes_writer_of(void *p, size_t n)
{
    return (struct bytes_writer){p, n, true};
}

/* The next n bytes, borrowed; NULL when there are fewer. */
static inline const void *bytes_take(struct bytes_reader *r, size_t n)
{
    if (!r->ok || n > r->n) {
        r->ok = false;
        return NULL;
    }
    const void *taken = r->p;
    r->p += n;
    r->n -= n;
    return taken;
}

static inline uint32_t bytes_u32(struct bytes_reader *r)
{
    uint32_t v = 0;
    const void *p = bytes_take(r, sizeof v);
    if (p)
        memcpy(&v, p, sizeof v);
    return le32toh(v);
}

static inline uint64_t bytes_u64(struct bytes_reader *r)
{
    uint64_t v = 0;
    const void *p = bytes_take(r, sizeof v);
    if (p)
        memcpy(&v, p, sizeof v);
    return le64toh(v);
}

static inline void bytes_put(struct bytes_writer *w, const void *p, size_t n)
{
    if (!w->ok || n > w->n) {
        w->ok = false;
        return;
    }
    if (n)
        memcpy(w->p, p, n);
    w->p += n;
    w->n -= n;
}

static inline void bytes_put_u32(struct bytes_writer *w, uint32_t v)
{
    v = htole32(v);
    bytes_put(w, &v, sizeof v);
}

static inline void bytes_put_u64(struct bytes_writer *w, uint64_t v)
{
    v = htole64(v);
    bytes_put(w, &v, sizeof v);
}

#endif
