/* Window: the stretch of time that a query asks for. */
#ifndef FOOTFALL_WINDOW_H
#define FOOTFALL_WINDOW_H

#include "params.h"

#include "footfall/time.h"

#include <stdbool.h>

struct window {
    ff_wall from, to; /* from < to, as asked: not yet widened */
};

#define WINDOW_DEFAULT (24 * FF_HOUR)
#define WINDOW_MAX (36500 * FF_DAY)

/* "15m", "24h", "7d": a whole number > 0 of minutes, hours or days, up to WINDOW_MAX. */
bool window_duration(struct ff_span text, ff_dur *out);

/* Reads `window`, or `from` and `to` (RFC 3339 or Unix time; `to` left out is now); WINDOW_DEFAULT
 * up to now when none of them is given. FF_BAD_PARAMETER with what was expected. */
enum ff_status window_parse(const struct params *p, ff_wall now, struct window *out,
                            struct fault *f);

#endif
