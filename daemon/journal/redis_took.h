/* Took: of former owners of a shard, each known by its epoch, up to which of its records all is in the journal.
 * Which of the records that one has left elsewhere are missing follows from it. Pure. */
#ifndef FOOTFALL_REDIS_TOOK_H
#define FOOTFALL_REDIS_TOOK_H

#include "footfall/span.h"

#include <stdbool.h>
#include <stdint.h>

/* Epochs that are remembered; the lowest give way. */
#define REDIS_TOOK_MAX 256

/* "<epoch>:<seq>" of each, commas between, and a NUL. */
#define REDIS_TOOK_TEXT (REDIS_TOOK_MAX * 42 + 1)

struct redis_took {
    uint32_t n;
    struct redis_took_row {
        uint64_t epoch, seq;
    } row[REDIS_TOOK_MAX]; /* ascending by epoch */
};

/* All of the epoch's records up to seq are in the journal; less than is known changes nothing. */
void redis_took_note(struct redis_took *t, uint64_t epoch, uint64_t seq);

/* The seq for an epoch; 0 when nothing is known of it. */
uint64_t redis_took_of(const struct redis_took *t, uint64_t epoch);

/* Writes the list as text, ascending, with a NUL behind it; gives its length. */
size_t redis_took_print(const struct redis_took *t, char out[REDIS_TOOK_TEXT]);

/* Notes what such a text says. False when it is none; some of it may be noted then. */
bool redis_took_read(struct redis_took *t, struct ff_span text);

#endif
