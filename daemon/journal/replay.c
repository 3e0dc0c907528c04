#include "replay.h"

#include "log.h"
#include "reader.h"

#include <assert.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The segment is the last, and read to its end. */
#define NO_LIMIT UINT64_MAX

struct replay {
    const struct place *place;
    struct replay_range range;
    ff_replay_fn fn;
    void *ctx;
    char *why;
    size_t why_size;

    struct reader reader; /* on the segment being read */
    char file[PATH_MAX];  /* its path */
    uint64_t limit;       /* its successor's first or what follows upto, or NO_LIMIT */
    uint64_t known;       /* greatest watermark met */
    uint64_t expected;    /* seq of the next record */
    uint64_t cut;
};

static enum ff_status failed(struct replay *r, int error)
{
    return place_why(r->why, r->why_size, r->file, error);
}

/* What the reader's status means for the whole, with the sentence that says so. */
static enum ff_status reader_failed(struct replay *r, enum ff_status st)
{
    if (st == FF_STORE_FAILED)
        return failed(r, r->reader.file.error);
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
        if (record.seq >= r->range.from) {
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

/* The groups of the last segment, whose header is *sound. Bad bytes end it where no record from there on was promised; else the journal is
 * damaged, unless its owner is at work and they were read before they were all there: what is promised is there. */
static enum ff_status tail_give(struct replay *r, enum ff_status *sound)
{
    enum ff_status st = *sound == FF_OK ? groups_give(r, sound) : FF_OK;
    for (uint64_t again = 0; st == FF_OK && *sound == FF_STORE_CORRUPT;) {
        st = reader_scan(&r->reader, &r->known);
        if (st != FF_OK)
            return reader_failed(r, st);
        if (r->expected > r->known)
            return FF_OK;
        if (r->range.mend || again == r->expected)
            return reader_failed(r, FF_STORE_CORRUPT);
        again = r->expected;
        st = reader_refresh(&r->reader);
        st = st == FF_OK ? groups_give(r, sound) : reader_failed(r, st);
    }
    return st;
}

static enum ff_status tail_cut(struct replay *r)
{
    const struct ff_io *io = r->place->io;
    int error = io->truncate(io, r->reader.file.fd, r->reader.at);
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
    if (st == FF_OK && r->limit == NO_LIMIT)
        st = tail_give(r, &sound);
    else if (st == FF_OK && sound == FF_OK)
        st = groups_give(r, &sound);
    if (st != FF_OK)
        return st;
    if (r->limit != NO_LIMIT)
        return sound == FF_OK ? FF_OK : reader_failed(r, sound);
    if (sound == FF_STORE_CORRUPT && r->range.mend)
        st = tail_cut(r);
    if (st != FF_OK || !r->range.mend)
        return st;
    /* What a process before this one wrote and did not live to sync is served from now on. */
    int error = r->place->io->sync(r->place->io, r->reader.file.fd);
    return error < 0 ? failed(r, error) : FF_OK;
}

static enum ff_status segment_replay(struct replay *r, uint64_t first, uint64_t limit)
{
    const struct ff_io *io = r->place->io;
    char name[NAMES_SIZE];
    names_make(name, &segment_kind, first);
    place_file(r->place, r->file, "", name);
    r->limit = limit;
    r->expected = first;
    if (first - 1 > r->known)
        r->known = first - 1;
    int fd = io->open(io, r->file, r->range.mend ? O_RDWR : O_RDONLY, 0);
    if (fd < 0)
        return failed(r, fd);
    enum ff_status st = reader_init(&r->reader, io, fd);
    st = st == FF_OK ? segment_read(r, first) : reader_failed(r, st);
    reader_fini(&r->reader);
    io->close(io, fd);
    return st;
}

static enum ff_status missing(struct replay *r, uint64_t seq, const struct names *segments)
{
    int n = snprintf(r->why, r->why_size, "%s: the records from %" PRIu64 " on are missing", r->place->path, seq);
    if (segments->count && segments->seq[0] > seq && n >= 0 && (size_t)n < r->why_size)
        snprintf(r->why + n, r->why_size - (size_t)n, ", the journal begins with %" PRIu64, segments->seq[0]);
    return FF_STORE_CORRUPT;
}

/* The end of segment i: its successor's first or what follows upto, whichever comes first. */
static uint64_t limit_of(const struct replay *r, const struct names *n, size_t i)
{
    const uint64_t next = i + 1 < n->count ? n->seq[i + 1] : NO_LIMIT;
    return r->range.upto < next ? r->range.upto + 1 : next;
}

/* The segments from the one that holds the first record on; there is no hole where each ends at the
 * beginning of the next. */
static enum ff_status segments_replay(struct replay *r, const struct names *n)
{
    size_t i = 0;
    while (i + 1 < n->count && n->seq[i + 1] <= r->range.from)
        i++;
    if (n->count == 0 || n->seq[i] > r->range.from)
        return missing(r, r->range.from, n);
    enum ff_status st = FF_OK;
    for (; i < n->count && st == FF_OK && r->expected <= r->range.upto; i++)
        st = segment_replay(r, n->seq[i], limit_of(r, n, i));
    return st == FF_OK && r->expected < r->range.from ? missing(r, r->expected, n) : st;
}

/* A journal without segments is one that nothing was written to. */
static enum ff_status place_replay(struct replay *r)
{
    struct names segments;
    int error = names_list(&segments, r->place, &segment_kind);
    enum ff_status st = error < 0 ? failed(r, error) : FF_OK;
    if (st == FF_OK && (segments.count || r->range.from > 1 || r->range.upto < UINT64_MAX))
        st = segments_replay(r, &segments);
    names_fini(&segments);
    if (st != FF_OK || !r->range.mend)
        return st;
    error = r->place->io->sync_dir(r->place->io, r->place->dir);
    return error < 0 ? place_why(r->why, r->why_size, r->place->path, error) : FF_OK;
}

enum ff_status replay_run(const struct place *place, const struct replay_range *range, ff_replay_fn fn,
                          void *ctx, struct replay_result *out, char *why, size_t size)
{
    assert(range->from >= 1 && range->from - 1 <= range->upto);
    assert(!range->mend || range->upto == UINT64_MAX);
    /* Nobody asks for what follows a record that was not promised. */
    struct replay r = {.place = place, .range = *range, .fn = fn, .ctx = ctx, .why = why, .why_size = size,
                       .known = range->from - 1, .expected = 1};
    *out = (struct replay_result){.last = range->upto};
    if (range->upto == range->from - 1)
        return FF_OK;
    snprintf(r.file, sizeof r.file, "%s", place->path);
    enum ff_status st = place_replay(&r);
    *out = (struct replay_result){.last = r.expected - 1, .cut = r.cut};
    return st;
}
