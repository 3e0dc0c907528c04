/* Redis' answers that mean trouble: the names this program has for them. An error is told by how its
 * text begins, which Redis keeps stable. */
#ifndef FOOTFALL_REDIS_TROUBLE_H
#define FOOTFALL_REDIS_TROUBLE_H

#include "footfall/span.h"

/* X(name, the state as logs and metrics say it) */
#define REDIS_TROUBLE_TABLE(X)                                                                       \
    X(OK, "ok")                                                                                      \
    X(AWAY, "away")           /* cannot be reached, or has not answered in time: outcome unknown */  \
    X(LOADING, "loading")     /* it reads its data after a start */                                  \
    X(BUSY, "busy")           /* somebody's script runs */                                           \
    X(OOM, "oom")             /* maxmemory is reached */                                             \
    X(READONLY, "readonly")   /* a replica */                                                        \
    X(MISCONF, "misconf")     /* it cannot write its own files */                                    \
    X(NOAUTH, "noauth")       /* no password, or a wrong one */                                      \
    X(NOPERM, "noperm")       /* the user may not do this */                                         \
    X(REFUSED, "refused")     /* any other error */                                                  \
    X(BELOW, "below")         /* XADD: the id is not above the stream's last */                      \
    X(FENCED, "fenced")       /* a script of ours: another epoch owns the shard */                   \
    X(LOST_DATA, "lost_data") /* what it acknowledged is not there any more */

enum redis_trouble {
#define X(name, text) REDIS_##name,
    REDIS_TROUBLE_TABLE(X)
#undef X
    REDIS_TROUBLE_COUNT
};

/* The state's name, never NULL. */
const char *redis_trouble_name(enum redis_trouble t);

/* What an error reply's text (without its leading "-") means; never REDIS_OK. */
enum redis_trouble redis_trouble_of(struct ff_span error);

#endif
