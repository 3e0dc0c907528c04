/* Stray: records of another owner, which this one has appended as its own. */
#ifndef FOOTFALL_REDIS_STRAY_H
#define FOOTFALL_REDIS_STRAY_H

#include "redis_entry.h"

/* The records first to last were strays of another owner's epoch, whose seqs ended with took.n: they are one
 * group, and its entry says so. took.epoch 0: there are none. */
struct redis_stray {
    uint64_t first, last;
    struct redis_id took;
};

#endif
