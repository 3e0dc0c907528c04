/* Values: small values of the embedded store, each a file "value-<name>" of its own that is
 * replaced whole. Blocks until the disk has it.
 *
 *   file = magic "ffvalue1" | length u32 | crc u32 (CRC-32C of the value), then the value;
 *   little-endian. A file that is not exactly that is damaged: replacing is atomic, so nothing
 *   but the medium can have made it so. */
#ifndef FOOTFALL_VALUES_H
#define FOOTFALL_VALUES_H

#include "footfall/span.h"
#include "place.h"

#define VALUES_MAX_NAME 64
#define VALUES_MAX_BYTES (1u << 20)

/* Whether it is the name of a value in any store. */
bool values_name_ok(const char *name);

/* The verbs of ff_store_ops. FF_BAD_PARAMETER for a name that is none or a value that is too long,
 * FF_STORE_CORRUPT for a damaged file. *error is the errno of a call that failed, else 0. */
enum ff_status values_put(const struct place *p, const char *name, struct ff_span value, int *error);
enum ff_status values_get(const struct place *p, const char *name, void *out, size_t size, size_t *n,
                          int *error);
enum ff_status values_remove(const struct place *p, const char *name, int *error);

#endif
