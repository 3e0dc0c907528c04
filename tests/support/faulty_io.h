/* Faulty I/O: the system's file operations, with failures where a test wants them, and a memory of
 * what a loss of power would take. */
#ifndef FOOTFALL_FAULTY_IO_H
#define FOOTFALL_FAULTY_IO_H

#include "io.h"

#include <limits.h>
#include <pthread.h>
#include <stdbool.h>

enum faulty_op {
    FAULTY_OPEN, FAULTY_CLOSE, FAULTY_SIZE, FAULTY_MODIFIED, FAULTY_READ, FAULTY_WRITE, FAULTY_TRUNCATE, FAULTY_SYNC,
    FAULTY_SYNC_DIR, FAULTY_RENAME, FAULTY_UNLINK, FAULTY_MKDIR, FAULTY_LIST, FAULTY_LOCK,
    FAULTY_OPS
};

#define FAULTY_FDS 1024
#define FAULTY_FILES 256

/* What is known of a file that was opened through this. */
struct faulty_file {
    char path[PATH_MAX];
    uint64_t kept;     /* bytes at its start that a loss of power leaves alone */
    bool unsure;       /* a sync failed: no later one keeps more, until it is a new file */
    bool name_unsure;  /* its directory was not synced since it got its name */
    bool gone;
    unsigned char *bytes; /* owned: what it held when it was removed, until its directory is synced */
    uint64_t size;        /* of bytes */
};

struct faulty_io {
    struct ff_io io; /* hand this out; first, so that it is also the whole */
    pthread_mutex_t lock;
    const char *script[FAULTY_OPS];
    unsigned calls[FAULTY_OPS];
    unsigned call;     /* of any kind, since faulty_fail_call */
    unsigned fail_at;  /* 0: none */
    int fail_error;
    bool fail_on;      /* also all that follow */
    unsigned syncs_left; /* until the process dies; 0: it lives */
    unsigned syncs;      /* of files and directories that worked */
    unsigned per_mille, seed; /* calls that fail by chance */
    bool read_only;
    struct faulty_file *file; /* FAULTY_FILES of them */
    unsigned files;
    int fd_file[FAULTY_FDS]; /* place in file + 1, 0: none */
};

void faulty_init(struct faulty_io *f);
void faulty_fini(struct faulty_io *f);

/* Outcomes of the next calls of one kind, e.g. "ok short:7 enospc eio eintr erofs"; all that follow are ok.
 * short:N lets a write or read do N bytes only; a failing write may be short:N and then an error.
 * script is borrowed. */
void faulty_script(struct faulty_io *f, enum faulty_op op, const char *script);

/* The k-th call of any kind from now on (1 is the next) fails with error, a positive errno; with
 * on all after it too, as for a process that dies there. k = 0: none does. */
void faulty_fail_call(struct faulty_io *f, unsigned k, int error, bool on);

/* The k-th sync from now on, of a file or a directory, is the last call that works, as for a process that
 * dies there. */
void faulty_die_after_sync(struct faulty_io *f, unsigned k);

/* Syncs that have worked so far. */
unsigned faulty_syncs(struct faulty_io *f);

/* From now on so many of a thousand calls, chosen by seed, fail or do a part only; 0: none. */
void faulty_chance(struct faulty_io *f, unsigned per_mille, unsigned seed);

/* From now on, or no longer, the disk is as one that is mounted read-only: what would change it gives
 * EROFS. What is open for writing already stays so. */
void faulty_read_only(struct faulty_io *f, bool read_only);

/* Whether the call of faulty_fail_call was made. */
bool faulty_reached(struct faulty_io *f);

/* Calls of one kind that were made. */
unsigned faulty_calls(struct faulty_io *f, enum faulty_op op);

/* What the power takes with it, chosen by seed: of what was not synced, files lose their end, keep
 * bytes that are not theirs, lose their name, or are there again. No file may be open. */
void faulty_power_cut(struct faulty_io *f, unsigned seed);

/* The file's removal is durable. */
void faulty_forget(struct faulty_file *file);

#endif
