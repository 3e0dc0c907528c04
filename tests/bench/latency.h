/* Latency: when each request was due and when it was answered; all are kept, and sorted at the end. */
#ifndef FOOTFALL_BENCH_LATENCY_H
#define FOOTFALL_BENCH_LATENCY_H

#include "spans.h"

struct answer {
    int64_t due, came; /* nanoseconds of latency_clock */
};

struct latency {
    struct answer *answers; /* owned */
    size_t n, cap;
};

/* Of some requests: how many, and the microseconds that so many of them do not exceed. */
struct latency_figures {
    size_t n;
    double p50, p99, p999, most;
};

/* Room for cap answers; further ones are not kept. Without memory there is room for none. */
void latency_init(struct latency *l, size_t cap);
void latency_fini(struct latency *l);
void latency_add(struct latency *l, int64_t due, int64_t came);

/* Of the requests that none of the spans touches, from when they were due to when they were answered;
 * spans are as spans_extend left them; without any it is all requests. All 0 without memory. */
struct latency_figures latency_figures(const struct latency *l, const struct spans *spans);

/* Nanoseconds of a clock that never steps back. */
int64_t latency_clock(void);

#endif
