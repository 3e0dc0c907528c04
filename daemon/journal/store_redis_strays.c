/* Strays of the Redis store: what a former owner has left in the handover, and what a former process on this
 * machine has left in the spill. They come as new records, in a group of their own whose entry says up to
 * which record of that owner all is in the journal now, so that no crash makes them come twice. */
#include "store_redis.h"

#include "log.h"

#include <inttypes.h>

/* Bytes of bodies that are taken from the spill at once: a group holds them. */
#define LEFT_BYTES ((size_t)256 << 10)

static bool any_left(const struct ff_store *s)
{
    return s->owner.outage.left > s->left_taken;
}

bool store_redis_has_strays(const struct ff_store *s)
{
    const struct redis_owner *o = &s->owner;
    if (s->beside)
        return s->left_beside;
    if (!s->replayed || o->mode != REDIS_DIRECT)
        return false;
    return o->stray.took.epoch ? o->acked >= o->stray.last : o->handover > 0 || any_left(s);
}

bool store_redis_awaits_strays(const struct ff_store *s)
{
    const struct redis_owner *o = &s->owner;
    return !s->beside && o->mode == REDIS_DIRECT && (o->stray.took.epoch || o->handover > 0 || any_left(s));
}

/* One step of giving: whose records they are, and how far it came. */
struct giving {
    struct ff_store *store;
    ff_replay_fn fn;
    void *ctx;
    struct redis_id whose; /* epoch 0: nothing was given yet; else the last that was, or what it was a copy of */
    struct redis_id run;   /* n 0, or the last one looked at was a copy, of those that end with this one's seq */
    bool torn;             /* and of these not all are there */
    uint64_t place;        /* of the spill */
    size_t bytes;
};

static bool known(const struct giving *g, struct redis_id id)
{
    return id.n <= redis_took_of(&g->store->owner.seen.took, id.epoch);
}

/* Gives a record unless it, or what it is a copy of, is known to be in the journal. With the last of the copies all
 * is there that they are copies of: this is what is said then, for that may still lie elsewhere. Copies without
 * their last are not given, for it does lie there: it goes when they are acknowledged, all together. */
static enum ff_status give(struct giving *g, struct redis_id id, struct spill_copy copy, struct ff_span body)
{
    const bool copied = copy.epoch && (g->torn || known(g, (struct redis_id){copy.epoch, copy.seq}));
    if (!copied && !known(g, id)) {
        const enum ff_status st = g->fn(g->ctx, id.n, body);
        if (st != FF_OK)
            return st;
        g->whose = copy.epoch && id.n == copy.upto ? (struct redis_id){copy.epoch, copy.seq} : id;
    }
    g->run = (struct redis_id){id.epoch, copy.upto};
    g->bytes += body.n;
    return FF_OK;
}

static bool is_of_run(const struct giving *g, struct redis_id run)
{
    return run.n > 0 && redis_id_compare(run, g->run) == 0;
}

/* Whether a record begins a step of its own: copies of one run (n 0: it is none) are one step. */
static bool apart(const struct giving *g, struct redis_id run)
{
    if (is_of_run(g, run))
        return false;
    return g->bytes > LEFT_BYTES || (g->whose.epoch && (g->whose.epoch != run.epoch || run.n != g->run.n));
}

/* A spill_fn: *last becomes a copy of epoch 0 if this is not the last of the same copies. */
static enum ff_status last_look(void *last, const struct spill_record *r)
{
    struct spill_record *l = last;
    if (r->epoch != l->epoch || r->seq != l->copy.upto || r->copy.epoch != l->copy.epoch || r->copy.seq != l->copy.seq)
        l->copy.epoch = 0;
    return FF_OK;
}

/* Whether of the copies that begin with this one the last is missing: the disk had not all of them when their process
 * ended. They have places without a hole. */
static bool is_torn(const struct ff_store *s, const struct spill_record *first)
{
    char why[512];
    struct spill_record last = *first;
    const uint64_t place = first->place + (first->copy.upto - first->seq);
    if (first->copy.upto < first->seq || place > s->owner.outage.left)
        return true;
    return spill_each(s->owner.outage.spill, place, place, last_look, &last, why, sizeof why) != FF_OK || !last.copy.epoch;
}

/* A spill_fn; ends with FF_NOT_FOUND where a step ends. */
static enum ff_status left_give(void *ctx, const struct spill_record *r)
{
    struct giving *g = ctx;
    const struct redis_id run = {r->epoch, r->copy.upto};
    if (apart(g, run))
        return FF_NOT_FOUND;
    if (!is_of_run(g, run))
        g->torn = r->copy.epoch && is_torn(g->store, r);
    const enum ff_status st = give(g, (struct redis_id){r->epoch, r->seq}, r->copy, r->body);
    if (st == FF_OK)
        g->place = r->place;
    return st;
}

static enum ff_status left_take(struct ff_store *s, struct giving *g)
{
    char why[512], quoted[600];
    g->place = s->left_taken;
    enum ff_status st = spill_each(s->owner.outage.spill, s->left_taken + 1, s->owner.outage.left, left_give, g, why,
                                   sizeof why);
    s->left_given = g->place;
    if (st != FF_STORE_CORRUPT && st != FF_STORE_FAILED)
        return st == FF_NOT_FOUND ? FF_OK : st;
    /* The rest stays where it is, and is tried again by the next process. */
    log_error("journal", "spill", "status=%s why=%s", ff_status_code(st),
              log_quoted(quoted, sizeof quoted, why, strlen(why)));
    s->left_given = s->owner.outage.left;
    s->left_kept = true;
    return FF_OK;
}

static enum ff_status handed_take(struct ff_store *s, struct giving *g)
{
    struct segment_group group;
    struct segment_record r;
    struct ff_span bytes;
    bool found = false;
    enum redis_trouble t = store_redis_link(s);
    if (t == REDIS_OK)
        t = redis_handover_next(s->link, &s->keys, &s->handed, &group, &bytes, &found);
    if (t != REDIS_OK)
        return redis_trouble_status(t);
    if (!found) {
        s->owner.handover = 0;
        return FF_NOT_FOUND;
    }
    enum ff_status st = FF_OK;
    const struct spill_copy copy = {s->handed.copy.epoch, s->handed.copy.n, s->handed.copy.epoch ? s->handed.last : 0};
    for (uint32_t i = 0; i < group.count && st == FF_OK; i++) {
        bytes.p += segment_record_at(&r, bytes.p);
        st = give(g, (struct redis_id){s->handed.epoch, r.seq}, copy, r.body);
    }
    s->handed_whole = st == FF_OK;
    return st;
}

/* What was on its way is in the journal, or was known. */
static enum ff_status stray_end(struct ff_store *s)
{
    struct redis_owner *o = &s->owner;
    enum redis_trouble t = REDIS_OK;
    if (s->handed_whole) {
        t = store_redis_link(s);
        if (t == REDIS_OK)
            t = redis_handover_drop(s->link, &s->keys, &s->handed);
        if (t != REDIS_OK)
            return redis_trouble_status(t);
        o->handover -= o->handover > 0;
    }
    if (o->stray.took.epoch)
        redis_took_note(&o->seen.took, o->stray.took.epoch, o->stray.took.n);
    s->handed_whole = false;
    s->left_taken = s->left_given;
    o->stray = (struct redis_stray){0};
    if (o->outage.left > 0 && !any_left(s) && !s->left_kept) {
        s->left_taken = s->left_given = 0;
        redis_outage_left_taken(&o->outage);
        redis_beat_watch(&o->beat, spill_news_fd(o->outage.spill));
    }
    return FF_OK;
}

/* Gives the next few, in a group of their own. What fn has appended when it fails is as good as the rest. */
static enum ff_status strays_give(struct ff_store *s, ff_replay_fn fn, void *ctx)
{
    struct redis_owner *o = &s->owner;
    struct giving g = {.store = s, .fn = fn, .ctx = ctx};
    const uint64_t before = o->last;
    pending_whole(&o->queue);
    const enum ff_status st = any_left(s) ? left_take(s, &g) : handed_take(s, &g);
    pending_close(&o->queue);
    if (o->last > before)
        o->stray = (struct redis_stray){before + 1, o->last, g.whose};
    else if (st == FF_OK)
        return stray_end(s);
    return st;
}

enum ff_status store_redis_strays(struct ff_store *s, ff_replay_fn fn, void *ctx)
{
    if (!store_redis_has_strays(s))
        return FF_NOT_FOUND;
    enum ff_status st = s->owner.stray.took.epoch ? stray_end(s) : FF_OK;
    if (st == FF_OK && !store_redis_has_strays(s))
        return FF_NOT_FOUND;
    return st == FF_OK ? strays_give(s, fn, ctx) : st;
}
