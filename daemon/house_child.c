/* The process that writes one checkpoint: it restores the state as a restart would, up to a
 * record that its parent knows to be on the disk, and writes it down. */
#include "house.h"

#include "config.h"
#include "image.h"
#include "journal.h"
#include "log.h"
#include "pace.h"
#include "shard.h"
#include "shard_forget.h"
#include "shard_store.h"

#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* A quarter of a core that one other wants. */
#define NICE_IN_A_HURRY 5

struct child {
    struct shard shard;
    struct journal *journal;
    struct pace pace;
    bool hurry;
    uint64_t missing; /* records that the parent has not, either */
};

static enum house_end child_fail(const char *event, const char *why)
{
    log_error("checkpoint", event, "why=\"%s\"", why);
    return HOUSE_FAILED;
}

/* It must not be in the way of its parent (see child_breathe, too), nor outlive it. At idle priority it would
 * never end on a machine that is always busy; nor, where all cores are, would it at nice 19 get far enough to reach the
 * end of a journal that grows, which who waits to be forgotten needs. */
static void child_be_humble(bool hurry)
{
    const struct sched_param batch = {0};
    prctl(PR_SET_NAME, "checkpoint");
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpriority(PRIO_PROCESS, 0, hurry ? NICE_IN_A_HURRY : 19);
    sched_setscheduler(0, SCHED_BATCH, &batch);
}

static ff_dur clock_now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec * FF_SECOND + t.tv_nsec / 1000;
}

/* At any priority, whoever shares a core with its parent takes its caches and its reserve from it. But where visitors
 * wait to be forgotten it is made an end of. */
static void child_breathe(void *child)
{
    struct child *c = child;
    const ff_dur rest = pace_rest(&c->pace, clock_now(CLOCK_MONOTONIC), clock_now(CLOCK_PROCESS_CPUTIME_ID));
    if (rest == 0 || c->hurry)
        return;
    const struct timespec t = {rest / FF_SECOND, rest % FF_SECOND * 1000};
    nanosleep(&t, NULL);
    pace_go_on(&c->pace, clock_now(CLOCK_MONOTONIC), clock_now(CLOCK_PROCESS_CPUTIME_ID));
}

static bool child_give(void *child, struct ff_span block)
{
    struct child *c = child;
    child_breathe(c);
    return journal_checkpoint_put(c->journal, block) == FF_OK;
}

static enum house_end child_write(struct child *c)
{
    struct image_out out;
    struct hash128 digest;
    enum ff_status status = journal_checkpoint_begin(c->journal, c->shard.seq);
    if (status)
        return child_fail("begin", ff_status_prose(status));
    if (image_out_begin(&out, child_give, c))
        shard_save(&c->shard, c->shard.seq, &out);
    if (!image_out_end(&out, &digest)) {
        journal_checkpoint_abort(c->journal);
        return child_fail("write", "the checkpoint cannot be written");
    }
    status = journal_checkpoint_commit(c->journal);
    if (status) {
        journal_checkpoint_abort(c->journal);
        return child_fail("commit", ff_status_prose(status));
    }
    return HOUSE_DONE;
}

/* Takes out of the journal up to record sealed whoever is to be forgotten. The checkpoint is written. */
static enum house_end child_erase(struct child *c, uint64_t sealed)
{
    char why[CONFIG_WHY] = "out of memory";
    uint64_t erased = 0;
    struct shard_forget forget;
    enum ff_status status = shard_forget_init(&forget, &c->shard) ? FF_OK : FF_NO_MEMORY;
    if (status == FF_OK && forget.last > 0)
        status = journal_erase(c->journal, forget.last, sealed, shard_forget_is, &forget, &erased, why, sizeof why);
    shard_forget_fini(&forget);
    if (status)
        return child_fail("erase", why);
    if (erased)
        log_info("checkpoint", "erased", "records=%" PRIu64, erased);
    return HOUSE_DONE;
}

static enum house_end child_run(struct child *c, const struct ff_config *config, const struct ff_io *io, uint64_t upto,
                                uint64_t sealed)
{
    char why[CONFIG_WHY] = "";
    struct shard_restored restored;
    if (!shard_init(&c->shard, config, true, why, sizeof why))
        return child_fail("memory", why);
    c->shard.breathe = child_breathe;
    c->shard.breathe_ctx = c;
    pace_begin(&c->pace, clock_now(CLOCK_MONOTONIC), clock_now(CLOCK_PROCESS_CPUTIME_ID));
    if (shard_store_open(config, io, true, &c->journal, why, sizeof why) ||
        !shard_take_seed(&c->shard, c->journal, false, why, sizeof why) ||
        shard_restore(&c->shard, c->journal, UINT64_MAX, upto, &restored, why, sizeof why))
        return child_fail("restore", why);
    if (restored.refused > 0 && restored.missing > c->missing) /* what it is to stand for has them */
        return child_fail("restore", "records that the store had lost are in a checkpoint that cannot be read, and nowhere else");
    enum house_end end = restored.checkpoint == upto ? HOUSE_DONE : child_write(c);
    return end == HOUSE_DONE && sealed > 0 ? child_erase(c, sealed) : end;
}

enum house_end house_write_checkpoint(struct ff_config *config, const struct ff_io *io, uint64_t upto,
                                    uint64_t sealed, uint64_t missing)
{
    struct child c = {.hurry = sealed > 0, .missing = missing};
    child_be_humble(c.hurry);
    log_set_level(config->log.level);
    enum house_end end = child_run(&c, config, io, upto, sealed);
    journal_close(&c.journal);
    shard_fini(&c.shard);
    config_free(&config);
    return end;
}
