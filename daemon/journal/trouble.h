/* Trouble: says in the log what is wrong with the store without repeating itself each turn, and
 * that it is over. */
#ifndef FOOTFALL_TROUBLE_H
#define FOOTFALL_TROUBLE_H

#include "footfall/status.h"
#include "footfall/time.h"

#include <stdbool.h>
#include <stdint.h>

/* A trouble is told again after this long, each status of it by itself. */
#define TROUBLE_REPEAT (30 * FF_SECOND)

/* All zero: no trouble. */
struct trouble {
    enum ff_status status; /* FF_OK, or the one met last */
    ff_mono since;
    ff_mono told;          /* when the first of seen was */
    uint64_t seen;         /* bit of each status told since then */
    uint64_t times;        /* it was met since it began */
};

/* Whether trouble met at now is to be told: when it is new or told long ago. */
bool trouble_met(struct trouble *t, enum ff_status status, ff_mono now);

/* Whether there was any to be over; there is none after it. */
bool trouble_over(struct trouble *t);

/* The same with the clock read and the line written. what is the file or the act, error a positive
 * or negative errno. Gives status. */
enum ff_status trouble_tell(struct trouble *t, enum ff_status status, const char *what, int error);
void trouble_tell_over(struct trouble *t);

/* What an errno of a failed write means: FF_STORE_FULL or FF_STORE_FAILED. */
enum ff_status trouble_of(int error);

#endif
