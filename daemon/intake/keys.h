/* Keys: finds a word in a fixed list, by numbers made of its bytes. */
#ifndef FOOTFALL_KEYS_H
#define FOOTFALL_KEYS_H

#include "footfall/span.h"

#include <stdint.h>

#define KEYS_SLOTS 128
#define KEYS_MAX 100
#define KEYS_LONGEST 16 /* bytes of a word */

/* A word's first and last bytes, overlapping where it is short: with its length they are the word. */
struct key {
    uint64_t head, tail;
    uint32_t length;
    int32_t place; /* -1: the slot is free */
};

/* At least one slot stays free, so a search ends. */
struct keys {
    struct key slot[KEYS_SLOTS];
};

/* Indexes n different words of 1 to KEYS_LONGEST bytes; n <= KEYS_MAX. */
void keys_init(struct keys *k, const struct ff_span *words, size_t n);

/* The place of word in the list, or -1. */
int keys_find(const struct keys *k, struct ff_span word);

#endif
