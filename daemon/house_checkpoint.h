/* When checkpoints are written, private to house*.c. */
#ifndef FOOTFALL_HOUSE_CHECKPOINT_H
#define FOOTFALL_HOUSE_CHECKPOINT_H

#include "footfall/time.h"

#include "house_counts.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct house;

/* Writing checkpoints: one child at a time. */
struct checkpoint {
    pid_t child;       /* 0: none */
    uint64_t seq;      /* of the newest checkpoint that is there */
    uint64_t upto;     /* of the one being written */
    uint64_t missing;  /* records that did not come back with the start */
    uint64_t forgets;  /* with it those are taken out of the journal whom notes up to this one name; 0: nobody */
    bool asked;        /* one is wanted as soon as record asked_for is on the disk */
    uint64_t asked_for;
    ff_wall started, done; /* the child; the last that worked, or the start of the daemon */
    ff_wall not_before;    /* after a failure */
    bool failed;           /* the last one did not work */
    ff_dur took;           /* the last that worked */
    uint64_t failures;     /* since the start, as the next */
    struct durations durations; /* of those that worked */
};

/* After the restore, which began with checkpoint seq (0: none). */
void checkpoint_begin(struct house *h, uint64_t seq);

/* One is wanted now. */
void checkpoint_ask(struct house *h);

/* Once a second or so: begins one when it is due, and hears of the one under way. */
void checkpoint_look_after(struct house *h, ff_wall now);

/* Ends the child, if there is one. */
void checkpoint_give_up(struct house *h);

#endif
