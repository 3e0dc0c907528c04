/* Fake: takes one connection and gives each command the next of the answers it was told, for what a real server says
 * only when something happens between two commands. Then it hangs up. */
#ifndef FOOTFALL_TESTS_REDIS_FAKE_H
#define FOOTFALL_TESTS_REDIS_FAKE_H

#include "scratch.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct redis_fake {
    char path[SCRATCH_MAX];
    char url[SCRATCH_MAX + 32];
    const char *const *answers; /* as they go over the wire; ended by NULL */
    int fd;
    pthread_t thread;
};

/* Reads a whole command: the number of its words, and each with its length before it. */
static inline bool fake_read(FILE *in)
{
    char line[64], byte[4096];
    if (!fgets(line, sizeof line, in))
        return false;
    for (long words = strtol(line + 1, NULL, 10); words > 0; words--) {
        if (!fgets(line, sizeof line, in))
            return false;
        for (size_t left = strtoul(line + 1, NULL, 10) + 2; left > 0;) {
            const size_t n = fread(byte, 1, left < sizeof byte ? left : sizeof byte, in);
            if (n == 0)
                return false;
            left -= n;
        }
    }
    return true;
}

static inline void *fake_main(void *fake)
{
    const struct redis_fake *f = fake;
    const int fd = accept(f->fd, NULL, NULL);
    FILE *in = fd >= 0 ? fdopen(fd, "r") : NULL;
    for (size_t i = 0; in && f->answers[i] && fake_read(in); i++)
        if (send(fd, f->answers[i], strlen(f->answers[i]), MSG_NOSIGNAL) < 0)
            break;
    if (in)
        fclose(in);
    return NULL;
}

/* answers: borrowed until the end. */
static inline void redis_fake_start(struct redis_fake *f, const char *const *answers)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    *f = (struct redis_fake){.answers = answers};
    scratch_make(f->path);
    snprintf(f->url, sizeof f->url, "unix://%s/fake.sock", f->path);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", f->url + strlen("unix://"));
    f->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(f->fd >= 0 && bind(f->fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(f->fd, 1) == 0);
    assert_int_equal(pthread_create(&f->thread, NULL, fake_main, f), 0);
}

/* After its one client has closed the connection, or has had all answers. */
static inline void redis_fake_end(struct redis_fake *f)
{
    pthread_join(f->thread, NULL);
    close(f->fd);
    scratch_remove(f->path);
}

#endif
