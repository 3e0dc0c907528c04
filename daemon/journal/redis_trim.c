#include "redis_trim.h"

#include "redis_checkpoint.h"

#include <stdlib.h>

/* Checkpoints that stay. */
#define KEPT 2

/* ARGV: the id of the first entry that stays, and the ages that are left. What the stream forgets the manifest knows. */
static const char cut_script[] =
    "redis.call('XTRIM', KEYS[1], 'MINID', ARGV[2])\n"
    "redis.call('HSET', KEYS[2], 'ages', ARGV[3])\n"
    "return 'OK'";

static const char unlink_script[] = "redis.call('UNLINK', KEYS[3]) return 'OK'";

static enum redis_trouble checkpoints_trim(struct redis_shard *s, const struct redis_manifest *m,
                                           struct redis_trimmed *out)
{
    enum redis_trouble t = REDIS_OK;
    for (unsigned i = 0; t == REDIS_OK && i < m->drafts; i++, out->checkpoints++)
        t = redis_checkpoint_drop(s, &m->draft[i]);
    for (unsigned i = KEPT; t == REDIS_OK && i < m->checkpoints; i++, out->checkpoints++)
        t = redis_checkpoint_remove(s, &m->checkpoint[i]);
    return t;
}

static enum redis_trouble journal_trim(struct redis_shard *s, struct redis_manifest *m, struct ff_keep keep,
                                       struct redis_trimmed *out)
{
    char id[REDIS_ID_SIZE];
    struct redis_id end;
    if (m->checkpoints < KEPT || !redis_ages_cut(&m->ages, keep, m->checkpoint[KEPT - 1].seq, &end))
        return REDIS_OK;
    char *ages = malloc(REDIS_AGES_TEXT);
    if (!ages)
        return REDIS_OK;
    const struct redis_id first = {end.epoch, end.n + 1};
    const struct ff_span words[] = {redis_id_print(id, first), ff_span_of(ages, redis_ages_print(&m->ages, ages))};
    const enum redis_trouble t = redis_shard_run(s, cut_script, words, 0, 2, NULL);
    free(ages);
    if (t == REDIS_OK)
        out->upto = end;
    return t;
}

enum redis_trouble redis_trim_run(struct redis_shard *s, struct ff_keep keep, struct redis_trimmed *out)
{
    char why[256];
    const struct ff_span draft = redis_key_span(&s->keys->draft);
    struct redis_manifest *m = malloc(sizeof *m);
    *out = (struct redis_trimmed){0};
    if (!m)
        return REDIS_OK;
    enum redis_trouble t = REDIS_OK;
    if (redis_manifest_read(s, m, why, sizeof why) != FF_OK)
        t = s->trouble == REDIS_OK ? REDIS_REFUSED : s->trouble;
    if (t == REDIS_OK)
        t = redis_shard_run(s, unlink_script, &draft, 1, 1, NULL);
    if (t == REDIS_OK)
        t = checkpoints_trim(s, m, out);
    if (t == REDIS_OK)
        t = journal_trim(s, m, keep, out);
    free(m);
    return t;
}
