/* Record: a beacon that was taken, with its place in the journal and the clock readings that
 * came with it. fold sees records and nothing else. */
#ifndef FOOTFALL_RECORD_H
#define FOOTFALL_RECORD_H

#include "footfall/beacon.h"

struct ff_record {
    uint64_t seq;           /* place in the journal, from 1, without holes */
    ff_wall received;       /* wall clock when it came; with several ingest threads a little out of order */
    ff_wall arrival;        /* the same; in an import the beacon's own time */
    bool imported;
    struct ff_beacon beacon; /* as canon passed it */
};

#endif
