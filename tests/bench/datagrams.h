/* Datagrams: load over UDP, at a pace. */
#ifndef FOOTFALL_BENCH_DATAGRAMS_H
#define FOOTFALL_BENCH_DATAGRAMS_H

#include "template.h"

#include <netinet/in.h>

struct datagram_options {
    struct sockaddr_in to;
    uint64_t datagrams; /* in all, at most */
    double rate;        /* a second; in bursts */
    double seconds;     /* at most */
    bool joined;        /* each burst is one segmented datagram (UDP_SEGMENT) */
};

struct datagram_result {
    uint64_t sent;
    double seconds;
};

/* False, with a line on standard error: it could not be run. */
bool datagrams_run(const struct datagram_options *o, struct template_set *set, struct stamper *s,
                   struct datagram_result *out);

#endif
