#include "io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The value of a system call, made again while a signal interrupts it, with -errno for -1. */
#define SYSTEM(call)                                                                             \
    __extension__({                                                                              \
        int64_t value_;                                                                          \
        do                                                                                       \
            value_ = (call);                                                                     \
        while (value_ < 0 && errno == EINTR);                                                    \
        value_ < 0 ? -(int64_t)errno : value_;                                                   \
    })

static int system_open(const struct ff_io *io, const char *path, int flags, unsigned mode)
{
    (void)io;
    return (int)SYSTEM(open(path, flags | O_CLOEXEC, (mode_t)mode));
}

/* Not made again after EINTR: on Linux the descriptor is gone by then. */
static int system_close(const struct ff_io *io, int fd)
{
    (void)io;
    return close(fd) == 0 || errno == EINTR ? 0 : -errno;
}

static int64_t system_size(const struct ff_io *io, int fd)
{
    (void)io;
    struct stat st;
    int64_t r = SYSTEM(fstat(fd, &st));
    return r < 0 ? r : (int64_t)st.st_size;
}

static int system_modified(const struct ff_io *io, int fd, ff_wall *at)
{
    (void)io;
    struct stat st;
    int r = (int)SYSTEM(fstat(fd, &st));
    if (r == 0)
        *at = st.st_mtim.tv_sec * FF_SECOND + st.st_mtim.tv_nsec / 1000;
    return r;
}

static int system_date(const struct ff_io *io, int fd, ff_wall at)
{
    (void)io;
    ff_wall second = ff_floor_to(at, FF_SECOND);
    const struct timespec t = {second / FF_SECOND, (at - second) * 1000};
    return (int)SYSTEM(futimens(fd, (const struct timespec[]){t, t}));
}

static ssize_t system_read(const struct ff_io *io, int fd, void *p, size_t n, uint64_t at)
{
    (void)io;
    return (ssize_t)SYSTEM(pread(fd, p, n, (off_t)at));
}

static ssize_t system_write(const struct ff_io *io, int fd, const void *p, size_t n, uint64_t at)
{
    (void)io;
    return (ssize_t)SYSTEM(pwrite(fd, p, n, (off_t)at));
}

static int system_truncate(const struct ff_io *io, int fd, uint64_t size)
{
    (void)io;
    return (int)SYSTEM(ftruncate(fd, (off_t)size));
}

/* Syncs are not made again after EINTR: a sync that failed in any way is reported as failed. */
static int system_sync(const struct ff_io *io, int fd)
{
    (void)io;
    return fdatasync(fd) == 0 ? 0 : -errno;
}

static int system_sync_dir(const struct ff_io *io, int fd)
{
    (void)io;
    return fsync(fd) == 0 ? 0 : -errno;
}

static int system_rename(const struct ff_io *io, const char *from, const char *to)
{
    (void)io;
    return (int)SYSTEM(rename(from, to));
}

static int system_unlink(const struct ff_io *io, const char *path)
{
    (void)io;
    return (int)SYSTEM(unlink(path));
}

static int system_mkdir(const struct ff_io *io, const char *path, unsigned mode)
{
    (void)io;
    return (int)SYSTEM(mkdir(path, (mode_t)mode));
}

static int system_list(const struct ff_io *io, const char *path, io_name_fn fn, void *ctx)
{
    (void)io;
    DIR *dir = opendir(path);
    if (!dir)
        return -errno;
    int result = 0;
    const struct dirent *entry;
    while (!result && (errno = 0, entry = readdir(dir)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            result = fn(ctx, entry->d_name);
    if (!result && errno)
        result = -errno;
    closedir(dir);
    return result;
}

/* A lock of the open file description, so a second open in the same process is refused, too. */
static int system_lock(const struct ff_io *io, int fd)
{
    (void)io;
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int r = (int)SYSTEM(fcntl(fd, F_OFD_SETLK, &whole));
    return r == -EACCES ? -EAGAIN : r;
}

const struct ff_io io_system = {
    .open = system_open,
    .close = system_close,
    .size = system_size,
    .modified = system_modified,
    .date = system_date,
    .read = system_read,
    .write = system_write,
    .truncate = system_truncate,
    .sync = system_sync,
    .sync_dir = system_sync_dir,
    .rename = system_rename,
    .unlink = system_unlink,
    .mkdir = system_mkdir,
    .list = system_list,
    .lock = system_lock,
};

int io_write_all(const struct ff_io *io, int fd, const void *p, size_t n, uint64_t at)
{
    for (size_t done = 0; done < n;) {
        ssize_t r = io->write(io, fd, (const char *)p + done, n - done, at + done);
        if (r < 0)
            return (int)r;
        if (r == 0)
            return -EIO;
        done += (size_t)r;
    }
    return 0;
}

ssize_t io_read_all(const struct ff_io *io, int fd, void *p, size_t n, uint64_t at)
{
    size_t done = 0;
    while (done < n) {
        ssize_t r = io->read(io, fd, (char *)p + done, n - done, at + done);
        if (r < 0)
            return r;
        if (r == 0)
            break;
        done += (size_t)r;
    }
    return (ssize_t)done;
}
