/* The Redis store: what start, owner, reader and the keys of a shard do, put together.
 *
 * The owner's records go through redis_owner, whose worker is the only one that waits for Redis while beacons
 * do. All other verbs are rare: they wait until none of its errands is under way and use its link themselves. Beside
 * the owner there is none, and the link is the caller's alone. */
#include "journal.h"
#include "log.h"
#include "redis_erase.h"
#include "redis_reader.h"
#include "redis_trim.h"
#include "redis_values.h"
#include "store_redis.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* What a verb beside the owner may take. */
#define PATIENCE (5 * FF_SECOND)

/* What the options say; false with a sentence in why. url holds a password then, perhaps. */
static bool options_read(const struct ff_redis_options *o, struct redis_url *url, struct redis_keys *keys, char *why,
                         size_t size)
{
    char text[256];
    if (!redis_url_parse(o->url, url, text, sizeof text)) {
        snprintf(why, size, "store.redis.url: %s", text);
        return false;
    }
    if (*o->password_file && !redis_url_password_file(url, o->password_file, why, size))
        return false;
    if (url->user[0] && !url->password[0]) {
        snprintf(why, size, "store.redis.url: expected a password with the user, or store.redis.password_file");
        return false;
    }
    if (redis_keys_make(keys, o->prefix, o->shard))
        return true;
    snprintf(why, size, "store.redis.prefix, store.redis.shard: expected 1 to %d letters, digits, '.', '_' or '-'",
             REDIS_NAME_MAX);
    return false;
}

bool store_redis_check(const struct ff_redis_options *options, char *why, size_t size)
{
    struct redis_url url;
    struct redis_keys keys;
    const bool sound = options_read(options, &url, &keys, why, size);
    explicit_bzero(&url, sizeof url);
    return sound;
}

const char *store_redis_place(const char *url, char *out, size_t size)
{
    struct redis_url parsed;
    char shown[REDIS_URL_SHOWN], why[256];
    const bool sound = redis_url_parse(url, &parsed, why, sizeof why);
    snprintf(out, size, "%s", sound ? redis_url_show(&parsed, shown) : "store.redis.url");
    return out;
}

static enum ff_status link_make(struct ff_store *s, const struct ff_redis_options *o, char *why, size_t size)
{
    struct redis_url url;
    if (!options_read(o, &url, &s->keys, why, size))
        return FF_BAD_PARAMETER;
    s->link = redis_link_new(&url);
    explicit_bzero(&url, sizeof url);
    return s->link ? FF_OK : FF_NO_MEMORY;
}

/* Before the shard is taken over: who cannot have the spill must not have the shard either. */
static enum ff_status spill_make(const struct ff_store *s, const struct ff_store_options *options, struct spill **out,
                                 char *why, size_t size)
{
    const struct spill_options spill = {
        .journal = s->keys.journal.text,
        .path = options->path,
        .durability = options->durability,
        .io = options->io,
        .max = options->redis->spill_max,
    };
    return spill.max > 0 ? spill_open(out, &spill, why, size) : FF_OK;
}

static enum ff_status owner_open(struct ff_store *s, const struct ff_store_options *options, char *why, size_t size)
{
    const struct redis_start start = {.link = s->link, .keys = &s->keys, .durability = options->durability,
                                      .within = options->redis->start_within};
    struct redis_id mine;
    struct spill *spill = NULL;
    uint64_t last;
    enum ff_status st = spill_make(s, options, &spill, why, size);
    if (st == FF_OK)
        st = redis_start(&start, &mine, &last, s->by, why, size);
    if (st != FF_OK) {
        spill_close(&spill);
        return st;
    }
    s->shard = (struct redis_shard){.link = s->link, .keys = &s->keys, .epoch = mine.epoch};
    const int error = redis_owner_init(&s->owner, s->link, &s->keys, mine.epoch, last, options->redis->timeout,
                                       spill);
    if (error < 0) {
        snprintf(why, size, "%s: %s", redis_link_server(s->link), strerror(-error));
        return FF_NO_MEMORY;
    }
    s->owner.flight.needs_file = options->durability == FF_DURABLE_DISK;
    log_info("journal", "taken_over", "server=\"%s\" journal=%s epoch=%" PRIu64 " last=%" PRIu64,
             redis_link_server(s->link), s->keys.journal.text, mine.epoch, last);
    return FF_OK;
}

static enum ff_status beside_open(struct ff_store *s, const struct ff_store_options *options, char *why, size_t size)
{
    struct redis_look look;
    enum redis_trouble t = redis_link_connect(s->link, PATIENCE);
    if (t == REDIS_OK)
        t = redis_stream_look(s->link, &s->keys, &look);
    snprintf(why, size, "%s", redis_link_why(s->link));
    if (t != REDIS_OK)
        return redis_trouble_status(t);
    s->shard = (struct redis_shard){.link = s->link, .keys = &s->keys, .epoch = look.last.epoch};
    s->left_beside = look.handover > 0 || spill_is_left(options->path, options->io);
    if (!look.there)
        snprintf(why, size, "%s: %s: there is no such journal", redis_link_server(s->link), s->keys.journal.text);
    return look.there ? FF_OK : FF_STORE_FAILED;
}

static enum ff_status redis_open(struct ff_store **out, const struct ff_store_options *options, char *why, size_t size)
{
    *out = NULL;
    assert(options->redis);
    struct ff_store *s = calloc(1, sizeof *s);
    if (!s) {
        snprintf(why, size, "out of memory");
        return FF_NO_MEMORY;
    }
    s->beside = options->beside;
    enum ff_status st = link_make(s, options->redis, why, size);
    if (st == FF_OK)
        st = s->beside ? beside_open(s, options, why, size) : owner_open(s, options, why, size);
    if (st != FF_OK) {
        redis_link_free(s->link);
        free(s);
        return st;
    }
    *out = s;
    return FF_OK;
}

enum redis_trouble store_redis_link(struct ff_store *s)
{
    if (s->replayed)
        return redis_owner_link(&s->owner, false, s->owner.timeout);
    return redis_link_connected(s->link) ? REDIS_OK : redis_link_connect(s->link, PATIENCE);
}

struct redis_seen *store_redis_seen(struct ff_store *s)
{
    return s->beside ? &s->seen : &s->owner.seen;
}

/* The same as a status, for verbs that say why. */
static enum ff_status link_take_why(struct ff_store *s, char *why, size_t size)
{
    const enum redis_trouble t = store_redis_link(s);
    if (t != REDIS_OK && !s->beside && redis_owner_busy(&s->owner)) /* then the link is not ours to ask */
        snprintf(why, size, "%s: %s", redis_link_server(s->link), redis_trouble_name(t));
    else if (t != REDIS_OK)
        snprintf(why, size, "%s", redis_link_why(s->link));
    return redis_trouble_status(t);
}

/* What former owners have brought to Redis, as the manifest says: it stays known should Redis lose the manifest. */
static enum ff_status took_read(struct ff_store *s, char *why, size_t size)
{
    struct redis_manifest *m = &s->checkpoints.manifest;
    const enum ff_status st = redis_manifest_read(&s->shard, m, why, size);
    for (uint32_t i = 0; st == FF_OK && i < m->took.n; i++)
        redis_took_note(&s->owner.seen.took, m->took.row[i].epoch, m->took.row[i].seq);
    return st;
}

static enum ff_status redis_replay(struct ff_store *s, uint64_t from, uint64_t upto, ff_replay_fn fn, void *ctx,
                                   uint64_t *last, char *why, size_t size)
{
    const bool all = upto == UINT64_MAX && !s->beside;
    enum ff_status st = link_take_why(s, why, size);
    if (st == FF_OK)
        st = redis_read(s->link, &s->keys, from, upto, fn, ctx, store_redis_seen(s), last, why, size);
    if (st == FF_OK && all && *last != s->owner.last) {
        snprintf(why, size, "%s: %s: it ended with record %" PRIu64 " when it was taken over, and ends with %" PRIu64 " now",
                 redis_link_server(s->link), s->keys.journal.text, s->owner.last, *last);
        return *last < s->owner.last ? FF_STORE_CORRUPT : FF_STORE_FENCED;
    }
    if (st == FF_OK && all)
        st = took_read(s, why, size);
    if (st == FF_OK && all) {
        snprintf(why, size, "%s: %s cannot be seen", redis_link_server(s->link), s->keys.handover.text);
        st = redis_trouble_status(redis_handover_count(s->link, &s->keys, &s->owner.handover));
    }
    if (st == FF_OK && all) {
        redis_seen_begin(&s->owner.seen, s->shard.epoch, *last);
        s->replayed = true;
    }
    return st;
}

static enum ff_status redis_first(struct ff_store *s, uint64_t *first)
{
    enum redis_trouble t = store_redis_link(s);
    if (t == REDIS_OK)
        t = redis_read_first(s->link, &s->keys, first);
    return redis_trouble_status(t);
}

static uint64_t redis_settled(struct ff_store *s)
{
    return s->owner.mode == REDIS_DIRECT ? s->owner.acked : 0; /* nothing is to be built on a Redis in trouble */
}

static enum ff_status redis_append(struct ff_store *s, uint64_t seq, struct ff_span body)
{
    assert(s->replayed);
    return redis_owner_append(&s->owner, seq, body);
}

static bool redis_crowded(const struct ff_store *s)
{
    return redis_owner_crowded(&s->owner);
}

static enum ff_status redis_flush(struct ff_store *s)
{
    return redis_owner_flush(&s->owner);
}

static int redis_news_fd(struct ff_store *s)
{
    return s->beside ? -1 : s->owner.beat.news_fd;
}

static enum ff_status redis_poll(struct ff_store *s, uint64_t *durable)
{
    return redis_owner_poll(&s->owner, durable);
}

static enum ff_status redis_open_checkpoint(struct ff_store *s, uint64_t most, uint64_t *seq, char *why, size_t size)
{
    *seq = 0;
    const enum ff_status st = link_take_why(s, why, size);
    return st == FF_OK ? redis_checkpoint_open(&s->checkpoints, &s->shard, most, seq, why, size) : st;
}

static enum ff_status redis_next(struct ff_store *s, struct ff_span *block)
{
    const enum redis_trouble t = store_redis_link(s);
    return t == REDIS_OK ? redis_checkpoint_next(&s->checkpoints, &s->shard, block) : redis_trouble_status(t);
}

static void redis_end(struct ff_store *s)
{
    redis_checkpoint_end(&s->checkpoints);
}

static enum ff_status redis_trim(struct ff_store *s, struct ff_keep keep)
{
    struct redis_trimmed done = {0};
    assert(!s->beside && s->replayed);
    enum redis_trouble t = redis_owner_link_to_trim(&s->owner, s->owner.timeout);
    if (t == REDIS_OK)
        t = redis_trim_run(&s->shard, keep, &done);
    if (done.checkpoints || done.upto.epoch)
        log_info("journal", "trimmed", "checkpoints=%u upto=%" PRIu64 "-%" PRIu64, done.checkpoints, done.upto.epoch,
                 done.upto.n);
    return redis_trouble_status(t);
}

/* Whatever is acknowledged can be taken out of the stream's copy that an erase makes. */
static uint64_t redis_seal(struct ff_store *s, uint64_t upto)
{
    assert(upto <= s->owner.last);
    (void)upto;
    return redis_settled(s);
}

static enum ff_status redis_erase(struct ff_store *s, uint64_t behind, uint64_t sealed, ff_erase_fn gone, void *ctx,
                                  uint64_t *erased, char *why, size_t size)
{
    *erased = 0;
    const enum ff_status st = link_take_why(s, why, size);
    return st == FF_OK ? redis_erase_run(&s->shard, &s->checkpoints, behind, sealed, gone, ctx, erased, why, size) : st;
}

static enum ff_status redis_put(struct ff_store *s, const char *name, struct ff_span value)
{
    const enum redis_trouble t = store_redis_link(s);
    const enum ff_status st = t == REDIS_OK ? redis_values_put(&s->shard, name, value) : redis_trouble_status(t);
    if (st == FF_OK && !redis_kept_note(&s->kept, name, ff_span_of(value.p ? value.p : "", value.n)))
        log_warning("journal", "value_unkept", "name=%s", name);
    return st;
}

static enum ff_status redis_get(struct ff_store *s, const char *name, void *out, size_t size, size_t *n)
{
    const enum redis_trouble t = store_redis_link(s);
    const enum ff_status st = t == REDIS_OK ? redis_values_get(&s->shard, name, out, size, n) : redis_trouble_status(t);
    if (st == FF_OK && *n <= size && !s->beside && !redis_kept_note(&s->kept, name, ff_span_of(out, *n)))
        log_warning("journal", "value_unkept", "name=%s", name);
    return st;
}

static enum ff_status redis_remove(struct ff_store *s, const char *name)
{
    const enum redis_trouble t = store_redis_link(s);
    const enum ff_status st = t == REDIS_OK ? redis_values_remove(&s->shard, name) : redis_trouble_status(t);
    if (st == FF_OK)
        redis_kept_note(&s->kept, name, ff_span_of(NULL, 0));
    return st;
}

/* A further epoch says where the journal begins. */
static enum ff_status redis_graft(struct ff_store *s, uint64_t seq)
{
    assert(!s->replayed && !s->beside);
    const struct redis_claim claim = {.now = 0, .by = s->by, .above = s->shard.epoch, .last = &seq};
    struct redis_id mine;
    uint64_t last, first;
    enum redis_trouble t = store_redis_link(s);
    if (t == REDIS_OK)
        t = redis_read_first(s->link, &s->keys, &first);
    if (t == REDIS_OK && (s->owner.last > 0 || first != 1))
        return FF_BAD_PARAMETER;
    if (t == REDIS_OK)
        t = redis_stream_take(s->link, &s->keys, &claim, &mine, &last);
    if (t != REDIS_OK)
        return redis_trouble_status(t);
    s->shard.epoch = mine.epoch;
    redis_owner_begin(&s->owner, mine.epoch, seq);
    redis_seen_begin(&s->owner.seen, mine.epoch, seq);
    s->replayed = true;
    return FF_OK;
}

static void redis_health(const struct ff_store *s, struct ff_store_health *out)
{
    *out = (struct ff_store_health){.state = redis_trouble_name(REDIS_OK)};
    if (!s->beside)
        redis_owner_health(&s->owner, out);
    out->strays = store_redis_has_strays(s);
    if (!out->degraded && store_redis_awaits_strays(s))
        out->degraded = "taking in what was left elsewhere";
}

static void redis_close(struct ff_store **store)
{
    struct ff_store *s = *store;
    if (!s)
        return;
    if (!s->beside) {
        redis_owner_drain(&s->owner);
        redis_owner_fini(&s->owner);
    }
    redis_checkpoints_fini(&s->checkpoints);
    redis_kept_fini(&s->kept);
    redis_link_free(s->link);
    free(s);
    *store = NULL;
}

const struct ff_store_ops store_redis = {
    .name = "redis",
    .open = redis_open,
    .replay = redis_replay,
    .first = redis_first,
    .settled = redis_settled,
    .checkpoint_begin = store_redis_begin,
    .checkpoint_put = store_redis_put,
    .checkpoint_commit = store_redis_commit,
    .checkpoint_abort = store_redis_abort,
    .checkpoint_open = redis_open_checkpoint,
    .checkpoint_next = redis_next,
    .checkpoint_end = redis_end,
    .trim = redis_trim,
    .seal = redis_seal,
    .erase = redis_erase,
    .append = redis_append,
    .crowded = redis_crowded,
    .flush = redis_flush,
    .news_fd = redis_news_fd,
    .poll = redis_poll,
    .put = redis_put,
    .get = redis_get,
    .remove = redis_remove,
    .health = redis_health,
    .lost = store_redis_lost,
    .strays = store_redis_strays,
    .graft = redis_graft,
    .close = redis_close,
};
