/* Redis' answers that mean trouble: the names this program has for them. An error is told by how its
 * text begins, which Redis keeps stable. */
#ifndef FOOTFALL_REDIS_TROUBLE_H
#define FOOTFALL_REDIS_TROUBLE_H

#include "footfall/span.h"
#include "footfall/status.h"

/* X(name, the state as logs and metrics say it, what it means for who wanted something) */
#define REDIS_TROUBLE_TABLE(X)                                                                           \
    X(OK, "ok", OK)                                                                                      \
    X(AWAY, "away", STORE_AWAY)           /* cannot be reached, or no answer in time: outcome unknown */ \
    X(LOADING, "loading", STORE_AWAY)     /* it reads its data after a start */                          \
    X(BUSY, "busy", STORE_AWAY)           /* somebody's script runs */                                   \
    X(OOM, "oom", STORE_FULL)             /* maxmemory is reached */                                     \
    X(READONLY, "readonly", STORE_FAILED) /* a replica */                                                \
    X(MISCONF, "misconf", STORE_FAILED)   /* it cannot write its own files */                            \
    X(NOAUTH, "noauth", STORE_FAILED)     /* no password, or a wrong one */                              \
    X(NOPERM, "noperm", STORE_FAILED)     /* the user may not do this */                                 \
    X(REFUSED, "refused", STORE_FAILED)   /* any other error */                                          \
    X(BELOW, "below", STORE_FENCED)       /* XADD: the id is not above the stream's last */              \
    X(FENCED, "fenced", STORE_FENCED)     /* a script of ours: another epoch owns the shard */           \
    X(LOST_DATA, "lost_data", STORE_CORRUPT) /* what it acknowledged is not there any more */

enum redis_trouble {
#define X(name, text, status) REDIS_##name,
    REDIS_TROUBLE_TABLE(X)
#undef X
    REDIS_TROUBLE_COUNT
};

/* The state's name, never NULL. */
const char *redis_trouble_name(enum redis_trouble t);

/* The status of a verb that failed for it. */
enum ff_status redis_trouble_status(enum redis_trouble t);

/* What an error reply's text (without its leading "-") means; never REDIS_OK. */
enum redis_trouble redis_trouble_of(struct ff_span error);

#endif
