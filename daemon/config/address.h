/* Addresses: numeric ones, as the configuration writes them. */
#ifndef FOOTFALL_ADDRESS_H
#define FOOTFALL_ADDRESS_H

#include "footfall/span.h"

/* Whether text is "ADDR:PORT" with an IPv4 or "[ADDR]:PORT" with an IPv6 address, and a port up
 * to 65535. */
bool address_valid(struct ff_span text);

/* Whether an address that is valid is reachable from its own host only. */
bool address_loopback(struct ff_span text);

#define NETWORK_TEXT 64 /* bytes that hold any network with its NUL */

/* Writes the network ("10.0.0.0/8", "::1", "fe80::1/10") in the one form all networks have: with
 * its prefix length, which is the whole address where none is given, and no bits set behind it.
 * False when it is none. */
bool network_canonical(struct ff_span text, char out[NETWORK_TEXT]);

#endif
