/* What the house does when the store has something to say: records that an owner before this one left
 * elsewhere are taken in, a store that has lost records gets the whole state, and one that another daemon has
 * taken over ends this one. */
#include "house_state.h"

#include "image.h"
#include "log.h"
#include "note.h"
#include "service.h"
#include "shard_forget.h"

#include <inttypes.h>
#include <stdio.h>

/* After a checkpoint for a store that has lost records could not be written, it is tried again this much later. */
#define LOST_RETRY FF_SECOND

static enum ff_status stray_forget(struct house *h, struct ff_note *n, struct ff_span body)
{
    enum ff_status status = journal_append(h->journal, body, &n->seq);
    if (status == FF_OK)
        shard_note(&h->shard, n);
    return status;
}

/* A forget is noted anew; that one was seen to is not, for it speaks of records by numbers of then. */
static enum ff_status stray_take_note(struct house *h, struct ff_span body)
{
    struct ff_note n;
    enum ff_status status = note_decode(0, body, &n);
    if (status || n.kind != FF_NOTE_FORGET)
        return status;
    status = fold_can_forget(h->shard.fold) ? stray_forget(h, &n, body) : FF_BUSY;
    h->store.strays_taken += status == FF_OK;
    return status;
}

/* Whoever was forgotten after that was received is not to come back with it: it counts, and is forgotten again. Both
 * are of one group. */
static enum ff_status stray_forget_again(struct house *h, struct ff_note *n)
{
    char body[NOTE_MAX];
    return stray_forget(h, n, ff_span_of(body, note_encode(n, body, sizeof body)));
}

static enum ff_status stray_take_record(struct house *h, struct ff_record *r, struct ff_span body)
{
    struct fold_ahead ahead;
    fold_expect(h->shard.fold, r, 1, &ahead);
    if (fold_is_duplicate(h->shard.fold, r, &ahead)) {
        h->store.strays_known++;
        return FF_OK;
    }
    struct ff_note forgotten;
    const bool late = shard_forget_late(&h->shard, r, &forgotten);
    if (late && (!fold_can_forget(h->shard.fold) || journal_admits(h->journal) != FF_OK))
        return FF_BUSY;
    enum ff_status status = journal_append(h->journal, body, &r->seq);
    if (status)
        return status;
    if (r->received > h->own.now)
        h->own.now = r->received;
    tally_advance(h->shard.tally, r->received);
    fold_apply(h->shard.fold, r, &ahead);
    h->store.strays_taken++;
    return late ? stray_forget_again(h, &forgotten) : FF_OK;
}

/* An ff_replay_fn. What this daemon cannot read, it need not keep from the rest. */
static enum ff_status stray_take(void *house, uint64_t seq, struct ff_span body)
{
    struct house *h = house;
    struct ff_record r;
    if (body.n == 0)
        return FF_OK;
    canon_reset(h->own.canon);
    enum ff_status status = note_is(body) ? stray_take_note(h, body) : record_decode(h->own.canon, 0, body, &r);
    if (status == FF_OK && !note_is(body))
        status = stray_take_record(h, &r, body);
    if (status != FF_UNKNOWN_SITE && status != FF_STORE_CORRUPT && status != FF_STORE_VERSION)
        return status;
    h->store.strays_refused++;
    log_warning("house", "stray_refused", "seq=%" PRIu64 " why=%s", seq, ff_status_code(status));
    return FF_OK;
}

/* One step: the store gives a few at a time, and has news when these are durable. */
static enum ff_status strays_take(struct house *h)
{
    door_give_gathered(&h->own); /* it uses the canon that strays are decoded with */
    const struct house_store before = h->store;
    enum ff_status status = journal_strays(h->journal, stray_take, h);
    const struct house_store *s = &h->store;
    if (s->strays_taken != before.strays_taken || s->strays_known != before.strays_known)
        log_info("house", "strays", "taken=%" PRIu64 " known=%" PRIu64, s->strays_taken - before.strays_taken,
                 s->strays_known - before.strays_known);
    if (status == FF_OK)
        journal_flush(h->journal);
    return status;
}

void house_store_begin(struct house *h)
{
    struct ff_store_health health;
    for (;;) {
        journal_health(h->journal, &health);
        if (!health.strays || strays_take(h) != FF_OK || journal_drain(h->journal) != FF_OK)
            return;
    }
}

/* The loop stands still meanwhile, and the service manager is not to take that for its end. */
static bool lost_give(void *journal, struct ff_span block)
{
    service_ping();
    return journal_checkpoint_put(journal, block) == FF_OK;
}

/* The whole state as it is, after the last record that was appended. */
static enum ff_status lost_write(struct house *h, uint64_t seq)
{
    struct image_out out;
    struct hash128 digest;
    enum ff_status status = journal_checkpoint_begin(h->journal, seq);
    if (status)
        return status;
    if (image_out_begin(&out, lost_give, h->journal))
        shard_save(&h->shard, seq, &out);
    status = image_out_end(&out, &digest) ? journal_checkpoint_commit(h->journal) : FF_STORE_AWAY;
    if (status)
        journal_checkpoint_abort(h->journal);
    return status;
}

/* Nothing else is done meanwhile: what was answered lies on one disk alone until this is written. */
static void lost_mend(struct house *h, ff_wall now)
{
    const uint64_t seq = journal_last(h->journal);
    if (now < h->store.not_before)
        return;
    checkpoint_give_up(h);
    enum ff_status status = lost_write(h, seq);
    if (status) {
        log_warning("house", "lost_data", "why=%s", ff_status_code(status));
        h->store.not_before = now + LOST_RETRY;
        return;
    }
    checkpoint_begin(h, seq);
    log_warning("house", "lost_data", "checkpoint=%" PRIu64 " why=\"the store had lost records: the whole state was written\"",
                seq);
}

/* Whoever has the shard now answers from here on. */
static void fenced_stop(struct house *h)
{
    if (h->store.fenced)
        return;
    h->store.fenced = true;
    log_error("house", "fenced", "why=\"another daemon has taken the shard over\"");
    house_stop(h);
}

static void health_log(struct house *h, const struct ff_store_health *health)
{
    struct house_store *s = &h->store;
    const char *state = s->state ? s->state : "ok";
    const char *degraded = s->degraded ? s->degraded : "no", *now = health->degraded ? health->degraded : "no";
    if (strcmp(state, health->state) != 0 || strcmp(degraded, now) != 0)
        log_warning("house", "store_health", "state=%s before=%s degraded=%s spilled=%" PRIu64, health->state, state,
                    now, health->spilled_records);
    s->state = health->state;
    s->degraded = health->degraded;
}

void house_store_look_after(struct house *h, ff_wall now)
{
    struct ff_store_health health;
    journal_health(h->journal, &health);
    health_log(h, &health);
    if (journal_state(h->journal) == FF_STORE_FENCED)
        fenced_stop(h);
    else if (journal_lost(h->journal))
        lost_mend(h, now);
    else if (health.strays)
        strays_take(h);
}

void house_store_end(struct house *h)
{
    h->store.not_before = FF_NEVER;
    if (journal_lost(h->journal))
        lost_mend(h, h->own.now);
}
