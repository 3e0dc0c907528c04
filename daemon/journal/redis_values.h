/* Values: small values of a shard, the fields of one hash. */
#ifndef FOOTFALL_REDIS_VALUES_H
#define FOOTFALL_REDIS_VALUES_H

#include "redis_shard.h"

/* The verbs of ff_store_ops. FF_BAD_PARAMETER for a name that is none or a value longer than
 * VALUES_MAX_BYTES (values.h). put and remove do nothing once another epoch owns the shard: FF_STORE_FENCED. */
enum ff_status redis_values_put(struct redis_shard *s, const char *name, struct ff_span value);
enum ff_status redis_values_get(struct redis_shard *s, const char *name, void *out, size_t size, size_t *n);
enum ff_status redis_values_remove(struct redis_shard *s, const char *name);

#endif
