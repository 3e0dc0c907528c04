#include "redis_worker.h"

#include "log.h"
#include "redis_socket.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

static void *worker_main(void *ctx)
{
    struct redis_worker *w = ctx;
    pthread_mutex_lock(&w->lock);
    for (;;) {
        while (w->state != REDIS_MAIL_JOB && w->state != REDIS_MAIL_STOP)
            pthread_cond_wait(&w->mail, &w->lock);
        if (w->state == REDIS_MAIL_STOP)
            break;
        const redis_job_fn job = w->job;
        void *job_ctx = w->ctx;
        pthread_mutex_unlock(&w->lock);
        const enum redis_trouble result = job(w->link, job_ctx);
        pthread_mutex_lock(&w->lock);
        w->result = result;
        w->state = REDIS_MAIL_RESULT;
        pthread_mutex_unlock(&w->lock);
        /* Cannot fail: the counter never passes 1. Whom it wakes finds the lock free. */
        eventfd_write(w->news_fd, 1);
        pthread_mutex_lock(&w->lock);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

/* The thread takes no signals: they are for the loop. */
static int thread_start(struct redis_worker *w)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const int r = pthread_create(&w->thread, NULL, worker_main, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return -r;
}

int redis_worker_init(struct redis_worker *w, struct redis_link *link)
{
    *w = (struct redis_worker){.link = link, .state = REDIS_MAIL_IDLE};
    w->news_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (w->news_fd < 0)
        return -errno;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->mail, NULL);
    return 0;
}

void redis_worker_send_home(struct redis_worker *w)
{
    assert(!w->busy);
    if (!w->there)
        return;
    pthread_mutex_lock(&w->lock);
    w->state = REDIS_MAIL_STOP;
    pthread_cond_signal(&w->mail);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    w->there = false;
    w->state = REDIS_MAIL_IDLE;
}

void redis_worker_fini(struct redis_worker *w)
{
    while (!redis_worker_wait(w, FF_MINUTE))
        continue;
    w->busy = false; /* a result that was not taken is forgotten */
    redis_worker_send_home(w);
    pthread_cond_destroy(&w->mail);
    pthread_mutex_destroy(&w->lock);
    close(w->news_fd);
}

/* Said once, until there is one. */
static bool there(struct redis_worker *w)
{
    if (w->there)
        return true;
    const int r = thread_start(w);
    if (r < 0 && !w->missed)
        log_error("journal", "redis_worker", "errno=%d why=\"there can be no thread\"", -r);
    w->there = r == 0;
    w->missed = !w->there;
    return w->there;
}

void redis_worker_ask(struct redis_worker *w, redis_job_fn job, void *ctx)
{
    assert(!w->busy);
    w->busy = true;
    if (!there(w)) {
        redis_link_close(w->link); /* nobody sends or hears the rest of what was begun */
        w->result = REDIS_AWAY;
        w->state = REDIS_MAIL_RESULT;
        eventfd_write(w->news_fd, 1);
        return;
    }
    pthread_mutex_lock(&w->lock);
    assert(w->state == REDIS_MAIL_IDLE);
    w->job = job;
    w->ctx = ctx;
    w->state = REDIS_MAIL_JOB;
    pthread_mutex_unlock(&w->lock);
    pthread_cond_signal(&w->mail); /* whom it wakes finds the lock free */
}

bool redis_worker_take(struct redis_worker *w, enum redis_trouble *result)
{
    eventfd_t seen;
    if (!w->busy || eventfd_read(w->news_fd, &seen) != 0)
        return false;
    pthread_mutex_lock(&w->lock);
    assert(w->state == REDIS_MAIL_RESULT);
    *result = w->result;
    w->state = REDIS_MAIL_IDLE;
    pthread_mutex_unlock(&w->lock);
    w->busy = false;
    return true;
}

bool redis_worker_wait(struct redis_worker *w, ff_dur most)
{
    return !w->busy || redis_socket_wait(w->news_fd, POLLIN, redis_clock() + most) != 0;
}
