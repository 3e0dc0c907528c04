#include "redis_manifest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECKPOINT "checkpoint:"
#define DRAFT "draft:"

struct ff_span redis_manifest_field(char out[REDIS_FIELD_SIZE], const struct redis_checkpoint *c)
{
    return ff_span_of(out, (size_t)snprintf(out, REDIS_FIELD_SIZE, CHECKPOINT "%" PRIu64, c->seq));
}

struct ff_span redis_manifest_draft(char out[REDIS_FIELD_SIZE], const struct redis_checkpoint *c)
{
    const int n = snprintf(out, REDIS_FIELD_SIZE, DRAFT "%" PRIu64 "-%" PRIu64 "-%08" PRIx32, c->owner, c->seq, c->mark);
    return ff_span_of(out, (size_t)n);
}

struct ff_span redis_manifest_text(char out[REDIS_FIELD_SIZE * 2], const struct redis_checkpoint *c)
{
    const int n = snprintf(out, REDIS_FIELD_SIZE * 2, "%" PRIu64 " %" PRIu64 " %" PRIu32 " %" PRIu64 " %08" PRIx32, c->epoch,
                           c->owner, c->blocks, c->bytes, c->mark);
    return ff_span_of(out, (size_t)n);
}

/* Takes the next word off the text: what stands before the sign, or the rest. */
static struct ff_span word_take(struct ff_span *text, char sign)
{
    const char *at = text->n ? memchr(text->p, sign, text->n) : NULL;
    const struct ff_span word = ff_span_of(text->p, at ? (size_t)(at - text->p) : text->n);
    *text = at ? ff_span_of(at + 1, text->n - word.n - 1) : ff_span_of(text->p, 0);
    return word;
}

static bool u32_read(struct ff_span text, uint32_t *out)
{
    uint64_t n;
    if (!redis_number(text, &n) || n > UINT32_MAX)
        return false;
    *out = (uint32_t)n;
    return true;
}

static bool mark_read(struct ff_span text, uint32_t *out)
{
    char digits[9] = "";
    if (text.n != 8 || memchr(text.p, '\0', 8))
        return false;
    memcpy(digits, text.p, 8);
    *out = (uint32_t)strtoul(digits, NULL, 16);
    return strspn(digits, "0123456789abcdef") == 8;
}

/* Keeps the newest when there are too many. */
static void checkpoint_add(struct redis_manifest *m, const struct redis_checkpoint *c)
{
    unsigned at = m->checkpoints;
    if (at == REDIS_CHECKPOINTS_MAX && m->checkpoint[--at].seq > c->seq)
        return;
    for (; at > 0 && m->checkpoint[at - 1].seq < c->seq; at--)
        m->checkpoint[at] = m->checkpoint[at - 1];
    m->checkpoint[at] = *c;
    m->checkpoints += m->checkpoints < REDIS_CHECKPOINTS_MAX;
}

static bool checkpoint_read(struct redis_manifest *m, struct ff_span name, struct ff_span text)
{
    struct redis_checkpoint c = {0};
    const bool ok = redis_number(name, &c.seq) && c.seq > 0 && redis_number(word_take(&text, ' '), &c.epoch) &&
                    redis_number(word_take(&text, ' '), &c.owner) && u32_read(word_take(&text, ' '), &c.blocks) &&
                    redis_number(word_take(&text, ' '), &c.bytes) && mark_read(text, &c.mark);
    if (ok)
        checkpoint_add(m, &c);
    return ok;
}

static bool draft_read(struct redis_manifest *m, struct ff_span name, struct ff_span text)
{
    struct redis_checkpoint c = {0};
    const bool ok = redis_number(word_take(&name, '-'), &c.owner) && redis_number(word_take(&name, '-'), &c.seq) &&
                    mark_read(name, &c.mark) && u32_read(text, &c.blocks);
    if (ok && m->drafts < REDIS_CHECKPOINTS_MAX)
        m->draft[m->drafts++] = c;
    return ok;
}

/* What follows the prefix of the name. False when it has another. */
static bool behind(struct ff_span name, const char *prefix, struct ff_span *rest)
{
    const size_t n = strlen(prefix);
    if (name.n < n || memcmp(name.p, prefix, n) != 0)
        return false;
    *rest = ff_span_of(name.p + n, name.n - n);
    return true;
}

static enum ff_status field_read(struct redis_manifest *m, struct ff_span name, struct ff_span text)
{
    struct ff_span rest;
    bool ok = true;
    if (ff_span_is(name, "version"))
        return ff_span_is(text, REDIS_MANIFEST_VERSION) ? FF_OK : FF_STORE_VERSION;
    if (behind(name, CHECKPOINT, &rest))
        ok = checkpoint_read(m, rest, text);
    else if (behind(name, DRAFT, &rest))
        ok = draft_read(m, rest, text);
    else if (ff_span_is(name, "took"))
        ok = redis_took_read(&m->took, text);
    else if (ff_span_is(name, "ages"))
        ok = redis_ages_read(&m->ages, text);
    return ok ? FF_OK : FF_STORE_CORRUPT;
}

enum ff_status redis_manifest_read(struct redis_shard *s, struct redis_manifest *out, char *why, size_t size)
{
    const struct ff_span argv[] = {FF_LITERAL("HGETALL"), redis_key_span(&s->keys->manifest)};
    struct redis_reply reply;
    enum ff_status st = FF_OK;
    *out = (struct redis_manifest){0};
    if (redis_shard_call(s, argv, 2, &reply) != REDIS_OK)
        return redis_shard_why(s, why, size);
    for (size_t i = 0; st == FF_OK && i + 1 < redis_reply_count(reply); i += 2) {
        const struct ff_span name = redis_reply_text(redis_reply_at(reply, i));
        st = field_read(out, name, redis_reply_text(redis_reply_at(reply, i + 1)));
        if (st != FF_OK)
            snprintf(why, size, "%s: %s: field %.*s: %s", redis_link_server(s->link), s->keys->manifest.text,
                     (int)(name.n < 64 ? name.n : 64), name.p,
                     st == FF_STORE_VERSION ? "another version" : "not as it is written");
    }
    return st;
}
