#include "gunzip.h"

#include "net.h"
#include "region.h"

#include <zlib.h>

#include <stdint.h>
#include <stdlib.h>

#define GZIP_ONLY (16 + MAX_WBITS)

struct gunzip {
    z_stream stream;
    bool ready; /* the stream is */
    size_t max;
    char *buffer; /* room bytes */
    size_t room;
};

struct gunzip *gunzip_new(size_t max)
{
    struct gunzip *g = calloc(1, sizeof *g);
    if (!g)
        return NULL;
    g->max = max;
    g->room = max + 1 + NET_PADDING; /* the one byte shows that there was more */
    g->buffer = region_new(g->room, 1);
    g->ready = g->buffer && inflateInit2(&g->stream, GZIP_ONLY) == Z_OK;
    if (!g->ready)
        gunzip_free(&g);
    return g;
}

void gunzip_free(struct gunzip **gunzip)
{
    struct gunzip *g = *gunzip;
    if (!g)
        return;
    if (g->ready)
        inflateEnd(&g->stream);
    region_free(&g->buffer, g->room, 1);
    free(g);
    *gunzip = NULL;
}

bool gunzip_is(struct ff_span body)
{
    return body.n >= 2 && (unsigned char)body.p[0] == 0x1f && (unsigned char)body.p[1] == 0x8b;
}

/* zlib counts in 32 bits. */
static uInt bounded(size_t n)
{
    return n < INT32_MAX ? (uInt)n : INT32_MAX;
}

/* Inflates the member at the front of *in behind the *n bytes in the buffer, and moves both on. */
static enum ff_status inflate_member(struct gunzip *g, struct ff_span *in, size_t *n)
{
    z_stream *z = &g->stream;
    int result = inflateReset(z);
    while (result == Z_OK) {
        uInt have = bounded(in->n), room = bounded(g->max + 1 - *n);
        z->next_in = (z_const Bytef *)in->p;
        z->avail_in = have;
        z->next_out = (Bytef *)g->buffer + *n;
        z->avail_out = room;
        result = inflate(z, Z_NO_FLUSH);
        in->p += have - z->avail_in;
        in->n -= have - z->avail_in;
        *n += room - z->avail_out;
        if (*n > g->max)
            return FF_BODY_TOO_LARGE;
    }
    return result == Z_STREAM_END ? FF_OK : FF_MALFORMED;
}

enum ff_status gunzip_all(struct gunzip *g, struct ff_span in, struct ff_span *out)
{
    size_t n = 0;
    do {
        enum ff_status status = inflate_member(g, &in, &n);
        if (status != FF_OK)
            return status;
    } while (in.n);
    *out = ff_span_of(g->buffer, n);
    return FF_OK;
}
