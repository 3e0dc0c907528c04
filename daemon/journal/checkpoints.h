/* Checkpoints: those of a place, the one being written and the one being read. */
#ifndef FOOTFALL_CHECKPOINTS_H
#define FOOTFALL_CHECKPOINTS_H

#include "checkpoint_reader.h"
#include "checkpoint_writer.h"
#include "trouble.h"

/* Damaged ones that are kept in mind; there are two or three files. */
#define CHECKPOINTS_BAD 8

struct checkpoints {
    const struct place *place; /* borrowed */
    struct checkpoint_writer writer;
    struct checkpoint_reader reader;
    struct trouble trouble;
    uint64_t bad[CHECKPOINTS_BAD]; /* seqs of those that could not be read */
    unsigned bads;
};

void checkpoints_init(struct checkpoints *c, const struct place *place);

/* Ends what is being written and read. */
void checkpoints_fini(struct checkpoints *c);

/* The verbs of ff_store_ops. */
enum ff_status checkpoints_begin(struct checkpoints *c, uint64_t seq);
enum ff_status checkpoints_put(struct checkpoints *c, struct ff_span block);
enum ff_status checkpoints_commit(struct checkpoints *c);
void checkpoints_abort(struct checkpoints *c);
enum ff_status checkpoints_open(struct checkpoints *c, uint64_t most, uint64_t *seq, char *why, size_t size);
enum ff_status checkpoints_next(struct checkpoints *c, struct ff_span *block);
void checkpoints_end(struct checkpoints *c);

#endif
