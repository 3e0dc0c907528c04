#include "pool.h"

#include "region.h"

#include <string.h>

bool pool_init(struct pool *p, uint32_t cap, size_t size)
{
    assert(size >= sizeof p->free);
    *p = (struct pool){.things = region_new(cap, size), .size = size, .cap = cap};
    return p->things != NULL;
}

void pool_fini(struct pool *p)
{
    region_free(&p->things, p->cap, p->size);
}

uint32_t pool_take(struct pool *p)
{
    if (p->used == p->cap)
        return 0;
    p->used++;
    if (!p->free)
        return ++p->reached;
    uint32_t number = p->free;
    void *thing = pool_at(p, number);
    memcpy(&p->free, thing, sizeof p->free);
    memset(thing, 0, p->size);
    return number;
}

void pool_give(struct pool *p, uint32_t number)
{
    assert(p->used > 0);
    memcpy(pool_at(p, number), &p->free, sizeof p->free);
    p->free = number;
    p->used--;
}
