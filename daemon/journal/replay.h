/* Replay: reads the segments of a place in order, by the rule of recovery in segment.h. */
#ifndef FOOTFALL_REPLAY_H
#define FOOTFALL_REPLAY_H

#include "footfall/store.h"
#include "place.h"

struct replay_result {
    uint64_t last; /* seq of the last record, 0 when there is none; all up to it is durable */
    uint64_t cut;  /* bytes of a torn tail that were cut off */
};

/* Calls fn(ctx, ...) for each record with seq >= from. On success the last segment is cut to what is
 * good and synced. FF_STORE_CORRUPT, FF_STORE_VERSION, FF_STORE_FULL, FF_STORE_FAILED, FF_NO_MEMORY
 * or what fn gave, with a sentence in why (size bytes) that names the file. */
enum ff_status replay_run(const struct place *place, uint64_t from, ff_replay_fn fn, void *ctx,
                          struct replay_result *out, char *why, size_t size);

#endif
