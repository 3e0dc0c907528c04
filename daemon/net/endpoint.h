/* Endpoint: an address to listen on, and a socket that does. */
#ifndef FOOTFALL_NET_ENDPOINT_H
#define FOOTFALL_NET_ENDPOINT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

union endpoint {
    struct sockaddr any;
    struct sockaddr_in four;
    struct sockaddr_in6 six;
};

/* "127.0.0.1:80" or "[::1]:80"; false: it is neither. */
bool endpoint_parse(const char *text, union endpoint *out);

/* The same the other way, cut to size. */
void endpoint_print(const union endpoint *e, char *out, size_t size);

/* A non-blocking bound (and, but for datagrams, listening) socket owned by the caller, or -1 with
 * errno; *e becomes what it is really bound to. shared: sockets that are bound with it, too, may
 * be bound to the same address, and the kernel spreads what comes over them. */
int endpoint_open(union endpoint *e, bool datagrams, bool shared);

/* Makes a socket that somebody else has opened like one of endpoint_open's. NULL, or what it was
 * expected to be; then it has not changed. */
const char *endpoint_adopt(int fd, bool datagrams, union endpoint *out);

#endif
