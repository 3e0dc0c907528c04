#include "syncer.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

static int job_do(const struct ff_io *io, const struct syncer_job *job)
{
    int r = io->sync(io, job->fd);
    if (r == 0 && job->dir >= 0)
        r = io->sync_dir(io, job->dir);
    return r;
}

static void *syncer_main(void *ctx)
{
    struct syncer *s = ctx;
    pthread_mutex_lock(&s->lock);
    for (;;) {
        while (s->state != SYNCER_JOB && s->state != SYNCER_STOP)
            pthread_cond_wait(&s->mail, &s->lock);
        if (s->state == SYNCER_STOP)
            break;
        struct syncer_job job = s->job;
        pthread_mutex_unlock(&s->lock);
        int result = job_do(s->io, &job);
        pthread_mutex_lock(&s->lock);
        s->result = result;
        s->state = SYNCER_RESULT;
        /* Cannot fail: the counter never passes 1. */
        eventfd_write(s->news_fd, 1);
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

int syncer_init(struct syncer *s, const struct ff_io *io)
{
    *s = (struct syncer){.io = io, .state = SYNCER_IDLE};
    s->news_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (s->news_fd < 0)
        return -errno;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->mail, NULL);
    int r = thread_start(s);
    if (r < 0) {
        pthread_cond_destroy(&s->mail);
        pthread_mutex_destroy(&s->lock);
        close(s->news_fd);
    }
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
    pthread_cond_destroy(&s->mail);
    pthread_mutex_destroy(&s->lock);
    close(s->news_fd);
}

void syncer_ask(struct syncer *s, struct syncer_job job)
{
    assert(!s->busy);
    s->busy = true;
    pthread_mutex_lock(&s->lock);
    assert(s->state == SYNCER_IDLE);
    s->job = job;
    s->state = SYNCER_JOB;
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
