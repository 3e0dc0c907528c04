/* Message: one HTTP request under assembly in a buffer that its owner may move between calls.
 * Pure: bytes in, a whole request or a reason out. */
#ifndef FOOTFALL_NET_MESSAGE_H
#define FOOTFALL_NET_MESSAGE_H

#include "chunk.h"
#include "http.h"
#include "known.h"

struct message_limits {
    size_t max_header, max_body;
};

/* Zeroed is "nothing of it has come". All sizes count from the message's first byte. */
struct message {
    struct known *known; /* the head's lines are these; NULL: they were parsed */
    size_t seen; /* bytes of the head looked at so far; a line's beginning or within one */
    size_t line; /* where the line that holds `seen` begins */
    size_t head_size;
    size_t body_size; /* bytes of body so far, in one piece behind the head */
    struct chunk chunk;
    enum ff_status fault; /* set with MESSAGE_BAD */
    struct http_head head; /* set once head_size is not 0; its fields only without `known` */
};

/* Makes a message that was taken, or given up, one of which nothing has come. */
static inline void message_clear(struct message *m)
{
    memset(m, 0, offsetof(struct message, head)); /* no more is looked at */
}

enum message_state { MESSAGE_MORE, MESSAGE_DONE, MESSAGE_BAD };

/* Line ends at the front of the n bytes at p, which may come before a request line. */
size_t message_skip_blank(const char *p, size_t n);

/* Looks at the *n bytes at p, which begin with the message's first one and hold all that came of
 * it. MORE: come again with more; *n may have shrunk, and what is beyond it is not needed.
 * DONE: the message is whole and *used bytes long; *n - *used bytes of the next may follow.
 * BAD: fault says why (FF_BAD_REQUEST, FF_HEADER_TOO_LARGE, FF_BODY_TOO_LARGE).
 * known: what is known of the connection's heads, kept there between calls, and from a message's first call until it
 * is done with; NULL: nothing is kept. */
enum message_state message_take(struct message *m, const struct message_limits *limits, struct known **known,
                                char *p, size_t *n, size_t *used);

/* How many bytes the message will have in all, as far as known (0: not yet). */
size_t message_expected(const struct message *m);

/* Whether its sender may be waiting for "100 Continue" before it sends the body. */
bool message_awaits_continue(const struct message *m);

/* The Origin, if the head has been read and gives one; borrows from p, or from what is known. */
struct ff_span message_origin(const struct message *m, const char *p);

/* The request of a message that is DONE, in room or in what is known of heads, and borrowed from p and from that: good
 * until the next call with either. Listener and address are for the caller to set. */
struct net_request *message_request(const struct message *m, const char *p, struct net_request *room);

#endif
