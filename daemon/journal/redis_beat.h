/* Beat: one descriptor for all that the owner of a shard waits for, and timers among it. */
#ifndef FOOTFALL_REDIS_BEAT_H
#define FOOTFALL_REDIS_BEAT_H

#include "footfall/time.h"

#include <stdbool.h>

struct redis_beat {
    int news_fd;  /* epoll: readable while anything that is watched is */
    int timer_fd; /* one of it */
    int once_fd;  /* and another */
    ff_dur every;
    ff_mono due;  /* there is no beat before this */
    ff_mono once; /* when there is to be news once; 0: not */
};

/* Every so often, and nothing else to watch. 0 or a negative errno, with nothing open. */
int redis_beat_init(struct redis_beat *b, ff_dur every);
void redis_beat_fini(struct redis_beat *b);

/* Watches a descriptor, until it is closed; -1 and one that is watched already are fine. 0 or a negative errno. */
int redis_beat_watch(struct redis_beat *b, int fd);

/* Does not watch it any more. */
void redis_beat_ignore(struct redis_beat *b, int fd);

/* The next beat comes after this, and then each so. */
void redis_beat_set(struct redis_beat *b, ff_dur every);

/* There is news at that time, once; in place of what was set before. */
void redis_beat_once(struct redis_beat *b, ff_mono at);

/* Takes that news, if it is there. */
void redis_beat_once_take(struct redis_beat *b);

/* Whether there was a beat since it was asked last. */
bool redis_beat_take(struct redis_beat *b);

#endif
