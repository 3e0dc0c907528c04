/* Zone: local time of a site, as a table of offsets made once at start. */
#ifndef FOOTFALL_ZONE_H
#define FOOTFALL_ZONE_H

#include "footfall/time.h"

#include <stdbool.h>

struct zone; /* immutable once made */

/* The IANA zone of that name ("Europe/Berlin", "UTC"), for instants of 1970 to 2100. NULL when
 * there is no such zone. Changes TZ while it works: only from the main thread, before others
 * read local time. Owned by the caller. */
struct zone *zone_new(const char *name);

/* Whether zone_new knows a zone of that name. */
bool zone_known(const char *name);

void zone_free(struct zone **z);

/* A stretch of time, [start, end). */
struct zone_span {
    ff_wall start, end;
};

/* Seconds east of UTC at t, as microseconds. */
ff_dur zone_offset(const struct zone *z, ff_wall t);

/* The local hour that holds t: between neighbouring local o'clocks, cut where the offset changes
 * (so an hour that the clock repeats is two, and none is longer than 60 minutes). */
struct zone_span zone_hour(const struct zone *z, ff_wall t);

/* The local day that holds t, from the first instant of its date to the first of the next date
 * that exists: 23 or 25 hours long where daylight saving begins or ends. */
struct zone_span zone_day(const struct zone *z, ff_wall t);

/* Days since 1970-01-01 of the local date at t, and back: the first instant of that date. */
int64_t zone_date(const struct zone *z, ff_wall t);
ff_wall zone_date_start(const struct zone *z, int64_t date);

/* The same time by the clock on the wall on the same local date one year earlier; for 29 February
 * that is the 28th. The first instant of a date goes to the first of the other; a time that the
 * clock skipped to the instant it did so, one that it repeated to when it showed it first. */
ff_wall zone_year_before(const struct zone *z, ff_wall t);

/* The local time of day step (a divisor of a day, >= a minute) that holds t: from the last
 * multiple of step since local midnight, by the clock on the wall, cut at the day's edges. */
struct zone_span zone_step(const struct zone *z, ff_wall t, ff_dur step);

#endif
