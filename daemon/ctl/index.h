/* Index: where the events of the inputs are, in the order in which they are sent. */
#ifndef FOOTFALL_CTL_INDEX_H
#define FOOTFALL_CTL_INDEX_H

#include "footfall/time.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct index_ref {
    ff_wall time;
    uint64_t offset; /* of the line in its file */
    uint32_t file;   /* number of the input, from 0 */
    uint32_t line;   /* from 1 */
    uint32_t length; /* bytes of the line */
};

struct line_index {
    struct index_ref *refs;
    size_t count, room;
};

/* An index all zero is empty. Copies ref; false when out of memory. */
bool index_add(struct line_index *x, const struct index_ref *ref);

/* By time; what is equal in time, by file and line. */
void index_sort(struct line_index *x);

void index_fini(struct line_index *x);

#endif
