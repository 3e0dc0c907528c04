#include "values.h"

#include "bytes.h"
#include "crc32c.h"
#include "trouble.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#define MAGIC "ffvalue1"
#define MAGIC_BYTES 8
#define HEADER 16
#define BEFORE "value-"

_Static_assert(sizeof PLACE_NEW BEFORE + VALUES_MAX_NAME <= PLACE_NAME_MAX, "the longest name fits");

bool values_name_ok(const char *name)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_.-");
    return n > 0 && n <= VALUES_MAX_NAME && name[n] == '\0';
}

static enum ff_status outcome(int r, int *error)
{
    *error = r < 0 ? -r : 0;
    return r < 0 ? trouble_of(r) : FF_OK;
}

static int file_write(const struct ff_io *io, int fd, struct ff_span value)
{
    unsigned char header[HEADER];
    struct bytes_writer w = bytes_writer_of(header, sizeof header);
    bytes_put(&w, MAGIC, MAGIC_BYTES);
    bytes_put_u32(&w, (uint32_t)value.n);
    bytes_put_u32(&w, crc32c(0, value.p, value.n));
    int r = io_write_all(io, fd, header, sizeof header, 0);
    if (r == 0)
        r = io_write_all(io, fd, value.p, value.n, sizeof header);
    return r == 0 ? io->sync(io, fd) : r;
}

static int file_make(const struct ff_io *io, const char *file, struct ff_span value)
{
    int fd = io->open(io, file, O_WRONLY | O_CREAT | O_TRUNC, 0640);
    if (fd < 0)
        return fd;
    int r = file_write(io, fd, value);
    int closed = io->close(io, fd);
    return r < 0 ? r : closed;
}

enum ff_status values_put(const struct place *p, const char *name, struct ff_span value, int *error)
{
    *error = 0;
    if (!values_name_ok(name) || value.n > VALUES_MAX_BYTES)
        return FF_BAD_PARAMETER;
    char fresh[PATH_MAX], file[PATH_MAX];
    place_file(p, fresh, PLACE_NEW BEFORE, name);
    place_file(p, file, BEFORE, name);
    int r = file_make(p->io, fresh, value);
    if (r == 0)
        r = p->io->rename(p->io, fresh, file);
    if (r < 0)
        p->io->unlink(p->io, fresh);
    else
        r = p->io->sync_dir(p->io, p->dir);
    return outcome(r, error);
}

/* Up to HEADER + VALUES_MAX_BYTES + 1 bytes of the file, in memory that the caller frees. */
static int file_read(const struct ff_io *io, const char *file, unsigned char **out, size_t *n)
{
    int fd = io->open(io, file, O_RDONLY, 0);
    if (fd < 0)
        return fd;
    const size_t room = HEADER + VALUES_MAX_BYTES + 1;
    *out = malloc(room);
    ssize_t r = *out ? io_read_all(io, fd, *out, room, 0) : -ENOMEM;
    io->close(io, fd);
    if (r < 0) {
        free(*out);
        return (int)r;
    }
    *n = (size_t)r;
    return 0;
}

/* The value within the file's bytes; false when they are damaged. */
static bool value_in(const unsigned char *bytes, size_t n, struct ff_span *value)
{
    struct bytes_reader r = bytes_reader_of(bytes, n);
    const void *magic = bytes_take(&r, MAGIC_BYTES);
    uint32_t length = bytes_u32(&r);
    uint32_t crc = bytes_u32(&r);
    *value = ff_span_of((const char *)r.p, r.n);
    return r.ok && memcmp(magic, MAGIC, MAGIC_BYTES) == 0 && length == r.n &&
           crc == crc32c(0, r.p, r.n);
}

enum ff_status values_get(const struct place *p, const char *name, void *out, size_t size, size_t *n,
                          int *error)
{
    *error = 0;
    if (!values_name_ok(name))
        return FF_BAD_PARAMETER;
    char file[PATH_MAX];
    unsigned char *bytes;
    size_t length = 0;
    struct ff_span value;
    place_file(p, file, BEFORE, name);
    int r = file_read(p->io, file, &bytes, &length);
    if (r == -ENOENT)
        return FF_NOT_FOUND;
    if (r < 0)
        return outcome(r, error);
    bool sound = value_in(bytes, length, &value);
    if (sound) {
        *n = value.n;
        if (size && value.n)
            memcpy(out, value.p, value.n < size ? value.n : size);
    }
    free(bytes);
    return sound ? FF_OK : FF_STORE_CORRUPT;
}

enum ff_status values_remove(const struct place *p, const char *name, int *error)
{
    *error = 0;
    if (!values_name_ok(name))
        return FF_BAD_PARAMETER;
    char file[PATH_MAX];
    place_file(p, file, BEFORE, name);
    int r = p->io->unlink(p->io, file);
    /* Gone already, but maybe by a removal whose sync failed. */
    if (r == 0 || r == -ENOENT)
        r = p->io->sync_dir(p->io, p->dir);
    return outcome(r, error);
}
