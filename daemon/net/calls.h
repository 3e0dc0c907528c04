/* Calls: recv and send as libc has them, but no points of cancellation: where there is more than one thread, libc opens
 * and shuts each of its own for being ended by another, with locked instructions. Threads of this house are not. */
#ifndef FOOTFALL_CALLS_H
#define FOOTFALL_CALLS_H

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline ssize_t call_recv(int fd, void *p, size_t n, int flags)
{
    return syscall(SYS_recvfrom, fd, p, n, flags, NULL, NULL);
}

static inline ssize_t call_send(int fd, const void *p, size_t n, int flags)
{
    return syscall(SYS_sendto, fd, p, n, flags, NULL, 0);
}

#endif
