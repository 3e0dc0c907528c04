/* Instants as text: RFC 3339 and Unix time. */
#ifndef FOOTFALL_INSTANT_H
#define FOOTFALL_INSTANT_H

#include "footfall/span.h"
#include "footfall/status.h"
#include "footfall/time.h"

/* RFC 3339 date-time: 2026-11-22T06:26:46(.123456)Z or with +01:00; "t", "z" and a blank instead
 * of T are taken, a leap second (:60) is the next second's start, digits past the microsecond are
 * cut. Days must exist. Years 1970 to 9999. FF_BAD_TIME otherwise. */
enum ff_status instant_from_rfc3339(struct ff_span text, ff_wall *out);

/* A number: seconds, or milliseconds when its absolute value is > 1e11; rounded to the
 * microsecond. Before 1970 or after 9999, or not finite: FF_BAD_TIME. */
enum ff_status instant_from_number(double number, ff_wall *out);

#define INSTANT_TEXT 32

/* Writes "2026-11-22T06:26:46Z", with .123 or .123456 only where the instant has a fraction.
 * Before the year 1 it is that year's first second. Gives the length. */
size_t instant_print(char out[INSTANT_TEXT], ff_wall t);

#endif
