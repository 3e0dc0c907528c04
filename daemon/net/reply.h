/* Reply: a reply as bytes. Pure. */
#ifndef FOOTFALL_NET_REPLY_H
#define FOOTFALL_NET_REPLY_H

#include "net.h"

/* What the request and the connection say about how it is answered. */
enum {
    REPLY_TO_HEAD = 1,   /* Content-Length of the body, but no body */
    REPLY_CLOSES = 2,    /* nothing follows it on this connection */
    REPLY_KEEPS_OLD = 4, /* an HTTP/1.0 client asked for keep-alive */
};

/* No reply needs more bytes than this. */
size_t reply_bound(const struct net_reply *reply);

/* Writes the reply to out (reply_bound bytes) and gives its length. */
size_t reply_write(char *out, const struct net_reply *reply, unsigned flags);

#define REPLY_FAULT_TEXT 256

/* A reply that says a status in JSON, its body in text; the connection is closed behind it. */
struct net_reply reply_of_fault(enum ff_status why, char text[REPLY_FAULT_TEXT]);

/* A reply to a request that is one too many; borrows nothing, and the connection stays. */
struct net_reply reply_of_limit(void);

#endif
