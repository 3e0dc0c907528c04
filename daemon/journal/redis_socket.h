/* Socket: how a Redis server is reached, over TCP or in this machine, with a deadline. */
#ifndef FOOTFALL_REDIS_SOCKET_H
#define FOOTFALL_REDIS_SOCKET_H

#include "footfall/time.h"
#include "redis_url.h"

/* The clock of deadlines. */
ff_mono redis_clock(void);

/* Connects to the server of url until the deadline (but for the look-up of a name, which has none). Gives a
 * descriptor that does not block, owned by the caller, or -1 with what is wrong in text (size
 * bytes). */
int redis_socket_open(const struct redis_url *url, ff_mono deadline, char *text, size_t size);

/* Waits until fd is ready for events (of poll(2)); gives those it is ready for, 0 after the deadline. */
int redis_socket_wait(int fd, short events, ff_mono deadline);

#endif
