/* Latency: every sample is kept, and sorted at the end. */
#ifndef FOOTFALL_BENCH_LATENCY_H
#define FOOTFALL_BENCH_LATENCY_H

#include <stddef.h>
#include <stdint.h>

struct latency {
    uint32_t *sample; /* tenths of a microsecond, owned */
    size_t n, cap;
};

/* Room for cap samples; further ones are not kept. Without memory there is room for none. */
void latency_init(struct latency *l, size_t cap);
void latency_fini(struct latency *l);
void latency_add(struct latency *l, int64_t nanoseconds);

/* To be called before latency_at. */
void latency_sort(struct latency *l);

/* Microseconds that the share (0 to 1) of all samples do not exceed; 0 without samples. */
double latency_at(const struct latency *l, double share);

/* Nanoseconds of a clock that never steps back. */
int64_t latency_clock(void);

#endif
