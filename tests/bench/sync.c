/* ff_bench_sync: what the device alone takes. Appends groups of so many bytes to a file and makes each
 * durable before the next, as a daemon with durability `disk` does, and prints one line of JSON.
 * usage: ff_bench_sync FILE BYTES SECONDS; the file is made, and removed at the end. */
#include "latency.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GROUPS_MAX 1000000

static bool run(int fd, char *group, size_t size, int64_t ends, struct latency *l)
{
    int64_t began = latency_clock(), now = began;
    for (off_t at = 0; now < ends; at += (off_t)size, began = now) {
        if (pwrite(fd, group, size, at) != (ssize_t)size || fdatasync(fd) != 0)
            return false;
        now = latency_clock();
        latency_add(l, began, now);
        group[0]++;
    }
    return true;
}

int main(int argc, char **argv)
{
    size_t size = argc == 4 ? strtoul(argv[2], NULL, 10) : 0;
    if (size == 0) {
        fputs("usage: ff_bench_sync FILE BYTES SECONDS\n", stderr);
        return 2;
    }
    struct latency l;
    latency_init(&l, GROUPS_MAX);
    char *group = calloc(1, size);
    int fd = open(argv[1], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool ok = group && fd >= 0 && run(fd, group, size, latency_clock() + (int64_t)(atof(argv[3]) * 1e9), &l);
    if (!ok)
        fprintf(stderr, "sync: %s: %s\n", argv[1], strerror(errno));
    struct latency_figures f = latency_figures(&l, &(struct spans){0});
    if (ok)
        printf("{\"n\":%zu,\"p50\":%.1f,\"p99\":%.1f,\"p999\":%.1f,\"max\":%.1f}\n", f.n, f.p50, f.p99, f.p999,
               f.most);
    if (fd >= 0) {
        close(fd);
        unlink(argv[1]);
    }
    latency_fini(&l);
    free(group);
    return ok ? 0 : 1;
}
