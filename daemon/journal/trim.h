/* Trim: removes from a place the checkpoints and segments that nobody needs any more. */
#ifndef FOOTFALL_TRIM_H
#define FOOTFALL_TRIM_H

#include "footfall/store.h"
#include "place.h"

struct trim_result {
    unsigned checkpoints; /* files removed, the unfinished too */
    unsigned segments;
    int error;            /* the first failure, a negative errno, or 0 */
    char file[PATH_MAX];  /* what it was with */
};

/* Does what the verb of ff_store_ops says; called by the owner alone, while nobody writes a checkpoint. All up to settled is on the
 * medium, and no segment goes whose successor does not begin there. The last segment always stays: it
 * is the one that is written to, and says where the journal is. What cannot be removed stays for the
 * next time, and so do the segments after it. */
void trim_run(const struct place *place, struct ff_keep keep, uint64_t settled, struct trim_result *out);

#endif
