/* The cache of agents: a verdict by the hash of an agent, two places a hash. */
#ifndef FOOTFALL_AGENTS_CACHE_H
#define FOOTFALL_AGENTS_CACHE_H

#include "agents.h"

/* Whether the agent is remembered; *out is its verdict then. *hash is set in either case. */
bool agents_cache_find(struct agents_cache *c, struct ff_span agent, uint64_t *hash,
                       struct agent_verdict *out);

/* Remembers a verdict under the hash that agents_cache_find gave; the older of two gives way. */
void agents_cache_keep(struct agents_cache *c, uint64_t hash, struct agent_verdict v);

#endif
