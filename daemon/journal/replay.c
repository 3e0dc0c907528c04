#include "replay.h"

#include "log.h"
#include "reader.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* No successor: the segment is the last. */
#define NO_LIMIT UINT64_MAX

struct firsts {
    uint64_t *seq; /* owned, ascending */
    size_t count;
    size_t room;
};

struct replay {
    const struct place *place;
    uint64_t from;
    ff_replay_fn fn;
    void *ctx;
    char *why;
    size_t why_size;

    struct reader reader; /* on the segment being read */
    char file[PATH_MAX];  /* its path */
    uint64_t limit;       /* its successor's first, or NO_LIMIT */
    uint64_t known;       /* greatest watermark met */
    uint64_t expected;    /* seq of the next record */
    uint64_t cut;
};

static int firsts_add(void *ctx, const char *name)
{
    struct firsts *f = ctx;
    uint64_t first;
    if (!segment_name_first(name, &first))
        return 0;
    if (f->count == f->room) {
        size_t room = f->room ? f->room * 2 : 64;
        uint64_t *seq = realloc(f->seq, room * sizeof *seq);
        if (!seq)
            return -ENOMEM;
        f->seq = seq;
        f->room = room;
    }
    f->seq[f->count++] = first;
    return 0;
}

static int firsts_order(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static enum ff_status failed(struct replay *r, int error)
{
    return place_why(r->why, r->why_size, r->file, error);
}

/* What the reader's status means for the whole, with the sentence that says so. */
static enum ff_status reader_failed(struct replay *r, enum ff_status st)
{
    if (st == FF_STORE_FAILED)
        return failed(r, r->reader.error);
    if (st == FF_NO_MEMORY)
        snprintf(r->why, r->why_size, "%s: out of memory", r->file);
    else
        snprintf(r->why, r->why_size, "%s: offset %" PRIu64 ": %s, record %" PRIu64 " is expected",
                 r->file, r->reader.at, st == FF_NOT_FOUND ? "the file ends" : "damaged", r->expected);
    return st == FF_NOT_FOUND ? FF_STORE_CORRUPT : st;
}

static enum ff_status group_give(struct replay *r, const struct segment_group *g,
                                 const unsigned char *records)
{
    struct segment_record record;
    if (g->durable > r->known)
        r->known = g->durable;
    for (uint32_t i = 0; i < g->count && r->expected < r->limit; i++) {
        records += segment_record_at(&record, records);
        if (record.seq >= r->from) {
            enum ff_status st = r->fn(r->ctx, record.seq, record.body);
            if (st != FF_OK) {
                snprintf(r->why, r->why_size, "%s: record %" PRIu64 ": %s", r->file, record.seq,
                         ff_status_prose(st));
                return st;
            }
        }
        r->expected++;
    }
    return FF_OK;
}

/* Gives the groups up to the limit or the end of the file. *sound says how the reading ended:
 * FF_OK at the limit, FF_NOT_FOUND at the end, FF_STORE_CORRUPT at bad bytes. */
static enum ff_status groups_give(struct replay *r, enum ff_status *sound)
{
    while (r->expected < r->limit) {
        struct segment_group g;
        const unsigned char *records;
        *sound = reader_group(&r->reader, r->expected, &g, &records);
        if (*sound == FF_NOT_FOUND || *sound == FF_STORE_CORRUPT)
            return FF_OK;
        enum ff_status st = *sound == FF_OK ? group_give(r, &g, records) : reader_failed(r, *sound);
        if (st != FF_OK)
            return st;
    }
    *sound = FF_OK;
    return FF_OK;
}

/* Cuts the last segment at reader.at, unless what is lost then was durable. */
static enum ff_status tail_cut(struct replay *r)
{
    const struct ff_io *io = r->place->io;
    enum ff_status st = reader_scan(&r->reader, &r->known);
    if (st != FF_OK)
        return reader_failed(r, st);
    if (r->expected <= r->known)
        return reader_failed(r, FF_STORE_CORRUPT);
    int error = io->truncate(io, r->reader.fd, r->reader.at);
    if (error < 0)
        return failed(r, error);
    r->cut = r->reader.size - r->reader.at;
    if (r->cut) {
        char quoted[512];
        log_warning("journal", "torn_tail", "file=%s offset=%" PRIu64 " bytes=%" PRIu64 " next=%" PRIu64,
                    log_quoted(quoted, sizeof quoted, r->file, strlen(r->file)), r->reader.at, r->cut,
                    r->expected);
    }
    return FF_OK;
}

/* The header of the segment whose name says first. *sound is FF_OK or FF_STORE_CORRUPT. */
static enum ff_status header_check(struct replay *r, uint64_t first, enum ff_status *sound)
{
    struct segment_header h;
    *sound = reader_header(&r->reader, &h);
    if (*sound == FF_STORE_VERSION) {
        snprintf(r->why, r->why_size, "%s: version %" PRIu32 " of the format, this program knows %d",
                 r->file, h.version, SEGMENT_VERSION);
        return FF_STORE_VERSION;
    }
    if (*sound == FF_OK && h.first != first) {
        r->reader.at = 0;
        *sound = FF_STORE_CORRUPT;
    }
    return *sound == FF_OK || *sound == FF_STORE_CORRUPT ? FF_OK : reader_failed(r, *sound);
}

static enum ff_status segment_read(struct replay *r, uint64_t first)
{
    enum ff_status sound;
    enum ff_status st = header_check(r, first, &sound);
    if (st == FF_OK && sound == FF_OK)
        st = groups_give(r, &sound);
    if (st != FF_OK)
        return st;
    if (r->limit != NO_LIMIT)
        return sound == FF_OK ? FF_OK : reader_failed(r, sound);
    if (sound == FF_STORE_CORRUPT) {
        st = tail_cut(r);
        if (st != FF_OK)
            return st;
    }
    /* What a process before this one wrote and did not live to sync is served from now on. */
    int error = r->place->io->sync(r->place->io, r->reader.fd);
    return error < 0 ? failed(r, error) : FF_OK;
}

static enum ff_status segment_replay(struct replay *r, uint64_t first, uint64_t limit)
{
    const struct ff_io *io = r->place->io;
    char name[SEGMENT_NAME];
    segment_name(name, first);
    place_file(r->place, r->file, "", name);
    r->limit = limit;
    r->expected = first;
    if (first - 1 > r->known)
        r->known = first - 1;
    int fd = io->open(io, r->file, O_RDWR, 0);
    if (fd < 0)
        return failed(r, fd);
    enum ff_status st = reader_init(&r->reader, io, fd);
    st = st == FF_OK ? segment_read(r, first) : reader_failed(r, st);
    reader_fini(&r->reader);
    io->close(io, fd);
    return st;
}

static enum ff_status missing(struct replay *r, uint64_t seq)
{
    snprintf(r->why, r->why_size, "%s: the records from %" PRIu64 " on are missing", r->place->path, seq);
    return FF_STORE_CORRUPT;
}

/* The segments from the one that holds record from on; there is no hole where each ends at the
 * beginning of the next. */
static enum ff_status segments_replay(struct replay *r, const struct firsts *f)
{
    size_t i = 0;
    while (i + 1 < f->count && f->seq[i + 1] <= r->from)
        i++;
    if (f->count == 0 || f->seq[i] > r->from)
        return missing(r, r->from);
    enum ff_status st = FF_OK;
    for (; i < f->count && st == FF_OK; i++)
        st = segment_replay(r, f->seq[i], i + 1 < f->count ? f->seq[i + 1] : NO_LIMIT);
    return st == FF_OK && r->expected < r->from ? missing(r, r->expected) : st;
}

enum ff_status replay_run(const struct place *place, uint64_t from, ff_replay_fn fn, void *ctx,
                          struct replay_result *out, char *why, size_t size)
{
    struct replay r = {.place = place, .from = from, .fn = fn, .ctx = ctx, .why = why, .why_size = size,
                       .expected = 1};
    struct firsts f = {0};
    snprintf(r.file, sizeof r.file, "%s", place->path);
    int error = place->io->list(place->io, place->path, firsts_add, &f);
    if (error == 0 && f.count)
        qsort(f.seq, f.count, sizeof *f.seq, firsts_order);
    enum ff_status st = error < 0 ? failed(&r, error) : FF_OK;
    if (st == FF_OK && (f.count || from > 1))
        st = segments_replay(&r, &f);
    free(f.seq);
    if (st != FF_OK)
        return st;
    error = place->io->sync_dir(place->io, place->dir);
    if (error < 0)
        return place_why(why, size, place->path, error);
    *out = (struct replay_result){.last = r.expected - 1, .cut = r.cut};
    return FF_OK;
}
