#include "service.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

void service_ready(const char *status)
{
    sd_notifyf(0, "READY=1\nSTATUS=%s", status);
}

void service_reloading(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    ff_mono t = (ff_mono)now.tv_sec * FF_SECOND + now.tv_nsec / 1000;
    sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRId64, t);
}

void service_stopping(void)
{
    sd_notify(0, "STOPPING=1\nSTATUS=stopping");
}

ff_dur service_watchdog_interval(void)
{
    uint64_t limit;
    return sd_watchdog_enabled(0, &limit) > 0 ? (ff_dur)(limit / 2) : 0;
}

void service_ping(void)
{
    sd_notify(0, "WATCHDOG=1");
}

static struct service_socket *row_named(struct service_socket *rows, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    return NULL;
}

/* Puts one socket in its row. */
static bool socket_take(struct service_socket *rows, size_t n, int fd, const char *name, char *why,
                        size_t size)
{
    struct service_socket *row = row_named(rows, n, name);
    if (!row) {
        snprintf(why, size, "socket %s: no socket of this name is used here", name);
        return false;
    }
    if (row->fd >= 0) {
        snprintf(why, size, "socket %s: handed over twice", name);
        return false;
    }
    bool stream = row->type == SOCK_STREAM;
    if (sd_is_socket(fd, AF_UNSPEC, row->type, stream ? 1 : -1) <= 0) {
        snprintf(why, size, "socket %s: expected %s", name,
                 stream ? "a listening stream (ListenStream=)" : "datagrams (ListenDatagram=)");
        return false;
    }
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) {
        snprintf(why, size, "socket %s: %s", name, strerror(errno));
        return false;
    }
    row->fd = fd;
    return true;
}

static void names_free(char **names, int n)
{
    for (int i = 0; i < n; i++)
        free(names[i]);
    free(names);
}

bool service_sockets_take(struct service_socket *rows, size_t n, char *why, size_t size)
{
    for (size_t i = 0; i < n; i++)
        rows[i].fd = -1;
    char **names = NULL;
    int count = sd_listen_fds_with_names(1, &names);
    bool ok = count >= 0;
    if (!ok)
        snprintf(why, size, "sockets handed over: %s", strerror(-count));
    for (int i = 0; ok && i < count; i++)
        ok = socket_take(rows, n, SD_LISTEN_FDS_START + i, names[i], why, size);
    for (int i = 0; !ok && i < count; i++)
        close(SD_LISTEN_FDS_START + i);
    for (size_t i = 0; !ok && i < n; i++)
        rows[i].fd = -1;
    names_free(names, count);
    return ok;
}
