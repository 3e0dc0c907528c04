#include "redis_keys.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

static bool name_valid(const char *name, const char *of)
{
    const size_t n = strlen(name);
    return n > 0 && n <= REDIS_NAME_MAX && strspn(name, of) == n;
}

static struct redis_key key_of(const struct redis_keys *k, const char *name)
{
    struct redis_key key;
    snprintf(key.text, sizeof key.text, "%.*s%.32s", REDIS_BASE_MAX, k->base.text, name);
    return key;
}

bool redis_keys_make(struct redis_keys *k, const char *prefix, const char *shard)
{
    if (!name_valid(prefix, PLAIN ":") || !name_valid(shard, PLAIN))
        return false;
    snprintf(k->base.text, sizeof k->base.text, "%s:{%s}:", prefix, shard);
    k->journal = key_of(k, "journal");
    k->manifest = key_of(k, "manifest");
    k->values = key_of(k, "values");
    k->handover = key_of(k, "handover");
    k->damaged = key_of(k, "damaged");
    k->draft = key_of(k, "draft");
    return true;
}

struct redis_key redis_key_block(const struct redis_keys *k, uint64_t epoch, uint64_t seq, uint32_t mark,
                                 uint32_t block)
{
    struct redis_key key;
    snprintf(key.text, sizeof key.text, "%.*scheckpoint:%" PRIu64 "-%" PRIu64 "-%08" PRIx32 ":%" PRIu32,
             REDIS_BASE_MAX, k->base.text, epoch, seq, mark, block);
    return key;
}
