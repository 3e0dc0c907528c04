/* Checkpoint writer: one checkpoint file on its way into a place. It has its name only once all of it
 * is on the disk. */
#ifndef FOOTFALL_CHECKPOINT_WRITER_H
#define FOOTFALL_CHECKPOINT_WRITER_H

#include "footfall/span.h"
#include "place.h"

#include <stdint.h>

struct checkpoint_writer {
    const struct place *place; /* borrowed */
    uint64_t seq;              /* 0: none is being written */
    int fd;                    /* of the file, or -1 */
    int error;                 /* of the call that failed: nothing is written after it */
    bool named;                /* the file has its name */
    uint32_t mark;             /* the file's */
    uint32_t count;            /* blocks put */
    uint64_t total;            /* bytes of them */
    uint64_t size;             /* bytes written to the file */
    unsigned char *buffer;     /* owned: what is not written yet */
    size_t fill;
};

void checkpoint_writer_init(struct checkpoint_writer *w, const struct place *place);

/* Begins the checkpoint after record seq (1 or later). All give 0 or a negative errno, and each fails
 * once one has; then checkpoint_writer_abort is what is left. Only while none is being written. */
int checkpoint_writer_begin(struct checkpoint_writer *w, uint64_t seq);

/* Adds a block of 1 to CHECKPOINT_MAX_BLOCK bytes. */
int checkpoint_writer_put(struct checkpoint_writer *w, struct ff_span block);

/* Syncs the file and gives it its name, durably. After 0 none is being written. */
int checkpoint_writer_commit(struct checkpoint_writer *w);

/* Removes what there is of the file; nothing to do when none is being written. 0, or the negative
 * errno of the removal. */
int checkpoint_writer_abort(struct checkpoint_writer *w);

#endif
