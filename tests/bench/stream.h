/* Stream: load over HTTP connections. */
#ifndef FOOTFALL_BENCH_STREAM_H
#define FOOTFALL_BENCH_STREAM_H

#include "latency.h"
#include "template.h"

#include <netinet/in.h>

#define STREAM_STATUSES 600
#define STREAM_GAP 150000 /* nanoseconds; one request and one answer take some 10,000 */
#define STREAM_GAPS 65536

struct stream_options {
    struct sockaddr_in to;
    unsigned connections;
    unsigned depth;    /* requests sent with one write and answered before the next ones */
    bool closes;       /* a connection for each request */
    uint64_t requests; /* in all, at most */
    double rate;       /* requests a second, whatever comes back; 0: as fast as answers come */
    double seconds;    /* at most */
};

struct stream_result {
    uint64_t sent, answered;
    uint64_t broken;  /* connections that ended where they should not */
    uint64_t faults;  /* answers with X-Footfall-Error */
    uint64_t status[STREAM_STATUSES]; /* answers by status */
    double seconds;
    struct latency latency; /* of each answer, from when its request was due to be sent */
    struct spans gaps; /* open loop: when this program itself was held up, between two looks at the clock */
};

/* Runs until all requests are answered or the time is over; the result's latency and gaps are the
 * caller's then. False, with a line on standard error: it could not be run. */
bool stream_run(const struct stream_options *o, struct template_set *set, struct stamper *s,
                struct stream_result *out);

#endif
