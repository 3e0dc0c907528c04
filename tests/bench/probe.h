/* Probe: how late a core itself is. A realtime thread sleeps on it until an instant, again and again,
 * and the kernel notes when its timer's interrupt came (tracepoint sched_waking). One that came much
 * later than it was due means that the host did not run the core: nothing that a process does, be it
 * in the kernel, keeps interrupts waiting for longer than some microseconds. When the thread itself
 * ran says less: a kernel that is not preempted finishes a process's system call first. */
#ifndef FOOTFALL_BENCH_PROBE_H
#define FOOTFALL_BENCH_PROBE_H

#include "spans.h"

#define PROBE_PERIOD 1000000 /* nanoseconds that each sleep is to last */
#define PROBE_LATE 150000    /* nanoseconds from which on lateness is a span */

struct probe;

struct probe_result {
    uint64_t wakes;
    uint64_t spans;
    int64_t late, longest; /* nanoseconds of the spans, in all and at most */
    uint64_t held;         /* wakes for which the interrupt was in time, and the thread late by a span */
    int64_t cost;          /* nanoseconds of CPU that the thread took */
};

/* Begins to watch a core. NULL: not allowed here, or no such core; errno tells. */
struct probe *probe_start(int core);

/* Ends it; adds the spans to those that are there. False: not all that was seen was kept. */
bool probe_stop(struct probe *p, struct probe_result *out, struct spans *spans);

#endif
