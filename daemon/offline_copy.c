/* footfallctl copy-store: all that a store holds, into an empty one of any kind: its small values, its journal as
 * far as it is kept, and its newest whole checkpoint. What a start would make of both is compared. */
#include "offline.h"

#include "options.h"
#include "shard_store.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

/* Bytes of records after which those before them are waited for. */
#define ROUND ((size_t)4 << 20)

/* A small value is no longer. */
#define VALUE_MAX ((size_t)1 << 20)

struct copy {
    struct offline from, to;
    uint64_t first, last;  /* records that are copied */
    uint64_t looked;       /* the last that was seen before that */
    uint64_t checkpoint;   /* seq of the newest whole one; 0: none */
    struct hash128 digest; /* of the state after the last */
    ff_wall at;            /* and the instant it is of */
    size_t round;          /* bytes appended since all was durable */
};

static enum ctl_exit copy_fail(const struct offline *o, const char *what, enum ff_status status)
{
    char why[128];
    snprintf(why, sizeof why, "%s: %s", what, ff_status_prose(status));
    return offline_fail(o, CTL_FAILED, why);
}

/* The source. Its files are locked, as a daemon would; in Redis nothing tells whether somebody is at work, but
 * what he adds is seen in the end. */
static enum ctl_exit from_open(struct copy *c, const char *file)
{
    enum ctl_exit end = offline_open(&c->from, "copy-store", file, NULL);
    if (end != CTL_DONE || c->from.config->store.backend == FF_BACKEND_REDIS)
        return end;
    end = offline_attach(&c->from, false);
    return end == CTL_DONE ? offline_seed(&c->from) : end;
}

static enum ff_status record_look(void *copy, uint64_t seq, struct ff_span body)
{
    struct copy *c = copy;
    (void)body;
    c->first = seq == c->looked + 1 ? c->first : seq;
    c->looked = seq;
    return FF_OK;
}

/* Where the journal begins that can be copied: behind what a server has lost, which the checkpoint knows. */
static enum ctl_exit from_look(struct copy *c)
{
    char why[CONFIG_WHY];
    if (journal_first(c->from.journal, &c->first))
        return offline_fail(&c->from, CTL_FAILED, "the journal's beginning cannot be seen");
    c->looked = c->first - 1;
    if (c->last >= c->first && journal_read(c->from.journal, c->first, c->last, record_look, c, why, sizeof why))
        return offline_fail(&c->from, CTL_FAILED, why);
    if (c->looked < c->last)
        c->first = c->last + 1;
    if (c->first > 1 && c->checkpoint < c->first - 1)
        return offline_fail(&c->from, CTL_FAILED, "no whole checkpoint knows the records before its journal");
    return CTL_DONE;
}

static enum ctl_exit from_restore(struct copy *c)
{
    char why[CONFIG_WHY];
    struct shard *s = &c->from.shard;
    struct shard_restored restored;
    struct ff_store_health health;
    if (shard_restore(s, c->from.journal, UINT64_MAX, UINT64_MAX, &restored, why, sizeof why))
        return offline_fail(&c->from, CTL_FAILED, why);
    journal_health(c->from.journal, &health);
    if (health.strays || health.spilled_records)
        return offline_fail(&c->from, CTL_FAILED, "there are records beside its journal that were not taken in yet: "
                                                  "start a daemon on it first");
    c->checkpoint = restored.checkpoint;
    c->last = s->seq;
    c->at = s->now;
    c->digest = shard_digest(s, s->seq);
    offline_print_digest("from", s, c->digest);
    shard_fini(s); /* its tables are not needed twice */
    return from_look(c);
}

/* Refuses a store in which a daemon has ever begun. It is asked before it is taken over, for that would end one at work;
 * so one that cannot be asked now is refused, too. */
static enum ctl_exit to_unused(struct offline *o)
{
    char why[CONFIG_WHY];
    size_t n;
    uint64_t first = 1;
    const enum ff_status status = shard_store_open(o->config, NULL, true, &o->journal, why, sizeof why);
    if (status == FF_STORE_AWAY)
        return offline_fail(o, CTL_FAILED, why);
    if (status)
        return CTL_DONE; /* there is none, or the owner's start says what is wrong */
    const bool used = journal_get(o->journal, SHARD_SEED, NULL, 0, &n) != FF_NOT_FOUND ||
                      journal_first(o->journal, &first) || first != 1;
    journal_close(&o->journal);
    return used ? offline_fail(o, CTL_FAILED, "the store to copy to is not empty") : CTL_DONE;
}

static enum ff_status record_unexpected(void *ctx, uint64_t seq, struct ff_span body)
{
    (void)ctx;
    (void)seq;
    (void)body;
    return FF_BAD_PARAMETER;
}

/* The target, as its owner; its journal begins where the source's does. */
static enum ctl_exit to_open(struct copy *c, const char *file)
{
    char why[CONFIG_WHY];
    enum ctl_exit end = offline_load(&c->to, "copy-store", file, NULL);
    if (end == CTL_DONE)
        end = to_unused(&c->to);
    if (end == CTL_DONE)
        end = offline_attach(&c->to, false);
    if (end != CTL_DONE)
        return end;
    enum ff_status status = c->first > 1 ? journal_graft(c->to.journal, c->first - 1)
                                         : journal_replay(c->to.journal, record_unexpected, NULL, why, sizeof why);
    if (status == FF_BAD_PARAMETER)
        return offline_fail(&c->to, CTL_FAILED, "the store to copy to is not empty");
    return status ? copy_fail(&c->to, "the store to copy to", status) : CTL_DONE;
}

static enum ctl_exit value_copy(struct copy *c, const char *name, char *value)
{
    size_t n = 0;
    enum ff_status status = journal_get(c->from.journal, name, value, VALUE_MAX, &n);
    if (status == FF_NOT_FOUND)
        return CTL_DONE;
    if (status == FF_OK && n > VALUE_MAX)
        status = FF_STORE_CORRUPT;
    if (status)
        return copy_fail(&c->from, name, status);
    status = journal_put(c->to.journal, name, ff_span_of(value, n));
    return status ? copy_fail(&c->to, name, status) : CTL_DONE;
}

static enum ctl_exit values_copy(struct copy *c)
{
    static const char *const names[] = {SHARD_SEED, SHARD_SALTS};
    enum ctl_exit end = CTL_DONE;
    char *value = malloc(VALUE_MAX);
    if (!value)
        return offline_fail(&c->to, CTL_FAILED, "out of memory");
    for (size_t i = 0; end == CTL_DONE && i < sizeof names / sizeof *names; i++)
        end = value_copy(c, names[i], value);
    explicit_bzero(value, VALUE_MAX);
    free(value);
    return end;
}

static enum ff_status record_copy(void *copy, uint64_t seq, struct ff_span body)
{
    struct copy *c = copy;
    uint64_t given;
    enum ff_status status = FF_OK;
    if (c->round > ROUND) {
        status = journal_drain(c->to.journal);
        c->round = 0;
    }
    if (status == FF_OK)
        status = journal_append(c->to.journal, body, &given);
    c->round += body.n;
    return status == FF_OK && given != seq ? FF_INTERNAL : status;
}

static enum ctl_exit journal_copy(struct copy *c)
{
    char why[CONFIG_WHY];
    if (c->last >= c->first &&
        journal_read(c->from.journal, c->first, c->last, record_copy, c, why, sizeof why))
        return offline_fail(&c->from, CTL_FAILED, why);
    enum ff_status status = journal_drain(c->to.journal);
    return status ? copy_fail(&c->to, "the journal", status) : CTL_DONE;
}

/* Waits until a checkpoint may build on the record. */
static enum ff_status settle(struct journal *j, uint64_t seq)
{
    while (journal_settled(j) < seq) {
        struct pollfd news = {.fd = journal_news_fd(j), .events = POLLIN};
        poll(&news, 1, -1);
        journal_poll(j);
        if (journal_state(j) != FF_OK)
            return journal_state(j);
    }
    return FF_OK;
}

static enum ff_status blocks_copy(struct copy *c)
{
    struct ff_span block;
    enum ff_status status = journal_checkpoint_begin(c->to.journal, c->checkpoint);
    while (status == FF_OK && (status = journal_checkpoint_next(c->from.journal, &block)) == FF_OK)
        status = journal_checkpoint_put(c->to.journal, block);
    if (status == FF_NOT_FOUND) /* after the last block */
        status = journal_checkpoint_commit(c->to.journal);
    if (status)
        journal_checkpoint_abort(c->to.journal);
    return status;
}

static enum ctl_exit checkpoint_copy(struct copy *c)
{
    char why[CONFIG_WHY];
    uint64_t seq;
    if (c->checkpoint == 0)
        return CTL_DONE;
    enum ff_status status = settle(c->to.journal, c->checkpoint);
    if (status)
        return copy_fail(&c->to, "the journal", status);
    if (journal_checkpoint_open(c->from.journal, c->checkpoint, &seq, why, sizeof why))
        return offline_fail(&c->from, CTL_FAILED, why);
    status = blocks_copy(c);
    journal_checkpoint_end(c->from.journal);
    return status ? copy_fail(&c->to, "the checkpoint", status) : CTL_DONE;
}

/* Nothing was written to the source meanwhile. */
static enum ctl_exit from_rested(struct copy *c)
{
    char why[CONFIG_WHY];
    if (c->from.config->store.backend == FF_BACKEND_REDIS &&
        journal_read(c->from.journal, c->last + 1, UINT64_MAX, record_unexpected, NULL, why, sizeof why))
        return offline_fail(&c->from, CTL_FAILED, "a daemon is at work on the store that was copied: stop it, empty the "
                                                  "copy, and copy again");
    return CTL_DONE;
}

/* What a start would make of the copy. */
static enum ctl_exit to_compare(struct copy *c)
{
    char why[CONFIG_WHY];
    struct shard_restored restored;
    struct shard *s = &c->to.shard;
    enum ctl_exit end = offline_attach(&c->to, true);
    if (end == CTL_DONE)
        end = offline_seed(&c->to);
    if (end != CTL_DONE)
        return end;
    if (shard_restore(s, c->to.journal, UINT64_MAX, UINT64_MAX, &restored, why, sizeof why))
        return offline_fail(&c->to, CTL_FAILED, why);
    shard_advance(s, c->at);
    const struct hash128 digest = shard_digest(s, s->seq);
    offline_print_digest("to", s, digest);
    if (s->seq != c->last || digest.lo != c->digest.lo || digest.hi != c->digest.hi)
        return offline_fail(&c->to, CTL_FAILED, "the digests differ: is anything but store.* different in the two "
                                                "configurations?");
    return CTL_DONE;
}

static enum ctl_exit copy_all(struct copy *c, const char *from, const char *to)
{
    enum ctl_exit end = from_open(c, from);
    if (end == CTL_DONE)
        end = from_restore(c);
    if (end == CTL_DONE)
        end = to_open(c, to);
    if (end == CTL_DONE)
        end = values_copy(c);
    if (end == CTL_DONE)
        end = journal_copy(c);
    if (end == CTL_DONE)
        end = checkpoint_copy(c);
    if (end == CTL_DONE)
        printf("copied      records %" PRIu64 " to %" PRIu64 ", checkpoint %" PRIu64 "\n", c->first, c->last, c->checkpoint);
    if (end == CTL_DONE)
        end = from_rested(c);
    return end == CTL_DONE ? to_compare(c) : end;
}

int copy_store_run(const struct ctl *ctl, int argc, char **argv)
{
    (void)ctl;
    static const struct option_row rows[] = {{NULL, NULL, NULL}};
    struct copy c = {.from.command = "copy-store", .to.command = "copy-store"};
    char why[128];
    int words = options_read(rows, OPTIONS_ANYWHERE, argc, argv, why, sizeof why);
    if (words < 0)
        return offline_fail(&c.from, CTL_USAGE, why);
    if (words != 2)
        return offline_fail(&c.from, CTL_USAGE, "expected two configuration files: FROM TO");
    enum ctl_exit end = copy_all(&c, argv[1], argv[2]);
    offline_close(&c.to);
    offline_close(&c.from);
    return end;
}
