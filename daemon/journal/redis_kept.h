/* Kept: a copy in memory of the small values that an owner has put or got, for a Redis that loses them. */
#ifndef FOOTFALL_REDIS_KEPT_H
#define FOOTFALL_REDIS_KEPT_H

#include "redis_shard.h"

/* Values of at most so many names are kept; there are a handful. */
#define REDIS_KEPT_MAX 64

struct redis_kept {
    unsigned n;
    struct redis_kept_row {
        char *name;  /* owned, as value is, which has n bytes */
        char *value;
        size_t n;
    } row[REDIS_KEPT_MAX];
};

/* Frees and forgets all; what was in the values is overwritten first. */
void redis_kept_fini(struct redis_kept *k);

/* Keeps a value, or forgets it ({NULL, 0}). False: there is no memory or no room for it. */
bool redis_kept_note(struct redis_kept *k, const char *name, struct ff_span value);

/* Puts all of them into the shard. */
enum ff_status redis_kept_put(const struct redis_kept *k, struct redis_shard *s);

#endif
