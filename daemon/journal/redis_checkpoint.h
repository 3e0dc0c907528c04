/* Checkpoints of a shard in Redis: the one being written and the one being read. A checkpoint's blocks are
 * keys of their own, which count for nothing until one script names the checkpoint in the manifest. */
#ifndef FOOTFALL_REDIS_CHECKPOINT_H
#define FOOTFALL_REDIS_CHECKPOINT_H

#include "redis_manifest.h"
#include "redis_seen.h"

struct redis_checkpoints {
    struct redis_manifest manifest; /* as it was read last */
    struct redis_checkpoint made;   /* the one being written; seq 0: none is */
    enum ff_status failed;          /* of it: nothing but abort is left */
    unsigned char *buffer;          /* owned: a block with its header */
    struct redis_checkpoint read;   /* the one being read; seq 0: none is */
    uint32_t at;                    /* its next block */
    struct redis_checkpoint bad[REDIS_CHECKPOINTS_MAX]; /* those that could not be read */
    unsigned bads;
};

/* All zero is a fresh one. Frees what it holds; in Redis nothing changes. */
void redis_checkpoints_fini(struct redis_checkpoints *c);

/* The verbs of ff_store_ops. Whether seq is settled is the caller's to know. seen is what was read and written
 * by this process up to the checkpoint, which the manifest is told; now is the wall clock. */
enum ff_status redis_checkpoint_begin(struct redis_checkpoints *c, struct redis_shard *s, uint64_t seq);
enum ff_status redis_checkpoint_put(struct redis_checkpoints *c, struct redis_shard *s, struct ff_span block);
enum ff_status redis_checkpoint_commit(struct redis_checkpoints *c, struct redis_shard *s, struct redis_seen *seen,
                                       ff_wall now);
void redis_checkpoint_abort(struct redis_checkpoints *c, struct redis_shard *s);
enum ff_status redis_checkpoint_open(struct redis_checkpoints *c, struct redis_shard *s, uint64_t most, uint64_t *seq,
                                     char *why, size_t size);
enum ff_status redis_checkpoint_next(struct redis_checkpoints *c, struct redis_shard *s, struct ff_span *block);
void redis_checkpoint_end(struct redis_checkpoints *c);

/* Removes the blocks of a draft, and the draft from the manifest; of a checkpoint that came to count meanwhile,
 * nothing. */
enum redis_trouble redis_checkpoint_drop(struct redis_shard *s, const struct redis_checkpoint *draft);

/* Removes a checkpoint: it counts no more, and after that its blocks go, so that what counts is whole at any
 * time. */
enum redis_trouble redis_checkpoint_remove(struct redis_shard *s, const struct redis_checkpoint *c);

#endif
