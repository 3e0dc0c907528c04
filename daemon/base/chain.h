/* Chain: a doubly linked list of a pool's numbers; the links lie in the things themselves. */
#ifndef FOOTFALL_CHAIN_H
#define FOOTFALL_CHAIN_H

#include "pool.h"

struct chain_link {
    uint32_t older, newer;
};

struct chain {
    const struct pool *pool;
    size_t offset; /* of the chain_link within a thing */
    uint32_t oldest, newest;
};

static inline struct chain_link *chain_at(const struct chain *c, uint32_t number)
{
    return (struct chain_link *)(void *)((unsigned char *)pool_at(c->pool, number) + c->offset);
}

/* Adds a number that is not in the chain as its newest. */
static inline void chain_add(struct chain *c, uint32_t number)
{
    *chain_at(c, number) = (struct chain_link){c->newest, 0};
    if (c->newest)
        chain_at(c, c->newest)->newer = number;
    else
        c->oldest = number;
    c->newest = number;
}

/* Adds a number that is not in the chain as its oldest. */
static inline void chain_add_oldest(struct chain *c, uint32_t number)
{
    *chain_at(c, number) = (struct chain_link){0, c->oldest};
    if (c->oldest)
        chain_at(c, c->oldest)->older = number;
    else
        c->newest = number;
    c->oldest = number;
}

/* Takes out a number that is in the chain. */
static inline void chain_remove(struct chain *c, uint32_t number)
{
    struct chain_link link = *chain_at(c, number);
    if (link.older)
        chain_at(c, link.older)->newer = link.newer;
    else
        c->oldest = link.newer;
    if (link.newer)
        chain_at(c, link.newer)->older = link.older;
    else
        c->newest = link.older;
}

/* Makes a number that is in the chain its newest. */
static inline void chain_touch(struct chain *c, uint32_t number)
{
    if (c->newest == number)
        return;
    chain_remove(c, number);
    chain_add(c, number);
}

#endif
