/* Worker: the thread that waits for Redis. It is given one job at a time through a mailbox; the link is its
 * own while it has one, and the store's otherwise. It is there from a job on until it is sent home: while threads
 * share a table of descriptors, each system call on one is dearer. */
#ifndef FOOTFALL_REDIS_WORKER_H
#define FOOTFALL_REDIS_WORKER_H

#include "redis_link.h"

#include <pthread.h>

/* What is done in the worker's thread. ctx is the store's, which leaves it alone until the result is taken. */
typedef enum redis_trouble (*redis_job_fn)(struct redis_link *link, void *ctx);

struct redis_worker {
    struct redis_link *link; /* borrowed */
    pthread_t thread;        /* while there */
    bool there;              /* owner's */
    bool missed;             /* owner's: there could be none when it was wanted last */
    int news_fd;             /* readable while a result waits */
    bool busy;               /* owner's: a job was given and its result not taken */
    pthread_mutex_t lock;    /* guards the mailbox below, nothing else */
    pthread_cond_t mail;
    redis_job_fn job;
    void *ctx;
    enum redis_mail { REDIS_MAIL_IDLE, REDIS_MAIL_JOB, REDIS_MAIL_RESULT, REDIS_MAIL_STOP } state;
    enum redis_trouble result;
};

/* 0 or a negative errno. */
int redis_worker_init(struct redis_worker *w, struct redis_link *link);

/* Waits for the job under way and ends the thread. */
void redis_worker_fini(struct redis_worker *w);

/* Ends the thread until the next job; only when not busy. */
void redis_worker_send_home(struct redis_worker *w);

/* Gives a job; only when not busy. Where there can be no thread the link is closed, and the
 * result REDIS_AWAY. */
void redis_worker_ask(struct redis_worker *w, redis_job_fn job, void *ctx);

/* Takes the result of the job, if it is there. */
bool redis_worker_take(struct redis_worker *w, enum redis_trouble *result);

/* Waits until a result can be taken; at once when not busy. False: there is none after so long. */
bool redis_worker_wait(struct redis_worker *w, ff_dur most);

#endif
