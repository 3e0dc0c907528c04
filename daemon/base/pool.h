/* Pool: equal things by number, mapped at their cap. Numbers start at 1; 0 is "none". */
#ifndef FOOTFALL_POOL_H
#define FOOTFALL_POOL_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pool {
    unsigned char *things;
    size_t size;       /* of one, at least 4 */
    uint32_t cap;
    uint32_t used;     /* in use now */
    uint32_t reached;  /* numbers up to this one have been in use */
    uint32_t free;     /* first of the chain of numbers given back; links lie in the things */
};

/* Maps cap things of size bytes. False when the address space is refused. */
bool pool_init(struct pool *p, uint32_t cap, size_t size);
void pool_fini(struct pool *p);

/* A number whose thing is all zeros, or 0 when all are in use. */
uint32_t pool_take(struct pool *p);

/* Gives a taken number back. */
void pool_give(struct pool *p, uint32_t number);

/* The thing of a taken number; stays where it is until it is given back. */
static inline void *pool_at(const struct pool *p, uint32_t number)
{
    assert(number && number <= p->reached);
    return p->things + (size_t)(number - 1) * p->size;
}

static inline uint32_t pool_left(const struct pool *p)
{
    return p->cap - p->used;
}

#endif
