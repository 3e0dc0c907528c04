/* Names: the values of a session's dimensions that are the same in all of them. */
#ifndef FOOTFALL_FOLD_NAMES_H
#define FOOTFALL_FOLD_NAMES_H

#include "footfall/origin.h"
#include "words.h"

/* Words, held for the fold's life: so that what a session was counted under stays its name, however full the
 * words are. */
struct names {
    uint32_t fresh, returning;               /* types of visitor */
    uint32_t channels[FF_CHANNEL_COUNT];     /* [0]: what no event tells of is direct */
    uint32_t devices[FF_DEVICE_COUNT];       /* [0]: (none), and of the next */
    uint32_t countries[FF_COUNTRIES + 1];
};

/* Takes all, of which there are FOLD_WORDS (fold.h); lets go of all. */
void names_take(struct names *n, struct words *words);
void names_drop(const struct names *n, struct words *words);

#endif
