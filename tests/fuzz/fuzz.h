/* What every fuzz target needs. */
#ifndef FOOTFALL_FUZZ_H
#define FOOTFALL_FUZZ_H

#include "footfall/span.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the process, whatever NDEBUG says, when what must hold does not. */
#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: must hold: %s\n", __FILE__, __LINE__, #condition);             \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* A copy on the heap with padding readable bytes behind it and not one more, so that the sanitizer
 * sees a step beyond. To be freed. */
static inline char *fuzz_copy(const void *p, size_t n, size_t padding)
{
    char *copy = malloc(n + padding > 0 ? n + padding : 1);
    MUST(copy);
    if (n > 0)
        memcpy(copy, p, n);
    memset(copy + n, '"', padding);
    return copy;
}

/* A file that holds the bytes, in memory; to be closed. */
static inline int fuzz_file(const void *p, size_t n)
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    MUST(fd >= 0 && write(fd, p, n) == (ssize_t)n);
    return fd;
}

#endif
