/* A text whose last byte is followed by an unmapped page: reading past it crashes. */
#ifndef FOOTFALL_TEST_GUARD_H
#define FOOTFALL_TEST_GUARD_H

#include "footfall/span.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct guard {
    char *base;
    size_t bytes;
};

/* Copies text, and padding bytes of a nasty kind behind it, to the end of a page. */
static inline struct ff_span guard_put(struct guard *g, struct ff_span text, size_t padding)
{
    static const char nasty[] = "\"}],{\\";
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t pages = (text.n + padding + page - 1) / page;
    g->bytes = (pages + 1) * page;
    g->base = mmap(NULL, g->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (g->base == MAP_FAILED || mprotect(g->base + pages * page, page, PROT_NONE) != 0)
        abort();
    char *p = g->base + pages * page - padding - text.n;
    if (text.n > 0)
        memcpy(p, text.p, text.n);
    for (size_t i = 0; i < padding; i++)
        p[text.n + i] = nasty[i % (sizeof nasty - 1)];
    return ff_span_of(p, text.n);
}

static inline void guard_drop(struct guard *g)
{
    munmap(g->base, g->bytes);
}

#endif
