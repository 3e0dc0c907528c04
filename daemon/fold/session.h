/* Session: one run of a visitor's events, and what it adds to the counters (metrics.md: traffic,
 * bounce and engagement, search sessions, funnel). */
#ifndef FOOTFALL_FOLD_SESSION_H
#define FOOTFALL_FOLD_SESSION_H

#include "emit.h"

/* Folds one act, not before any other of the session, into *s: extends it or begins the next one
 * in its place, and emits the difference of what is counted. False: a ping that can extend no
 * session; then *s is untouched. */
bool session_fold(const struct pen *p, struct session *s, const struct act *a);

#endif
