/* Syncer: the thread that waits for the disk. It is given one job at a time through a mailbox and
 * shares nothing else with the thread that owns the store: its descriptors are its own (own_files.h). */
#ifndef FOOTFALL_SYNCER_H
#define FOOTFALL_SYNCER_H

#include "io.h"
#include "own_files.h"

#include "footfall/time.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* Zeros to be written into a file from one offset up to another; none when these are equal. */
struct syncer_zeros {
    uint64_t from, to;
};

struct syncer_job {
    int fd;        /* file to sync; stays open until the result is taken */
    int dir;       /* directory to sync after it, or -1 */
    uint64_t upto; /* seq that is durable when it worked */
    bool awaited;  /* answers wait for the result: zeros are not to take long */
    ff_dur gap;    /* begins so long after the beginning of the job before it, not sooner */
    struct syncer_zeros zeros; /* written after a sync that worked; in its result as far as that worked */
};

struct syncer {
    const struct ff_io *io; /* borrowed; used from both threads */
    pthread_t thread;
    struct own_files files; /* on the way to the thread */
    bool apart;             /* it has a table of descriptors of its own */
    int news_fd;            /* readable while a result waits */
    bool busy;              /* owner's: a job was given and its result not taken */
    pthread_mutex_t lock;   /* guards the mailbox below, nothing else */
    pthread_cond_t mail;
    struct syncer_job job;
    bool hurry;             /* the owner waits for the job: no gap, and no more zeros but a piece */
    enum syncer_mail { SYNCER_STARTS, SYNCER_IDLE, SYNCER_JOB, SYNCER_AT_IT, SYNCER_RESULT, SYNCER_STOP } state;
    int result;
};

/* Starts the thread. 0 or a negative errno. */
int syncer_init(struct syncer *s, const struct ff_io *io);

/* Waits for the job under way and ends the thread. */
void syncer_fini(struct syncer *s);

/* Gives a job; only when not busy. */
void syncer_ask(struct syncer *s, struct syncer_job job);

/* Has the job cover all up to seq upto, which is written: true. False when it has begun, or there is none. */
bool syncer_widen(struct syncer *s, uint64_t upto);

/* Takes the result of the job, if it is there: true, and *result is 0 or a negative errno. */
bool syncer_take(struct syncer *s, struct syncer_job *job, int *result);

/* The job under way is waited for: it begins without a gap, and zeros are left out but for the next piece. */
void syncer_hurry(struct syncer *s);

/* Waits until a result can be taken, in a hurry; at once when not busy. */
void syncer_wait(struct syncer *s);

#endif
