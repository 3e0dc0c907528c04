/* A record's body is that of the spill's record behind 16 bytes: epoch u64 | seq u64, little-endian. */
#include "spill.h"

#include "bytes.h"
#include "journal.h"
#include "log.h"
#include "names.h"
#include "place.h"
#include "segment.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define FOLDER "/spill"
/* Before a body: epoch and seq; of a copy the epoch is marked, and what it is a copy of follows. */
#define PREFIX 16
#define PREFIX_COPY 40
#define COPY_MARK ((uint64_t)1 << 63)
/* The small value that says which journal's records are in it. */
#define JOURNAL_NAME "journal"
#define JOURNAL_MAX 512
/* Segments are read from their beginning, whatever is wanted of them: small ones make that cheap. */
#define SEGMENT_BYTES ((uint64_t)4 << 20)

struct spill {
    const struct ff_io *io; /* borrowed */
    char path[PATH_MAX];    /* of its own directory */
    enum ff_durability durability;
    uint64_t max;
    struct ff_store *store; /* owned; NULL: broken says why */
    enum ff_status broken;
    uint64_t last;          /* place */
    uint64_t bytes;
    char *body;             /* owned, room bytes: a record with its prefix */
    size_t room;
};

/* What a record takes beside its body. */
static uint64_t beside_body(bool copies)
{
    return segment_record_size(copies ? PREFIX_COPY : PREFIX);
}

static struct ff_store_options options_of(const struct spill *s, bool beside)
{
    return (struct ff_store_options){
        .path = s->path,
        .durability = s->durability,
        .segment_bytes = SEGMENT_BYTES,
        .io = s->io,
        .beside = beside,
    };
}

static enum ff_status found(void *ctx, uint64_t place, struct ff_span body)
{
    struct spill *s = ctx;
    if (body.n < PREFIX)
        return FF_STORE_CORRUPT;
    s->last = place;
    s->bytes += segment_record_size(body.n);
    return FF_OK;
}

/* Opens the store, and finds what is in it. */
static enum ff_status store_open(struct spill *s, char *why, size_t size)
{
    const struct ff_store_options options = options_of(s, false);
    uint64_t last;
    s->last = s->bytes = 0;
    enum ff_status st = store_embedded.open(&s->store, &options, why, size);
    if (st == FF_OK)
        st = store_embedded.replay(s->store, 1, UINT64_MAX, found, s, &last, why, size);
    if (st != FF_OK)
        store_embedded.close(&s->store);
    s->broken = st;
    return st;
}

/* Writes down which journal's records are in it, while none are; else they must be of that one. */
static enum ff_status journal_claim(struct spill *s, const char *journal, char *why, size_t size)
{
    char name[JOURNAL_MAX] = "";
    size_t n = 0;
    enum ff_status st = store_embedded.get(s->store, JOURNAL_NAME, name, sizeof name - 1, &n);
    if (st == FF_OK && ff_span_equal(ff_span_of(name, n), ff_span_text(journal)))
        return FF_OK;
    if (s->last > 0) {
        snprintf(why, size, "%s: it holds records of the journal %s, not of %s", s->path, n ? name : "(unknown)", journal);
        return FF_STORE_FAILED;
    }
    st = store_embedded.put(s->store, JOURNAL_NAME, ff_span_text(journal));
    if (st != FF_OK)
        snprintf(why, size, "%s: %s", s->path, ff_status_prose(st));
    return st;
}

/* One is enough. */
static enum ff_status left_found(void *found, uint64_t place, struct ff_span body)
{
    (void)place;
    (void)body;
    *(bool *)found = true;
    return FF_NOT_FOUND;
}

bool spill_is_left(const char *path, const struct ff_io *io)
{
    struct spill s = {.io = io};
    char why[256];
    uint64_t last;
    bool any = false;
    if (snprintf(s.path, sizeof s.path, "%s" FOLDER, path) >= (int)sizeof s.path)
        return false;
    const struct ff_store_options options = options_of(&s, true);
    if (store_embedded.open(&s.store, &options, why, sizeof why) != FF_OK)
        return false;
    store_embedded.replay(s.store, 1, UINT64_MAX, left_found, &any, &last, why, sizeof why);
    store_embedded.close(&s.store);
    return any;
}

enum ff_status spill_open(struct spill **out, const struct spill_options *options, char *why, size_t size)
{
    *out = NULL;
    struct spill *s = calloc(1, sizeof *s);
    if (!s) {
        snprintf(why, size, "%s: out of memory", options->path);
        return FF_NO_MEMORY;
    }
    s->io = options->io ? options->io : &io_system;
    s->durability = options->durability;
    s->max = options->max;
    int n = snprintf(s->path, sizeof s->path, "%s%s", options->path, FOLDER);
    int error = n < 0 || (size_t)n >= sizeof s->path ? -ENAMETOOLONG : s->io->mkdir(s->io, options->path, 0750);
    enum ff_status st = error < 0 && error != -EEXIST ? place_why(why, size, options->path, error)
                                                      : store_open(s, why, size);
    if (st == FF_OK)
        st = journal_claim(s, options->journal, why, size);
    if (st != FF_OK)
        spill_close(&s);
    *out = s;
    return st;
}

void spill_close(struct spill **out)
{
    struct spill *s = *out;
    if (!s)
        return;
    store_embedded.close(&s->store);
    free(s->body);
    free(s);
    *out = NULL;
}

/* Makes room for a record of n bytes. */
static bool body_grow(struct spill *s, size_t n)
{
    if (n <= s->room)
        return true;
    char *body = realloc(s->body, 2 * n);
    if (!body)
        return false;
    s->body = body;
    s->room = 2 * n;
    return true;
}

enum ff_status spill_fits(const struct spill *s, uint64_t records, uint64_t bodies, bool copies)
{
    if (!s->store)
        return s->broken;
    if (s->bytes + records * beside_body(copies) + bodies > s->max)
        return FF_STORE_FULL;
    return store_embedded.crowded(s->store) ? FF_BUSY : FF_OK;
}

enum ff_status spill_add(struct spill *s, uint64_t epoch, uint64_t seq, struct spill_copy copy, struct ff_span body)
{
    const size_t prefix = copy.epoch ? PREFIX_COPY : PREFIX;
    const uint64_t takes = segment_record_size(prefix + body.n);
    assert(!(epoch & COPY_MARK));
    if (!s->store)
        return s->broken;
    if (s->bytes + takes > s->max)
        return FF_STORE_FULL;
    if (!body_grow(s, prefix + body.n))
        return FF_NO_MEMORY;
    struct bytes_writer w = bytes_writer_of(s->body, s->room);
    bytes_put_u64(&w, copy.epoch ? epoch | COPY_MARK : epoch);
    bytes_put_u64(&w, seq);
    if (copy.epoch) {
        bytes_put_u64(&w, copy.epoch);
        bytes_put_u64(&w, copy.seq);
        bytes_put_u64(&w, copy.upto);
    }
    bytes_put(&w, body.p, body.n);
    assert(w.ok);
    enum ff_status st = store_embedded.append(s->store, s->last + 1, ff_span_of(s->body, prefix + body.n));
    if (st != FF_OK)
        return st;
    s->last++;
    s->bytes += takes;
    return FF_OK;
}

enum ff_status spill_flush(struct spill *s)
{
    char why[PATH_MAX + 256];
    if (!s->store && store_open(s, why, sizeof why) != FF_OK)
        return s->broken;
    return store_embedded.flush(s->store);
}

enum ff_status spill_poll(struct spill *s, uint64_t *durable)
{
    *durable = 0;
    return s->store ? store_embedded.poll(s->store, durable) : s->broken;
}

int spill_news_fd(const struct spill *s)
{
    return s->store ? store_embedded.news_fd(s->store) : -1;
}

uint64_t spill_settled(struct spill *s)
{
    return s->store ? store_embedded.settled(s->store) : 0;
}

uint64_t spill_last(const struct spill *s)
{
    return s->last;
}

uint64_t spill_bytes(const struct spill *s)
{
    return s->bytes;
}

bool spill_half_full(const struct spill *s)
{
    return s->bytes > s->max / 2;
}

struct each {
    spill_fn fn;
    void *ctx;
};

static enum ff_status each_give(void *ctx, uint64_t place, struct ff_span body)
{
    const struct each *e = ctx;
    struct spill_record record = {.place = place};
    struct bytes_reader r = bytes_reader_of(body.p, body.n);
    size_t prefix = PREFIX;
    record.epoch = bytes_u64(&r);
    record.seq = bytes_u64(&r);
    if (record.epoch & COPY_MARK) {
        prefix = PREFIX_COPY;
        record.epoch &= ~COPY_MARK;
        record.copy.epoch = bytes_u64(&r);
        record.copy.seq = bytes_u64(&r);
        record.copy.upto = bytes_u64(&r);
    }
    if (body.n < prefix)
        return FF_STORE_CORRUPT;
    record.body = ff_span_of(body.p + prefix, body.n - prefix);
    return e->fn(e->ctx, &record);
}

enum ff_status spill_each(const struct spill *s, uint64_t from, uint64_t upto, spill_fn fn, void *ctx, char *why,
                          size_t size)
{
    const struct ff_store_options options = options_of(s, true);
    struct each each = {fn, ctx};
    struct ff_store *beside;
    uint64_t last;
    if (from > upto)
        return FF_OK;
    enum ff_status st = store_embedded.open(&beside, &options, why, size);
    if (st != FF_OK)
        return st;
    st = store_embedded.replay(beside, from, upto, each_give, &each, &last, why, size);
    store_embedded.close(&beside);
    return st;
}

/* The newest segment first, each for good before the next: what is left are always the first records. */
static int segments_remove(const struct place *place)
{
    struct names segments;
    char name[NAMES_SIZE];
    char file[PATH_MAX];
    int error = names_list(&segments, place, &segment_kind);
    for (size_t i = segments.count; error == 0 && i > 0; i--) {
        names_make(name, &segment_kind, segments.seq[i - 1]);
        place_file(place, file, "", name);
        error = place->io->unlink(place->io, file);
        if (error == 0)
            error = place->io->sync_dir(place->io, place->dir);
    }
    names_fini(&segments);
    return error;
}

enum ff_status spill_empty(struct spill *s)
{
    struct place place;
    char why[PATH_MAX + 256] = "";
    char quoted[512];
    if (s->store && s->last == 0)
        return FF_OK;
    store_embedded.close(&s->store);
    s->broken = place_init(&place, s->io, s->path, why, sizeof why);
    if (s->broken == FF_OK) {
        int error = segments_remove(&place);
        if (error < 0)
            s->broken = place_why(why, sizeof why, s->path, error);
        place_fini(&place);
    }
    if (s->broken == FF_OK)
        store_open(s, why, sizeof why);
    if (s->broken != FF_OK)
        log_error("journal", "spill", "status=%s why=%s", ff_status_code(s->broken),
                  log_quoted(quoted, sizeof quoted, why, strlen(why)));
    return s->broken;
}
