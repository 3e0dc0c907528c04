#include "redis_erase.h"

#include "log.h"
#include "redis_rewrite.h"
#include "segment.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Entries looked at and copied at once. One may have a megabyte. */
#define BATCH 16
/* The number of entries beyond the last one copied that the last script may still have to copy. */
#define TAIL 64
/* How long the append-only file may take to be written anew, so that it is seen how that went. */
#define REWRITE_WITHIN FF_MINUTE

static const char begin_script[] = "redis.call('UNLINK', KEYS[3]) return 'OK'";

/* ARGV: the id after which, the id up to which, and how many entries are copied; then ids of entries with the
 * groups that take the place of theirs. Gives how many there were and the last one's id. */
static const char copy_script[] =
    "local other = {}\n"
    "for i = 5, #ARGV, 2 do other[ARGV[i]] = ARGV[i + 1] end\n"
    "local last, n = ARGV[2], 0\n"
    "for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '(' .. ARGV[2], ARGV[3], 'COUNT', ARGV[4])) do\n"
    "  local id, fields = entry[1], entry[2]\n"
    "  for i = 1, #fields, 2 do\n"
    "    if fields[i] == 'group' and other[id] then fields[i + 1] = other[id] end\n"
    "  end\n"
    "  redis.call('XADD', KEYS[3], id, unpack(fields))\n"
    "  last, n = id, n + 1\n"
    "end\n"
    "return {last, tostring(n)}";

/* ARGV: the id of the last entry that was copied. Nothing of the journal may have gone meanwhile. Groups of consumers go
 * with it: where each is, and what was delivered and not acknowledged, to whom, when and how often. Gives how many
 * groups did not; a user who may not do all that is needed for them keeps none, for one without what it has not
 * acknowledged would not say that this is missing. */
static const char swap_script[] =
    "local function keep(name, at)\n"
    "  local last\n"
    "  local list = redis.pcall('XPENDING', KEYS[1], name, '-', '+', '1000')\n"
    "  if list.err or redis.pcall('XGROUP', 'CREATE', KEYS[3], name, at).err then return 0 end\n"
    "  while #list > 0 and list[#list][1] ~= last do\n" /* each but the first begins with the last one of before */
    "    for _, p in ipairs(list) do\n"
    "      last = p[1]\n"
    "      redis.call('XCLAIM', KEYS[3], name, p[2], '0', last, 'IDLE', p[3], 'RETRYCOUNT', p[4], 'FORCE', 'JUSTID')\n"
    "    end\n"
    "    list = redis.call('XPENDING', KEYS[1], name, last, '+', '1000')\n"
    "  end\n"
    "  return 1\n"
    "end\n"
    "local function groups()\n"
    "  local claim = redis.pcall('XCLAIM', KEYS[3], 'none', 'none', '0', '1-1').err\n"
    "  local list = redis.pcall('XINFO', 'GROUPS', KEYS[1])\n"
    "  return claim and string.find(claim, '^NOGROUP') and not list.err and list or {}\n"
    "end\n"
    "for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '(' .. ARGV[2], '+')) do\n"
    "  redis.call('XADD', KEYS[3], entry[1], unpack(entry[2]))\n"
    "end\n"
    "if redis.call('XLEN', KEYS[1]) ~= redis.call('XLEN', KEYS[3]) then return {err = 'STALE draft'} end\n"
    "local lost = 0\n"
    "for i = 1, #info, 2 do\n"
    "  if info[i] == 'last-generated-id' then redis.call('XSETID', KEYS[3], info[i + 1]) end\n"
    "  if info[i] == 'groups' then lost = info[i + 1] end\n"
    "end\n"
    "if lost > 0 then\n"
    "  for _, g in ipairs(groups()) do\n"
    "    local about = {}\n"
    "    for i = 1, #g, 2 do about[g[i]] = g[i + 1] end\n"
    "    lost = lost - keep(about['name'], about['last-delivered-id'])\n"
    "  end\n"
    "end\n"
    "redis.call('RENAME', KEYS[3], KEYS[1])\n"
    "return lost";

struct erase {
    struct redis_shard *shard;
    uint64_t sealed;
    ff_erase_fn gone;
    void *ctx;
    char *why;
    size_t why_size;

    struct redis_id at;       /* all entries up to it are done */
    bool copying;             /* else they are only looked at */
    uint64_t erased;
    struct erase_other {      /* the entries of a batch that change; owned */
        struct redis_id id;
        unsigned char *group;
        size_t n;
    } other[BATCH];
    unsigned others;
};

static enum ff_status troubled(struct erase *e)
{
    return redis_shard_why(e->shard, e->why, e->why_size);
}

static enum ff_status damaged(struct erase *e, struct redis_id id)
{
    char text[REDIS_ID_SIZE];
    redis_id_print(text, id);
    snprintf(e->why, e->why_size, "%s: %s: entry %s is damaged", redis_link_server(e->shard->link),
             e->shard->keys->journal.text, text);
    return FF_STORE_CORRUPT;
}

static bool goes(const struct erase *e, const struct segment_record *r)
{
    return r->body.n > 0 && e->gone(e->ctx, r->seq, r->body);
}

/* The group without what goes; *found says how many records that were. */
static enum ff_status group_copy(struct erase *e, const struct redis_entry *entry, struct segment_group g,
                                 uint64_t *found)
{
    struct segment_record r;
    const char *records = entry->group.p + SEGMENT_GROUP_HEADER;
    unsigned char *bytes = malloc(SEGMENT_GROUP_HEADER + (size_t)g.bytes), *end = bytes + SEGMENT_GROUP_HEADER;
    if (!bytes) {
        snprintf(e->why, e->why_size, "out of memory");
        return FF_NO_MEMORY;
    }
    *found = 0;
    for (uint32_t i = 0; i < g.count; i++) {
        records += segment_record_at(&r, records);
        if (goes(e, &r)) {
            r.body.n = 0;
            (*found)++;
        }
        segment_record_put(end, r.seq, r.body);
        end += segment_record_size(r.body.n);
    }
    g.bytes = (uint32_t)(end - bytes - SEGMENT_GROUP_HEADER);
    segment_group_put(bytes, &g);
    e->other[e->others++] = (struct erase_other){entry->id, bytes, (size_t)(end - bytes)};
    return FF_OK;
}

static void others_drop(struct erase *e, unsigned left)
{
    while (e->others > left)
        free(e->other[--e->others].group);
}

/* Whether the group has all of its bytes as they were put. */
static bool group_sound(struct ff_span bytes, struct segment_group *g)
{
    return segment_group_get(g, bytes.p, bytes.n) && bytes.n == SEGMENT_GROUP_HEADER + (size_t)g->bytes &&
           segment_group_sound(g, bytes.p + SEGMENT_GROUP_HEADER);
}

static enum ff_status entry_do(struct erase *e, struct redis_reply reply, bool *end)
{
    struct redis_entry entry;
    struct segment_group g;
    uint64_t found = 0;
    if (!redis_entry_read(reply, &entry))
        return damaged(e, e->at);
    *end = entry.begins ? entry.begin > e->sealed : entry.id.n > e->sealed;
    if (*end)
        return FF_OK;
    e->at = entry.id;
    if (entry.begins)
        return FF_OK;
    if (!group_sound(entry.group, &g))
        return damaged(e, entry.id);
    const enum ff_status st = group_copy(e, &entry, g, &found);
    if (found == 0 || !e->copying)
        others_drop(e, e->others - (st == FF_OK));
    e->erased += found;
    return st;
}

static enum ff_status batch_copy(struct erase *e, struct redis_id after, struct redis_id upto)
{
    char ids[BATCH][REDIS_ID_SIZE], from[REDIS_ID_SIZE], to[REDIS_ID_SIZE], count[16];
    struct ff_span words[4 + 2 * BATCH];
    size_t n = 0;
    snprintf(count, sizeof count, "%d", BATCH);
    words[n++] = redis_key_span(&e->shard->keys->draft);
    words[n++] = redis_id_print(from, after);
    words[n++] = redis_id_print(to, upto);
    words[n++] = ff_span_text(count);
    for (unsigned i = 0; i < e->others; i++) {
        words[n++] = redis_id_print(ids[i], e->other[i].id);
        words[n++] = ff_span_of((const char *)e->other[i].group, e->other[i].n);
    }
    const enum redis_trouble t = redis_shard_run(e->shard, copy_script, words, 1, n, NULL);
    others_drop(e, 0);
    return t == REDIS_OK ? FF_OK : troubled(e);
}

/* The next entries, up to the sealed record: looked at, and copied if that is what is done. */
static enum ff_status batch_do(struct erase *e, bool *end)
{
    char from[REDIS_ID_SIZE + 1] = "(", count[16];
    const struct redis_id after = e->at;
    struct redis_reply reply;
    redis_id_print(from + 1, after);
    snprintf(count, sizeof count, "%d", BATCH);
    const struct ff_span argv[] = {FF_LITERAL("XRANGE"), redis_key_span(&e->shard->keys->journal), ff_span_text(from),
                                   FF_LITERAL("+"),      FF_LITERAL("COUNT"), ff_span_text(count)};
    if (redis_shard_call(e->shard, argv, 6, &reply) != REDIS_OK)
        return troubled(e);
    const size_t n = redis_reply_count(reply);
    enum ff_status st = FF_OK;
    *end = n == 0;
    for (size_t i = 0; st == FF_OK && !*end && i < n; i++)
        st = entry_do(e, redis_reply_at(reply, i), end);
    if (st == FF_OK && e->copying && redis_id_compare(e->at, after) > 0)
        st = batch_copy(e, after, e->at);
    others_drop(e, 0);
    return st;
}

/* All entries up to the sealed record. */
static enum ff_status sealed_walk(struct erase *e, bool copying)
{
    enum ff_status st = FF_OK;
    bool end = false;
    e->at = (struct redis_id){0};
    e->copying = copying;
    e->erased = 0;
    while (st == FF_OK && !end)
        st = batch_do(e, &end);
    return st;
}

/* What was written since, until only little is left: the journal goes on growing. */
static enum ff_status tail_copy(struct erase *e)
{
    uint64_t n = TAIL;
    while (n > 0) {
        char from[REDIS_ID_SIZE];
        const struct ff_span words[] = {redis_key_span(&e->shard->keys->draft), redis_id_print(from, e->at),
                                        FF_LITERAL("+"), FF_LITERAL("64")};
        struct redis_reply reply;
        if (redis_shard_run(e->shard, copy_script, words, 1, 4, &reply) != REDIS_OK)
            return troubled(e);
        if (!redis_id_read(redis_reply_text(redis_reply_at(reply, 0)), &e->at) ||
            !redis_number(redis_reply_text(redis_reply_at(reply, 1)), &n))
            return damaged(e, e->at);
        n = n < TAIL ? 0 : n;
    }
    return FF_OK;
}

static enum ff_status draft_begin(struct erase *e)
{
    const struct ff_span draft = redis_key_span(&e->shard->keys->draft);
    return redis_shard_run(e->shard, begin_script, &draft, 1, 1, NULL) == REDIS_OK ? FF_OK : troubled(e);
}

static enum ff_status draft_swap(struct erase *e)
{
    char at[REDIS_ID_SIZE];
    const struct ff_span words[] = {redis_key_span(&e->shard->keys->draft), redis_id_print(at, e->at)};
    struct redis_reply lost;
    if (redis_shard_run(e->shard, swap_script, words, 1, 2, &lost) != REDIS_OK)
        return troubled(e);
    if (redis_reply_integer(lost) > 0)
        log_warning("journal", "groups_lost", "journal=%s groups=%" PRId64 " why=\"Redis does not permit to keep them\"",
                    e->shard->keys->journal.text, redis_reply_integer(lost));
    return FF_OK;
}

/* Its append-only file still holds what was erased, until it is written anew. */
static void file_rewrite(struct redis_shard *s)
{
    char why[512] = "", quoted[600];
    const enum redis_trouble t = redis_rewrite(s, REWRITE_WITHIN, why, sizeof why);
    if (t != REDIS_OK)
        log_warning("journal", "unverified", "what=erase state=%s file=\"may hold what was erased until it is written anew\" "
                    "why=%s", redis_trouble_name(t), log_quoted(quoted, sizeof quoted, why, strlen(why)));
}

/* Those below behind are put among the drafts, and removed. */
static enum ff_status checkpoints_remove(struct erase *e, const struct redis_manifest *m, uint64_t behind)
{
    for (unsigned i = 0; i < m->checkpoints; i++)
        if (m->checkpoint[i].seq < behind && redis_checkpoint_remove(e->shard, &m->checkpoint[i]) != REDIS_OK)
            return troubled(e);
    return FF_OK;
}

static enum ff_status journal_erase(struct erase *e)
{
    enum ff_status st = sealed_walk(e, false);
    if (st != FF_OK || e->erased == 0)
        return st;
    st = draft_begin(e);
    if (st == FF_OK)
        st = sealed_walk(e, true);
    if (st == FF_OK)
        st = tail_copy(e);
    if (st == FF_OK)
        st = draft_swap(e);
    if (st == FF_OK)
        file_rewrite(e->shard);
    return st;
}

enum ff_status redis_erase_run(struct redis_shard *s, struct redis_checkpoints *c, uint64_t behind, uint64_t sealed,
                               ff_erase_fn gone, void *ctx, uint64_t *erased, char *why, size_t size)
{
    struct erase e = {.shard = s, .sealed = sealed, .gone = gone, .ctx = ctx, .why = why, .why_size = size};
    uint64_t seq;
    *erased = 0;
    enum ff_status st = redis_checkpoint_open(c, s, UINT64_MAX, &seq, why, size);
    if (st == FF_OK)
        redis_checkpoint_end(c);
    if (st == FF_OK ? seq < behind : st == FF_NOT_FOUND || st == FF_STORE_CORRUPT) {
        snprintf(why, size, "%s: no whole checkpoint is behind record %" PRIu64, s->keys->base.text, behind);
        return FF_BAD_PARAMETER;
    }
    if (st == FF_OK)
        st = checkpoints_remove(&e, &c->manifest, behind);
    if (st == FF_OK)
        st = journal_erase(&e);
    if (st == FF_OK)
        *erased = e.erased;
    return st;
}
