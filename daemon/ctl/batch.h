/* Batch: the next events of an import, as one body of lines. */
#ifndef FOOTFALL_CTL_BATCH_H
#define FOOTFALL_CTL_BATCH_H

#include "index.h"
#include "input.h"

struct batch {
    char *body;
    size_t length, room;
    size_t count; /* events in it */
};

struct batch_limits {
    size_t events; /* at least 1 */
    size_t bytes;  /* a line that is longer is a batch of its own */
};

/* Makes b (all zero at first) hold the lines of refs[0..n), n > 0, as far as the limits go, at
 * least one. False when out of memory. */
bool batch_fill(struct batch *b, const struct input *inputs, const struct index_ref *refs, size_t n,
                const struct batch_limits *limits);
void batch_fini(struct batch *b);

#endif
