/* Pace: whoever must not be in the way of others works for a moment and then rests, as long as somebody else wants
 * his core; but not for ever. It has no clock: the caller says what time it is, and does the resting. */
#ifndef FOOTFALL_PACE_H
#define FOOTFALL_PACE_H

#include "footfall/time.h"

/* Work after which a rest may be due, and how long that is. */
#define PACE_WORK (FF_MILLISECOND / 2)
#define PACE_REST (8 * FF_MILLISECOND)
/* Time after which there is no rest any more: who has so much to do would else be left behind by what comes. */
#define PACE_PATIENCE (300 * FF_SECOND)

struct pace {
    ff_mono until; /* rests are due no longer */
    ff_mono since; /* when the present stretch of work began */
    ff_dur worked; /* CPU time used by then */
};

/* The work begins now, and with it the first stretch; used is the CPU time used so far. */
static inline void pace_begin(struct pace *p, ff_mono now, ff_dur used)
{
    *p = (struct pace){now + PACE_PATIENCE, now, used};
}

/* A stretch begins now, after a rest. */
static inline void pace_go_on(struct pace *p, ff_mono now, ff_dur used)
{
    p->since = now;
    p->worked = used;
}

/* How long to rest now, 0: not at all. After PACE_WORK of CPU a stretch is over: a rest is due when it took a quarter
 * longer by the clock, because others had the core or the disk. After a rest, pace_go_on. */
ff_dur pace_rest(struct pace *p, ff_mono now, ff_dur used);

#endif
