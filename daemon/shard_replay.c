/* Replay is normal operation: the same fold, from the record instead of from the door, and like there some records at a
 * time, that what they need of memory is fetched for all of them together. */
#include "shard.h"

#include "journal.h"
#include "note.h"

#include <string.h>

/* Replayed between two calls of breathe. */
#define BREATHE_RECORDS 16

/* Room for the bodies of records that wait; a larger one waits for nobody. */
#define WAITING_BYTES ((size_t)16 << 10)

/* What has come from the journal and is not folded yet. */
struct replaying {
    struct shard *shard;
    uint64_t last; /* seq of the last that has come */
    uint32_t n;
    struct ff_record records[FOLD_EXPECT]; /* they borrow from bytes */
    size_t used;
    char bytes[WAITING_BYTES];
};

/* The shard is where the journal has been read to. */
static void replay_give(struct replaying *p)
{
    struct shard *s = p->shard;
    struct fold_ahead ahead[FOLD_EXPECT];
    fold_expect(s->fold, p->records, p->n, ahead);
    for (uint32_t i = 0; i < p->n; i++) {
        const struct ff_record *r = &p->records[i];
        if (r->received > s->now)
            s->now = r->received;
        tally_advance(s->tally, r->received);
        fold_apply(s->fold, r, &ahead[i]);
    }
    s->seq = p->last;
    p->n = 0;
    p->used = 0;
}

/* A record that is no beacon: one that was erased, or a note. */
static enum ff_status replay_other(struct replaying *p, uint64_t seq, struct ff_span body)
{
    struct ff_note n;
    replay_give(p);
    if (body.n == 0) {
        p->shard->erased++;
        p->last = seq;
        return FF_OK;
    }
    enum ff_status status = note_decode(seq, body, &n);
    if (status)
        return status;
    shard_note(p->shard, &n);
    p->last = seq;
    return FF_OK;
}

/* The body for as long as its record waits. */
static struct ff_span replay_keep(struct replaying *p, struct ff_span body)
{
    char *to = p->bytes + p->used;
    memcpy(to, body.p, body.n);
    p->used += body.n;
    return ff_span_of(to, body.n);
}

static enum ff_status replay_beacon(struct replaying *p, uint64_t seq, struct ff_span body)
{
    bool waits = body.n <= sizeof p->bytes;
    if (p->n == FOLD_EXPECT || !waits || body.n > sizeof p->bytes - p->used)
        replay_give(p);
    if (p->n == 0)
        canon_reset(p->shard->canon);
    enum ff_status status =
        record_decode(p->shard->canon, seq, waits ? replay_keep(p, body) : body, &p->records[p->n]);
    if (status && status != FF_UNKNOWN_SITE)
        return status;
    p->last = seq;
    if (status)
        p->shard->unknown_site++;
    else
        p->n++;
    if (!waits)
        replay_give(p);
    return FF_OK;
}

static enum ff_status replay_record(void *replaying, uint64_t seq, struct ff_span body)
{
    struct replaying *p = replaying;
    p->shard->missing += seq - (p->last + 1);
    if (p->shard->breathe && seq % BREATHE_RECORDS == 0)
        p->shard->breathe(p->shard->breathe_ctx);
    return body.n == 0 || note_is(body) ? replay_other(p, seq, body) : replay_beacon(p, seq, body);
}

enum ff_status shard_go_on(struct shard *s, struct journal *j, uint64_t upto, char *why, size_t size)
{
    struct replaying p = {.shard = s, .last = s->seq};
    enum ff_status status = s->beside ? journal_read(j, s->seq + 1, upto, replay_record, &p, why, size)
                                      : journal_replay_from(j, s->seq + 1, replay_record, &p, why, size);
    replay_give(&p);
    return status;
}
