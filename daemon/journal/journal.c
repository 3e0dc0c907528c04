#include "journal.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

/* Bytes that may wait to be durable before records are refused. */
#define MAX_PENDING ((size_t)64 << 20)
/* Groups under way whose size is known apart; further ones are counted with the last. */
#define MAX_MARKS 64
/* Failures of the store after which a drain gives up. */
#define DRAIN_TRIES 3

/* Bytes appended up to a seq. */
struct mark {
    uint64_t seq;
    uint64_t bytes;
};

struct journal {
    const struct ff_store_ops *ops;
    struct ff_store *store; /* owned */
    uint64_t last;
    uint64_t durable;
    enum ff_status state;   /* FF_OK, or why the store takes nothing */
    bool beside;
    bool flushed;           /* the last flush worked: what it sent is on its way */
    bool replayed;
    uint64_t appended_bytes; /* since the start */
    uint64_t durable_bytes;  /* of them, at least */
    struct mark mark[MAX_MARKS]; /* ring of the groups under way, oldest at mark_first */
    unsigned mark_first, mark_count;
};

static void journal_check(const struct journal *j)
{
    assert(j->durable <= j->last && j->durable_bytes <= j->appended_bytes);
    assert(j->mark_count <= MAX_MARKS);
    (void)j;
}

enum ff_status journal_open(struct journal **out, const struct ff_store_ops *ops,
                            const struct ff_store_options *options, char *why, size_t size)
{
    *out = NULL;
    struct journal *j = calloc(1, sizeof *j);
    if (!j) {
        snprintf(why, size, "%s: out of memory", options->path);
        return FF_NO_MEMORY;
    }
    enum ff_status st = ops->open(&j->store, options, why, size);
    if (st != FF_OK) {
        free(j);
        return st;
    }
    j->ops = ops;
    j->beside = options->beside;
    j->flushed = true;
    *out = j;
    return FF_OK;
}

enum ff_status journal_replay(struct journal *j, ff_replay_fn fn, void *ctx, char *why, size_t size)
{
    return journal_replay_from(j, 1, fn, ctx, why, size);
}

enum ff_status journal_replay_from(struct journal *j, uint64_t from, ff_replay_fn fn, void *ctx, char *why,
                                   size_t size)
{
    assert(!j->replayed && !j->beside);
    uint64_t last = 0;
    enum ff_status st = j->ops->replay(j->store, from, UINT64_MAX, fn, ctx, &last, why, size);
    if (st != FF_OK)
        return st;
    j->last = last;
    j->replayed = true;
    journal_poll(j);
    return FF_OK;
}

enum ff_status journal_read(struct journal *j, uint64_t from, uint64_t upto, ff_replay_fn fn, void *ctx,
                            char *why, size_t size)
{
    assert(j->beside || upto < UINT64_MAX);
    uint64_t last;
    return j->ops->replay(j->store, from, upto, fn, ctx, &last, why, size);
}

enum ff_status journal_first(struct journal *j, uint64_t *first)
{
    return j->ops->first(j->store, first);
}

enum ff_status journal_append(struct journal *j, struct ff_span body, uint64_t *seq)
{
    assert(j->replayed);
    if (j->state != FF_OK)
        return j->state;
    if (j->appended_bytes - j->durable_bytes + body.n > MAX_PENDING)
        return FF_BUSY;
    enum ff_status st = j->ops->append(j->store, j->last + 1, body);
    if (st == FF_NO_MEMORY)
        return FF_BUSY;
    if (st != FF_OK)
        return st;
    j->appended_bytes += body.n;
    *seq = ++j->last;
    return FF_OK;
}

/* Notes the size of the group that ends with the last record. */
static void mark_add(struct journal *j)
{
    const struct mark end = {j->last, j->appended_bytes};
    struct mark *newest = &j->mark[(j->mark_first + j->mark_count - 1) % MAX_MARKS];
    if (j->mark_count > 0 && newest->seq == end.seq)
        return;
    if (j->mark_count == MAX_MARKS) {
        *newest = end;
        return;
    }
    j->mark[(j->mark_first + j->mark_count++) % MAX_MARKS] = end;
}

static void marks_pass(struct journal *j)
{
    while (j->mark_count > 0 && j->mark[j->mark_first].seq <= j->durable) {
        j->durable_bytes = j->mark[j->mark_first].bytes;
        j->mark_first = (j->mark_first + 1) % MAX_MARKS;
        j->mark_count--;
    }
}

/* The one place where the state changes: it fails with what the store said last, and is mended when
 * a flush worked and everything appended has become durable. */
static void state_move(struct journal *j, enum ff_status st)
{
    if (st != FF_OK)
        j->state = st;
    else if (j->flushed && j->durable == j->last)
        j->state = FF_OK;
    journal_check(j);
}

void journal_flush(struct journal *j)
{
    if (j->durable < j->last)
        mark_add(j);
    enum ff_status st = j->ops->flush(j->store);
    j->flushed = st == FF_OK;
    state_move(j, st);
    journal_poll(j);
}

int journal_news_fd(const struct journal *j)
{
    return j->ops->news_fd(j->store);
}

uint64_t journal_poll(struct journal *j)
{
    uint64_t durable = j->durable;
    enum ff_status st = j->ops->poll(j->store, &durable);
    if (durable > j->durable) {
        j->durable = durable;
        marks_pass(j);
    }
    if (st != FF_OK)
        j->flushed = false;
    state_move(j, st);
    return j->durable;
}

uint64_t journal_last(const struct journal *j)
{
    return j->last;
}

uint64_t journal_durable(const struct journal *j)
{
    return j->durable;
}

enum ff_status journal_state(const struct journal *j)
{
    return j->state;
}

enum ff_status journal_admits(const struct journal *j)
{
    if (j->state != FF_OK)
        return j->state;
    bool much = j->appended_bytes - j->durable_bytes > MAX_PENDING / 2;
    return much || j->ops->crowded(j->store) ? FF_BUSY : FF_OK;
}

enum ff_status journal_put(struct journal *j, const char *name, struct ff_span value)
{
    return j->ops->put(j->store, name, value);
}

enum ff_status journal_get(struct journal *j, const char *name, void *out, size_t size, size_t *n)
{
    return j->ops->get(j->store, name, out, size, n);
}

uint64_t journal_settled(struct journal *j)
{
    return j->ops->settled(j->store);
}

enum ff_status journal_checkpoint_begin(struct journal *j, uint64_t seq)
{
    return j->ops->checkpoint_begin(j->store, seq);
}

enum ff_status journal_checkpoint_put(struct journal *j, struct ff_span block)
{
    return j->ops->checkpoint_put(j->store, block);
}

enum ff_status journal_checkpoint_commit(struct journal *j)
{
    return j->ops->checkpoint_commit(j->store);
}

void journal_checkpoint_abort(struct journal *j)
{
    j->ops->checkpoint_abort(j->store);
}

enum ff_status journal_checkpoint_open(struct journal *j, uint64_t most, uint64_t *seq, char *why, size_t size)
{
    return j->ops->checkpoint_open(j->store, most, seq, why, size);
}

enum ff_status journal_checkpoint_next(struct journal *j, struct ff_span *block)
{
    return j->ops->checkpoint_next(j->store, block);
}

void journal_checkpoint_end(struct journal *j)
{
    j->ops->checkpoint_end(j->store);
}

enum ff_status journal_trim(struct journal *j, struct ff_keep keep)
{
    assert(!j->beside);
    return j->ops->trim(j->store, keep);
}

uint64_t journal_seal(struct journal *j, uint64_t upto)
{
    assert(!j->beside);
    return j->ops->seal(j->store, upto);
}

enum ff_status journal_erase(struct journal *j, uint64_t behind, uint64_t sealed, ff_erase_fn gone, void *ctx,
                             uint64_t *erased, char *why, size_t size)
{
    return j->ops->erase(j->store, behind, sealed, gone, ctx, erased, why, size);
}

void journal_health(const struct journal *j, struct ff_store_health *out)
{
    j->ops->health(j->store, out);
}

bool journal_lost(const struct journal *j)
{
    return j->ops->lost(j->store);
}

enum ff_status journal_strays(struct journal *j, ff_replay_fn fn, void *ctx)
{
    assert(j->replayed);
    return j->state == FF_OK ? j->ops->strays(j->store, fn, ctx) : j->state;
}

enum ff_status journal_graft(struct journal *j, uint64_t seq)
{
    assert(!j->replayed && !j->beside);
    enum ff_status st = j->ops->graft(j->store, seq);
    if (st != FF_OK)
        return st;
    j->last = seq;
    j->replayed = true;
    journal_poll(j);
    return FF_OK;
}

/* Until the store has news; at once where it never has any by itself. */
static void news_wait(const struct journal *j)
{
    struct pollfd news = {.fd = journal_news_fd(j), .events = POLLIN};
    while (news.fd >= 0 && poll(&news, 1, -1) < 0 && errno == EINTR)
        continue;
}

enum ff_status journal_drain(struct journal *j)
{
    for (int failures = 0; failures < DRAIN_TRIES;) {
        journal_flush(j);
        if (j->state == FF_OK && j->durable == j->last)
            break;
        if (j->flushed && j->durable < j->last) {
            news_wait(j);
            journal_poll(j);
        }
        failures += !j->flushed || journal_news_fd(j) < 0;
    }
    return j->state;
}

void journal_close(struct journal **out)
{
    struct journal *j = *out;
    if (!j)
        return;
    j->ops->close(&j->store);
    free(j);
    *out = NULL;
}
