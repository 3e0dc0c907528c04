#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static struct ff_span base_of(const char *name)
{
    const char *slash = strrchr(name, '/');
    return ff_span_text(slash ? slash + 1 : name);
}

/* Copies what is left of fd to a temporary file and gives that file's descriptor, or -1. */
static int spool(int fd)
{
    FILE *file = tmpfile();
    if (!file)
        return -1;
    char buffer[1 << 16];
    ssize_t n;
    while ((n = read(fd, buffer, sizeof(buffer))) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || fwrite(buffer, 1, (size_t)n, file) != (size_t)n)
            break;
    }
    int copy = n == 0 && fflush(file) == 0 ? dup(fileno(file)) : -1;
    int error = errno;
    fclose(file);
    errno = error;
    return copy;
}

/* Maps fd, whole. */
static bool map(struct input *in, int fd)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return false;
    if (S_ISDIR(st.st_mode)) {
        errno = EISDIR;
        return false;
    }
    if (!in->stream)
        in->changed = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
    if (st.st_size == 0)
        return true;
    void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (p == MAP_FAILED)
        return false;
    in->bytes = ff_span_of(p, (size_t)st.st_size);
    return true;
}

bool input_init(struct input *in, const char *name, char *why, size_t size)
{
    bool standard = strcmp(name, "-") == 0;
    *in = (struct input){.name = name, .base = base_of(name)};
    int fd = standard ? dup(STDIN_FILENO) : open(name, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd >= 0 && fstat(fd, &st) == 0)
        in->stream = standard || !(S_ISREG(st.st_mode) || S_ISDIR(st.st_mode));
    if (fd >= 0 && in->stream) {
        in->base = FF_LITERAL("-"); /* a pipe's name says nothing that lasts */
        int copy = spool(fd);
        close(fd);
        fd = copy;
    }
    bool mapped = fd >= 0 && map(in, fd);
    if (!mapped)
        snprintf(why, size, "%s: %s", name, strerror(errno));
    if (fd >= 0)
        close(fd);
    return mapped;
}

void input_fini(struct input *in)
{
    if (in->bytes.n)
        munmap((void *)(uintptr_t)in->bytes.p, in->bytes.n);
    in->bytes = (struct ff_span){NULL, 0};
}
