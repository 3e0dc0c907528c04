/* A room for tests of the embedded store: a suite over files that can fail, in a directory of its own. */
#ifndef FOOTFALL_TESTS_ROOM_H
#define FOOTFALL_TESTS_ROOM_H

#include "faulty_io.h"
#include "journal.h"
#include "names.h"
#include "scratch.h"
#include "store_suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define WHY 512

struct room {
    struct suite suite; /* over faulty; first: it is what the suite's cases get */
    struct faulty_io faulty;
    char path[SCRATCH_MAX];
    char store[SCRATCH_MAX + 8];
};

/* Makes rooms where there is no disk, if there is such a place: for tests that make thousands. */
static inline void room_in_memory(void)
{
    if (access("/dev/shm", W_OK) == 0)
        setenv("TMPDIR", "/dev/shm", 0);
}

static inline void room_begin(struct room *room, enum ff_durability durability, uint64_t segment_bytes)
{
    *room = (struct room){.suite.ops = &store_embedded};
    faulty_init(&room->faulty);
    scratch_make(room->path);
    snprintf(room->store, sizeof room->store, "%s/store", room->path);
    room->suite.options = (struct ff_store_options){
        .path = room->store,
        .durability = durability,
        .segment_bytes = segment_bytes,
        .io = &room->faulty.io,
    };
}

static inline void room_end(struct room *room)
{
    scratch_remove(room->path);
    faulty_fini(&room->faulty);
}

/* A file's bytes. */
struct bytes {
    char file[PATH_MAX];
    unsigned char *p; /* to be freed */
    size_t n;
};

static inline void room_file(const struct room *room, char out[PATH_MAX], const struct names_kind *kind,
                             uint64_t seq)
{
    char name[NAMES_SIZE];
    names_make(name, kind, seq);
    snprintf(out, PATH_MAX, "%s/%s", room->store, name);
}

static inline bool file_there(const char *file)
{
    int fd = io_system.open(&io_system, file, O_RDONLY, 0);
    if (fd >= 0)
        io_system.close(&io_system, fd);
    return fd >= 0;
}

/* The bytes of the kind's file of seq, with room for a hundred more. */
static inline struct bytes bytes_of(const struct room *room, const struct names_kind *kind, uint64_t seq)
{
    struct bytes b;
    room_file(room, b.file, kind, seq);
    int fd = io_system.open(&io_system, b.file, O_RDONLY, 0);
    assert_true(fd >= 0);
    b.n = (size_t)io_system.size(&io_system, fd);
    b.p = calloc(1, b.n + 100);
    assert_int_equal(io_read_all(&io_system, fd, b.p, b.n, 0), b.n);
    io_system.close(&io_system, fd);
    return b;
}

/* Makes the first n of the bytes the whole file. */
static inline void bytes_to(const struct bytes *b, size_t n)
{
    int fd = io_system.open(&io_system, b->file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_int_equal(io_write_all(&io_system, fd, b->p, n, 0), 0);
    io_system.close(&io_system, fd);
}

/* The same with one bit wrong, of byte i. */
static inline void bytes_flipped_to(const struct bytes *b, size_t i)
{
    b->p[i] ^= (unsigned char)(1 << i % 8);
    bytes_to(b, b->n);
    b->p[i] ^= (unsigned char)(1 << i % 8);
}

struct room_count {
    const struct names_kind *kind;
    unsigned count;
};

static inline int room_count_add(void *ctx, const char *name)
{
    struct room_count *c = ctx;
    uint64_t seq;
    c->count += names_seq(name, c->kind, &seq);
    return 0;
}

/* Files of a kind in the store. */
static inline unsigned room_files(const struct room *room, const struct names_kind *kind)
{
    struct room_count c = {kind, 0};
    assert_int_equal(io_system.list(&io_system, room->store, room_count_add, &c), 0);
    return c.count;
}

#endif
