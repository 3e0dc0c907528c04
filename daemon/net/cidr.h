/* Cidr: ranges of addresses. Pure. */
#ifndef FOOTFALL_NET_CIDR_H
#define FOOTFALL_NET_CIDR_H

#include "footfall/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sockaddr;

/* The first `bits` bits of an address, IPv4 as ::ffff:a.b.c.d. */
struct cidr {
    uint8_t address[16];
    uint8_t bits; /* 0 to 128 */
};

/* "10.0.0.0/8", "::1/128", "192.0.2.1" (that one address); bits behind the length do
 * not count. False: it is none. */
bool cidr_parse(const char *text, struct cidr *out);

/* An IPv4 (as ::ffff:a.b.c.d) or IPv6 address as 16 bytes; false for any other kind. */
bool cidr_address(const struct sockaddr *from, uint8_t out[16]);

/* An address as text, without a port; a zone ("%eth0") does not count. False: it is none. */
bool cidr_address_parse(struct ff_span text, uint8_t out[16]);

/* Whether an address lies in one of n ranges. */
bool cidr_match_address(const struct cidr *ranges, size_t n, const uint8_t address[16]);

/* Whether those bytes are an IPv4 address. */
bool cidr_is_four(const uint8_t address[16]);

/* Whether an IPv4 or IPv6 address lies in one of n ranges; no other kind does. */
bool cidr_match(const struct cidr *ranges, size_t n, const struct sockaddr *from);

#endif
