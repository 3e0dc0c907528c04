/* The cache of channels: a verdict by the hash of what it depends on. */
#ifndef FOOTFALL_CHANNELS_CACHE_H
#define FOOTFALL_CHANNELS_CACHE_H

#include "channels.h"

/* What a verdict depends on, beside the channels. */
struct channel_clues {
    uint64_t own_number;
    struct ff_span host, query, referrer;
};

/* Whether the verdict is remembered; *out is it then, its texts in its room. *hash is set in either case. */
bool channels_cache_find(const struct channels_cache *c, const struct channel_clues *clues, uint64_t *hash,
                         struct channel_verdict *out);

/* Remembers a verdict under the hash that channels_cache_find gave, in place of another one; not where its texts
 * are long. */
void channels_cache_keep(struct channels_cache *c, uint64_t hash, const struct channel_verdict *v);

#endif
