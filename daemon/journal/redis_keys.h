/* The names of a shard's keys, made once. The shard stands in braces, so that all of them lie in one slot
 * of a Redis Cluster. */
#ifndef FOOTFALL_REDIS_KEYS_H
#define FOOTFALL_REDIS_KEYS_H

#include "footfall/span.h"

#include <stdbool.h>
#include <stdint.h>

#define REDIS_NAME_MAX 64 /* bytes of prefix and of shard */
#define REDIS_BASE_MAX (2 * REDIS_NAME_MAX + 4)
#define REDIS_KEY_SIZE (REDIS_BASE_MAX + 96)

/* A key, as a NUL-terminated text. */
struct redis_key {
    char text[REDIS_KEY_SIZE];
};

struct redis_keys {
    struct redis_key journal, manifest, values, handover;
    struct redis_key damaged; /* groups of handover that cannot be read: they may tell somebody something */
    struct redis_key draft; /* of the journal without what is erased, on its way to take the journal's name */
    struct redis_key base; /* "<prefix>:{<shard>}:", which all keys begin with */
};

/* Makes the names. False when prefix or shard is empty, longer than REDIS_NAME_MAX, or holds anything but
 * letters, digits, '.', '_', '-' (and ':' within the prefix). */
bool redis_keys_make(struct redis_keys *k, const char *prefix, const char *shard);

/* "checkpoint:<epoch>-<seq>-<mark, 8 hex digits>:<block>" of the checkpoint of record seq that the owner with
 * that epoch wrote. */
struct redis_key redis_key_block(const struct redis_keys *k, uint64_t epoch, uint64_t seq, uint32_t mark,
                                 uint32_t block);

/* Borrows the key's text. */
static inline struct ff_span redis_key_span(const struct redis_key *key)
{
    return ff_span_text(key->text);
}

#endif
