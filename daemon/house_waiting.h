/* Waiting: messages whose answers are held until their beacons are durable; private to house*.c. */
#ifndef FOOTFALL_HOUSE_WAITING_H
#define FOOTFALL_HOUSE_WAITING_H

#include "footfall/status.h"
#include "net.h"

/* Whom an answer goes to. origin is borrowed from the request, or from what waits. */
struct client {
    struct net_handle handle;
    bool page;             /* came by the public listener: answers carry CORS headers */
    struct ff_span origin;
};

/* Who waits for a message's answer, and so what it looks like. */
enum waiting_kind { WAITING_EVENTS, WAITING_PIXEL, WAITING_FORGET, WAITING_NOBODY };

#define ORIGIN_INLINE 60

/* A message whose beacons were taken, and whose answer waits until they are durable. */
struct waiting {
    uint64_t seq;            /* durable up to this, and it is; WAITING_UNKNOWN: the state has not said yet */
    ff_wall since;           /* when it came; not of WAITING_NOBODY */
    struct net_handle handle;
    enum waiting_kind kind;
    enum ff_status refused;  /* not FF_OK: the state took nothing, for this reason */
    uint32_t accepted, duplicates, rejected;
    uint32_t dropped;        /* answered as taken, and not taken: their senders need not know */
    uint32_t denied;         /* of the rejected, for want of a right or for their origin */
    uint32_t datagrams;      /* WAITING_NOBODY: so many messages are in it */
    enum ff_status fault;    /* of the first rejected */
    const char *field, *note; /* of the first rejected; static texts, or NULL */
    char *list;              /* owned: the refusals as JSON, or NULL */
    size_t list_bytes;
    char *long_origin;       /* owned: an origin over ORIGIN_INLINE bytes, else NULL */
    uint16_t origin_bytes;
    bool page;
    char origin[ORIGIN_INLINE]; /* last: it is not cleared */
};
#define WAITING_UNKNOWN UINT64_MAX

/* Answers wait in the order of their messages: a ring, mapped at its cap. */
struct waiting_ring {
    struct waiting *ring;
    size_t first, n;
    size_t unknown; /* of the n, so many of the last: their seq is WAITING_UNKNOWN */
};
#define WAITING_MAX ((size_t)1 << 20)

/* The message that is so many behind the first. */
static inline struct waiting *waiting_at(const struct waiting_ring *q, size_t behind)
{
    return &q->ring[(q->first + behind) % WAITING_MAX];
}

/* Frees what a waiting message owns. */
void waiting_fini(struct waiting *w);

#endif
