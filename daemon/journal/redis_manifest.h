/* Manifest: the hash that says which checkpoints of a shard there are in Redis. Its fields, all texts:
 *
 *   version            1
 *   checkpoint:<seq>   "<epoch> <owner> <blocks> <bytes> <mark>": a whole checkpoint. epoch is that of the stream's
 *                      entry that holds record seq or of one before it, 0 where that is not known; owner that of
 *                      who wrote it; bytes without the blocks' headers; mark 8 hexadecimal digits
 *   draft:<owner>-<seq>-<mark>   blocks so far: a checkpoint that is being written, or is to go
 *   took               see redis_took.h: of what is not in the stream any more, too
 *   ages               see redis_ages.h
 *
 * Block i of a checkpoint is the value of the key checkpoint:<owner>-<seq>-<mark>:<i>: a block with its header as
 * checkpoint.h describes it. Whoever changes this raises the version. */
#ifndef FOOTFALL_REDIS_MANIFEST_H
#define FOOTFALL_REDIS_MANIFEST_H

#include "redis_ages.h"
#include "redis_shard.h"
#include "redis_took.h"

#define REDIS_MANIFEST_VERSION "1"

/* Of each at most; what is beyond is not looked at before some have gone. */
#define REDIS_CHECKPOINTS_MAX 16

#define REDIS_FIELD_SIZE 80

struct redis_checkpoint {
    uint64_t seq, epoch, owner, bytes;
    uint32_t blocks, mark;
};

struct redis_manifest {
    struct redis_checkpoint checkpoint[REDIS_CHECKPOINTS_MAX]; /* whole ones, newest first; of too many the newest */
    struct redis_checkpoint draft[REDIS_CHECKPOINTS_MAX];      /* without epoch and bytes */
    unsigned checkpoints, drafts;
    struct redis_took took;
    struct redis_ages ages;
};

/* Reads it; where there is none it is empty. Failing: FF_STORE_VERSION, FF_STORE_CORRUPT, or what Redis said,
 * with a sentence in why (size bytes). */
enum ff_status redis_manifest_read(struct redis_shard *s, struct redis_manifest *out, char *why, size_t size);

/* Writes the names of fields, and the text of a checkpoint's; all ended by NUL. Each gives out, borrowed. */
struct ff_span redis_manifest_field(char out[REDIS_FIELD_SIZE], const struct redis_checkpoint *c);
struct ff_span redis_manifest_draft(char out[REDIS_FIELD_SIZE], const struct redis_checkpoint *c);
struct ff_span redis_manifest_text(char out[REDIS_FIELD_SIZE * 2], const struct redis_checkpoint *c);

#endif
