/* Trim: removes from a shard what nobody needs any more: checkpoints, drafts of them and of the journal, and
 * the stream's beginning. */
#ifndef FOOTFALL_REDIS_TRIM_H
#define FOOTFALL_REDIS_TRIM_H

#include "redis_manifest.h"

struct redis_trimmed {
    unsigned checkpoints; /* that went, drafts too */
    struct redis_id upto; /* the stream's entries up to this one went; epoch 0: none */
};

/* Does what the verb of ff_store_ops says, while nobody writes a checkpoint. What of the journal goes ends at a
 * checkpoint. Each step is a script that needs the epoch; what was not done when it fails goes the next time. */
enum redis_trouble redis_trim_run(struct redis_shard *s, struct ff_keep keep, struct redis_trimmed *out);

#endif
