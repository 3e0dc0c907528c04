/* Said: the words that a record brings, taken once and held while it is folded. */
#ifndef FOOTFALL_FOLD_SAID_H
#define FOOTFALL_FOLD_SAID_H

#include "state.h"

/* Takes what the beacon says into f->said; lets go of it. */
void said_begin(struct fold *f, const struct ff_beacon *b);
void said_end(struct fold *f);

/* Each of the words is held once more; or let go of. */
void said_hold(const struct fold *f, const struct said *s);
void said_drop(const struct fold *f, const struct said *s);

#endif
