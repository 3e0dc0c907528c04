#include "peers.h"

#include "chain.h"
#include "cidr.h"
#include "hash.h"
#include "table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define NANO 1000 /* ns in a microsecond; a request's share of a second can be less than one */

struct peer {
    uint8_t address[16];
    uint64_t hash;
    uint32_t open;          /* connections */
    int64_t booked;         /* ns: what it asked is paid for at its rate until then */
    struct chain_link idle; /* in the chain while open is 0 */
};

struct peers {
    struct peers_limits limits;
    struct hash_seed seed; /* clients choose their addresses, in IPv6 at least */
    struct pool pool;      /* of struct peer; its cap leaves room for an idle one, always */
    struct table table;
    struct chain idle;
};

struct peers *peers_new(const struct peers_limits *limits, uint32_t connections)
{
    struct peers *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    uint32_t cap = connections + PEERS_REMEMBERED;
    p->limits = *limits;
    p->idle = (struct chain){.pool = &p->pool, .offset = offsetof(struct peer, idle)};
    if (getrandom(&p->seed, sizeof p->seed, 0) != (ssize_t)sizeof p->seed ||
        !pool_init(&p->pool, cap, sizeof(struct peer)) || !table_init(&p->table, cap))
        peers_free(&p);
    return p;
}

void peers_free(struct peers **p)
{
    if (!*p)
        return;
    pool_fini(&(*p)->pool);
    table_fini(&(*p)->table);
    free(*p);
    *p = NULL;
}

static struct peer *peer_at(const struct peers *p, uint32_t number)
{
    return pool_at(&p->pool, number);
}

struct wanted {
    const struct peers *peers;
    const uint8_t *address;
};

static bool same_address(const void *ctx, uint32_t number)
{
    const struct wanted *w = ctx;
    return memcmp(peer_at(w->peers, number)->address, w->address, 16) == 0;
}

static void peer_forget(struct peers *p, uint32_t number)
{
    table_remove(&p->table, peer_at(p, number)->hash, number);
    pool_give(&p->pool, number);
}

static uint32_t peer_make(struct peers *p, const uint8_t address[16], uint64_t hash)
{
    if (pool_left(&p->pool) == 0) {
        uint32_t oldest = p->idle.oldest;
        chain_remove(&p->idle, oldest);
        peer_forget(p, oldest);
    }
    uint32_t number = pool_take(&p->pool);
    struct peer *peer = peer_at(p, number);
    memcpy(peer->address, address, 16);
    peer->hash = hash;
    peer->booked = INT64_MIN;
    table_add(&p->table, hash, number);
    return number;
}

uint32_t peers_enter(struct peers *p, const struct sockaddr *from)
{
    uint8_t address[16];
    if (!cidr_address(from, address))
        return 0;
    if (!cidr_is_four(address))
        memset(address + 8, 0, 8);
    uint64_t hash = hash_id(&p->seed, 0, ff_span_of((const char *)address, sizeof address));
    struct wanted wanted = {p, address};
    uint32_t number = table_find(&p->table, hash, same_address, &wanted);
    struct peer *peer = number ? peer_at(p, number) : NULL;
    if (peer && p->limits.connections && peer->open >= p->limits.connections)
        return 0;
    if (peer && peer->open == 0)
        chain_remove(&p->idle, number);
    if (!peer)
        peer = peer_at(p, number = peer_make(p, address, hash));
    peer->open++;
    return number;
}

void peers_leave(struct peers *p, uint32_t number)
{
    struct peer *peer = peer_at(p, number);
    assert(peer->open > 0);
    if (--peer->open > 0)
        return;
    if (p->limits.requests)
        chain_add(&p->idle, number);
    else
        peer_forget(p, number);
}

bool peers_ask(struct peers *p, uint32_t number, ff_mono now)
{
    struct peer *peer = peer_at(p, number);
    if (!p->limits.requests)
        return true;
    int64_t share = FF_SECOND * NANO / p->limits.requests, at = now * NANO;
    int64_t booked = (peer->booked > at ? peer->booked : at) + share;
    if (booked > at + PEERS_BURST * NANO)
        return false;
    peer->booked = booked;
    return true;
}
