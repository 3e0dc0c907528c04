/* Store in memory: the simplest thing that keeps the contract of footfall/store.h. What it holds
 * stays under its path after close, until it is forgotten. */
#ifndef FOOTFALL_STORE_MEMORY_H
#define FOOTFALL_STORE_MEMORY_H

#include "footfall/store.h"

extern const struct ff_store_ops store_memory;

/* Frees what is kept under path, which is not open. */
void store_memory_forget(const char *path);

/* From now on flush of the open store fails with status, FF_OK: works again. */
void store_memory_refuse(const char *path, enum ff_status status);

/* From now on flushes are durable only up to the given seq, UINT64_MAX: all at once. */
void store_memory_hold(const char *path, uint64_t upto);

#endif
