/* Chunk: the chunked transfer coding, read strictly and in place. */
#ifndef FOOTFALL_NET_CHUNK_H
#define FOOTFALL_NET_CHUNK_H

#include <stddef.h>
#include <stdint.h>

/* A body under way. Zeroed is its beginning. */
struct chunk {
    uint8_t state;
    uint8_t digits; /* of the size line so far */
    uint64_t left;  /* data bytes of this chunk still to come; while the size is read, the size */
    uint64_t total; /* data bytes so far */
    size_t loose;   /* bytes of extensions and trailers so far */
};

enum chunk_result {
    CHUNK_MORE,  /* all input was taken and the body goes on */
    CHUNK_DONE,  /* the body is complete; input behind it was left alone */
    CHUNK_BAD,   /* this is no chunked body: bare CR or LF, no size, too much beside the data */
    CHUNK_LARGE, /* the data would exceed max */
};

/* Takes p[*in .. n) and moves the data in it to p[*out ...), so that data of several calls lies
 * in one piece; *out <= *in always, and both are moved on. max is the limit of the data in all.
 * Extensions and trailers are skipped, up to CHUNK_LOOSE_MAX bytes. */
enum chunk_result chunk_decode(struct chunk *c, char *p, size_t *in, size_t n, size_t *out,
                               size_t max);

#define CHUNK_LOOSE_MAX 8192

#endif
