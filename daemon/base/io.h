/* File operations behind a table, so that a test can make any one of them fail.
 *
 * All give 0 or a count, or a negative errno; errno itself says nothing to the caller. A call that a
 * signal interrupts is made again, but a sync fails then. Paths are borrowed. Safe in any thread, as
 * far as two threads do not use one descriptor that one of them closes.
 */
#ifndef FOOTFALL_IO_H
#define FOOTFALL_IO_H

#include "footfall/time.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct ff_io;

/* Called with each name in a directory but "." and ".."; name is borrowed for the call. Anything
 * but 0 ends the listing and becomes its result. */
typedef int (*io_name_fn)(void *ctx, const char *name);

struct ff_io {
    /* A descriptor, closed on exec, which is the caller's to close. flags as for open(2). */
    int (*open)(const struct ff_io *io, const char *path, int flags, unsigned mode);
    /* The descriptor is gone also when it fails. */
    int (*close)(const struct ff_io *io, int fd);
    /* Bytes in the file. */
    int64_t (*size)(const struct ff_io *io, int fd);
    /* When the file's bytes were last changed; *at is set when it gives 0. */
    int (*modified)(const struct ff_io *io, int fd, ff_wall *at);
    /* Sets that. */
    int (*date)(const struct ff_io *io, int fd, ff_wall at);
    /* Up to n bytes from or to the offset at, in one call to the system: fewer may be done. */
    ssize_t (*read)(const struct ff_io *io, int fd, void *p, size_t n, uint64_t at);
    ssize_t (*write)(const struct ff_io *io, int fd, const void *p, size_t n, uint64_t at);
    int (*truncate)(const struct ff_io *io, int fd, uint64_t size);
    /* Makes the file's bytes and size durable. After a failure the bytes written before it may be
     * lost although a later sync succeeds. */
    int (*sync)(const struct ff_io *io, int fd);
    /* Makes the names in a directory (an open descriptor of it) durable. */
    int (*sync_dir)(const struct ff_io *io, int fd);
    int (*rename)(const struct ff_io *io, const char *from, const char *to);
    int (*unlink)(const struct ff_io *io, const char *path);
    int (*mkdir)(const struct ff_io *io, const char *path, unsigned mode);
    int (*list)(const struct ff_io *io, const char *path, io_name_fn fn, void *ctx);
    /* Takes an exclusive lock that holds until the descriptor is closed, by anybody's death too;
     * -EAGAIN when another holds it, in this process or any. */
    int (*lock)(const struct ff_io *io, int fd);
};

/* The system's own. */
extern const struct ff_io io_system;

/* All n bytes to the offset at, in as many calls as it takes. 0 or a negative errno; after a
 * failure any part of them may have been written. */
int io_write_all(const struct ff_io *io, int fd, const void *p, size_t n, uint64_t at);

/* Up to n bytes from the offset at, fewer only where the file ends: their count, or a negative errno. */
ssize_t io_read_all(const struct ff_io *io, int fd, void *p, size_t n, uint64_t at);

#endif
