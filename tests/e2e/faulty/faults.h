/* Faults: file operations that fail as a test tells them while the daemon runs.
 *
 * What is to fail stands in a sheet, a file that the test maps and changes and that the daemon, with all
 * that it starts, maps too. It holds one row of 64 bytes for each operation, in the order of enum
 * fault_op; integers are 32 bits in the machine's order, and a row of zeros is a sound operation.
 *
 *   times    calls that are still to be faulted; -1: all, until it is cleared
 *   skip     calls that still go well before those
 *   error    errno that a faulted call gives; 0: it fails only as part says
 *   room     bytes that faulted writes may still add before they give the error, as on a disk that
 *            fills: the last one before it is short
 *   part     most bytes that a faulted read or write without an error moves; 0: any number
 *   hold     while not 0, every call waits, faulted or not
 *   waiting  calls that wait now
 *   calls    calls made
 *   faulted  of them, those that gave the error or were cut short
 *   name     text that the path of the file must contain, "" for all; another file's calls go well,
 *            do not wait and are not counted
 *
 * Whoever changes a row sets times last. */
#ifndef FOOTFALL_FAULTS_H
#define FOOTFALL_FAULTS_H

#include "io.h"

#include <stdatomic.h>

/* FAULT_CREATE is an open that may make a file, FAULT_OPEN any other. */
enum fault_op {
    FAULT_OPEN, FAULT_CREATE, FAULT_CLOSE, FAULT_SIZE, FAULT_READ, FAULT_WRITE, FAULT_TRUNCATE, FAULT_SYNC,
    FAULT_SYNC_DIR, FAULT_RENAME, FAULT_UNLINK, FAULT_MKDIR, FAULT_LIST, FAULT_LOCK, FAULT_MODIFIED, FAULT_DATE,
    FAULT_OPS
};

struct fault_row {
    _Atomic int32_t times, skip, error, room, part, hold, waiting, calls, faulted;
    char name[28]; /* ends with a NUL */
};
_Static_assert(sizeof(struct fault_row) == 64, "the tests know the layout");
_Static_assert(sizeof(struct ff_io) == (FAULT_OPS - 1) * sizeof(void (*)(void)), "every operation can fail");

struct faults {
    struct ff_io io; /* to be handed out; first, so that it is also the whole */
    struct fault_row *row; /* FAULT_OPS of them, shared */
};

/* Maps the sheet at path, which must be there with all its rows. 0, or a negative errno. */
int faults_open(struct faults *f, const char *path);
void faults_close(struct faults *f);

#endif
