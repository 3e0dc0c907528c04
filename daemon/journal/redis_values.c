#include "redis_values.h"

#include "values.h"

enum ff_status redis_values_put(struct redis_shard *s, const char *name, struct ff_span value)
{
    const struct ff_span words[] = {redis_key_span(&s->keys->values), ff_span_text(name), value};
    if (!values_name_ok(name) || value.n > VALUES_MAX_BYTES)
        return FF_BAD_PARAMETER;
    return redis_trouble_status(
        redis_shard_run(s, "redis.call('HSET', KEYS[3], ARGV[2], ARGV[3]) return 'OK'", words, 1, 3, NULL));
}

enum ff_status redis_values_get(struct redis_shard *s, const char *name, void *out, size_t size, size_t *n)
{
    const struct ff_span argv[] = {FF_LITERAL("HGET"), redis_key_span(&s->keys->values), ff_span_text(name)};
    struct redis_reply reply;
    if (!values_name_ok(name))
        return FF_BAD_PARAMETER;
    if (redis_shard_call(s, argv, 3, &reply) != REDIS_OK)
        return redis_trouble_status(s->trouble);
    if (redis_reply_kind(reply) == REDIS_NIL)
        return FF_NOT_FOUND;
    const struct ff_span value = redis_reply_text(reply);
    *n = value.n;
    if (size && value.n)
        memcpy(out, value.p, value.n < size ? value.n : size);
    return FF_OK;
}

enum ff_status redis_values_remove(struct redis_shard *s, const char *name)
{
    const struct ff_span words[] = {redis_key_span(&s->keys->values), ff_span_text(name)};
    if (!values_name_ok(name))
        return FF_BAD_PARAMETER;
    return redis_trouble_status(
        redis_shard_run(s, "redis.call('HDEL', KEYS[3], ARGV[2]) return 'OK'", words, 1, 2, NULL));
}
