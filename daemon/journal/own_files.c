#include "own_files.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef __SANITIZE_THREAD__
/* TSan takes a number for one file of the process, whose table of descriptors it may be: what the thread does with its
 * own is no race with what another does with a file of that number. */
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
    return "race:own_files_receive\nrace:own_files_close\nrace:job_sync\n";
}
#endif

#define FIRST_FD 3 /* those before it are the standard streams */

/* A message of one byte that carries descriptors. */
struct parcel {
    char byte;
    struct iovec body;
    struct msghdr message;
    _Alignas(struct cmsghdr) unsigned char control[CMSG_SPACE(OWN_FILES_MAX * sizeof(int))];
};

static void parcel_init(struct parcel *p, size_t n)
{
    memset(p, 0, sizeof *p);
    p->body = (struct iovec){&p->byte, sizeof p->byte};
    p->message = (struct msghdr){.msg_iov = &p->body, .msg_iovlen = 1, .msg_control = p->control};
    p->message.msg_controllen = CMSG_SPACE(n * sizeof(int));
}

int own_files_init(struct own_files *o)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return -errno;
    *o = (struct own_files){.to = ends[0], .from = ends[1]};
    return 0;
}

void own_files_fini(struct own_files *o)
{
    close(o->to);
    close(o->from);
    o->to = o->from = -1;
}

static void range_close(int first, int last)
{
    if (first <= last)
        (void)syscall(SYS_close_range, (unsigned)first, (unsigned)last, 0);
}

/* The first call gives the thread its table; what comes behind both that it keeps is left out of it. */
bool own_files_leave(const struct own_files *o, int kept)
{
    int low = kept < o->from ? kept : o->from, high = kept < o->from ? o->from : kept;
    assert(low >= FIRST_FD && low < high);
    if (syscall(SYS_close_range, (unsigned)high + 1, ~0U, CLOSE_RANGE_UNSHARE) != 0)
        return false;
    range_close(FIRST_FD, low - 1);
    range_close(low + 1, high - 1);
    return true;
}

int own_files_send(const struct own_files *o, const int *fds, size_t n)
{
    struct parcel p;
    assert(n > 0 && n <= OWN_FILES_MAX);
    parcel_init(&p, n);
    struct cmsghdr *header = CMSG_FIRSTHDR(&p.message);
    *header = (struct cmsghdr){CMSG_LEN(n * sizeof *fds), SOL_SOCKET, SCM_RIGHTS};
    memcpy(CMSG_DATA(header), fds, n * sizeof *fds);
    ssize_t r;
    do
        r = sendmsg(o->to, &p.message, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (r < 0 && errno == EINTR);
    return r < 0 ? -errno : 0;
}

/* The descriptors of the next message, under any numbers: how many, or a negative errno. */
static int parcel_take(const struct own_files *o, int *fds, size_t n)
{
    struct parcel p;
    ssize_t r;
    parcel_init(&p, n);
    do
        r = recvmsg(o->from, &p.message, MSG_CMSG_CLOEXEC);
    while (r < 0 && errno == EINTR);
    if (r < 0)
        return -errno;
    const struct cmsghdr *header = CMSG_FIRSTHDR(&p.message);
    if (!header || header->cmsg_type != SCM_RIGHTS)
        return 0;
    size_t bytes = header->cmsg_len - CMSG_LEN(0);
    memcpy(fds, CMSG_DATA(header), bytes);
    return (int)(bytes / sizeof *fds);
}

/* Gives *fd the number to; whoever has it but *fd loses it. */
static int renumber(int *fd, int to)
{
    if (*fd == to)
        return 0;
    if (dup3(*fd, to, O_CLOEXEC) < 0)
        return -errno;
    close(*fd);
    *fd = to;
    return 0;
}

/* The last of got steps aside where it has the number that the first is to have. */
static int renumber_all(int *got, const int *fds, size_t n)
{
    int r = 0, last = got[n - 1];
    if (n > 1 && last == fds[0]) {
        got[n - 1] = fcntl(last, F_DUPFD_CLOEXEC, FIRST_FD);
        if (got[n - 1] < 0)
            r = -errno;
        close(last);
    }
    for (size_t i = 0; i < n && r == 0; i++)
        r = renumber(&got[i], fds[i]);
    return r;
}

int own_files_receive(const struct own_files *o, const int *fds, size_t n)
{
    int got[OWN_FILES_MAX] = {-1, -1};
    assert(n > 0 && n <= OWN_FILES_MAX);
    int r = parcel_take(o, got, n);
    if (r >= 0)
        r = (size_t)r < n ? -EMFILE : renumber_all(got, fds, n);
    if (r < 0)
        own_files_close(got, OWN_FILES_MAX);
    return r;
}

void own_files_close(const int *fds, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}
