/* The embedded store: what place, pending, writer, syncer, replay, checkpoints, trim and values do,
 * put together.
 *
 * Records go from the queue into the current segment (written) and from there to the disk (synced);
 * a group stays in the queue until it is synced, so that it can be written again. The segment is
 * given up when a sync of it failed or its torn end could not be cut: then everything that is not
 * synced goes into a new one, and what the old sync might have done is never asked again.
 * A segment is begun only when all before its first record is synced.
 * Beside its owner there is neither writer nor syncer: all there is then is files, of which those up to
 * what the owner says is settled do not change any more. */
#include "replay.h"
#include "segment.h"
#include "store_embedded.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* Ceiling of what waits for the disk. */
#define PENDING_MAX ((size_t)96 << 20)
/* Where durability does not wait for the disk, it is asked to sync after so many bytes: few enough that neither the
 * kernel's work for them nor the writes that meet it hold up anybody for long. */
#define LAZY_BYTES ((uint64_t)2 << 20)
/* Where it does, many records at once are gathered for so long before the next sync. */
#define GATHER (FF_MILLISECOND / 2)
#define MANY 8
/* Of segment_bytes, what is written with zeros ahead of the records at a time: of the default's as much as LAZY_BYTES. */
#define ROOM_SHARE 32
/* Failures of the disk after which close gives up. */
#define CLOSE_TRIES 3

static void store_check(const struct ff_store *s)
{
    assert(s->synced <= s->written && s->written <= s->last);
    assert(s->synced <= s->durable && s->durable <= s->last);
    assert(!s->queue.head || s->queue.head->first == s->synced + 1);
    (void)s;
}

static enum ff_status owner_open(struct ff_store *s, const struct ff_io *io, const char *path, char *why,
                                 size_t size)
{
    enum ff_status st = place_init(&s->place, io, path, why, size);
    if (st != FF_OK)
        return st;
    int error = syncer_init(&s->syncer, io);
    if (error < 0) {
        st = place_why(why, size, path, error);
        place_fini(&s->place);
    }
    return st;
}

static enum ff_status embedded_open(struct ff_store **out, const struct ff_store_options *options,
                                    char *why, size_t size)
{
    const struct ff_io *io = options->io ? options->io : &io_system;
    *out = NULL;
    struct ff_store *s = calloc(1, sizeof *s);
    if (!s) {
        snprintf(why, size, "%s: out of memory", options->path);
        return FF_NO_MEMORY;
    }
    s->beside = options->beside;
    enum ff_status st = s->beside ? place_init_beside(&s->place, io, options->path, why, size)
                                  : owner_open(s, io, options->path, why, size);
    if (st != FF_OK) {
        free(s);
        return st;
    }
    s->durability = options->durability;
    s->segment_bytes = options->segment_bytes;
    pending_init(&s->queue, PENDING_MAX);
    writer_init(&s->writer, &s->place);
    checkpoints_init(&s->checkpoints, &s->place);
    *out = s;
    return FF_OK;
}

static enum ff_status embedded_replay(struct ff_store *s, uint64_t from, uint64_t upto, ff_replay_fn fn,
                                      void *ctx, uint64_t *last, char *why, size_t size)
{
    const struct replay_range range = {from, upto, .mend = upto == UINT64_MAX && !s->beside};
    assert(!range.mend || (s->last == s->synced && s->writer.fd < 0));
    struct replay_result result;
    enum ff_status st = replay_run(&s->place, &range, fn, ctx, &result, why, size);
    if (st != FF_OK)
        return st;
    *last = result.last;
    if (range.mend) {
        s->last = s->written = s->synced = s->durable = result.last;
        s->replayed = true;
    }
    return FF_OK;
}

static enum ff_status embedded_first(struct ff_store *s, uint64_t *first)
{
    struct names segments;
    int error = names_list(&segments, &s->place, &segment_kind);
    if (error == 0)
        *first = segments.count ? segments.seq[0] : 1;
    names_fini(&segments);
    return error < 0 ? trouble_tell(&s->trouble, trouble_of(error), s->place.path, error) : FF_OK;
}

static enum ff_status embedded_append(struct ff_store *s, uint64_t seq, struct ff_span body)
{
    assert(s->replayed && seq == s->last + 1);
    enum ff_status st = pending_add(&s->queue, seq, body);
    if (st == FF_OK)
        s->last = seq;
    return st;
}

static bool embedded_crowded(const struct ff_store *s)
{
    return s->queue.bytes >= PENDING_MAX / 2;
}

/* After groups were written or let go. */
static void watermarks_move(struct ff_store *s)
{
    const struct pending_group *waiting = s->queue.unwritten;
    s->written = waiting ? waiting->first - 1 : s->last;
    const uint64_t promised = s->durability == FF_DURABLE_DISK ? s->synced : s->written;
    if (promised > s->durable)
        s->durable = promised;
    store_check(s);
}

static void segment_end(struct ff_store *s)
{
    writer_end(&s->writer);
    pending_rewind(&s->queue);
    s->given_up = false;
    s->held = false;
    s->sealing = false;
    s->no_room = false;
    watermarks_move(s);
}

/* The zeros to be written ahead, which the next sync takes along. Records that go where they are need neither pages nor
 * blocks of their own, and their sync writes them and nothing else: half of the time and of the work. A segment that
 * stays small has none. */
static struct syncer_zeros room_wanted(const struct ff_store *s)
{
    const uint64_t step = s->segment_bytes / ROOM_SHARE, size = s->writer.size;
    /* Who writes meanwhile is not to come to where zeros are under way. */
    const uint64_t clear = s->durability == FF_DURABLE_PROCESS ? size + step / 4 : size;
    const uint64_t from = s->writer.room > clear ? s->writer.room : clear;
    const bool near = size >= step / 4 && size < s->segment_bytes && from - size < step;
    const bool wanted = near && !s->no_room;
    /* Half as much again: what is written during the next sync, and while zeros rest, is to find room, too. */
    return (struct syncer_zeros){from, wanted ? size + step + step / 2 : from};
}

/* Asks for a sync when there is something to sync and it is wanted now; one that has not begun is made to cover more. */
static void sync_ask(struct ff_store *s)
{
    if (s->given_up || s->written == s->synced)
        return;
    if (s->syncer.busy) {
        if (syncer_widen(&s->syncer, s->written))
            pending_mark(&s->queue);
        return;
    }
    const bool lazy = s->durability == FF_DURABLE_PROCESS && !s->held && s->synced >= s->wanted;
    if (lazy && s->writer.size - s->asked_size < LAZY_BYTES)
        return;
    s->asked_size = s->writer.size;
    pending_mark(&s->queue);
    const struct syncer_job job = {
        .fd = s->writer.fd,
        .dir = s->fresh ? s->place.dir : -1,
        .upto = s->written,
        .awaited = s->durability == FF_DURABLE_DISK,
        .gap = s->synced_count >= MANY ? GATHER : 0,
        .zeros = room_wanted(s),
    };
    s->making_room = job.zeros.to > job.zeros.from;
    s->room_from = job.zeros.from;
    syncer_ask(&s->syncer, job);
}

/* Writes what is not written, into a new segment if there is none. */
static int groups_write(struct ff_store *s)
{
    int error;
    if (s->writer.fd >= 0) {
        error = writer_put(&s->writer, &s->queue, s->synced);
        s->given_up = s->writer.torn;
    } else {
        s->segment_first = s->synced + 1;
        error = writer_begin(&s->writer, &s->queue, s->synced);
        s->fresh = true;
        s->asked_size = 0;
    }
    watermarks_move(s);
    return error;
}

/* Whether a write must not, or had better not, meet the sync under way: zeros are not to come where records are, and
 * where answers wait for syncs, the file system would let the write wait for this one, and the loop with it. */
static bool write_waits(struct ff_store *s)
{
    if (!s->syncer.busy)
        return false;
    const uint64_t end = s->writer.size + s->queue.bytes - s->queue.written_bytes; /* at most */
    if (s->making_room && end > s->room_from) {
        if (s->durability == FF_DURABLE_PROCESS)
            syncer_hurry(&s->syncer);
        return true;
    }
    return s->durability == FF_DURABLE_DISK && !syncer_widen(&s->syncer, s->written);
}

/* Writes what waits, unless that has to wait for the sync under way: for one that ends the segment, or see write_waits. */
static enum ff_status embedded_flush(struct ff_store *s)
{
    if (s->given_up) {
        s->held = s->syncer.busy;
        if (s->held)
            return FF_OK;
        segment_end(s);
    }
    if (!s->queue.unwritten)
        return FF_OK;
    if (s->writer.fd >= 0 && (s->sealing || s->writer.size >= s->segment_bytes)) {
        s->held = s->written > s->synced;
        sync_ask(s);
        if (s->held)
            return FF_OK;
        segment_end(s);
    }
    s->held = write_waits(s);
    if (s->held)
        return FF_OK;
    int error = groups_write(s);
    sync_ask(s);
    return error < 0 ? trouble_tell(&s->trouble, trouble_of(error), s->place.path, error) : FF_OK;
}

static int embedded_news_fd(struct ff_store *s)
{
    return s->beside ? -1 : s->syncer.news_fd;
}

/* Takes the result of a sync, if there is one. */
static enum ff_status sync_take(struct ff_store *s)
{
    struct syncer_job job;
    int error;
    if (!syncer_take(&s->syncer, &job, &error))
        return FF_OK;
    if (error < 0) {
        s->given_up = true;
        return trouble_tell(&s->trouble, trouble_of(error), s->place.path, error);
    }
    s->fresh = false;
    if (s->making_room)
        s->writer.room = job.zeros.to;
    s->no_room |= s->making_room && job.zeros.to == job.zeros.from;
    s->synced_count = job.upto - s->synced;
    s->synced = job.upto;
    pending_release(&s->queue, s->synced);
    watermarks_move(s);
    return FF_OK;
}

static uint64_t embedded_settled(struct ff_store *s)
{
    s->wanted = s->last;
    sync_ask(s);
    return s->synced;
}

static enum ff_status embedded_poll(struct ff_store *s, uint64_t *durable)
{
    enum ff_status st = sync_take(s);
    if (st == FF_OK && s->held)
        st = embedded_flush(s);
    else
        sync_ask(s);
    if (st == FF_OK && !s->given_up && s->written == s->last && s->durable == s->last)
        trouble_tell_over(&s->trouble);
    *durable = s->durable;
    return st;
}

static uint64_t embedded_seal(struct ff_store *s, uint64_t upto)
{
    assert(upto <= s->last);
    if (s->writer.fd >= 0 && upto >= s->segment_first) {
        s->sealing = true;
        s->wanted = s->last;
        sync_ask(s);
        if (!s->syncer.busy && !s->given_up && s->written == s->synced)
            segment_end(s);
    }
    return s->writer.fd < 0 ? s->synced : s->segment_first - 1;
}

static void embedded_health(const struct ff_store *s, struct ff_store_health *out)
{
    (void)s;
    *out = (struct ff_store_health){.state = "ok"};
}

static bool embedded_lost(const struct ff_store *s)
{
    (void)s;
    return false;
}

static enum ff_status embedded_strays(struct ff_store *s, ff_replay_fn fn, void *ctx)
{
    (void)s;
    (void)fn;
    (void)ctx;
    return FF_NOT_FOUND;
}

/* An empty segment says where the journal begins; the first group replaces it. */
static enum ff_status embedded_graft(struct ff_store *s, uint64_t seq)
{
    struct names segments;
    assert(!s->replayed && !s->beside);
    int error = names_list(&segments, &s->place, &segment_kind);
    const bool any = segments.count > 0;
    names_fini(&segments);
    if (any)
        return FF_BAD_PARAMETER;
    if (error == 0)
        error = writer_make(&s->writer, seq + 1);
    if (error < 0)
        return trouble_tell(&s->trouble, trouble_of(error), s->place.path, error);
    s->last = s->written = s->synced = s->durable = seq;
    s->replayed = true;
    return FF_OK;
}

/* Until all is as durable as was promised, or it has failed too often. */
static void close_flush(struct ff_store *s)
{
    uint64_t durable;
    int failures = 0;
    while (failures < CLOSE_TRIES) {
        failures += embedded_flush(s) != FF_OK;
        if (s->durable == s->last)
            return;
        syncer_wait(&s->syncer);
        failures += embedded_poll(s, &durable) != FF_OK;
    }
}

static void embedded_close(struct ff_store **store)
{
    struct ff_store *s = *store;
    if (!s)
        return;
    if (!s->beside) {
        close_flush(s);
        syncer_fini(&s->syncer);
    }
    checkpoints_fini(&s->checkpoints);
    writer_end(&s->writer);
    pending_fini(&s->queue);
    place_fini(&s->place);
    free(s);
    *store = NULL;
}

const struct ff_store_ops store_embedded = {
    .name = "embedded",
    .open = embedded_open,
    .replay = embedded_replay,
    .first = embedded_first,
    .settled = embedded_settled,
    .checkpoint_begin = store_embedded_checkpoint_begin,
    .checkpoint_put = store_embedded_checkpoint_put,
    .checkpoint_commit = store_embedded_checkpoint_commit,
    .checkpoint_abort = store_embedded_checkpoint_abort,
    .checkpoint_open = store_embedded_checkpoint_open,
    .checkpoint_next = store_embedded_checkpoint_next,
    .checkpoint_end = store_embedded_checkpoint_end,
    .trim = store_embedded_trim,
    .seal = embedded_seal,
    .erase = store_embedded_erase,
    .append = embedded_append,
    .crowded = embedded_crowded,
    .flush = embedded_flush,
    .news_fd = embedded_news_fd,
    .poll = embedded_poll,
    .put = store_embedded_put,
    .get = store_embedded_get,
    .remove = store_embedded_remove,
    .health = embedded_health,
    .lost = embedded_lost,
    .strays = embedded_strays,
    .graft = embedded_graft,
    .close = embedded_close,
};
