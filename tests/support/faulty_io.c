#include "faulty_io.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct faulty_io *faulty_of(const struct ff_io *io)
{
    return (struct faulty_io *)(uintptr_t)io;
}

static const struct faulty_word {
    const char *word;
    int error;
} word_table[] = {
    {"ok", 0}, {"enospc", ENOSPC}, {"eio", EIO}, {"edquot", EDQUOT}, {"eacces", EACCES}, {"eintr", EINTR}, {"eagain", EAGAIN},
    {"erofs", EROFS},
};

static int word_error(const char *word, size_t n)
{
    for (size_t i = 0; i < sizeof word_table / sizeof *word_table; i++)
        if (strlen(word_table[i].word) == n && memcmp(word_table[i].word, word, n) == 0)
            return word_table[i].error;
    fprintf(stderr, "faulty_io: no such outcome: %s\n", word);
    abort();
}

/* The outcome that the script of op has next: 0 or a positive errno; *n is lowered by short:N. */
static int script_next(struct faulty_io *f, enum faulty_op op, size_t *n)
{
    const char *word = f->script[op];
    if (!word)
        return 0;
    word += strspn(word, " ");
    size_t length = strcspn(word, " ");
    f->script[op] = word[length] ? word + length : NULL;
    if (strncmp(word, "short:", 6) == 0) {
        size_t most = strtoul(word + 6, NULL, 10);
        if (*n > most)
            *n = most;
        return 0;
    }
    return length ? word_error(word, length) : 0;
}

/* What chance has for a call: 0 or a positive errno, or a smaller *n. */
static int chance_next(struct faulty_io *f, size_t *n)
{
    if ((unsigned)rand_r(&f->seed) % 1000 >= f->per_mille)
        return 0;
    if (*n > 1 && rand_r(&f->seed) % 2) {
        *n = 1 + (unsigned)rand_r(&f->seed) % (*n - 1);
        return 0;
    }
    return rand_r(&f->seed) % 2 ? EIO : ENOSPC;
}

/* Counts a call and gives its outcome: 0 or a negative errno. Takes the lock, which outcome_end gives
 * back: calls of several threads are one after the other, so that their count means something. */
static int outcome_begin(struct faulty_io *f, enum faulty_op op, size_t *n)
{
    pthread_mutex_lock(&f->lock);
    f->calls[op]++;
    f->call++;
    int error = script_next(f, op, n);
    if (f->fail_at && (f->call == f->fail_at || (f->fail_on && f->call > f->fail_at)))
        error = f->fail_error;
    if (!error && f->per_mille)
        error = chance_next(f, n);
    return -error;
}

static int64_t outcome_end(struct faulty_io *f, int64_t result)
{
    pthread_mutex_unlock(&f->lock);
    return result;
}

static struct faulty_file *file_named(struct faulty_io *f, const char *path)
{
    for (unsigned i = 0; i < f->files; i++)
        if (!f->file[i].gone && strcmp(f->file[i].path, path) == 0)
            return &f->file[i];
    return NULL;
}

static struct faulty_file *file_of(struct faulty_io *f, int fd)
{
    assert(fd >= 0 && fd < FAULTY_FDS);
    return f->fd_file[fd] ? &f->file[f->fd_file[fd] - 1] : NULL;
}

static bool entry_idle(const struct faulty_io *f, unsigned i)
{
    if (!f->file[i].gone || f->file[i].bytes)
        return false;
    for (unsigned fd = 0; fd < FAULTY_FDS; fd++)
        if (f->fd_file[fd] == (int)i + 1)
            return false;
    return true;
}

/* A new entry, or that of a file which is gone for good. */
static struct faulty_file *entry_take(struct faulty_io *f, const char *path)
{
    unsigned i = f->files;
    if (i == FAULTY_FILES)
        for (i = 0; i < FAULTY_FILES && !entry_idle(f, i);)
            i++;
    assert(i < FAULTY_FILES);
    f->files += i == f->files;
    f->file[i] = (struct faulty_file){.gone = false};
    snprintf(f->file[i].path, sizeof f->file[i].path, "%s", path);
    return &f->file[i];
}

/* A file that was there before counts as kept; one that is made or emptied by opening does not. */
static void file_opened(struct faulty_io *f, int fd, const char *path, int flags, bool existed)
{
    assert(fd < FAULTY_FDS);
    if ((flags & O_DIRECTORY) != 0)
        return;
    struct faulty_file *file = file_named(f, path);
    if (!file) {
        file = entry_take(f, path);
        file->name_unsure = !existed;
        file->kept = existed ? (uint64_t)io_system.size(&io_system, fd) : 0;
    }
    if (flags & O_TRUNC) {
        file->kept = 0;
        file->unsure = false;
    }
    f->fd_file[fd] = (int)(file - f->file) + 1;
}

static void file_touched(struct faulty_io *f, int fd, uint64_t from)
{
    struct faulty_file *file = file_of(f, fd);
    if (file && from < file->kept)
        file->kept = from;
}

static int faulty_open(const struct ff_io *io, const char *path, int flags, unsigned mode)
{
    struct faulty_io *f = faulty_of(io);
    size_t n = 0;
    int r = outcome_begin(f, FAULTY_OPEN, &n);
    if (r == 0 && f->read_only && (flags & (O_WRONLY | O_RDWR | O_CREAT)))
        r = -EROFS;
    if (r == 0) {
        const bool existed = access(path, F_OK) == 0;
        r = io_system.open(&io_system, path, flags, mode);
        if (r >= 0)
            file_opened(f, r, path, flags, existed);
    }
    return (int)outcome_end(f, r);
}

static int faulty_close(const struct ff_io *io, int fd)
{
    struct faulty_io *f = faulty_of(io);
    size_t n = 0;
    int r = outcome_begin(f, FAULTY_CLOSE, &n);
    int closed = io_system.close(&io_system, fd);
    f->fd_file[fd] = 0;
    return (int)outcome_end(f, r < 0 ? r : closed);
}

static int64_t faulty_size(const struct ff_io *io, int fd)
{
    struct faulty_io *f = faulty_of(io);
    size_t n = 0;
    int r = outcome_begin(f, FAULTY_SIZE, &n);
    return outcome_end(f, r < 0 ? r : io_system.size(&io_system, fd));
}

static int faulty_modified(const struct ff_io *io, int fd, ff_wall *at)
{
    struct faulty_io *f = faulty_of(io);
    size_t n = 0;
    int r = outcome_begin(f, FAULTY_MODIFIED, &n);
    return (int)outcome_end(f, r < 0 ? r : io_system.modified(&io_system, fd, at));
}

static int faulty_date(const struct ff_io *io, int fd, ff_wall at)
{
    struct faulty_io *f = faulty_of(io);
    size_t n = 0;
    int r = outcome_begin(f, FAULTY_MODIFIED, &n);
    return (int)outcome_end(f, r < 0 ? r : io_system.date(&io_system, fd, at));
}

static ssize_t faulty_read(const struct ff_io *io, int fd, void *p, size_t n, uint64_t at)
{
    struct faulty_io *f = faulty_of(io);
    int r = outcome_begin(f, FAULTY_READ, &n);
    return (ssize_t)outcome_end(f, r < 0 ? r : io_system.read(&io_system, fd, p, n, at));
}

static ssize_t faulty_write(const struct ff_io *io, int fd, const void *p, size_t n, uint64_t at)
{
    struct faulty_io *f = faulty_of(io);
    int r = outcome_begin(f, FAULTY_WRITE, &n);
    if (r == 0)
        file_touched(f, fd, at);
    return (ssize_t)outcome_end(f, r < 0 ? r : io_system.write(&io_system, fd, p, n, at));
}

static int faulty_truncate(const struct ff_io *io, int fd, uint64_t size)
{
    struct faulty_io *f = faulty_of(io);
    size_t n = 0;
    int r = outcome_begin(f, FAULTY_TRUNCATE, &n);
    if (r == 0)
        file_touched(f, fd, size);
    return (int)outcome_end(f, r < 0 ? r : io_system.truncate(&io_system, fd, size));
}

/* Counts a sync that worked; the process may die of it. */
static void sync_done(struct faulty_io *f)
{
    f->syncs++;
    if (f->syncs_left && --f->syncs_left == 0) {
        f->fail_at = f->call + 1;
        f->fail_error = EIO;
        f->fail_on = true;
    }
}

/* The real disk is left in peace: what is kept is what is noted here. */
static int faulty_sync(const struct ff_io *io, int fd)
{
    struct faulty_io *f = faulty_of(io);
    size_t n = 0;
    int r = outcome_begin(f, FAULTY_SYNC, &n);
    struct faulty_file *file = file_of(f, fd);
    if (file && r < 0)
        file->unsure = true;
    else if (file && !file->unsure)
        file->kept = (uint64_t)io_system.size(&io_system, fd);
    if (r == 0)
        sync_done(f);
    return (int)outcome_end(f, r);
}

/* Before the file is removed: it may come back as long as its directory is not synced. */
static void bytes_remember(struct faulty_io *f, const char *path)
{
    struct faulty_file *file = file_named(f, path);
    int fd = file && file->name_unsure ? -1 : io_system.open(&io_system, path, O_RDONLY, 0);
    if (fd < 0)
        return;
    const uint64_t size = (uint64_t)io_system.size(&io_system, fd);
    if (!file) {
        file = entry_take(f, path);
        file->kept = size;
    }
    file->size = size;
    file->bytes = malloc(file->size + 1);
    assert(file->bytes);
    ssize_t r = io_read_all(&io_system, fd, file->bytes, file->size, 0);
    assert(r == (ssize_t)file->size);
    (void)r;
    io_system.close(&io_system, fd);
}

static int faulty_sync_dir(const struct ff_io *io, int fd)
{
    (void)fd;
    struct faulty_io *f = faulty_of(io);
    size_t n = 0;
    int r = outcome_begin(f, FAULTY_SYNC_DIR, &n);
    for (unsigned i = 0; r == 0 && i < f->files; i++) {
        f->file[i].name_unsure = false;
        faulty_forget(&f->file[i]);
    }
    if (r == 0)
        sync_done(f);
    return (int)outcome_end(f, r);
}

static int faulty_rename(const struct ff_io *io, const char *from, const char *to)
{
    struct faulty_io *f = faulty_of(io);
    size_t n = 0;
    int r = outcome_begin(f, FAULTY_RENAME, &n);
    if (r == 0)
        r = f->read_only ? -EROFS : io_system.rename(&io_system, from, to);
    struct faulty_file *file = r == 0 ? file_named(f, from) : NULL;
    struct faulty_file *replaced = r == 0 ? file_named(f, to) : NULL;
    if (replaced)
        replaced->gone = true;
    if (file) {
        snprintf(file->path, sizeof file->path, "%s", to);
        file->name_unsure = !replaced;
    }
    return (int)outcome_end(f, r);
}

static int faulty_unlink(const struct ff_io *io, const char *path)
{
    struct faulty_io *f = faulty_of(io);
    size_t n = 0;
    int r = outcome_begin(f, FAULTY_UNLINK, &n);
    if (r == 0 && f->read_only)
        r = -EROFS;
    if (r == 0) {
        bytes_remember(f, path);
        r = io_system.unlink(&io_system, path);
    }
    struct faulty_file *file = r == 0 ? file_named(f, path) : NULL;
    if (file)
        file->gone = true;
    return (int)outcome_end(f, r);
}

static int faulty_mkdir(const struct ff_io *io, const char *path, unsigned mode)
{
    struct faulty_io *f = faulty_of(io);
    size_t n = 0;
    int r = outcome_begin(f, FAULTY_MKDIR, &n);
    return (int)outcome_end(f, r < 0 ? r : io_system.mkdir(&io_system, path, mode));
}

/* The names are given without the lock, for fn may call again. */
static int faulty_list(const struct ff_io *io, const char *path, io_name_fn fn, void *ctx)
{
    struct faulty_io *f = faulty_of(io);
    size_t n = 0;
    int r = (int)outcome_end(f, outcome_begin(f, FAULTY_LIST, &n));
    return r < 0 ? r : io_system.list(&io_system, path, fn, ctx);
}

static int faulty_lock(const struct ff_io *io, int fd)
{
    struct faulty_io *f = faulty_of(io);
    size_t n = 0;
    int r = outcome_begin(f, FAULTY_LOCK, &n);
    return (int)outcome_end(f, r < 0 ? r : io_system.lock(&io_system, fd));
}

void faulty_init(struct faulty_io *f)
{
    *f = (struct faulty_io){
        .io = {
            .open = faulty_open,
            .close = faulty_close,
            .size = faulty_size,
            .modified = faulty_modified,
            .date = faulty_date,
            .read = faulty_read,
            .write = faulty_write,
            .truncate = faulty_truncate,
            .sync = faulty_sync,
            .sync_dir = faulty_sync_dir,
            .rename = faulty_rename,
            .unlink = faulty_unlink,
            .mkdir = faulty_mkdir,
            .list = faulty_list,
            .lock = faulty_lock,
        },
    };
    f->file = calloc(FAULTY_FILES, sizeof *f->file);
    assert(f->file);
    pthread_mutex_init(&f->lock, NULL);
}

void faulty_fini(struct faulty_io *f)
{
    pthread_mutex_destroy(&f->lock);
    for (unsigned i = 0; i < f->files; i++)
        faulty_forget(&f->file[i]);
    free(f->file);
    f->file = NULL;
}

void faulty_script(struct faulty_io *f, enum faulty_op op, const char *script)
{
    pthread_mutex_lock(&f->lock);
    f->script[op] = script;
    pthread_mutex_unlock(&f->lock);
}

void faulty_fail_call(struct faulty_io *f, unsigned k, int error, bool on)
{
    pthread_mutex_lock(&f->lock);
    f->call = 0;
    f->fail_at = k;
    f->fail_error = error;
    f->fail_on = on;
    f->syncs_left = 0;
    pthread_mutex_unlock(&f->lock);
}

void faulty_die_after_sync(struct faulty_io *f, unsigned k)
{
    pthread_mutex_lock(&f->lock);
    f->syncs_left = k;
    pthread_mutex_unlock(&f->lock);
}

unsigned faulty_syncs(struct faulty_io *f)
{
    pthread_mutex_lock(&f->lock);
    unsigned syncs = f->syncs;
    pthread_mutex_unlock(&f->lock);
    return syncs;
}

void faulty_chance(struct faulty_io *f, unsigned per_mille, unsigned seed)
{
    pthread_mutex_lock(&f->lock);
    f->per_mille = per_mille;
    f->seed = seed;
    pthread_mutex_unlock(&f->lock);
}

void faulty_read_only(struct faulty_io *f, bool read_only)
{
    pthread_mutex_lock(&f->lock);
    f->read_only = read_only;
    pthread_mutex_unlock(&f->lock);
}

bool faulty_reached(struct faulty_io *f)
{
    pthread_mutex_lock(&f->lock);
    bool reached = f->fail_at && f->call >= f->fail_at;
    pthread_mutex_unlock(&f->lock);
    return reached;
}

unsigned faulty_calls(struct faulty_io *f, enum faulty_op op)
{
    pthread_mutex_lock(&f->lock);
    unsigned calls = f->calls[op];
    pthread_mutex_unlock(&f->lock);
    return calls;
}
