/* Keys: finds a word in a fixed list by its length and three of its bytes. */
#ifndef FOOTFALL_KEYS_H
#define FOOTFALL_KEYS_H

#include "footfall/span.h"

#include <stdint.h>

#define KEYS_SLOTS 128
#define KEYS_MAX 100

/* Slots hold a word's place + 1; 0 is free. At least one slot stays free, so a search ends. */
struct keys {
    const struct ff_span *words; /* borrowed for the keys' life */
    uint8_t slot[KEYS_SLOTS];
};

/* Indexes n different, non-empty words; n <= KEYS_MAX. */
void keys_init(struct keys *k, const struct ff_span *words, size_t n);

/* The place of word in the list, or -1. */
int keys_find(const struct keys *k, struct ff_span word);

#endif
