/* Replay: reads the segments of a place in order, by the rule of recovery in segment.h. */
#ifndef FOOTFALL_REPLAY_H
#define FOOTFALL_REPLAY_H

#include "footfall/store.h"
#include "place.h"

struct replay_range {
    uint64_t from; /* 1 or later; what is before it was promised */
    uint64_t upto; /* from - 1 (nothing is read then) or later; UINT64_MAX: all there is */
    bool mend;     /* with all there is: cut a torn tail and sync what is served; else touch nothing */
};

struct replay_result {
    uint64_t last; /* seq of the last record of the range, 0 when there is none */
    uint64_t cut;  /* bytes of a torn tail that were cut off */
};

/* Calls fn(ctx, ...) for each record of the range. When it mends, the last segment is cut to what is
 * good and synced. Else its owner may be writing to it, as long as all up to upto is settled.
 * FF_STORE_CORRUPT (also when the journal ends before upto), FF_STORE_VERSION, FF_STORE_FULL,
 * FF_STORE_FAILED, FF_NO_MEMORY or what fn gave, with a sentence in why (size bytes) that names the
 * file. */
enum ff_status replay_run(const struct place *place, const struct replay_range *range, ff_replay_fn fn,
                          void *ctx, struct replay_result *out, char *why, size_t size);

#endif
