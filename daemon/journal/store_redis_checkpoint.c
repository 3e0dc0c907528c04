/* Writing a checkpoint to the Redis store: by a process beside the owner, or by the owner itself where Redis
 * has lost records. Then a new epoch begins first, so that nobody takes what comes after for a part of what is
 * left; all small values are put again; and what was spilled up to the checkpoint counts as taken with it. */
#include "store_redis.h"

#include <time.h>

static ff_wall now_wall(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec * FF_SECOND + t.tv_nsec / 1000;
}

bool store_redis_lost(const struct ff_store *s)
{
    return !s->beside && s->owner.mode == REDIS_LOST;
}

/* Begins an epoch behind the last record; what of the records between the stream's and it is lost to a reader is
 * in the checkpoint that is to come. What is found may be the beginning of an attempt before this one, whose answer
 * did not come, and which had fewer: then there is one more. */
static enum ff_status epoch_claim(struct ff_store *s)
{
    struct redis_owner *o = &s->owner;
    const uint64_t last = o->last;
    uint64_t begin = UINT64_MAX;
    enum redis_trouble t = redis_owner_link(o, true, REDIS_PATIENCE);
    while (t == REDIS_OK && begin != last) {
        struct redis_id mine;
        const struct redis_claim claim = {.now = (uint64_t)(now_wall() / FF_MILLISECOND), .by = s->by,
                                          .above = o->claimed ? o->claimed : o->epoch, .last = &last, .lost = true};
        t = redis_stream_take(s->link, &s->keys, &claim, &mine, &begin);
        if (t == REDIS_OK)
            o->claimed = s->shard.epoch = mine.epoch;
    }
    return redis_trouble_status(t);
}

static enum ff_status mend_begin(struct ff_store *s, uint64_t seq)
{
    if (seq != s->owner.last)
        return FF_BAD_PARAMETER;
    enum ff_status st = epoch_claim(s);
    if (st == FF_OK)
        st = redis_kept_put(&s->kept, &s->shard);
    if (st != FF_OK)
        return st;
    s->mending = true;
    s->mending_upto = seq;
    return seq > 0 ? redis_checkpoint_begin(&s->checkpoints, &s->shard, seq) : FF_OK;
}

/* With the checkpoint the manifest says that nothing of the old epoch is missing, nor of the strays on their way. */
static enum ff_status mend_commit(struct ff_store *s)
{
    struct redis_owner *o = &s->owner;
    redis_took_note(&o->seen.took, o->epoch, s->mending_upto);
    if (o->stray.took.epoch)
        redis_took_note(&o->seen.took, o->stray.took.epoch, o->stray.took.n);
    const enum ff_status st = s->mending_upto > 0
                                  ? redis_checkpoint_commit(&s->checkpoints, &s->shard, &o->seen, now_wall())
                                  : FF_OK;
    if (st != FF_OK)
        return st;
    s->mending = false;
    redis_owner_mended(o, s->shard.epoch);
    return FF_OK;
}

/* An owner writes one itself after lost data, and where a store is copied: no beacons wait for what Redis takes. */
static enum redis_trouble checkpoint_link(struct ff_store *s)
{
    return s->replayed ? redis_owner_link(&s->owner, s->mending, REDIS_PATIENCE) : store_redis_link(s);
}

enum ff_status store_redis_begin(struct ff_store *s, uint64_t seq)
{
    if (store_redis_lost(s))
        return mend_begin(s, seq);
    if (!s->beside && seq > s->owner.acked)
        return FF_BAD_PARAMETER;
    const enum redis_trouble t = checkpoint_link(s);
    return t == REDIS_OK ? redis_checkpoint_begin(&s->checkpoints, &s->shard, seq) : redis_trouble_status(t);
}

enum ff_status store_redis_put(struct ff_store *s, struct ff_span block)
{
    const enum redis_trouble t = checkpoint_link(s);
    if (t != REDIS_OK || (s->mending && s->mending_upto == 0))
        return redis_trouble_status(t);
    return redis_checkpoint_put(&s->checkpoints, &s->shard, block);
}

enum ff_status store_redis_commit(struct ff_store *s)
{
    const enum redis_trouble t = checkpoint_link(s);
    if (t != REDIS_OK)
        return redis_trouble_status(t);
    return s->mending ? mend_commit(s)
                      : redis_checkpoint_commit(&s->checkpoints, &s->shard, store_redis_seen(s), now_wall());
}

void store_redis_abort(struct ff_store *s)
{
    if (checkpoint_link(s) != REDIS_OK) /* what is there of it goes with the next trim */
        s->checkpoints.made = (struct redis_checkpoint){0};
    s->mending = false;
    redis_checkpoint_abort(&s->checkpoints, &s->shard);
}
