#include "keys.h"

#include <assert.h>

/* The factors give every word of a beacon, of an item and of the types a slot of its own. */
static unsigned slot_of(struct ff_span word)
{
    unsigned first = (unsigned char)word.p[0], middle = (unsigned char)word.p[word.n / 2];
    unsigned last = (unsigned char)word.p[word.n - 1];
    return ((unsigned)word.n + first * 9 + middle * 29 + last * 5) % KEYS_SLOTS;
}

void keys_init(struct keys *k, const struct ff_span *words, size_t n)
{
    assert(n <= KEYS_MAX);
    memset(k->slot, 0, sizeof k->slot);
    k->words = words;
    for (size_t i = 0; i < n; i++) {
        unsigned at = slot_of(words[i]);
        while (k->slot[at] != 0)
            at = (at + 1) % KEYS_SLOTS;
        k->slot[at] = (uint8_t)(i + 1);
    }
}

int keys_find(const struct keys *k, struct ff_span word)
{
    if (word.n == 0)
        return -1;
    for (unsigned at = slot_of(word); k->slot[at] != 0; at = (at + 1) % KEYS_SLOTS)
        if (ff_span_equal(k->words[k->slot[at] - 1], word))
            return k->slot[at] - 1;
    return -1;
}
