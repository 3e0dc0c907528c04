/* Writer: puts groups into the current segment file and begins new ones. Does not sync. */
#ifndef FOOTFALL_WRITER_H
#define FOOTFALL_WRITER_H

#include "pending.h"
#include "place.h"

#include <stdbool.h>
#include <stdint.h>

struct writer {
    const struct place *place; /* borrowed */
    int fd;                    /* the current segment, or -1 */
    uint32_t mark;             /* the segment's */
    uint64_t size;             /* bytes of it that are good */
    uint64_t room;             /* where the zeros that were written ahead of them end; 0: there are none */
    bool torn;                 /* there are bad ones after them, which could not be cut */
};

void writer_init(struct writer *w, const struct place *place);

/* Begins the segment whose first record is the queue's first, and writes all groups of the queue
 * (there is one at least) into it before it gets its name: a segment of the same first that it
 * replaces is whole until it is replaced whole. durable is the watermark. 0, or a negative errno
 * with no segment begun and no group written. Only while there is no current one. */
int writer_begin(struct writer *w, struct pending *queue, uint64_t durable);

/* Makes a segment without a group, whose first record will be first, durably, and leaves it. 0, or a
 * negative errno. Only while there is no current one. */
int writer_make(struct writer *w, uint64_t first);

/* Writes the groups that are not written yet, in order. 0, or a negative errno: the group that
 * failed is undone, or the segment is torn and takes no more. */
int writer_put(struct writer *w, struct pending *queue, uint64_t durable);

/* Closes the current segment, if there is one. */
void writer_end(struct writer *w);

#endif
