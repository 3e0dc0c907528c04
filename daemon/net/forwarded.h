/* Forwarded: whom a chain of proxies says a request is from. Pure. */
#ifndef FOOTFALL_NET_FORWARDED_H
#define FOOTFALL_NET_FORWARDED_H

#include "cidr.h"

/* Goes through the X-Forwarded-For lines of a head, or where it has none its Forwarded lines, from the last entry
 * to the first: each was written by who stands behind it, and is believed as long as that is one of the n trusted
 * proxies. address, that of the connection, becomes that of the first who is none of them; it stays at the last
 * one that was told where an entry is no address ("unknown", "_hidden") or the lines are at their end. */
void forwarded_read(struct ff_span head, const struct cidr *trusted, size_t n, uint8_t address[16]);

#endif
