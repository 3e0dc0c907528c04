/* Which store keeps the journal, as the configuration says. */
#ifndef FOOTFALL_SHARD_STORE_H
#define FOOTFALL_SHARD_STORE_H

#include "footfall/store.h"

#include <stdbool.h>

struct ff_config;
struct journal;

/* The small values that a shard has in its store. */
#define SHARD_SEED "seed"
#define SHARD_SALTS "salts"

/* Opens the journal in the store that is configured; io NULL: the system's; beside: next to its owner. As
 * journal_open. */
enum ff_status shard_store_open(const struct ff_config *c, const struct ff_io *io, bool beside, struct journal **out,
                                char *why, size_t size);

/* How much of its journal behind the checkpoints is kept at an instant. */
struct ff_keep shard_store_keep(const struct ff_config *c, ff_wall now);

/* Whether what is configured can be a store at all, without a look at it. False with a sentence in why. */
bool shard_store_check(const struct ff_config *c, char *why, size_t size);

/* Where it is, for people: a directory, or a server's address; without a password. Borrowed from out (size
 * bytes). */
const char *shard_store_place(const struct ff_config *c, char *out, size_t size);

#endif
