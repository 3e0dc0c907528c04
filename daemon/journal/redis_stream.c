#include "redis_stream.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* XINFO would send the first and the last entry whole, so its answer stays in the server. */
#define LAST_ID                                                                     \
    "local function last_id(key)\n"                                                 \
    "  if redis.call('EXISTS', key) == 0 then return false end\n"                   \
    "  local info = redis.call('XINFO', 'STREAM', key)\n"                           \
    "  for i = 1, #info, 2 do\n"                                                    \
    "    if info[i] == 'last-generated-id' then return info[i + 1] end\n"           \
    "  end\n"                                                                       \
    "end\n"

/* journal handover -> [id or nil, fields of handover] */
static const char look_script[] = LAST_ID "return {last_id(KEYS[1]), redis.call('HLEN', KEYS[2])}";

/* journal manifest | least epoch, by, above or 0, last or "", lost or "", found or "" -> [id, last]
 * The last record's seq is that of the last id; where that began an epoch, the entry says it; where even that
 * entry was trimmed, the newest checkpoint is what all goes on from. */
static const char take_script[] = LAST_ID
    "local function newest(key)\n"
    "  local found = false\n"
    "  for _, field in ipairs(redis.call('HKEYS', key)) do\n"
    "    local seq = string.match(field, '^checkpoint:(%d+)$')\n"
    "    if seq and (not found or #seq > #found or #seq == #found and seq > found) then found = seq end\n"
    "  end\n"
    "  return found\n"
    "end\n"
    "local last = last_id(KEYS[1]) or '0-0'\n"
    "local epoch, seq = string.match(last, '^(%d+)-(%d+)$')\n"
    "local by, mark = string.match(ARGV[2], '^(.*):(.*)$')\n"
    "local above = tonumber(ARGV[3])\n"
    "if ARGV[6] ~= '' and ARGV[6] ~= epoch then\n"
    "  return redis.error_reply('BUSY with another start: ' .. last)\n"
    "end\n"
    "local entry = seq == '0' and last ~= '0-0' and redis.call('XRANGE', KEYS[1], last, last)[1]\n"
    "local begun = entry and entry[2][1] == 'begin' and entry[2][2]\n"
    "if above > 0 and tonumber(epoch) > above then\n"
    "  if begun and entry[2][6] == mark then return {last, begun} end\n"
    "  return redis.error_reply('FENCED by ' .. last)\n"
    "end\n"
    "if seq == '0' then\n"
    "  seq = begun or newest(KEYS[2]) or last == '0-0' and '0'\n"
    "end\n"
    "local begin = ARGV[4] ~= '' and ARGV[4] or seq\n"
    "if not begin then return redis.error_reply('LOST ' .. last .. ' says nothing') end\n"
    "local mine = string.format('%.0f-0', math.max(tonumber(epoch) + 1, tonumber(ARGV[1])))\n"
    "local fields = {'begin', begin, 'by', by, 'mark', mark}\n"
    "if ARGV[5] ~= '' then fields[7], fields[8] = 'lost', seq or '0' end\n"
    "return {redis.call('XADD', KEYS[1], mine, unpack(fields)), begin}";

#define LOOK_ARGS 5

static void look_args(const struct redis_keys *k, struct ff_span argv[LOOK_ARGS])
{
    argv[0] = FF_LITERAL("EVAL");
    argv[1] = FF_LITERAL(look_script);
    argv[2] = FF_LITERAL("2");
    argv[3] = redis_key_span(&k->journal);
    argv[4] = redis_key_span(&k->handover);
}

enum redis_trouble redis_stream_look_begin(struct redis_link *l, const struct redis_keys *k, bool *whole)
{
    struct ff_span argv[LOOK_ARGS];
    look_args(k, argv);
    return redis_link_begin(l, argv, LOOK_ARGS, whole);
}

enum redis_trouble redis_stream_look_read(enum redis_trouble t, struct redis_reply reply, struct redis_look *out)
{
    *out = (struct redis_look){.there = false};
    if (t != REDIS_OK)
        return t;
    const struct redis_reply id = redis_reply_at(reply, 0);
    out->there = redis_reply_kind(id) != REDIS_NIL;
    out->handover = (uint64_t)redis_reply_integer(redis_reply_at(reply, 1));
    return out->there && !redis_id_read(redis_reply_text(id), &out->last) ? REDIS_REFUSED : REDIS_OK;
}

enum redis_trouble redis_stream_look(struct redis_link *l, const struct redis_keys *k, struct redis_look *out)
{
    struct ff_span argv[LOOK_ARGS];
    struct redis_reply reply;
    look_args(k, argv);
    const enum redis_trouble t = redis_link_call(l, argv, LOOK_ARGS, &reply);
    return redis_stream_look_read(t, reply, out);
}

enum redis_trouble redis_stream_take(struct redis_link *l, const struct redis_keys *k,
                                     const struct redis_claim *claim, struct redis_id *mine, uint64_t *last)
{
    char now[24], above[24], begin[24] = "", found[24] = "";
    snprintf(now, sizeof now, "%" PRIu64, claim->now);
    snprintf(above, sizeof above, "%" PRIu64, claim->above);
    if (claim->last)
        snprintf(begin, sizeof begin, "%" PRIu64, *claim->last);
    if (claim->found)
        snprintf(found, sizeof found, "%" PRIu64, *claim->found);
    const struct ff_span argv[] = {
        FF_LITERAL("EVAL"),          FF_LITERAL(take_script),      FF_LITERAL("2"),
        redis_key_span(&k->journal), redis_key_span(&k->manifest), ff_span_text(now),
        ff_span_text(claim->by),     ff_span_text(above),          ff_span_text(begin),
        claim->lost ? FF_LITERAL("lost") : FF_LITERAL(""), ff_span_text(found),
    };
    struct redis_reply reply;
    const enum redis_trouble t = redis_link_call(l, argv, sizeof argv / sizeof *argv, &reply);
    if (t != REDIS_OK)
        return t;
    const bool sound = redis_id_read(redis_reply_text(redis_reply_at(reply, 0)), mine) &&
                       redis_number(redis_reply_text(redis_reply_at(reply, 1)), last);
    return sound ? REDIS_OK : REDIS_REFUSED;
}

#define APPEND_ARGS 8

/* Gives how many. */
static size_t append_args(const struct redis_keys *k, struct ff_span id, struct ff_span group, struct ff_span took,
                          struct ff_span argv[APPEND_ARGS])
{
    const struct ff_span all[APPEND_ARGS] = {
        FF_LITERAL("XADD"), redis_key_span(&k->journal), FF_LITERAL("NOMKSTREAM"), id, FF_LITERAL("group"), group,
        FF_LITERAL("took"), took,
    };
    memcpy(argv, all, sizeof all);
    return took.p ? APPEND_ARGS : APPEND_ARGS - 2;
}

enum redis_trouble redis_stream_append_begin(struct redis_link *l, const struct redis_keys *k, struct redis_id id,
                                             struct ff_span group, struct ff_span took, bool *whole)
{
    char text[REDIS_ID_SIZE];
    struct ff_span argv[APPEND_ARGS];
    return redis_link_begin(l, argv, append_args(k, redis_id_print(text, id), group, took, argv), whole);
}

enum redis_trouble redis_stream_append_read(enum redis_trouble t, struct redis_reply reply)
{
    return t == REDIS_OK && redis_reply_kind(reply) == REDIS_NIL ? REDIS_LOST_DATA : t;
}

enum redis_trouble redis_stream_append(struct redis_link *l, const struct redis_keys *k, struct redis_id id,
                                       struct ff_span group, struct ff_span took)
{
    char text[REDIS_ID_SIZE];
    struct ff_span argv[APPEND_ARGS];
    struct redis_reply reply;
    const size_t argc = append_args(k, redis_id_print(text, id), group, took, argv);
    return redis_stream_append_read(redis_link_call(l, argv, argc, &reply), reply);
}

enum redis_verdict redis_stream_verdict(const struct redis_look *look, struct redis_id id, struct redis_id acked)
{
    if (look->last.epoch > id.epoch)
        return REDIS_TAKEN;
    if (!look->there || look->last.epoch < id.epoch || look->last.n < acked.n)
        return REDIS_GONE;
    return look->last.n >= id.n ? REDIS_WRITTEN : REDIS_UNWRITTEN;
}
