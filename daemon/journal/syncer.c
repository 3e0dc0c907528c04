#include "syncer.h"

#include "zeros.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

/* CPU that zeros may take where answers wait for the job. The next job goes on with them. */
#define AWAITED_MOST ((ff_dur)200)

/* The job's descriptors: how many. */
static size_t job_files(const struct syncer_job *job, int files[OWN_FILES_MAX])
{
    files[0] = job->fd;
    files[1] = job->dir;
    return job->dir >= 0 ? 2 : 1;
}

static ff_dur clock_of(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec * FF_SECOND + t.tv_nsec / 1000;
}

static bool owner_waits(struct syncer *s)
{
    pthread_mutex_lock(&s->lock);
    const bool waits = s->hurry;
    pthread_mutex_unlock(&s->lock);
    return waits;
}

/* At least a piece. That they are not there harms nobody: a full disk ends them, and what is to be synced is synced. */
static void zeros_write(struct syncer *s, struct syncer_job *job)
{
    static const unsigned char zero[ZEROS_MOST];
    uint64_t at = job->zeros.from;
    struct zeros z;
    ff_dur spent = 0;
    bool more = at < job->zeros.to;
    zeros_begin(&z);
    while (more) {
        const size_t n = zeros_next(&z, at, job->zeros.to);
        const ff_dur before = clock_of(CLOCK_THREAD_CPUTIME_ID);
        if (io_write_all(s->io, job->fd, zero, n, at) < 0)
            break;
        const ff_dur took = clock_of(CLOCK_THREAD_CPUTIME_ID) - before;
        at += n;
        spent += took;
        more = at < job->zeros.to && zeros_go_on(&z, n, took) && (job->awaited ? spent < AWAITED_MOST : !owner_waits(s));
    }
    job->zeros.to = at;
}

static int job_sync(struct syncer *s, struct syncer_job *job)
{
    const struct ff_io *io = s->io;
    int r = io->sync(io, job->fd);
    if (r == 0 && job->dir >= 0)
        r = io->sync_dir(io, job->dir);
    if (r == 0)
        zeros_write(s, job);
    return r;
}

static int job_do(struct syncer *s, struct syncer_job *job)
{
    int files[OWN_FILES_MAX];
    size_t n = job_files(job, files);
    if (!s->apart)
        return job_sync(s, job);
    int r = own_files_receive(&s->files, files, n);
    if (r < 0)
        return r;
    r = job_sync(s, job);
    own_files_close(files, n);
    return r;
}

/* Waits for a job, and until it may begin; began: when the one before it did. False: there will be none.
 * The lock is held. */
static bool job_await(struct syncer *s, ff_mono began)
{
    while (s->state != SYNCER_JOB && s->state != SYNCER_STOP)
        pthread_cond_wait(&s->mail, &s->lock);
    const ff_mono at = began + s->job.gap;
    const struct timespec until = {.tv_sec = at / FF_SECOND, .tv_nsec = at % FF_SECOND * 1000};
    while (s->state == SYNCER_JOB && !s->hurry && clock_of(CLOCK_MONOTONIC) < at)
        pthread_cond_timedwait(&s->mail, &s->lock, &until);
    return s->state == SYNCER_JOB;
}

/* Tells the owner; needs the lock. Cannot fail: the counter never passes 1. */
static void result_put(struct syncer *s, int result)
{
    s->result = result;
    s->state = SYNCER_RESULT;
    eventfd_write(s->news_fd, 1);
}

static void *syncer_main(void *ctx)
{
    struct syncer *s = ctx;
    ff_mono began = 0;
    bool apart = own_files_leave(&s->files, s->news_fd);
    pthread_mutex_lock(&s->lock);
    s->apart = apart;
    s->state = SYNCER_IDLE;
    pthread_cond_broadcast(&s->mail);
    while (job_await(s, began)) {
        struct syncer_job job = s->job;
        s->state = SYNCER_AT_IT;
        pthread_mutex_unlock(&s->lock);
        began = clock_of(CLOCK_MONOTONIC);
        int result = job_do(s, &job);
        pthread_mutex_lock(&s->lock);
        s->job = job;
        result_put(s, result);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

/* The thread takes no signals: they are for the loop. */
static int thread_start(struct syncer *s)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int r = pthread_create(&s->thread, NULL, syncer_main, s);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return -r;
}

static void mail_init(pthread_cond_t *mail)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(mail, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

static void mailbox_fini(struct syncer *s)
{
    pthread_cond_destroy(&s->mail);
    pthread_mutex_destroy(&s->lock);
    own_files_fini(&s->files);
    close(s->news_fd);
}

/* Until the thread has a table of descriptors of its own: what the owner opens from then on is in his alone. */
static void start_wait(struct syncer *s)
{
    pthread_mutex_lock(&s->lock);
    while (s->state == SYNCER_STARTS)
        pthread_cond_wait(&s->mail, &s->lock);
    pthread_mutex_unlock(&s->lock);
}

int syncer_init(struct syncer *s, const struct ff_io *io)
{
    *s = (struct syncer){.io = io, .state = SYNCER_STARTS};
    s->news_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (s->news_fd < 0)
        return -errno;
    int r = own_files_init(&s->files);
    if (r < 0) {
        close(s->news_fd);
        return r;
    }
    pthread_mutex_init(&s->lock, NULL);
    mail_init(&s->mail);
    r = thread_start(s);
    if (r < 0)
        mailbox_fini(s);
    else
        start_wait(s);
    return r;
}

void syncer_fini(struct syncer *s)
{
    syncer_wait(s);
    pthread_mutex_lock(&s->lock);
    s->state = SYNCER_STOP;
    pthread_cond_signal(&s->mail);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->thread, NULL);
    mailbox_fini(s);
}

/* What cannot be handed over has failed. */
void syncer_ask(struct syncer *s, struct syncer_job job)
{
    int files[OWN_FILES_MAX];
    size_t n = job_files(&job, files);
    assert(!s->busy);
    s->busy = true;
    int r = s->apart ? own_files_send(&s->files, files, n) : 0;
    pthread_mutex_lock(&s->lock);
    assert(s->state == SYNCER_IDLE);
    s->job = job;
    s->hurry = false;
    s->state = SYNCER_JOB;
    if (r < 0)
        result_put(s, r);
    pthread_cond_signal(&s->mail);
    pthread_mutex_unlock(&s->lock);
}

bool syncer_widen(struct syncer *s, uint64_t upto)
{
    pthread_mutex_lock(&s->lock);
    const bool waits = s->state == SYNCER_JOB;
    if (waits) {
        assert(upto >= s->job.upto);
        s->job.upto = upto;
    }
    pthread_mutex_unlock(&s->lock);
    return waits;
}

bool syncer_take(struct syncer *s, struct syncer_job *job, int *result)
{
    if (!s->busy)
        return false;
    pthread_mutex_lock(&s->lock);
    bool there = s->state == SYNCER_RESULT;
    if (there) {
        eventfd_t seen;
        eventfd_read(s->news_fd, &seen);
        *job = s->job;
        *result = s->result;
        s->state = SYNCER_IDLE;
        s->busy = false;
    }
    pthread_mutex_unlock(&s->lock);
    return there;
}

void syncer_hurry(struct syncer *s)
{
    pthread_mutex_lock(&s->lock);
    s->hurry = true;
    pthread_cond_signal(&s->mail);
    pthread_mutex_unlock(&s->lock);
}

void syncer_wait(struct syncer *s)
{
    struct pollfd news = {.fd = s->news_fd, .events = POLLIN};
    syncer_hurry(s);
    while (s->busy && poll(&news, 1, -1) != 1)
        continue;
}
