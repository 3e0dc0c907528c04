/* Netbuf: bytes of a connection on their way in or out, and the stock of small blocks that keeps
 * the usual request free of malloc. */
#ifndef FOOTFALL_NET_NETBUF_H
#define FOOTFALL_NET_NETBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NETBUF_BLOCK 4096 /* bytes of a pooled block */

/* Blocks of NETBUF_BLOCK bytes that nobody uses now. Zeroed is empty. */
struct netbuf_pool {
    struct netbuf_free *free;
    uint32_t count;
};

/* Owns cap bytes at p; those in [start, end) mean something. Zeroed is empty and owns nothing. */
struct netbuf {
    char *p;
    size_t cap, start, end;
};

static inline size_t netbuf_length(const struct netbuf *b)
{
    return b->end - b->start;
}

/* Makes room for n bytes behind end, moving what is there to the front or to a larger block; at
 * least doubles. False when out of memory, and then nothing has changed. */
bool netbuf_reserve(struct netbuf_pool *pool, struct netbuf *b, size_t n);

/* Appends a copy of n bytes; otherwise as netbuf_reserve. */
bool netbuf_append(struct netbuf_pool *pool, struct netbuf *b, const void *p, size_t n);

/* Gives the memory back and forgets the bytes. */
void netbuf_release(struct netbuf_pool *pool, struct netbuf *b);

/* Frees the blocks in stock. */
void netbuf_pool_fini(struct netbuf_pool *pool);

#endif
