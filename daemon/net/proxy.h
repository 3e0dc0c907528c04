/* Proxy: the header of the PROXY protocol (HAProxy's proxy-protocol.txt), versions 1 and 2, by which a proxy says
 * for whom it opened a connection. Pure. */
#ifndef FOOTFALL_NET_PROXY_H
#define FOOTFALL_NET_PROXY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the longest header that is taken; one of version 2 may hold notes of the proxy's behind the addresses. */
#define PROXY_MAX 2048

enum proxy_result { PROXY_MORE, PROXY_DONE, PROXY_BAD };

/* Looks at the n bytes at p, with which a connection begins. MORE: come again with more. DONE: the header is *used
 * bytes long; *named: address is whose connection it is, IPv4 as ::ffff:a.b.c.d (not named: the proxy's own, or of
 * a kind that has no address). BAD: it is no header of this version (0: of either). */
enum proxy_result proxy_take(const char *p, size_t n, int version, size_t *used, bool *named, uint8_t address[16]);

#endif
