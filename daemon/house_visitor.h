/* Visitors without an id of their own: they are told apart by a keyed hash of site, address and agent, with a key
 * of the day. Private to house*.c. */
#ifndef FOOTFALL_HOUSE_VISITOR_H
#define FOOTFALL_HOUSE_VISITOR_H

#include "access.h"
#include "agents.h"
#include "net.h"
#include "salts.h"

#include <stdatomic.h>

struct door;
struct house;

/* The salts as ingest threads see them: one thread writes, any number read. What is read while it is written is
 * read again: turn is odd then, or another one afterwards. */
struct salts_shown {
    _Atomic uint32_t turn;
    _Atomic uint64_t word[5]; /* key of today, key of the day before, whether there is that one */
};

/* What the state's thread has: the salts, and when they are to be turned. */
struct house_salts {
    struct salts salts;
    ff_wall due;
    bool unwritten; /* they are not in the store yet */
    struct salts_shown shown;
};

/* Those of the store, as soon as it is open: what it is in later does not cost them. */
void salts_find(struct house *h);

/* Before the first beacon, when the time is known: those that were found, or new ones. */
void salts_begin(struct house *h, ff_wall now);

/* Turns them when they are due. The state's thread, often. */
void salts_look_after(struct house *h, ff_wall now);

/* They leave memory. */
void salts_end(struct house *h);

/* How a message came: who may send what does not concern imports and datagrams. */
struct sender {
    bool imported;
    const struct access *access;       /* NULL: not concerned; then none of the rest is set */
    struct access_pass pass;
    const struct net_request *request;
    struct agent_verdict verdict; /* of its headers (house_judge.h) */
    bool opts_out; /* asks not to be tracked */
    bool looked;   /* the next two are known */
    bool proxy;    /* it came from a trusted proxy */
    uint8_t address[16]; /* of who sent it */
};

/* Begins a sender by HTTP, which is all zero: FF_OK, or why the request is refused whole. What its headers say is
 * noted with them, and read there when they come again. */
enum ff_status sender_open(struct sender *from, struct door *d, const struct net_request *request);

/* Two ids, for one beacon. */
#define VISITOR_TEXTS ((size_t)2 * SALTS_ID)

/* What a sender by HTTP says of the visitor of a beacon that was passed goes out of it, unless it may say so; and where
 * it names no visitor but needs one, it is given one, whose id is written to texts. ip: the beacon's own, or {NULL, 0}. */
void sender_settle(struct sender *from, struct door *d, struct ff_beacon *b, struct ff_span ip,
                   char texts[VISITOR_TEXTS]);

/* The address that counts for a beacon of the site: its own ip, where that is taken over; what a connection says only
 * where that is a visitor's, or a proxy's. False: there is none. */
bool sender_address(struct sender *from, const struct door *d, uint16_t site, struct ff_span ip, uint8_t out[16]);

#endif
