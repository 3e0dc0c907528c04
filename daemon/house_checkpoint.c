/* When checkpoints are written: by a child of the same binary, that reads the journal as a restart
 * would. Looked after once a tick. */
#include "house_state.h"

#include "log.h"
#include "shard_store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* After a checkpoint that failed, the next is tried this much later. */
#define CHECKPOINT_RETRY FF_MINUTE

/* By the number of records, checkpoints follow each other no closer than so many times what the last one
 * took: then writing them takes a fifth of the time at most. */
#define CHECKPOINT_PACE 4

/* Where the child finds its configuration. */
#define CONFIG_FD 3
#define CONFIG_FILE "/proc/self/fd/3"

void checkpoint_begin(struct house *h, uint64_t seq)
{
    h->checkpoint.seq = seq;
    h->checkpoint.done = h->own.now;
}

void checkpoint_ask(struct house *h)
{
    h->checkpoint.asked = true;
    h->checkpoint.asked_for = journal_last(h->journal);
}

static bool checkpoint_is_due(const struct house *h, uint64_t settled, ff_wall now)
{
    const struct checkpoint *c = &h->checkpoint;
    if (settled <= c->seq)
        return false;
    if (c->asked && settled >= c->asked_for)
        return true;
    if (now < c->not_before)
        return false;
    return now - c->done >= h->config->store.checkpoint_every ||
           (settled - c->seq >= h->config->store.checkpoint_records && now - c->done >= CHECKPOINT_PACE * c->took);
}

/* The configuration in force, but for secrets, as a file of memory; -1 when it cannot be made. */
static int checkpoint_config(const struct house *h)
{
    int fd = memfd_create("footfalld-config", MFD_CLOEXEC);
    int copy = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, CONFIG_FD + 1);
    FILE *file = copy < 0 ? NULL : fdopen(copy, "w");
    if (file)
        config_dump(h->config, false, file);
    bool ok = file && fclose(file) == 0;
    if (!file && copy >= 0)
        close(copy);
    if (ok)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

/* It starts with signals as they are by default, and with no descriptor of ours but the configuration. */
static int checkpoint_spawn(pid_t *child, int config, char *const argv[])
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    int error = posix_spawn_file_actions_adddup2(&files, config, CONFIG_FD);
    if (!error)
        error = posix_spawn_file_actions_addclosefrom_np(&files, CONFIG_FD + 1);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    if (!error)
        error = posix_spawn(child, "/proc/self/exe", &files, &attributes, argv, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    return error;
}

static void checkpoint_failed(struct house *h, ff_wall now, const char *why, int code)
{
    log_warning("house", "checkpoint_failed", "seq=%" PRIu64 " why=\"%s\" code=%d", h->checkpoint.upto, why, code);
    h->checkpoint.not_before = now + CHECKPOINT_RETRY;
    h->checkpoint.failed = true;
    h->checkpoint.failures++;
}

/* sealed: as for house_write_checkpoint. */
static void checkpoint_start(struct house *h, uint64_t upto, uint64_t sealed, ff_wall now)
{
    struct checkpoint *c = &h->checkpoint;
    char number[24], erase[24], missing[24];
    snprintf(number, sizeof number, "%" PRIu64, upto);
    snprintf(erase, sizeof erase, "%" PRIu64, sealed);
    snprintf(missing, sizeof missing, "%" PRIu64, c->missing);
    char *argv[10] = {"footfalld", "-c", CONFIG_FILE, "--checkpoint", number};
    size_t n = 5;
    if (sealed) {
        argv[n++] = "--erase";
        argv[n++] = erase;
    }
    if (c->missing) {
        argv[n++] = "--missing";
        argv[n] = missing;
    }
    c->asked = false;
    c->upto = upto;
    c->started = now;
    int config = checkpoint_config(h);
    int error = config < 0 ? errno : checkpoint_spawn(&c->child, config, argv);
    if (config >= 0)
        close(config);
    if (error) {
        c->child = 0;
        checkpoint_failed(h, now, "it cannot be started", error);
    }
}

static void checkpoint_done(struct house *h, ff_wall now)
{
    struct checkpoint *c = &h->checkpoint;
    c->seq = c->upto;
    c->failed = false;
    c->done = now;
    c->took = now - c->started;
    durations_add(&c->durations, c->took);
    if (c->forgets)
        forget_done(h, c->forgets, now);
    log_info("house", "checkpoint", "seq=%" PRIu64 " ms=%" PRId64, c->seq, c->took / FF_MILLISECOND);
}

static void checkpoint_wait(struct house *h, ff_wall now)
{
    struct checkpoint *c = &h->checkpoint;
    int status;
    pid_t ended = waitpid(c->child, &status, WNOHANG);
    if (ended == 0)
        return;
    const struct ff_keep keep = shard_store_keep(h->config, now);
    c->child = 0;
    if (ended < 0)
        checkpoint_failed(h, now, "it is lost", errno);
    else if (WIFSIGNALED(status))
        checkpoint_failed(h, now, "a signal ended it", WTERMSIG(status));
    else if (WEXITSTATUS(status) != 0)
        checkpoint_failed(h, now, "it ended with an error", WEXITSTATUS(status));
    else
        checkpoint_done(h, now);
    /* The journal behind the checkpoints that now are there may go, and what a killed child has left. */
    journal_trim(h->journal, keep);
}

void checkpoint_look_after(struct house *h, ff_wall now)
{
    struct checkpoint *c = &h->checkpoint;
    if (c->child) {
        checkpoint_wait(h, now);
        return;
    }
    uint64_t settled = journal_settled(h->journal), sealed;
    if (!checkpoint_is_due(h, settled, now) && !forget_is_due(h, now))
        return;
    if (forget_seal(h, &c->forgets, &sealed))
        checkpoint_start(h, journal_settled(h->journal), sealed, now);
}

void checkpoint_give_up(struct house *h)
{
    struct checkpoint *c = &h->checkpoint;
    if (!c->child)
        return;
    kill(c->child, SIGKILL);
    while (waitpid(c->child, NULL, 0) < 0 && errno == EINTR)
        continue;
    c->child = 0;
}
