#include "redis_checkpoint.h"

#include "checkpoint.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* Keys of blocks that one script removes. */
#define DROP_KEYS 32

/* Blocks are named in the manifest with the first of them, so that none is left over for good. */
static const char begin_script[] =
    "redis.call('HSET', KEYS[2], 'version', '" REDIS_MANIFEST_VERSION "', ARGV[2], '0')\n"
    "return 'OK'";

static const char put_script[] =
    "if redis.call('HGET', KEYS[2], ARGV[2]) ~= ARGV[3] then return {err = 'STALE draft'} end\n"
    "redis.call('SET', KEYS[3], ARGV[4])\n"
    "redis.call('HINCRBY', KEYS[2], ARGV[2], 1)\n"
    "return 'OK'";

/* ARGV: the draft, its blocks, the checkpoint's seq, the number of fields to set, these with their texts, and then
 * those to remove. */
static const char flip_script[] =
    "if redis.call('HGET', KEYS[2], ARGV[2]) ~= ARGV[3] then return {err = 'STALE draft'} end\n"
    "for _, field in ipairs(redis.call('HKEYS', KEYS[2])) do\n"
    "  local seq = string.match(field, '^checkpoint:(%d+)$')\n"
    "  if seq and above(seq, ARGV[4]) then return {err = 'STALE checkpoint'} end\n"
    "end\n"
    "local sets = 5 + 2 * tonumber(ARGV[5])\n"
    "redis.call('HSET', KEYS[2], unpack(ARGV, 6, sets))\n"
    "redis.call('HDEL', KEYS[2], unpack(ARGV, sets + 1))\n"
    "return 'OK'";

/* ARGV: the draft, and whether these are the last of its blocks. */
static const char drop_script[] =
    "if redis.call('HEXISTS', KEYS[2], ARGV[2]) == 0 then return 'OK' end\n"
    "if #KEYS > 2 then redis.call('UNLINK', unpack(KEYS, 3)) end\n"
    "if ARGV[3] == '1' then redis.call('HDEL', KEYS[2], ARGV[2]) end\n"
    "return 'OK'";

/* ARGV: a checkpoint's field, its draft's, its blocks. */
static const char retire_script[] =
    "if redis.call('HDEL', KEYS[2], ARGV[2]) == 1 then redis.call('HSET', KEYS[2], ARGV[3], ARGV[4]) end\n"
    "return 'OK'";

void redis_checkpoints_fini(struct redis_checkpoints *c)
{
    free(c->buffer);
    *c = (struct redis_checkpoints){0};
}

static struct redis_key block_key(const struct redis_shard *s, const struct redis_checkpoint *c, uint32_t i)
{
    return redis_key_block(s->keys, c->owner, c->seq, c->mark, i);
}

/* Notes how a script went that belongs to the one being written. */
static enum ff_status outcome(struct redis_checkpoints *c, enum redis_trouble t)
{
    return c->failed = redis_trouble_status(t);
}

enum ff_status redis_checkpoint_begin(struct redis_checkpoints *c, struct redis_shard *s, uint64_t seq)
{
    char why[256], draft[REDIS_FIELD_SIZE];
    assert(c->made.seq == 0);
    const enum ff_status st = redis_manifest_read(s, &c->manifest, why, sizeof why);
    if (st != FF_OK)
        return st;
    if (seq == 0 || (c->manifest.checkpoints > 0 && seq < c->manifest.checkpoint[0].seq))
        return FF_BAD_PARAMETER;
    if (!c->buffer)
        c->buffer = malloc(CHECKPOINT_BLOCK_HEADER + CHECKPOINT_MAX_BLOCK);
    if (!c->buffer)
        return FF_NO_MEMORY;
    c->made = (struct redis_checkpoint){.seq = seq, .owner = s->epoch};
    if (getrandom(&c->made.mark, sizeof c->made.mark, 0) != (ssize_t)sizeof c->made.mark)
        return c->failed = FF_INTERNAL;
    const struct ff_span words[] = {redis_manifest_draft(draft, &c->made)};
    return outcome(c, redis_shard_run(s, begin_script, words, 0, 1, NULL));
}

enum ff_status redis_checkpoint_put(struct redis_checkpoints *c, struct redis_shard *s, struct ff_span block)
{
    char draft[REDIS_FIELD_SIZE], number[16];
    struct redis_checkpoint *made = &c->made;
    assert(made->seq > 0);
    if (block.n > CHECKPOINT_MAX_BLOCK || made->blocks == UINT32_MAX)
        c->failed = FF_BAD_PARAMETER;
    if (c->failed != FF_OK || block.n == 0)
        return c->failed;
    const struct redis_key key = block_key(s, made, made->blocks);
    checkpoint_block_put(c->buffer, made->mark, made->blocks, block);
    memcpy(c->buffer + CHECKPOINT_BLOCK_HEADER, block.p, block.n);
    snprintf(number, sizeof number, "%" PRIu32, made->blocks);
    const struct ff_span words[] = {redis_key_span(&key), redis_manifest_draft(draft, made), ff_span_text(number),
                                    ff_span_of((const char *)c->buffer, CHECKPOINT_BLOCK_HEADER + block.n)};
    made->blocks++;
    made->bytes += block.n;
    return outcome(c, redis_shard_run(s, put_script, words, 1, 4, NULL));
}

/* Checkpoints that go with one flip at most; more of them go with the next. */
#define FLIP_GONE 8
/* Words of the script: pairs to set, with those of the checkpoint itself, took and ages; and names to remove. */
#define FLIP_SETS (2 * (FLIP_GONE + 3))
#define FLIP_DELS (FLIP_GONE + 1)

_Static_assert(4 + FLIP_SETS + FLIP_DELS <= REDIS_SCRIPT_ARGS - 2, "a flip's words fit");

/* What one flip changes. Texts are owned here. */
struct flip {
    char field[FLIP_GONE][REDIS_FIELD_SIZE], draft[FLIP_GONE][REDIS_FIELD_SIZE], blocks[FLIP_GONE][16];
    char text[2 * REDIS_FIELD_SIZE], took[REDIS_TOOK_TEXT], ages[REDIS_AGES_TEXT];
    struct ff_span set[FLIP_SETS], del[FLIP_DELS];
    size_t sets, dels;
    unsigned gone;
};

static void flip_set(struct flip *f, struct ff_span field, struct ff_span text)
{
    f->set[f->sets++] = field;
    f->set[f->sets++] = text;
}

/* A checkpoint becomes a draft again: trim removes it. still: another one gets its name. */
static void flip_retire(struct flip *f, const struct redis_checkpoint *c, bool still)
{
    const unsigned i = f->gone;
    if (i == FLIP_GONE)
        return;
    f->gone++;
    snprintf(f->blocks[i], sizeof f->blocks[i], "%" PRIu32, c->blocks);
    flip_set(f, redis_manifest_draft(f->draft[i], c), ff_span_text(f->blocks[i]));
    if (!still)
        f->del[f->dels++] = redis_manifest_field(f->field[i], c);
}

static bool is_bad(const struct redis_checkpoints *c, const struct redis_checkpoint *which)
{
    for (unsigned i = 0; i < c->bads; i++)
        if (c->bad[i].seq == which->seq && c->bad[i].mark == which->mark)
            return true;
    return false;
}

/* Those that go: the one of the same record, those that cannot be read, and the oldest of too many. */
static void flip_others(struct flip *f, const struct redis_checkpoints *c)
{
    for (unsigned i = 0; i < c->manifest.checkpoints; i++) {
        const struct redis_checkpoint *other = &c->manifest.checkpoint[i];
        const bool same = other->seq == c->made.seq;
        if (same || is_bad(c, other) || i + 1 == REDIS_CHECKPOINTS_MAX)
            flip_retire(f, other, same);
    }
}

static enum redis_trouble flip_run(struct flip *f, struct redis_shard *s, const struct redis_checkpoint *made)
{
    char draft[REDIS_FIELD_SIZE], blocks[16], seq[24], pairs[24], field[REDIS_FIELD_SIZE];
    struct ff_span words[REDIS_SCRIPT_ARGS];
    size_t n = 0;
    flip_set(f, redis_manifest_field(field, made), redis_manifest_text(f->text, made));
    f->del[f->dels++] = redis_manifest_draft(draft, made);
    snprintf(blocks, sizeof blocks, "%" PRIu32, made->blocks);
    snprintf(seq, sizeof seq, "%" PRIu64, made->seq);
    snprintf(pairs, sizeof pairs, "%zu", f->sets / 2);
    words[n++] = redis_manifest_draft(draft, made);
    words[n++] = ff_span_text(blocks);
    words[n++] = ff_span_text(seq);
    words[n++] = ff_span_text(pairs);
    memcpy(words + n, f->set, f->sets * sizeof *words);
    memcpy(words + n + f->sets, f->del, f->dels * sizeof *words);
    return redis_shard_run(s, flip_script, words, 0, n + f->sets + f->dels, NULL);
}

/* The manifest is told what the stream has told, so that it may be cut. */
static void flip_told(struct flip *f, struct redis_checkpoints *c, const struct redis_seen *seen, ff_wall now)
{
    struct redis_manifest *m = &c->manifest;
    for (uint32_t i = 0; i < seen->took.n; i++)
        redis_took_note(&m->took, seen->took.row[i].epoch, seen->took.row[i].seq);
    flip_set(f, FF_LITERAL("took"), ff_span_of(f->took, redis_took_print(&m->took, f->took)));
    c->made.epoch = redis_seen_epoch(seen, c->made.seq);
    if (c->made.epoch > 0)
        redis_ages_note(&m->ages, (struct redis_age){.end = {c->made.epoch, c->made.seq},
                                                     .by = now,
                                                     .bytes = seen->bytes});
    flip_set(f, FF_LITERAL("ages"), ff_span_of(f->ages, redis_ages_print(&m->ages, f->ages)));
}

enum ff_status redis_checkpoint_commit(struct redis_checkpoints *c, struct redis_shard *s, struct redis_seen *seen,
                                       ff_wall now)
{
    char why[256];
    struct flip *f = calloc(1, sizeof *f);
    assert(c->made.seq > 0);
    if (c->failed == FF_OK)
        c->failed = f ? redis_manifest_read(s, &c->manifest, why, sizeof why) : FF_NO_MEMORY;
    if (c->failed == FF_OK) {
        flip_told(f, c, seen, now);
        flip_others(f, c);
        outcome(c, flip_run(f, s, &c->made));
    }
    free(f);
    if (c->failed != FF_OK)
        return c->failed;
    c->made = (struct redis_checkpoint){0};
    c->bads = 0;
    seen->bytes = 0;
    return FF_OK;
}

enum redis_trouble redis_checkpoint_drop(struct redis_shard *s, const struct redis_checkpoint *draft)
{
    struct redis_key key[DROP_KEYS];
    struct ff_span words[DROP_KEYS + 2];
    char field[REDIS_FIELD_SIZE];
    const struct ff_span name = redis_manifest_draft(field, draft);
    enum redis_trouble t = REDIS_OK;
    uint32_t at = 0;
    bool last = false;
    while (t == REDIS_OK && !last) {
        size_t n = 0;
        for (; n < DROP_KEYS && at < draft->blocks; at++, n++) {
            key[n] = block_key(s, draft, at);
            words[n] = redis_key_span(&key[n]);
        }
        last = at == draft->blocks;
        words[n] = name;
        words[n + 1] = last ? FF_LITERAL("1") : FF_LITERAL("0");
        t = redis_shard_run(s, drop_script, words, n, n + 2, NULL);
    }
    return t;
}

enum redis_trouble redis_checkpoint_remove(struct redis_shard *s, const struct redis_checkpoint *c)
{
    char field[REDIS_FIELD_SIZE], draft[REDIS_FIELD_SIZE], blocks[16];
    snprintf(blocks, sizeof blocks, "%" PRIu32, c->blocks);
    const struct ff_span words[] = {redis_manifest_field(field, c), redis_manifest_draft(draft, c), ff_span_text(blocks)};
    const enum redis_trouble t = redis_shard_run(s, retire_script, words, 0, 3, NULL);
    return t == REDIS_OK ? redis_checkpoint_drop(s, c) : t;
}

/* What cannot be removed now goes with the next trim. */
void redis_checkpoint_abort(struct redis_checkpoints *c, struct redis_shard *s)
{
    if (c->made.seq > 0)
        redis_checkpoint_drop(s, &c->made);
    c->made = (struct redis_checkpoint){0};
    c->failed = FF_OK;
}

/* Reads block i with its header and gives what is behind that, borrowed from the link. */
static enum ff_status block_read(struct redis_checkpoints *c, struct redis_shard *s, uint32_t i, struct ff_span *block,
                                 const char **wrong)
{
    const struct redis_key key = block_key(s, &c->read, i);
    const struct ff_span argv[] = {FF_LITERAL("GET"), redis_key_span(&key)};
    struct redis_reply reply;
    struct checkpoint_block b;
    if (redis_shard_call(s, argv, 2, &reply) != REDIS_OK)
        return redis_trouble_status(s->trouble);
    const struct ff_span bytes = redis_reply_text(reply);
    *wrong = redis_reply_kind(reply) == REDIS_NIL ? "is missing" : "is damaged";
    if (!checkpoint_block_get(&b, bytes.p, bytes.n) || b.length == 0 || bytes.n != CHECKPOINT_BLOCK_HEADER + b.length ||
        !checkpoint_block_sound(&b, bytes.p) || b.mark != c->read.mark || b.index != i)
        return FF_STORE_CORRUPT;
    *block = ff_span_of(bytes.p + CHECKPOINT_BLOCK_HEADER, b.length);
    return FF_OK;
}

/* All blocks of the one being read, once. */
static enum ff_status blocks_check(struct redis_checkpoints *c, struct redis_shard *s, char *why, size_t size)
{
    const char *wrong = "";
    struct ff_span block;
    uint64_t bytes = 0;
    enum ff_status st = FF_OK;
    uint32_t i = 0;
    for (; st == FF_OK && i < c->read.blocks; i++) {
        st = block_read(c, s, i, &block, &wrong);
        bytes += st == FF_OK ? block.n : 0;
    }
    if (st == FF_OK && bytes != c->read.bytes) {
        wrong = "is the last, and all together are not as long as they were";
        st = FF_STORE_CORRUPT;
    }
    if (st == FF_STORE_CORRUPT)
        snprintf(why, size, "%s: %s: block %" PRIu32 " of checkpoint %" PRIu64 " %s", redis_link_server(s->link),
                 s->keys->base.text, i - 1, c->read.seq, wrong);
    else if (st != FF_OK)
        redis_shard_why(s, why, size);
    return st;
}

static void bad_note(struct redis_checkpoints *c)
{
    if (c->bads < REDIS_CHECKPOINTS_MAX)
        c->bad[c->bads++] = c->read;
}

enum ff_status redis_checkpoint_open(struct redis_checkpoints *c, struct redis_shard *s, uint64_t most, uint64_t *seq,
                                     char *why, size_t size)
{
    unsigned i = 0;
    assert(c->read.seq == 0);
    *seq = 0;
    enum ff_status st = redis_manifest_read(s, &c->manifest, why, size);
    while (st == FF_OK && i < c->manifest.checkpoints && c->manifest.checkpoint[i].seq > most)
        i++;
    if (st == FF_OK && i == c->manifest.checkpoints)
        st = FF_NOT_FOUND;
    if (st != FF_OK)
        return st;
    c->read = c->manifest.checkpoint[i];
    c->at = 0;
    st = blocks_check(c, s, why, size);
    if (st == FF_OK || st == FF_STORE_CORRUPT)
        *seq = c->read.seq;
    if (st == FF_STORE_CORRUPT)
        bad_note(c);
    if (st != FF_OK)
        redis_checkpoint_end(c);
    return st;
}

enum ff_status redis_checkpoint_next(struct redis_checkpoints *c, struct redis_shard *s, struct ff_span *block)
{
    const char *wrong;
    assert(c->read.seq > 0);
    if (c->at == c->read.blocks)
        return FF_NOT_FOUND;
    const enum ff_status st = block_read(c, s, c->at, block, &wrong);
    c->at += st == FF_OK;
    return st;
}

void redis_checkpoint_end(struct redis_checkpoints *c)
{
    c->read = (struct redis_checkpoint){0};
}
