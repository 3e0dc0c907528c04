/* Service: what the daemon tells systemd, and the sockets that it is handed by it. Without systemd
 * (no NOTIFY_SOCKET, LISTEN_FDS or WATCHDOG_USEC in the environment) all of it does nothing. Any
 * thread may tell; service_sockets_take must come before there are others. */
#ifndef FOOTFALL_SERVICE_H
#define FOOTFALL_SERVICE_H

#include "footfall/time.h"

#include <stdbool.h>
#include <stddef.h>

/* It serves; also said when a reload is done. status is one line that systemctl shows. */
void service_ready(const char *status);

/* It reads its configuration again, until the next service_ready. */
void service_reloading(void);

/* It has begun to stop. */
void service_stopping(void);

/* How often service_ping is due, half of WatchdogSec= ; 0: nobody waits for it. */
ff_dur service_watchdog_interval(void);
void service_ping(void);

/* A socket that may be handed over. */
struct service_socket {
    const char *name; /* its FileDescriptorName= */
    int type;         /* SOCK_STREAM, which must listen, or SOCK_DGRAM */
    int fd;           /* set: the caller's, non-blocking and closed on exec; -1: not handed over */
};

/* Sets the fd of all n rows, once in the life of the process. False, with a sentence in why and
 * nothing handed over, when a socket is of another type than its row, has a name that no row has,
 * or there are two of a name. */
bool service_sockets_take(struct service_socket *rows, size_t n, char *why, size_t size);

#endif
