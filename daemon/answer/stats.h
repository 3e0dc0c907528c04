/* Stats: the numbers of a window and of the one it is compared with; seen by what writes parts of
 * GET /v1/stats. */
#ifndef FOOTFALL_STATS_H
#define FOOTFALL_STATS_H

#include "customers.h"
#include "metrics.h"

struct stats {
    struct tally_window now, before; /* the window that was asked for, and the one compared with */
    const struct tally_window *kept; /* before, or NULL when nothing of it is kept */
    int64_t live;
    struct customers_section customers, customers_before;
};

/* Which of the three sets of sections is written. */
struct stats_set {
    /* Writes the metric's value. */
    void (*write)(const struct metric *m, const struct stats *s, struct json_out *out);
    bool now, before; /* it speaks of what occurred in this window, in that one */
};

/* Writes the members of n metrics. */
void stats_write_rows(const struct metric *m, size_t n, const struct stats *s, const struct stats_set *set,
                      struct json_out *out);

#endif
