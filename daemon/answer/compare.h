/* Compare: the earlier window that the numbers of a query are held against. */
#ifndef FOOTFALL_COMPARE_H
#define FOOTFALL_COMPARE_H

#include "window.h"

struct zone;

enum compare_mode { COMPARE_NONE, COMPARE_PREVIOUS, COMPARE_YEAR };

/* Reads `compare`; COMPARE_NONE when it is not given. FF_BAD_PARAMETER for any value but "previous"
 * and "year". */
enum ff_status compare_parse(const struct params *p, enum compare_mode *out, struct fault *f);

/* The value of `compare` that a mode is. */
const char *compare_name(enum compare_mode mode);

/* The window to hold [from, to) against, not yet widened; from <= to, the answered edges. The mode
 * is not COMPARE_NONE.
 *
 * COMPARE_PREVIOUS: it ends at from and is as long. A window that begins with a local date is as
 * long in local dates, and what there is of its last date: seven days are held against seven, also
 * where one of them has 25 hours.
 *
 * COMPARE_YEAR: the same local dates and times one year earlier, as zone_year_before says. Where
 * `to` ends a date, so does the earlier one: February of 28 days against the 1st to the 28th. Of a
 * window that would have no end after its start (it lies in an hour that the clock skipped a year
 * earlier, or repeats now), the length stays. */
struct window compare_window(enum compare_mode mode, const struct zone *zone, ff_wall from,
                             ff_wall to);

#endif
