/* Peers: what the clients of one address may do: connections at once, requests a second. An IPv6
 * client is known by its /64, which is what one household or one host gets. */
#ifndef FOOTFALL_NET_PEERS_H
#define FOOTFALL_NET_PEERS_H

#include "footfall/time.h"

#include <stdbool.h>
#include <stdint.h>

struct peers;
struct sockaddr;

#define PEERS_REMEMBERED 65536 /* addresses without a connection, the oldest giving way */
#define PEERS_BURST (2 * FF_SECOND) /* so much of its rate an address may use at once */

struct peers_limits {
    uint32_t connections; /* of one address at once; 0: any number */
    uint32_t requests;    /* of one address a second; 0: any number */
};

/* For at most `connections` connections at once. Owned by the caller; NULL when out of memory. */
struct peers *peers_new(const struct peers_limits *limits, uint32_t connections);
void peers_free(struct peers **p);

/* A connection from an address begins. Gives the peer (> 0), or 0 when it has its fill (nothing has
 * changed then) or is neither IPv4 nor IPv6. */
uint32_t peers_enter(struct peers *p, const struct sockaddr *from);

/* A connection of a peer ends. */
void peers_leave(struct peers *p, uint32_t peer);

/* A request of a peer, which has a connection. False: it is one too many, and does not count. */
bool peers_ask(struct peers *p, uint32_t peer, ff_mono now);

#endif
