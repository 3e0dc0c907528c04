/* The Redis store: what start, owner, reader and the keys of a shard do, put together.
 *
 * The owner's records go through redis_owner, whose worker is the only one that waits for Redis while beacons
 * do. All other verbs are rare: they wait until the worker is idle and use its link themselves. Beside the
 * owner there is no worker, and the link is the caller's alone. */
#include "journal.h"
#include "log.h"
#include "redis_owner.h"
#include "redis_reader.h"
#include "redis_start.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* What a verb beside the owner may take. */
#define PATIENCE (5 * FF_SECOND)

struct ff_store {
    struct redis_link *link;
    struct redis_keys keys;
    struct redis_owner owner; /* not beside it */
    bool beside;
    bool replayed;
    char by[REDIS_BY];
    uint64_t epoch;           /* the owner's; beside it: of whoever owned the shard when it was opened */
};

static enum ff_status keys_make(struct ff_store *s, const struct ff_redis_options *o, char *why, size_t size)
{
    struct redis_url url;
    if (!redis_url_parse(o->url, &url, why, size) ||
        (*o->password_file && !redis_url_password_file(&url, o->password_file, why, size)))
        return FF_BAD_PARAMETER;
    if (!redis_keys_make(&s->keys, o->prefix, o->shard)) {
        snprintf(why, size, "store.redis.prefix, store.redis.shard: expected up to %d letters, digits, '.', '_' or '-'",
                 REDIS_NAME_MAX);
        return FF_BAD_PARAMETER;
    }
    s->link = redis_link_new(&url);
    explicit_bzero(&url, sizeof url);
    return s->link ? FF_OK : FF_NO_MEMORY;
}

static enum ff_status owner_open(struct ff_store *s, const struct ff_store_options *options, char *why, size_t size)
{
    const struct redis_start start = {.link = s->link, .keys = &s->keys, .durability = options->durability,
                                      .within = options->redis->start_within};
    struct redis_id mine;
    uint64_t last;
    const enum ff_status st = redis_start(&start, &mine, &last, s->by, why, size);
    if (st != FF_OK)
        return st;
    s->epoch = mine.epoch;
    const int error = redis_owner_init(&s->owner, s->link, &s->keys, mine.epoch, last, options->redis->timeout);
    if (error < 0) {
        snprintf(why, size, "%s: %s", redis_link_server(s->link), strerror(-error));
        return FF_NO_MEMORY;
    }
    log_info("journal", "taken_over", "server=\"%s\" journal=%s epoch=%" PRIu64 " last=%" PRIu64,
             redis_link_server(s->link), s->keys.journal.text, s->epoch, last);
    return FF_OK;
}

static enum ff_status beside_open(struct ff_store *s, char *why, size_t size)
{
    struct redis_look look;
    enum redis_trouble t = redis_link_connect(s->link, PATIENCE);
    if (t == REDIS_OK)
        t = redis_stream_look(s->link, &s->keys, &look);
    snprintf(why, size, "%s", redis_link_why(s->link));
    if (t != REDIS_OK)
        return redis_trouble_status(t);
    s->epoch = look.last.epoch;
    if (!look.there)
        snprintf(why, size, "%s: %s: there is no such journal", redis_link_server(s->link), s->keys.journal.text);
    return look.there ? FF_OK : FF_NOT_FOUND;
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
    enum ff_status st = keys_make(s, options->redis, why, size);
    if (st == FF_OK)
        st = s->beside ? beside_open(s, why, size) : owner_open(s, options, why, size);
    if (st != FF_OK) {
        redis_link_free(s->link);
        free(s);
        return st;
    }
    *out = s;
    return FF_OK;
}

/* The link for a verb of the calling thread: until the owner is called again. */
static enum redis_trouble link_take(struct ff_store *s)
{
    if (!s->beside)
        return redis_owner_link(&s->owner);
    return redis_link_connected(s->link) ? REDIS_OK : redis_link_connect(s->link, PATIENCE);
}

static enum ff_status redis_replay(struct ff_store *s, uint64_t from, uint64_t upto, ff_replay_fn fn, void *ctx,
                                   uint64_t *last, char *why, size_t size)
{
    const bool all = upto == UINT64_MAX && !s->beside;
    const enum redis_trouble t = link_take(s);
    if (t != REDIS_OK) {
        snprintf(why, size, "%s", redis_link_why(s->link));
        return redis_trouble_status(t);
    }
    const enum ff_status st = redis_read(s->link, &s->keys, from, upto, fn, ctx, last, why, size);
    if (st == FF_OK && all) {
        assert(*last == s->owner.last);
        s->replayed = true;
    }
    return st;
}

static enum ff_status redis_first(struct ff_store *s, uint64_t *first)
{
    enum redis_trouble t = link_take(s);
    if (t == REDIS_OK)
        t = redis_read_first(s->link, &s->keys, first);
    return redis_trouble_status(t);
}

static uint64_t redis_settled(struct ff_store *s)
{
    return s->owner.acked;
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
    return s->beside ? -1 : s->owner.news_fd;
}

static enum ff_status redis_poll(struct ff_store *s, uint64_t *durable)
{
    return redis_owner_poll(&s->owner, durable);
}

static void redis_health(const struct ff_store *s, struct ff_store_health *out)
{
    *out = (struct ff_store_health){.state = redis_trouble_name(s->beside ? REDIS_OK : s->owner.trouble)};
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
    redis_link_free(s->link);
    free(s);
    *store = NULL;
}
