/* Session: one run of a visitor's events, and what it adds to the counters (metrics.md: traffic,
 * bounce and engagement, search sessions, funnel). */
#ifndef FOOTFALL_FOLD_SESSION_H
#define FOOTFALL_FOLD_SESSION_H

#include "emit.h"

/* The counters that a session adds to, in one run of enum ff_counter. */
#define SESSION_FIRST FF_COUNT_SESSIONS
#define SESSION_COUNTERS (FF_COUNT_PURCHASED - FF_COUNT_SESSIONS + 1)
#define SESSION_SLOT(name) (FF_COUNT_##name - SESSION_FIRST)

/* Folds one act, not before any other of the session, into *s: extends it or begins the next one
 * in its place, and emits the difference of what is counted. False: a ping that can extend no
 * session; then *s is untouched. */
bool session_fold(const struct pen *p, struct session *s, const struct act *a);

/* A copy with words and extras of its own; and the end of one. */
struct session session_share(struct fold *f, const struct session *s);
void session_release(struct fold *f, struct session *s);

#endif
