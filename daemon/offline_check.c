/* footfallctl check: whether a store is whole, and whether each of its checkpoints is what its journal
 * says. */
#include "offline.h"

#include "options.h"

#include <inttypes.h>
#include <stdio.h>

/* A store keeps two; others can only be there when a trim has failed. */
#define CHECKPOINTS_MAX 16

struct check {
    struct offline offline;
    uint64_t first;               /* oldest record that is kept */
    uint64_t erased, last_erased; /* records that hold nothing any more; the last of them */
    uint64_t lost, last_lost;     /* records that a server has lost and checkpoints alone know; the last of them */
    uint64_t last;                /* newest that can be read in one run from it */
    uint64_t whole[CHECKPOINTS_MAX]; /* seqs of checkpoints, newest first */
    unsigned wholes;
    unsigned wrong;               /* things that were found wrong */
    char damage[CONFIG_WHY];      /* what ends the journal before its end, or "" */
};

static void check_wrong(struct check *c, const char *what, const char *why)
{
    c->wrong++;
    fprintf(stderr, "footfallctl: check: %s: %s\n", what, why);
}

static enum ff_status check_count(void *check, uint64_t seq, struct ff_span body)
{
    struct check *c = check;
    if (seq > c->last + 1) {
        c->lost += seq - c->last - 1;
        c->last_lost = seq - 1;
    }
    c->last = seq;
    if (body.n == 0) {
        c->erased++;
        c->last_erased = seq;
    }
    return FF_OK;
}

/* Groups, checksums, and that no record is missing. */
static void check_journal(struct check *c)
{
    struct journal *j = c->offline.journal;
    if (journal_first(j, &c->first)) {
        check_wrong(c, "journal", "its beginning cannot be seen");
        return;
    }
    c->last = c->first - 1;
    if (journal_read(j, c->first, UINT64_MAX, check_count, c, c->damage, sizeof c->damage))
        check_wrong(c, "journal", c->damage);
    else
        c->damage[0] = '\0';
    printf("journal     records %" PRIu64 " to %" PRIu64 "%s\n", c->first, c->last,
           c->damage[0] ? ", then damaged" : ", whole");
    struct ff_store_health health;
    journal_health(j, &health);
    if (health.strays)
        puts("            more wait beside it, which the daemon takes in when it can");
    if (c->lost)
        printf("            %" PRIu64 " between them lost by the server, known to checkpoints\n", c->lost);
    if (c->erased)
        printf("            %" PRIu64 " of them erased, with whoever was forgotten\n", c->erased);
}

/* Checkpoints, each by its own checksums. */
static void check_checkpoints(struct check *c)
{
    struct journal *j = c->offline.journal;
    char why[CONFIG_WHY], what[64];
    for (uint64_t most = UINT64_MAX, seq; c->wholes < CHECKPOINTS_MAX; most = seq - 1) {
        enum ff_status status = journal_checkpoint_open(j, most, &seq, why, sizeof why);
        if (status == FF_NOT_FOUND)
            break;
        snprintf(what, sizeof what, "checkpoint %" PRIu64, seq);
        if (status == FF_OK) {
            journal_checkpoint_end(j);
            c->whole[c->wholes++] = seq;
            printf("checkpoint  %" PRIu64 ", whole\n", seq);
        } else {
            check_wrong(c, what, why);
        }
        if (seq <= 1)
            break;
    }
}

/* The state after record upto, from the checkpoint `from` (UINT64_MAX: the newest that will do; 0: none).
 * False, having said why, also when it could only be had from another. */
static bool check_restore(struct check *c, uint64_t from, uint64_t upto)
{
    char why[CONFIG_WHY], what[64];
    struct shard_restored restored;
    struct offline *o = &c->offline;
    if (shard_restore(&o->shard, o->journal, from, upto, &restored, why, sizeof why)) {
        check_wrong(c, "state", why);
        return false;
    }
    if (from == UINT64_MAX || restored.checkpoint == from)
        return true;
    snprintf(what, sizeof what, "checkpoint %" PRIu64, from);
    check_wrong(c, what, "its blocks are whole, but do not hold a state");
    return false;
}

/* The newest checkpoint against what the journal makes of the one before it, or of nothing. */
static void check_digest(struct check *c)
{
    struct shard *s = &c->offline.shard;
    uint64_t newest = c->whole[0], before = c->wholes > 1 ? c->whole[1] : 0;
    if (before + 1 < c->first || newest > c->last) {
        printf("            the journal does not reach from %" PRIu64 " to it: not compared\n", before);
        return;
    }
    if (before < c->last_erased && c->last_erased <= newest) {
        printf("            records before it are erased: not compared\n");
        return;
    }
    if (before < c->last_lost && c->last_lost <= newest) {
        printf("            the server has lost records before it: not compared\n");
        return;
    }
    if (!check_restore(c, newest, newest))
        return;
    struct hash128 written = shard_digest(s, newest);
    ff_wall at = s->now;
    if (!check_restore(c, before, newest))
        return;
    shard_advance(s, at);
    struct hash128 replayed = shard_digest(s, newest);
    offline_print_digest("checkpoint", s, written);
    if (written.lo != replayed.lo || written.hi != replayed.hi) {
        offline_print_digest("journal", s, replayed);
        check_wrong(c, "digest", "the newest checkpoint is not what the journal says");
    }
}

/* What a start would bring back, and what not. */
static void check_state(struct check *c, ff_wall at)
{
    struct shard *s = &c->offline.shard;
    bool starts = check_restore(c, UINT64_MAX, UINT64_MAX);
    if (starts) {
        shard_advance(s, at);
        offline_print_digest("state", s, shard_digest(s, s->seq));
    }
    if (!c->damage[0])
        return;
    fprintf(stderr, "footfallctl: check: would be lost: from an export, the records from %" PRIu64
                    " on that cannot be read; from the state, ", c->last + 1);
    if (starts)
        fputs("nothing: a checkpoint behind them is whole\n", stderr);
    else
        fprintf(stderr, "all after record %" PRIu64 "\n", s->seq);
}

static enum ctl_exit check_store(struct check *c, ff_wall at)
{
    check_journal(c);
    check_checkpoints(c);
    if (c->wholes)
        check_digest(c);
    check_state(c, at);
    return c->wrong ? CTL_FAILED : CTL_DONE;
}

int check_run(const struct ctl *ctl, int argc, char **argv)
{
    (void)ctl;
    const char *file = NULL, *until = NULL;
    const struct option_row rows[] = {{"config", &file, NULL}, {"at", &until, NULL}, {NULL, NULL, NULL}};
    struct check c = {.offline.command = "check"};
    char why[128];
    ff_wall at = FF_NEVER;
    int words = options_read(rows, OPTIONS_ANYWHERE, argc, argv, why, sizeof why);
    if (words < 0)
        return offline_fail(&c.offline, CTL_USAGE, why);
    if (words > 1 || (until && !offline_instant(until, &at)))
        return offline_fail(&c.offline, CTL_USAGE, "expected [--config FILE] [--at TIME] [DIRECTORY]");
    enum ctl_exit end = offline_open(&c.offline, "check", file, words ? argv[1] : NULL);
    if (end == CTL_DONE)
        end = check_store(&c, at);
    offline_close(&c.offline);
    return end;
}
