#include "netbuf.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define STOCK_MAX 1024 /* blocks kept at most: 4 MiB */

struct netbuf_free {
    struct netbuf_free *next;
};

static char *block_take(struct netbuf_pool *pool, size_t cap)
{
    struct netbuf_free *block = pool->free;
    if (cap != NETBUF_BLOCK || !block)
        return malloc(cap);
    pool->free = block->next;
    pool->count--;
    return (char *)block;
}

static void block_give(struct netbuf_pool *pool, char *p, size_t cap)
{
    if (!p || cap != NETBUF_BLOCK || pool->count >= STOCK_MAX) {
        free(p);
        return;
    }
    struct netbuf_free *block = (struct netbuf_free *)(void *)p;
    block->next = pool->free;
    pool->free = block;
    pool->count++;
}

static size_t cap_for(const struct netbuf *b, size_t need)
{
    size_t cap = b->cap ? b->cap * 2 : NETBUF_BLOCK;
    while (cap < need)
        cap *= 2;
    return cap;
}

bool netbuf_reserve(struct netbuf_pool *pool, struct netbuf *b, size_t n)
{
    assert(b->start <= b->end && b->end <= b->cap);
    if (n <= b->cap - b->end)
        return true;
    size_t have = netbuf_length(b);
    if (have + n <= b->cap) {
        memmove(b->p, b->p + b->start, have);
    } else {
        size_t cap = cap_for(b, have + n);
        char *p = block_take(pool, cap);
        if (!p)
            return false;
        if (have)
            memcpy(p, b->p + b->start, have);
        block_give(pool, b->p, b->cap);
        b->p = p;
        b->cap = cap;
    }
    b->start = 0;
    b->end = have;
    return true;
}

bool netbuf_append(struct netbuf_pool *pool, struct netbuf *b, const void *p, size_t n)
{
    if (!netbuf_reserve(pool, b, n))
        return false;
    if (n)
        memcpy(b->p + b->end, p, n);
    b->end += n;
    return true;
}

void netbuf_release(struct netbuf_pool *pool, struct netbuf *b)
{
    block_give(pool, b->p, b->cap);
    *b = (struct netbuf){0};
}

void netbuf_pool_fini(struct netbuf_pool *pool)
{
    while (pool->free) {
        struct netbuf_free *block = pool->free;
        pool->free = block->next;
        free(block);
    }
    pool->count = 0;
}
