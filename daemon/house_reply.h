/* How a door answers, private to house*.c. */
#ifndef FOOTFALL_HOUSE_REPLY_H
#define FOOTFALL_HOUSE_REPLY_H

#include "house_waiting.h"

struct door;

/* house_reply.c: answers. Each adds the CORS headers that the client needs to the header lines that
 * are given ("" for none). */
void door_reply(struct door *d, const struct client *client, int status, const char *content_type,
                struct ff_span body, const char *headers);

/* {"error", "code"} for a status that concerns the whole request; note: instead of its prose, or NULL. */
void door_refuse(struct door *d, const struct client *client, enum ff_status status, const char *note);

/* The same for a message, which is counted. */
void door_turn_away(struct door *d, const struct client *client, enum ff_status status);

/* The answer to a message whose fate is known; then w holds nothing any more. */
void door_answer(struct door *d, struct waiting *w, enum ff_status store);

/* For net's own answers: the CORS headers. */
size_t door_net_headers(void *door, int listener, struct ff_span origin, char *out, size_t size);

#endif
