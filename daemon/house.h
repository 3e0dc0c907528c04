/* House: owns one of each room and carries things between them, downstream only. */
#ifndef FOOTFALL_HOUSE_H
#define FOOTFALL_HOUSE_H

#include "footfall/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ff_config;
struct ff_io;
struct house;

/* What house_run came to; also the exit status of the process. */
enum house_end { HOUSE_DONE = 0, HOUSE_FAILED = 1, HOUSE_MISCONFIGURED = 2, HOUSE_FENCED = 3 };

/* Where the configuration came from, so that it can be read again. All borrowed. */
struct house_source {
    const char *file; /* NULL: none */
    const char *const *overrides;
    size_t override_count;
    const struct ff_io *io; /* file operations of the store; NULL: the system's */
};

/* Listens, restores the state from the journal, serves until it is told to stop by a signal, and
 * makes everything durable. Takes over the config. Logs its own errors. */
enum house_end house_run(struct ff_config *config, const struct house_source *source);

/* Whether the files that a daemon would read are sound; why (size bytes) says what is not. */
bool house_check(const struct ff_config *config, char *why, size_t size);

/* Writes the checkpoint of the state after record upto, which is on the disk, into the store of the
 * configuration, beside the daemon that owns it; sealed: and takes out of the journal up to that record, up
 * to which nothing is written to any more, whoever that state is to forget (0: not). missing: so many
 * records the owner has not, either; where more were in a checkpoint that cannot be read, none is written. io: NULL for the system's. Takes over the config. */
enum house_end house_write_checkpoint(struct ff_config *config, const struct ff_io *io, uint64_t upto,
                                    uint64_t sealed, uint64_t missing);

#endif
