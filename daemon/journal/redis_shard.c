#include "redis_shard.h"

#include <assert.h>
#include <stdio.h>

/* XINFO fails on a key that is not there. Numbers of 64 bits are compared as texts, for Lua's are not exact. */
static const char fence[] =
    "local function above(a, b) return #a > #b or (#a == #b and a > b) end\n"
    "local info = redis.pcall('XINFO', 'STREAM', KEYS[1])\n"
    "if info.err and string.find(info.err, 'no such key', 1, true) then return {err = 'LOST there is no journal'} end\n"
    "if info.err then return info end\n"
    "for i = 1, #info, 2 do\n"
    "  if info[i] == 'last-generated-id' then\n"
    "    local epoch = string.match(info[i + 1], '^%d+')\n"
    "    if above(epoch, ARGV[1]) then return {err = 'FENCED by epoch ' .. epoch} end\n"
    "    if epoch ~= ARGV[1] then return {err = 'LOST epoch ' .. ARGV[1]} end\n"
    "  end\n"
    "end\n";

/* Bytes of a script with the fence before it. */
#define SCRIPT_MAX 4096

enum redis_trouble redis_shard_call(struct redis_shard *s, const struct ff_span *argv, size_t argc,
                                    struct redis_reply *out)
{
    return s->trouble = redis_link_call(s->link, argv, argc, out);
}

enum redis_trouble redis_shard_run(struct redis_shard *s, const char *script, const struct ff_span *words,
                                   size_t keys, size_t count, struct redis_reply *out)
{
    char text[SCRIPT_MAX], epoch[24], number[24];
    struct ff_span argv[REDIS_ARGS_MAX];
    struct redis_reply reply;
    size_t n = 0;
    assert(keys <= count && count <= REDIS_SCRIPT_ARGS - 2);
    const int length = snprintf(text, sizeof text, "%s%s", fence, script);
    assert(length > 0 && (size_t)length < sizeof text);
    snprintf(epoch, sizeof epoch, "%llu", (unsigned long long)s->epoch);
    snprintf(number, sizeof number, "%zu", keys + 2);
    argv[n++] = FF_LITERAL("EVAL");
    argv[n++] = ff_span_of(text, (size_t)length);
    argv[n++] = ff_span_text(number);
    argv[n++] = redis_key_span(&s->keys->journal);
    argv[n++] = redis_key_span(&s->keys->manifest);
    for (size_t i = 0; i < keys; i++)
        argv[n++] = words[i];
    argv[n++] = ff_span_text(epoch);
    for (size_t i = keys; i < count; i++)
        argv[n++] = words[i];
    return redis_shard_call(s, argv, n, out ? out : &reply);
}

enum ff_status redis_shard_why(const struct redis_shard *s, char *why, size_t size)
{
    snprintf(why, size, "%s", redis_link_why(s->link));
    return redis_trouble_status(s->trouble);
}
