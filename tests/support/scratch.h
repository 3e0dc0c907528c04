/* Scratch: a directory of a test's own that goes with it. */
#ifndef FOOTFALL_SCRATCH_H
#define FOOTFALL_SCRATCH_H

#define SCRATCH_MAX 256

/* Makes an empty directory under TMPDIR (or /tmp) and writes its path to out; aborts if it cannot. */
void scratch_make(char out[SCRATCH_MAX]);

/* Removes the directory and the files and directories in it. */
void scratch_remove(const char *path);

#endif
