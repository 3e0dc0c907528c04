#include "shard_store.h"

#include "config.h"
#include "journal.h"

#include <stdio.h>

static const struct ff_store_ops *const stores[] = {
    [FF_BACKEND_EMBEDDED] = &store_embedded,
    [FF_BACKEND_REDIS] = &store_redis,
};

static struct ff_redis_options redis_options(const struct ff_config *c)
{
    return (struct ff_redis_options){
        .url = c->store.redis.url,
        .password_file = c->store.redis.password_file,
        .prefix = c->store.redis.prefix,
        .shard = c->store.redis.shard,
        .timeout = c->store.redis.timeout,
        .start_within = c->store.redis.start_within,
        .spill_max = c->store.spill_max,
    };
}

enum ff_status shard_store_open(const struct ff_config *c, const struct ff_io *io, bool beside, struct journal **out,
                                char *why, size_t size)
{
    const struct ff_redis_options redis = redis_options(c);
    const struct ff_store_options options = {
        .path = c->store.path,
        .durability = c->store.durability,
        .segment_bytes = c->store.segment_bytes,
        .io = io,
        .beside = beside,
        .redis = &redis,
    };
    return journal_open(out, stores[c->store.backend], &options, why, size);
}

struct ff_keep shard_store_keep(const struct ff_config *c, ff_wall now)
{
    const bool redis = c->store.backend == FF_BACKEND_REDIS;
    return (struct ff_keep){now - c->store.keep, redis ? c->store.redis.keep_bytes : c->store.keep_bytes};
}

bool shard_store_check(const struct ff_config *c, char *why, size_t size)
{
    const struct ff_redis_options redis = redis_options(c);
    return c->store.backend != FF_BACKEND_REDIS || store_redis_check(&redis, why, size);
}

const char *shard_store_place(const struct ff_config *c, char *out, size_t size)
{
    if (c->store.backend == FF_BACKEND_REDIS)
        store_redis_place(c->store.redis.url, out, size);
    else
        snprintf(out, size, "%s", c->store.path);
    return out;
}
