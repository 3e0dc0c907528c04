/* Salts: the keys that visitors without an id of their own are known by for a day. One is drawn for each UTC day;
 * that of the day before stays until no session of that day can go on. Pure, but for who draws. */
#ifndef FOOTFALL_SALTS_H
#define FOOTFALL_SALTS_H

#include "footfall/time.h"
#include "siphash.h"

#include <stdbool.h>

#define SALT_NONE INT64_MIN

struct salt {
    int64_t day; /* since 1970; SALT_NONE: there is none */
    uint8_t key[SIPHASH_KEY_BYTES];
};

struct salts {
    struct salt today, before;
};

#define SALTS_EMPTY ((struct salts){{.day = SALT_NONE}, {.day = SALT_NONE}})

/* Fills n bytes with chance. False: there is none to be had. */
typedef bool salts_draw_fn(void *p, size_t n);

/* Brings them to now: a new one for a new day, and away with that of the day before, `keep` after its end. Those
 * of a clock that was ahead stay. *changed: they are others than before. False: none could be drawn, and they
 * are as they were. */
bool salts_turn(struct salts *s, ff_wall now, ff_dur keep, salts_draw_fn *draw, bool *changed);

/* From when on the next salts_turn changes them. */
ff_wall salts_due(const struct salts *s, ff_dur keep);

/* As bytes to keep, and back; false: these are no salts. */
#define SALTS_BYTES 49
void salts_write(const struct salts *s, uint8_t out[SALTS_BYTES]);
bool salts_read(struct salts *s, const uint8_t *p, size_t n);

/* The id of a visitor of a site, by one day's salt: FF_DERIVED_MARK and 32 hexadecimal digits, not ended by a NUL.
 * Of the site's id 64 bytes count, of the agent SALTS_AGENT. */
#define SALTS_ID 33
#define SALTS_AGENT 1024
void salts_visitor(const uint8_t key[SIPHASH_KEY_BYTES], struct ff_span site, const uint8_t address[16],
                   struct ff_span agent, char out[SALTS_ID]);

#endif
