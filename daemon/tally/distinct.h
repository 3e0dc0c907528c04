/* Distinct: how many different marks were added. Exact up to DISTINCT_EXACT of them, then a
 * HyperLogLog of 2^14 registers. What it holds depends on the set of marks alone, not on their
 * order, and merging two gives what adding all marks to one would have given. */
#ifndef FOOTFALL_DISTINCT_H
#define FOOTFALL_DISTINCT_H

#include <stdbool.h>
#include <stdint.h>

#define DISTINCT_EXACT 2048

/* All zero is the empty set. */
struct distinct {
    uint64_t *marks;    /* open addressing, 0 is free; NULL while empty and once sketched */
    uint8_t *registers; /* the sketch, or NULL while exact */
    uint32_t slots;     /* a power of two, or 0 */
    uint16_t count;     /* marks while exact */
    bool has_zero;      /* the mark 0 is one of them */
};

/* Frees what d holds and leaves it empty. */
void distinct_reset(struct distinct *d);

/* Adds an evenly spread 64-bit mark; one that is there already changes nothing. */
void distinct_add(struct distinct *d, uint64_t mark);

/* Adds all of from, which stays as it is. */
void distinct_merge(struct distinct *d, const struct distinct *from);

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

#endif
