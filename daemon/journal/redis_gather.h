/* Gather: when the next group goes to Redis. What comes alone goes at once, and so does what is enough for a group; of
 * what comes quickly one by one, a group is made first, which costs both sides less. Pure. */
#ifndef FOOTFALL_REDIS_GATHER_H
#define FOOTFALL_REDIS_GATHER_H

#include "footfall/time.h"

#include <stdint.h>

/* From the beginning of one append to that of the next, at most, */
#define REDIS_GATHER_GAP ((ff_dur)250)
/* where so many records would come meanwhile; when they have, it is over. */
#define REDIS_GATHER_MANY 8

/* When n records (at least 1) may be sent that have come since the last append began, which is over; not before now. */
ff_mono redis_gather_until(ff_mono began, ff_mono now, uint64_t n);

#endif
