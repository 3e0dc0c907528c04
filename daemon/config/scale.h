/* Scale: whole numbers with a unit behind them, "30m", "64k". */
#ifndef FOOTFALL_SCALE_H
#define FOOTFALL_SCALE_H

#include "footfall/span.h"

#include <stdint.h>

/* A word behind a number, and what it multiplies by. */
struct scale_unit {
    const char *word; /* NULL ends a table */
    int64_t worth;
};

/* The first unit of each is what 0 is written in. */
extern const struct scale_unit scale_duration[]; /* ms s m h d, in microseconds; a unit is a must */
extern const struct scale_unit scale_size[];     /* k M G: powers of 1024 */
extern const struct scale_unit scale_count[];    /* k M G: powers of 1000 */

/* Digits and a unit, nothing else. False where text is not that, or is beyond int64_t. */
bool scale_read(const struct scale_unit *units, struct ff_span text, int64_t *out);

#define SCALE_TEXT 32 /* bytes that hold any number with its unit and NUL */

/* Writes value, a number that scale_read gives, in the largest unit that divides it. */
void scale_print(const struct scale_unit *units, int64_t value, char out[SCALE_TEXT]);

#endif
