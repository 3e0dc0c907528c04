/* Shard: a place in Redis as one owner sees it, and how it is changed there: by scripts that do nothing once
 * another epoch owns it. What is changed otherwise is the stream's end, where Redis itself is the fence. */
#ifndef FOOTFALL_REDIS_SHARD_H
#define FOOTFALL_REDIS_SHARD_H

#include "redis_entry.h"
#include "redis_keys.h"
#include "redis_link.h"

/* Arguments of a script at most, keys included. */
#define REDIS_SCRIPT_ARGS (REDIS_ARGS_MAX - 4)

struct redis_shard {
    struct redis_link *link;        /* borrowed */
    const struct redis_keys *keys;  /* borrowed */
    uint64_t epoch;                 /* the one that must be the stream's; beside an owner: the owner's */
    enum redis_trouble trouble;     /* of the last call, REDIS_OK when it had none */
};

/* Asks one command. The trouble is noted. */
enum redis_trouble redis_shard_call(struct redis_shard *s, const struct ff_span *argv, size_t argc,
                                    struct redis_reply *out);

/* Runs a script of Lua: nothing of it happens, or all. KEYS[1] is the journal and KEYS[2] the manifest, then come
 * `keys` of the words; ARGV[1] is the epoch, then come the other words; above(a, b) compares decimal texts.
 * REDIS_FENCED: a greater epoch is the stream's. REDIS_LOST_DATA: there is no stream, or its epoch is below.
 * out may be NULL. */
enum redis_trouble redis_shard_run(struct redis_shard *s, const char *script, const struct ff_span *words,
                                   size_t keys, size_t count, struct redis_reply *out);

/* Says in why (size bytes) what the shard's last trouble was; gives its status. */
enum ff_status redis_shard_why(const struct redis_shard *s, char *why, size_t size);

#endif
