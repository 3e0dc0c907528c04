/* Lane: the bounded queue between one ingest thread and the state thread, one producer and one
 * consumer each way. Records go to the state in parcels, one a message; what became of a parcel
 * comes back in the same order. Nothing is locked: each index has one writer. */
#ifndef FOOTFALL_LANE_H
#define FOOTFALL_LANE_H

#include "footfall/span.h"
#include "footfall/status.h"

#include <stdbool.h>
#include <stdint.h>

struct lane;

/* What the state made of a parcel. */
struct lane_result {
    uint64_t seq;           /* durable up to this, and the parcel is */
    uint32_t accepted, duplicates;
    enum ff_status refused; /* not FF_OK: the state took none of it, for this reason */
};

/* bytes: room for records; a parcel may have half of it. results: parcels that may be under way.
 * Owned by the caller; NULL when out of memory or descriptors. */
struct lane *lane_new(size_t bytes, uint32_t results);
void lane_free(struct lane **l);

/* The ingest thread's side. */

/* Whether a parcel of half the lane's bytes fits now, and its result. */
bool lane_has_room(const struct lane *l);

/* Adds a record to the parcel being packed; false when it does not fit (see lane_has_room). */
bool lane_pack(struct lane *l, struct ff_span record);

/* Ends the parcel and wakes the state thread. */
void lane_send(struct lane *l);

/* Takes the oldest result. */
bool lane_result(struct lane *l, struct lane_result *out);

/* Readable when results, room or news of the watermark may be there; lane_heard makes it
 * unreadable again. */
int lane_door_fd(const struct lane *l);
void lane_heard(struct lane *l);

/* The state thread's side. */

/* The next record of a sent parcel (borrowed until the next call), or, with *end set, its end: then a lane_give
 * is due. False: nothing has been sent. */
bool lane_take(struct lane *l, struct ff_span *record, bool *end);

/* Bytes that were sent and not taken. */
size_t lane_waiting(const struct lane *l);

/* Gives the result of the parcel that has ended. */
void lane_give(struct lane *l, const struct lane_result *result);

/* Wakes the ingest thread. */
void lane_call(struct lane *l);

/* Readable when something was sent; lane_woken makes it unreadable again, and lane_wake readable
 * (from any thread). */
int lane_state_fd(const struct lane *l);
void lane_woken(struct lane *l);
void lane_wake(struct lane *l);

#endif
