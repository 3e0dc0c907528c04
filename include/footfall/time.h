/* Time: all instants and durations are whole microseconds. */
#ifndef FOOTFALL_TIME_H
#define FOOTFALL_TIME_H

#include <stdint.h>

typedef int64_t ff_wall; /* microseconds since 1970-01-01T00:00:00Z, leap seconds ignored */
typedef int64_t ff_mono; /* microseconds of a clock that never steps back */
typedef int64_t ff_dur;  /* microseconds between two instants of the same kind */

#define FF_MILLISECOND ((ff_dur)1000)
#define FF_SECOND ((ff_dur)1000000)
#define FF_MINUTE (60 * FF_SECOND)
#define FF_HOUR (60 * FF_MINUTE)
#define FF_DAY (24 * FF_HOUR)

/* "No instant": before every instant that can be given. */
#define FF_NEVER INT64_MIN

/* Largest multiple of step (> 0) that is not above t; right for negative t, too. */
static inline int64_t ff_floor_to(int64_t t, int64_t step)
{
    int64_t rest = t % step;
    return t - (rest < 0 ? rest + step : rest);
}

#endif
