/* Progress: how far an import got, kept in a small file so that it can go on after an
 * interruption. */
#ifndef FOOTFALL_CTL_PROGRESS_H
#define FOOTFALL_CTL_PROGRESS_H

#include "input.h"

struct progress {
    uint64_t answered; /* events in sending order that the daemon has answered */
    uint64_t accepted, duplicates, rejected; /* what those came to */
};

/* What makes two imports the same one: the daemon's address, and the inputs' names, sizes and
 * times of change. */
uint64_t progress_fingerprint(const char *address, const struct input *inputs, size_t n);

/* Reads the file. False, with *out all zero, when there is none or it is another import's. */
bool progress_load(const char *path, uint64_t fingerprint, struct progress *out);

/* Writes the file: whole, or the old one stays. False with a sentence in why. */
bool progress_save(const char *path, uint64_t fingerprint, const struct progress *p, char *why,
                   size_t size);

#endif
