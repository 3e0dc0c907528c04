#include "place.h"

#include "trouble.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* For how long, and how often, somebody else may be found to hold the lock before that is believed. */
#define LOCK_PATIENCE_NS 500000000
#define LOCK_TRIES 50

enum ff_status place_why(char *why, size_t size, const char *file, int error)
{
    char text[128];
    snprintf(why, size, "%s: %s", file, strerror_r(-error, text, sizeof text));
    return trouble_of(error);
}

void place_file(const struct place *p, char out[PATH_MAX], const char *before, const char *name)
{
    snprintf(out, PATH_MAX, "%s/%s%s", p->path, before, name);
}

/* The directory's own name must last, too; it is written in its parent. */
static int directory_make(const struct place *p)
{
    int r = p->io->mkdir(p->io, p->path, 0750);
    if (r == -EEXIST)
        return 0;
    if (r < 0)
        return r;
    char parent[PATH_MAX];
    place_file(p, parent, "", "..");
    int fd = p->io->open(p->io, parent, O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0)
        return fd;
    r = p->io->sync_dir(p->io, fd);
    p->io->close(p->io, fd);
    return r;
}

static int remove_unfinished(void *ctx, const char *name)
{
    const struct place *p = ctx;
    char file[PATH_MAX];
    if (strncmp(name, PLACE_NEW, sizeof PLACE_NEW - 1) != 0 || strlen(name) > PLACE_NAME_MAX)
        return 0;
    place_file(p, file, "", name);
    return p->io->unlink(p->io, file);
}

/* An owner that was killed while it started a child may seem to hold it still: until the child has closed its copies of
 * the owner's descriptors, which it does first of all. */
static int lock_take(const struct place *p)
{
    static const struct timespec pause = {.tv_nsec = LOCK_PATIENCE_NS / LOCK_TRIES};
    int r = p->io->lock(p->io, p->lock);
    for (int i = 0; r == -EAGAIN && i < LOCK_TRIES; i++) {
        nanosleep(&pause, NULL);
        r = p->io->lock(p->io, p->lock);
    }
    return r;
}

static enum ff_status directory_lock(struct place *p, char *why, size_t size)
{
    char file[PATH_MAX];
    place_file(p, file, "", "lock");
    p->lock = p->io->open(p->io, file, O_RDWR | O_CREAT, 0640);
    if (p->lock < 0)
        return place_why(why, size, file, p->lock);
    int r = lock_take(p);
    if (r == -EAGAIN) {
        snprintf(why, size, "%s: another process holds it", file);
        return FF_STORE_LOCKED;
    }
    return r < 0 ? place_why(why, size, file, r) : FF_OK;
}

static enum ff_status directory_open(struct place *p, char *why, size_t size)
{
    p->dir = p->io->open(p->io, p->path, O_RDONLY | O_DIRECTORY, 0);
    return p->dir < 0 ? place_why(why, size, p->path, p->dir) : FF_OK;
}

static enum ff_status directory_take(struct place *p, char *why, size_t size)
{
    int r = directory_make(p);
    if (r < 0)
        return place_why(why, size, p->path, r);
    enum ff_status st = directory_open(p, why, size);
    if (st == FF_OK)
        st = directory_lock(p, why, size);
    if (st != FF_OK)
        return st;
    r = p->io->list(p->io, p->path, remove_unfinished, p);
    return r < 0 ? place_why(why, size, p->path, r) : FF_OK;
}

typedef enum ff_status (*enter_fn)(struct place *p, char *why, size_t size);

static enum ff_status place_enter(struct place *p, const struct ff_io *io, const char *path,
                                  enter_fn enter, char *why, size_t size)
{
    p->io = io;
    p->dir = -1;
    p->lock = -1;
    if (strlen(path) >= sizeof p->path)
        return place_why(why, size, path, -ENAMETOOLONG);
    strcpy(p->path, path);
    enum ff_status st = enter(p, why, size);
    if (st != FF_OK)
        place_fini(p);
    return st;
}

enum ff_status place_init(struct place *p, const struct ff_io *io, const char *path, char *why,
                          size_t size)
{
    return place_enter(p, io, path, directory_take, why, size);
}

enum ff_status place_init_beside(struct place *p, const struct ff_io *io, const char *path, char *why,
                                 size_t size)
{
    return place_enter(p, io, path, directory_open, why, size);
}

void place_fini(struct place *p)
{
    if (p->lock >= 0)
        p->io->close(p->io, p->lock);
    if (p->dir >= 0)
        p->io->close(p->io, p->dir);
    p->lock = -1;
    p->dir = -1;
}
