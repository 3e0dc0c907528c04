/* Story: visitors, from the record of an event to their place in memory. */
#ifndef FOOTFALL_FOLD_STORY_H
#define FOOTFALL_FOLD_STORY_H

#include "emit.h"

/* Folds a session event of f->who: FF_OK, FF_LATE or FF_STRAY. */
enum ff_status story_fold(struct fold *f, const struct ff_record *r);

/* Nothing is known any more of the visitor with this key, if there is one; what was counted stays. */
void story_forget(struct fold *f, uint64_t key);

/* The number of the visitor with this key, or 0. */
uint32_t story_find(const struct fold *f, uint64_t key);

/* Whether the type opens or extends sessions (metrics.md, "Which event does what"). */
bool story_takes(enum ff_type type);

/* Lets the time-driven changes up to t happen (f->now is still the instant before): visitors cease
 * to be live, carts are abandoned. */
void story_pass(struct fold *f, ff_wall t);

/* Of a visitor that has come back with an image: what time will change is queued, and what it has changed by now is so.
 * Once all have come back, story_resumed; until then time does not go on. */
void story_resume(struct fold *f, uint32_t number);
void story_resumed(struct fold *f);

/* Forgets what has not been touched for its window at now. */
void story_expire(struct fold *f, ff_wall now);

#endif
