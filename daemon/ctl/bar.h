/* Bar: how an import goes, on a terminal's last line. */
#ifndef FOOTFALL_CTL_BAR_H
#define FOOTFALL_CTL_BAR_H

#include "footfall/time.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bar {
    bool shown; /* on a terminal; else nothing is ever drawn */
    ff_mono started, drawn;
    uint64_t skipped; /* done before this run: they say nothing about its rate */
};

#define BAR_TEXT 128

/* Begins at now; skipped of the events are done already. */
void bar_init(struct bar *b, bool terminal, ff_mono now, uint64_t skipped);

/* Writes "[####....]  42 %  12,345 events/s  1:05 left" to out. total > 0, done <= total. */
void bar_text(const struct bar *b, uint64_t done, uint64_t total, ff_mono now, char out[BAR_TEXT]);

/* Draws it on standard error, at most ten times a second. */
void bar_draw(struct bar *b, uint64_t done, uint64_t total, ff_mono now);

/* Takes it off the screen, so that something else can be written there. */
void bar_clear(struct bar *b);

/* Events a second from its beginning to now, skipped ones left out. */
double bar_rate(const struct bar *b, uint64_t done, ff_mono now);

#endif
