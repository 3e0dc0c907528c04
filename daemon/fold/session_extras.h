/* Session extras: what a session adds to its search terms, checkout steps and custom events, once for each, at
 * its start; and its orders. */
#ifndef FOOTFALL_FOLD_SESSION_EXTRAS_H
#define FOOTFALL_FOLD_SESSION_EXTRAS_H

#include "session_cells.h"

/* Adds to the extras of the session, to which the act has been applied, what the act brings; emits what that
 * is counted as; says in *c when it is an order. What a session has too many of is left out and counted. */
void session_gather(const struct pen *p, struct session *s, const struct act *a, struct session_change *c);

#endif
