/* Memory of sets and buckets that grow with what comes. */
#ifndef FOOTFALL_MEMORY_H
#define FOOTFALL_MEMORY_H

#include <stddef.h>
#include <stdlib.h>

/* count * size zeroed bytes, to be freed with free(). Out of memory ends the process: the journal
 * has every record, while counters that had missed some would be wrong as long as they are kept. */
static inline void *memory_zeroed(size_t count, size_t size)
{
    void *p = calloc(count, size);
    if (!p)
        abort();
    return p;
}

#endif
