/* Gzip for tests: makes what gunzip undoes. */
#ifndef FOOTFALL_TEST_NET_GZIP_H
#define FOOTFALL_TEST_NET_GZIP_H

#include <assert.h>
#include <zlib.h>

/* One member that holds n bytes at p; gives its length. With a name the header has all its parts. */
static inline size_t gzip_make(const void *p, size_t n, const char *name, void *out, size_t size)
{
    z_stream z = {0};
    gz_header header = {.name = (Bytef *)(uintptr_t)name, .comment = (Bytef *)(uintptr_t)name,
                        .extra = (Bytef *)(uintptr_t)name, .extra_len = 1, .hcrc = 1};
    assert(deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    if (name)
        deflateSetHeader(&z, &header);
    z.next_in = (z_const Bytef *)(uintptr_t)p;
    z.avail_in = (uInt)n;
    z.next_out = out;
    z.avail_out = (uInt)size;
    int result = deflate(&z, Z_FINISH);
    assert(result == Z_STREAM_END);
    (void)result;
    deflateEnd(&z);
    return size - z.avail_out;
}

#endif
