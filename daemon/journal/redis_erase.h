/* Erase: takes records out of a shard's journal. A record keeps its number, and has no body afterwards.
 *
 * An entry of a stream cannot be changed, and one that XDEL removes leaves its bytes in the server's memory and
 * dumps as long as a neighbour is there. So the stream is copied to the key "draft", entry by entry with the same
 * ids and without what is erased, and when all is there one script gives the copy the journal's name. Who
 * writes or reads meanwhile does not notice. Groups of consumers (XGROUP) are made anew as they were, if the user
 * may; consumers that have acknowledged all come back with what they read next. */
#ifndef FOOTFALL_REDIS_ERASE_H
#define FOOTFALL_REDIS_ERASE_H

#include "footfall/store.h"
#include "redis_checkpoint.h"

/* The verb of ff_store_ops, for groups whose last record is at most sealed. c reads no checkpoint. With
 * anything but FF_OK nothing is erased. */
enum ff_status redis_erase_run(struct redis_shard *s, struct redis_checkpoints *c, uint64_t behind, uint64_t sealed,
                               ff_erase_fn gone, void *ctx, uint64_t *erased, char *why, size_t size);

#endif
