/* Listings: the data files that stand beside the configuration, conf/channels.yaml and conf/agents.yaml.
 *
 * A file is a map of sections; a section is a map of names; a name has a list of texts, or one. An empty
 * file, section or name has no rows. */
#ifndef FOOTFALL_CONFIG_LISTING_H
#define FOOTFALL_CONFIG_LISTING_H

#include "footfall/listing.h"

#include <stddef.h>

struct listing;

enum listing_kind {
    LISTING_CHANNELS,
    LISTING_AGENTS,
};

/* The rows of the built-in file of that kind, then those of file (NULL: none), in their order. Owned by the
 * caller. On failure NULL, and why (size bytes) says "FILE:LINE: what is wrong". */
struct listing *listing_load(enum listing_kind kind, const char *file, char *why, size_t size);

/* Frees *l and nulls it; a NULL *l is fine. */
void listing_free(struct listing **l);

/* Its rows; borrowed until listing_free. */
const struct ff_listing *listing_rows(const struct listing *l, size_t *n);

#endif
