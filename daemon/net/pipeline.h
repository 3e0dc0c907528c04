/* Pipeline: the replies of one connection, put in the order of its requests. Knows no socket. */
#ifndef FOOTFALL_NET_PIPELINE_H
#define FOOTFALL_NET_PIPELINE_H

#include "net.h"
#include "netbuf.h"

#define PIPELINE_SLOTS 64 /* requests of a connection that may wait for their replies */

/* A request that has not been answered, or whose reply waits for one before it. */
struct pipeline_slot {
    char *held; /* the reply, owned; NULL as long as there is none */
    uint32_t n;
    uint8_t flags; /* REPLY_* of the request */
    bool closes;   /* the held reply is the last one */
};

/* Requests are numbered as they come; [first, next) are open. Zeroed is empty. */
struct pipeline {
    uint32_t first, next;
    bool last;         /* no request follows the newest one; set by the owner */
    bool closing;      /* a reply that closes has gone out: nothing follows it */
    size_t held;       /* bytes of replies that wait for their turn */
    struct netbuf out; /* bytes to be sent, in order */
    struct pipeline_slot slot[PIPELINE_SLOTS];
};

static inline uint32_t pipeline_waiting(const struct pipeline *p)
{
    return p->next - p->first;
}

/* Bytes that wait to be sent, or for their turn. */
static inline size_t pipeline_bytes(const struct pipeline *p)
{
    return netbuf_length(&p->out) + p->held;
}

/* Opens a slot for a request; there must be a free one. Gives its number. */
uint32_t pipeline_open(struct pipeline *p, unsigned flags);

/* Whether this number waits for a reply. */
bool pipeline_is_open(const struct pipeline *p, uint32_t number);

/* Answers an open slot; copies. Replies whose turn has come go to out. False: out of memory, and
 * the connection is of no more use. */
bool pipeline_answer(struct pipeline *p, struct netbuf_pool *pool, uint32_t number,
                     const struct net_reply *reply);

/* Frees all replies, sent or not, and forgets the slots; the zeroed state. */
void pipeline_fini(struct pipeline *p, struct netbuf_pool *pool);

#endif
