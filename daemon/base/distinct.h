/* Distinct: how many different marks were added. Exact up to DISTINCT_EXACT of them, then a
 * HyperLogLog of 2^14 registers. Where no mark is removed, what it holds depends on the set of marks
 * alone, not on their order, and merging two gives what adding all marks to one would have given. */
#ifndef FOOTFALL_DISTINCT_H
#define FOOTFALL_DISTINCT_H

#include "image.h"

#include <stdbool.h>
#include <stdint.h>

#define DISTINCT_EXACT 2048
#define DISTINCT_REGISTERS (1u << 14)
#define DISTINCT_RANKS 51 /* a register is at most this */

/* All zero is the empty set. */
struct distinct {
    uint64_t *marks;    /* open addressing, 0 is free; NULL while empty and once sketched */
    uint8_t *registers; /* the sketch, DISTINCT_REGISTERS of them, or NULL while exact */
    uint32_t slots;     /* a power of two, or 0 */
    uint16_t count;     /* marks while exact */
    bool has_zero;      /* the mark 0 is one of them */
};

/* Frees what d holds and leaves it empty. */
void distinct_reset(struct distinct *d);

/* Makes room in d, which is empty, for n marks, at most DISTINCT_EXACT. */
void distinct_reserve(struct distinct *d, uint32_t n);

/* Adds an evenly spread 64-bit mark; one that is there already changes nothing. */
void distinct_add(struct distinct *d, uint64_t mark);

/* Takes out a mark while the set is exact; one that is not there changes nothing. A sketch keeps what
 * it was given: it counts marks that were taken out. */
void distinct_remove(struct distinct *d, uint64_t mark);

/* Adds all of from, which stays as it is. */
void distinct_merge(struct distinct *d, const struct distinct *from);

static inline bool distinct_is_empty(const struct distinct *d)
{
    return d->count == 0 && !d->registers;
}

/* Makes d a sketch, if it is none yet; gives its registers. */
uint8_t *distinct_sketch(struct distinct *d);

/* A union in the making: all zero before the first set. Sets that are added are borrowed until the
 * end; one alone is never copied. */
struct distinct_union {
    const struct distinct *first;
    struct distinct merged; /* of all, once there are two */
    bool many;
};
void distinct_union_add(struct distinct_union *u, const struct distinct *d);

/* distinct_count of the union, which is freed. */
double distinct_union_end(struct distinct_union *u, bool *exact);

/* How many: the count while *exact, else the estimate (relative standard error 0.81 %) rounded
 * to a whole number, and never one that would have been exact. */
double distinct_count(const struct distinct *d, bool *exact);

/* Puts d into the image: how many marks, and the marks in their order; of a sketch one more than
 * can be exact, its least register, and the others as what they have above it. Equal sets give equal
 * bytes. */
void distinct_save(const struct distinct *d, struct image_out *out);

/* Takes the next set of the image into d, which is empty. What distinct_save does not write makes the
 * image not ok; d is some set then. */
void distinct_load(struct distinct *d, struct image_in *in);

#endif
