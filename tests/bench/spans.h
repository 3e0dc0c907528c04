/* Spans: stretches of time in which the machine was late, and whom that concerns. Pure. */
#ifndef FOOTFALL_BENCH_SPANS_H
#define FOOTFALL_BENCH_SPANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Nanoseconds of latency_clock, both of them part of it. */
struct span {
    int64_t from, to;
};

struct spans {
    struct span *at; /* n of them, owned */
    size_t n, cap;
    bool full;       /* there were more than it has room for */
};

/* Room for cap spans. False: no memory, and room for none. */
bool spans_init(struct spans *s, size_t cap);
void spans_fini(struct spans *s);
void spans_add(struct spans *s, int64_t from, int64_t to);

/* Puts them, which come in any order, into that of time and lets each last longer, by `by` times what
 * it took: that long a server needs for what came meanwhile. What is still owed when the next one
 * begins is added to it; such that overlap (two cores at once) count once. None touch then. */
void spans_extend(struct spans *s, double by);

/* Whether one of the spans, as spans_extend left them, has a part in from to to. */
bool spans_touch(const struct spans *s, int64_t from, int64_t to);

#endif
