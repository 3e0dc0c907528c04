/* Erase: takes records out of segments that are not written to any more. A record keeps its number, and
 * has no body afterwards. Each file is replaced whole or not at all: who reads it beside sees the old one
 * or the new one. */
#ifndef FOOTFALL_ERASE_H
#define FOOTFALL_ERASE_H

#include "footfall/store.h"
#include "place.h"

struct erase_result {
    uint64_t records;  /* erased */
    unsigned segments; /* written anew */
};

/* In all segments up to record sealed, which is the last of one of them. What a segment holds behind its
 * successor's first, which nobody reads, goes with it. FF_OK; what could not be read or written, with a
 * sentence in why, and then some segments may be done and the others are as they were. */
enum ff_status erase_run(const struct place *place, uint64_t sealed, ff_erase_fn gone, void *ctx,
                         struct erase_result *out, char *why, size_t size);

/* Removes the checkpoints before one. 0, or a negative errno: some may be left. */
int erase_checkpoints(const struct place *place, uint64_t before);

#endif
