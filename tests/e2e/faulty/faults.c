#include "faults.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define SHEET_BYTES (FAULT_OPS * sizeof(struct fault_row))

/* What a call is to do. */
struct verdict {
    int error;      /* negative errno to give without doing anything; 0: none */
    size_t most;    /* bytes to move */
};

static struct fault_row *row_of(const struct ff_io *io, enum fault_op op)
{
    return &((const struct faults *)(const void *)io)->row[op];
}

/* The path behind a descriptor. */
static void path_of(int fd, char out[PATH_MAX])
{
    char link[32];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, out, PATH_MAX - 1);
    out[n > 0 ? n : 0] = '\0';
}

/* Takes one from a count, unless nothing is left of it. */
static bool count_down(_Atomic int32_t *count)
{
    int32_t left = atomic_load(count);
    while (left > 0)
        if (atomic_compare_exchange_weak(count, &left, left - 1))
            return true;
    return false;
}

static bool row_strikes(struct fault_row *row)
{
    if (atomic_load(&row->times) == 0 || count_down(&row->skip))
        return false;
    return atomic_load(&row->times) < 0 || count_down(&row->times);
}

static void row_wait(struct fault_row *row)
{
    const struct timespec moment = {.tv_nsec = 1000000};
    atomic_fetch_add(&row->waiting, 1);
    while (atomic_load(&row->hold))
        nanosleep(&moment, NULL);
    atomic_fetch_sub(&row->waiting, 1);
}

/* Of a faulted call that would move n bytes. */
static struct verdict row_verdict(struct fault_row *row, size_t n)
{
    int32_t room = atomic_load(&row->room), part = atomic_load(&row->part);
    int error = atomic_load(&row->error);
    if (error && room <= 0)
        return (struct verdict){-error, 0};
    size_t most = n;
    if (error) {
        most = n < (size_t)room ? n : (size_t)room;
        atomic_fetch_sub(&row->room, (int32_t)most);
    } else if (part > 0 && (size_t)part < n) {
        most = (size_t)part;
    }
    return (struct verdict){0, most};
}

static struct verdict judge(const struct ff_io *io, enum fault_op op, const char *path, size_t n)
{
    struct fault_row *row = row_of(io, op);
    struct verdict v = {0, n};
    if (!strstr(path, row->name))
        return v;
    atomic_fetch_add(&row->calls, 1);
    row_wait(row);
    if (row_strikes(row))
        v = row_verdict(row, n);
    if (v.error || v.most < n)
        atomic_fetch_add(&row->faulted, 1);
    return v;
}

static struct verdict judge_fd(const struct ff_io *io, enum fault_op op, int fd, size_t n)
{
    char path[PATH_MAX];
    path_of(fd, path);
    return judge(io, op, path, n);
}

static int faults_do_open(const struct ff_io *io, const char *path, int flags, unsigned mode)
{
    struct verdict v = judge(io, flags & O_CREAT ? FAULT_CREATE : FAULT_OPEN, path, 0);
    return v.error ? v.error : io_system.open(&io_system, path, flags, mode);
}

/* A close that fails has closed all the same. */
static int faults_do_close(const struct ff_io *io, int fd)
{
    struct verdict v = judge_fd(io, FAULT_CLOSE, fd, 0);
    int r = io_system.close(&io_system, fd);
    return v.error ? v.error : r;
}

static int64_t faults_do_size(const struct ff_io *io, int fd)
{
    struct verdict v = judge_fd(io, FAULT_SIZE, fd, 0);
    return v.error ? v.error : io_system.size(&io_system, fd);
}

static ssize_t faults_do_read(const struct ff_io *io, int fd, void *p, size_t n, uint64_t at)
{
    struct verdict v = judge_fd(io, FAULT_READ, fd, n);
    return v.error ? v.error : io_system.read(&io_system, fd, p, v.most, at);
}

static ssize_t faults_do_write(const struct ff_io *io, int fd, const void *p, size_t n, uint64_t at)
{
    struct verdict v = judge_fd(io, FAULT_WRITE, fd, n);
    return v.error ? v.error : io_system.write(&io_system, fd, p, v.most, at);
}

static int faults_do_truncate(const struct ff_io *io, int fd, uint64_t size)
{
    struct verdict v = judge_fd(io, FAULT_TRUNCATE, fd, 0);
    return v.error ? v.error : io_system.truncate(&io_system, fd, size);
}

static int faults_do_sync(const struct ff_io *io, int fd)
{
    struct verdict v = judge_fd(io, FAULT_SYNC, fd, 0);
    return v.error ? v.error : io_system.sync(&io_system, fd);
}

static int faults_do_sync_dir(const struct ff_io *io, int fd)
{
    struct verdict v = judge_fd(io, FAULT_SYNC_DIR, fd, 0);
    return v.error ? v.error : io_system.sync_dir(&io_system, fd);
}

static int faults_do_rename(const struct ff_io *io, const char *from, const char *to)
{
    struct verdict v = judge(io, FAULT_RENAME, to, 0);
    return v.error ? v.error : io_system.rename(&io_system, from, to);
}

static int faults_do_unlink(const struct ff_io *io, const char *path)
{
    struct verdict v = judge(io, FAULT_UNLINK, path, 0);
    return v.error ? v.error : io_system.unlink(&io_system, path);
}

static int faults_do_mkdir(const struct ff_io *io, const char *path, unsigned mode)
{
    struct verdict v = judge(io, FAULT_MKDIR, path, 0);
    return v.error ? v.error : io_system.mkdir(&io_system, path, mode);
}

static int faults_do_list(const struct ff_io *io, const char *path, io_name_fn fn, void *ctx)
{
    struct verdict v = judge(io, FAULT_LIST, path, 0);
    return v.error ? v.error : io_system.list(&io_system, path, fn, ctx);
}

static int faults_do_lock(const struct ff_io *io, int fd)
{
    struct verdict v = judge_fd(io, FAULT_LOCK, fd, 0);
    return v.error ? v.error : io_system.lock(&io_system, fd);
}

static int faults_do_modified(const struct ff_io *io, int fd, ff_wall *at)
{
    struct verdict v = judge_fd(io, FAULT_MODIFIED, fd, 0);
    return v.error ? v.error : io_system.modified(&io_system, fd, at);
}

static int faults_do_date(const struct ff_io *io, int fd, ff_wall at)
{
    struct verdict v = judge_fd(io, FAULT_DATE, fd, 0);
    return v.error ? v.error : io_system.date(&io_system, fd, at);
}

static const struct ff_io io_faulty = {
    .open = faults_do_open,
    .close = faults_do_close,
    .size = faults_do_size,
    .read = faults_do_read,
    .write = faults_do_write,
    .truncate = faults_do_truncate,
    .sync = faults_do_sync,
    .sync_dir = faults_do_sync_dir,
    .rename = faults_do_rename,
    .unlink = faults_do_unlink,
    .mkdir = faults_do_mkdir,
    .list = faults_do_list,
    .lock = faults_do_lock,
    .modified = faults_do_modified,
    .date = faults_do_date,
};

int faults_open(struct faults *f, const char *path)
{
    *f = (struct faults){.io = io_faulty};
    int fd = io_system.open(&io_system, path, O_RDWR, 0);
    if (fd < 0)
        return fd;
    int r = 0;
    if (io_system.size(&io_system, fd) < (int64_t)SHEET_BYTES)
        r = -EINVAL;
    void *p = r ? MAP_FAILED : mmap(NULL, SHEET_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (!r && p == MAP_FAILED)
        r = -errno;
    if (!r)
        f->row = p;
    io_system.close(&io_system, fd);
    return r;
}

void faults_close(struct faults *f)
{
    munmap(f->row, SHEET_BYTES);
    f->row = NULL;
}
