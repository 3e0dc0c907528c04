/* Place: the directory of an embedded store and the file operations that reach it. */
#ifndef FOOTFALL_PLACE_H
#define FOOTFALL_PLACE_H

#include "footfall/status.h"
#include "io.h"

#include <limits.h>

/* Files with this in front of their name are not finished: renaming makes them count, opening the
 * store removes them. */
#define PLACE_NEW "new-"

/* The longest name of a file in the directory, PLACE_NEW included. */
#define PLACE_NAME_MAX 96

struct place {
    const struct ff_io *io; /* borrowed */
    char path[PATH_MAX - PLACE_NAME_MAX - 2];
    int dir;                /* the open directory, or -1 */
    int lock;               /* the locked file "lock" in it, or -1: another may have it */
};

/* Opens the directory, making it when it is missing, locks it, and removes what is not finished.
 * On failure nothing stays open and why (size bytes) names the file: FF_STORE_LOCKED when another
 * has it and keeps it for half a second, which is waited for, else FF_STORE_FULL or FF_STORE_FAILED. */
enum ff_status place_init(struct place *p, const struct ff_io *io, const char *path, char *why,
                          size_t size);

/* Opens the directory beside its owner: nothing is made, locked or removed. Fails like place_init. */
enum ff_status place_init_beside(struct place *p, const struct ff_io *io, const char *path, char *why,
                                 size_t size);

/* Unlocks and closes. */
void place_fini(struct place *p);

/* The path of the file with before and name put together as its name. */
void place_file(const struct place *p, char out[PATH_MAX], const char *before, const char *name);

/* Says in why (size bytes) that the file's operation failed with error, a negative errno; gives
 * FF_STORE_FULL or FF_STORE_FAILED. */
enum ff_status place_why(char *why, size_t size, const char *file, int error);

#endif
