/* Pool: equal things by number, mapped at their cap. Numbers start at 1; 0 is "none".
 *
 * Things lie in chunks, and no number is taken from behind the chunks that all in use would just fill:
 * it is one of the chunk last given to, which is still in the cache, if that lies so far in front; else of
 * the first chunk with room. Of a chunk with nothing in use the pages are given back, but for one such
 * chunk, the spare, so that use that goes up and down a little costs nothing. So the memory of a burst is
 * free once its things have gone, whatever else goes on. */
#ifndef FOOTFALL_POOL_H
#define FOOTFALL_POOL_H

#include "lowest.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define POOL_CHUNK 512u /* things; whole pages where a thing is a multiple of 8 bytes */

struct pool_chunk {
    uint16_t used;    /* things in use now */
    uint16_t reached; /* its first so many have been in use; those behind are fresh: all zeros */
    uint16_t free;    /* 1 + the place of the first of the chain of those given back; links lie in the things */
};

struct pool {
    unsigned char *things;
    struct pool_chunk *chunks;
    struct lowest room; /* of the chunks with fewer in use than they hold */
    size_t size;        /* of one, at least 4 */
    uint32_t cap;
    uint32_t used;      /* in use now */
    uint32_t last;      /* the chunk last given to */
    uint32_t first;     /* the first chunk with room, where first_known */
    bool first_known;
    uint32_t spare;     /* 1 + the one chunk that has nothing in use and has not been given back, or 0 */
    struct pool *beside; /* borrowed: the first of those beside this one, or, if it is one, the next of them; or NULL */
};

/* Maps cap things of size bytes. False when the address space is refused. */
bool pool_init(struct pool *p, uint32_t cap, size_t size);
void pool_fini(struct pool *p);

/* What belongs to the things of another pool and is asked for without them, under their numbers: size bytes of each, a
 * multiple of 8. It is never taken from; who takes a thing of the other writes it first, and where the other gives back
 * pages, those beside them go, too. It stays where it is as long as the other is used. False when the address space is
 * refused. */
bool pool_init_beside(struct pool *p, struct pool *of, size_t size);

/* A number whose thing is all zeros, or 0 when all are in use. */
uint32_t pool_take(struct pool *p);

/* Gives a taken number back. */
void pool_give(struct pool *p, uint32_t number);

/* The thing of a taken number; stays where it is until it is given back. */
static inline void *pool_at(const struct pool *p, uint32_t number)
{
    assert(number && number <= p->cap);
    return p->things + (size_t)(number - 1) * p->size;
}

static inline uint32_t pool_left(const struct pool *p)
{
    return p->cap - p->used;
}

#endif
