#include "trim.h"

#include "checkpoint.h"
#include "segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct trim {
    const struct place *place;
    struct ff_keep keep;
    uint64_t behind;  /* all up to it is in both checkpoints */
    uint64_t settled;
    struct trim_result *result;
};

/* A segment file. */
struct file {
    uint64_t bytes;
    ff_wall modified;
};

/* Notes the first failure; whether r is none. */
static bool went(struct trim *t, int64_t r, const char *file)
{
    if (r < 0 && t->result->error == 0) {
        t->result->error = (int)r;
        snprintf(t->result->file, sizeof t->result->file, "%s", file);
    }
    return r >= 0;
}

static void path_of(const struct trim *t, char out[PATH_MAX], const struct names_kind *kind, uint64_t seq)
{
    char name[NAMES_SIZE];
    names_make(name, kind, seq);
    place_file(t->place, out, "", name);
}

static bool names_of(struct trim *t, struct names *n, const struct names_kind *kind)
{
    return went(t, names_list(n, t->place, kind), t->place->path);
}

static bool file_remove(struct trim *t, const struct names_kind *kind, uint64_t seq)
{
    char path[PATH_MAX];
    path_of(t, path, kind, seq);
    int r = t->place->io->unlink(t->place->io, path);
    return went(t, r == -ENOENT ? 0 : r, path);
}

static bool unfinished(const char *name, const struct names_kind *kind)
{
    const size_t skip = sizeof PLACE_NEW - 1;
    return strncmp(name, PLACE_NEW, skip) == 0 && strlen(name) <= PLACE_NAME_MAX &&
           strncmp(name + skip, kind->before, strlen(kind->before)) == 0;
}

/* Of checkpoints, and of segments that were written anew. The owner's own have their names by now. */
static int unfinished_remove(void *ctx, const char *name)
{
    struct trim *t = ctx;
    char path[PATH_MAX];
    if (!unfinished(name, &checkpoint_kind) && !unfinished(name, &segment_kind))
        return 0;
    place_file(t->place, path, "", name);
    int r = t->place->io->unlink(t->place->io, path);
    if (went(t, r == -ENOENT ? 0 : r, path))
        t->result->checkpoints += unfinished(name, &checkpoint_kind);
    return 0;
}

/* What a process that was killed left of the one it wrote. */
static void unfinished_trim(struct trim *t)
{
    went(t, t->place->io->list(t->place->io, t->place->path, unfinished_remove, t), t->place->path);
}

/* All but the newest two. */
static void checkpoints_trim(struct trim *t)
{
    struct names n;
    if (names_of(t, &n, &checkpoint_kind) && n.count >= 2) {
        for (size_t i = 0; i + 2 < n.count; i++)
            t->result->checkpoints += file_remove(t, &checkpoint_kind, n.seq[i]);
        t->behind = n.seq[n.count - 2];
    }
    names_fini(&n);
}

static bool file_look(struct trim *t, uint64_t first, struct file *f)
{
    const struct ff_io *io = t->place->io;
    char path[PATH_MAX];
    f->bytes = 0;
    path_of(t, path, &segment_kind, first);
    int fd = io->open(io, path, O_RDONLY, 0);
    if (!went(t, fd, path))
        return false;
    int64_t size = io->size(io, fd);
    bool ok = went(t, size, path) && went(t, io->modified(io, fd, &f->modified), path);
    io->close(io, fd);
    if (ok)
        f->bytes = (uint64_t)size;
    return ok;
}

/* The files of n and their bytes together; NULL when one cannot be looked at. To be freed. */
static struct file *files_look(struct trim *t, const struct names *n, uint64_t *bytes)
{
    struct file *files = malloc(n->count * sizeof *files);
    bool ok = went(t, files ? 0 : -ENOMEM, t->place->path);
    *bytes = 0;
    for (size_t i = 0; ok && i < n->count; i++) {
        ok = file_look(t, n->seq[i], &files[i]);
        *bytes += files[i].bytes;
    }
    if (ok)
        return files;
    free(files);
    return NULL;
}

/* Whether segment i is not needed: all of it is in both checkpoints, and its successor, which says that
 * nothing is missing, is on the medium by name. */
static bool needless(const struct trim *t, const struct names *n, size_t i)
{
    return i + 1 < n->count && n->seq[i + 1] - 1 <= t->behind && n->seq[i + 1] <= t->settled;
}

/* The oldest first, up to the first that stays. */
static void segments_remove(struct trim *t, const struct names *n)
{
    uint64_t bytes;
    struct file *files = files_look(t, n, &bytes);
    for (size_t i = 0; files && needless(t, n, i); i++) {
        const bool kept = files[i].modified >= t->keep.older && bytes <= t->keep.bytes;
        if (kept || !file_remove(t, &segment_kind, n->seq[i]))
            break;
        bytes -= files[i].bytes;
        t->result->segments++;
    }
    free(files);
}

static void segments_trim(struct trim *t)
{
    struct names n;
    if (names_of(t, &n, &segment_kind) && needless(t, &n, 0))
        segments_remove(t, &n);
    names_fini(&n);
}

void trim_run(const struct place *place, struct ff_keep keep, uint64_t settled, struct trim_result *out)
{
    *out = (struct trim_result){0};
    struct trim t = {.place = place, .keep = keep, .settled = settled, .result = out};
    unfinished_trim(&t);
    checkpoints_trim(&t);
    segments_trim(&t);
}
