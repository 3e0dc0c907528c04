/* Session: one run of a visitor's events, and what it adds to the counters (metrics.md: traffic,
 * bounce and engagement, search sessions, funnel). */
#ifndef FOOTFALL_FOLD_SESSION_H
#define FOOTFALL_FOLD_SESSION_H

#include "emit.h"

/* The counters that a session adds to, in one run of enum ff_counter. */
#define SESSION_FIRST FF_COUNT_SESSIONS
#define SESSION_COUNTERS (FF_COUNT_PURCHASED - FF_COUNT_SESSIONS + 1)
#define SESSION_SLOT(name) (FF_COUNT_##name - SESSION_FIRST)

/* Those of them that are 0 or 1 for each session: a bit each. */
#define SESSION_MARK(name) (UINT32_C(1) << SESSION_SLOT(name))

/* Folds one act, not before any other of the session, into *s: extends it or begins the next one
 * in its place, and emits the difference of what is counted. False: a ping that can extend no
 * session; then *s is untouched. */
bool session_fold(const struct pen *p, struct session *s, const struct act *a);

/* Acts that are folded one after the other: what they have changed of a session is emitted at once, when the last of
 * them has been, or the first of another session comes. All zeros before the first act. */
struct session_run {
    struct session from; /* as it was when all had been emitted; its words are held, its extras are not its own */
    bool open;           /* some may not have been emitted since */
};

/* The same as session_fold. seen: the act has led to its visitor's being counted before; that is not said again. */
bool session_run_fold(const struct pen *p, struct session_run *run, struct session *s, const struct act *a, bool seen);

/* Emits what is left of a run that has come to *s. */
void session_run_end(const struct pen *p, struct session_run *run, const struct session *s);

/* A copy with words and extras of its own; and the end of one. */
struct session session_share(struct fold *f, const struct session *s);
void session_release(struct fold *f, struct session *s);

#endif
