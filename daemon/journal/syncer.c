#include "syncer.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* The job's descriptors: how many. */
static size_t job_files(const struct syncer_job *job, int files[OWN_FILES_MAX])
{
    files[0] = job->fd;
    files[1] = job->dir;
    return job->dir >= 0 ? 2 : 1;
}

static int job_sync(const struct ff_io *io, const struct syncer_job *job)
{
    int r = io->sync(io, job->fd);
    if (r == 0 && job->dir >= 0)
        r = io->sync_dir(io, job->dir);
    return r;
}

static int job_do(const struct syncer *s, const struct syncer_job *job)
{
    int files[OWN_FILES_MAX];
    size_t n = job_files(job, files);
    if (!s->apart)
        return job_sync(s->io, job);
    int r = own_files_receive(&s->files, files, n);
    if (r < 0)
        return r;
    r = job_sync(s->io, job);
    own_files_close(files, n);
    return r;
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
    bool apart = own_files_leave(&s->files, s->news_fd);
    pthread_mutex_lock(&s->lock);
    s->apart = apart;
    s->state = SYNCER_IDLE;
    pthread_cond_broadcast(&s->mail);
    for (;;) {
        while (s->state != SYNCER_JOB && s->state != SYNCER_STOP)
            pthread_cond_wait(&s->mail, &s->lock);
        if (s->state == SYNCER_STOP)
            break;
        struct syncer_job job = s->job;
        pthread_mutex_unlock(&s->lock);
        int result = job_do(s, &job);
        pthread_mutex_lock(&s->lock);
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
    pthread_cond_init(&s->mail, NULL);
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
    s->state = SYNCER_JOB;
    if (r < 0)
        result_put(s, r);
    pthread_cond_signal(&s->mail);
    pthread_mutex_unlock(&s->lock);
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

void syncer_wait(struct syncer *s)
{
    struct pollfd news = {.fd = s->news_fd, .events = POLLIN};
    while (s->busy && poll(&news, 1, -1) != 1)
        continue;
}
