/* Names: the files of a place that are called after a seq, "<before><20 digits><after>". */
#ifndef FOOTFALL_NAMES_H
#define FOOTFALL_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct place;

/* A kind of such files. */
struct names_kind {
    const char *before;
    const char *after;
};

/* The longest such name and its NUL. */
#define NAMES_SIZE 40

struct names {
    uint64_t *seq; /* owned, ascending */
    size_t count;
    size_t room;
};

/* The kind's file of seq, which is 1 at least. */
void names_make(char out[NAMES_SIZE], const struct names_kind *kind, uint64_t seq);

/* Whether name is that of a file of the kind, and its seq then. */
bool names_seq(const char *name, const struct names_kind *kind, uint64_t *seq);

/* Lists the place's files of the kind. 0, or a negative errno; to be ended with names_fini in each
 * case. */
int names_list(struct names *n, const struct place *place, const struct names_kind *kind);
void names_fini(struct names *n);

#endif
