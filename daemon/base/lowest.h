/* Lowest: a set of numbers below a cap that gives its lowest. A tree of bits: one bit a number, and
 * bit i of every further level says that word i of the level below is not 0. */
#ifndef FOOTFALL_LOWEST_H
#define FOOTFALL_LOWEST_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOWEST_LEVELS 6 /* 64^6 is more than 2^32 */

struct lowest {
    uint64_t *level[LOWEST_LEVELS]; /* within one region; the last has one word */
    uint32_t levels;
    size_t words;                   /* of all levels */
};

/* An empty set, for numbers below cap. False when the address space is refused. */
bool lowest_init(struct lowest *s, uint32_t cap);
void lowest_fini(struct lowest *s);

static inline bool lowest_empty(const struct lowest *s)
{
    return s->level[s->levels - 1][0] == 0;
}

/* Of a set that is not empty. */
static inline uint32_t lowest_first(const struct lowest *s)
{
    uint32_t n = 0;
    assert(!lowest_empty(s));
    for (uint32_t l = s->levels; l-- > 0;)
        n = n << 6 | (uint32_t)__builtin_ctzll(s->level[l][n]);
    return n;
}

/* Adds a number; it may be there. */
static inline void lowest_add(struct lowest *s, uint32_t n)
{
    for (uint32_t l = 0; l < s->levels; l++, n >>= 6) {
        uint64_t *word = &s->level[l][n >> 6], was = *word;
        *word |= UINT64_C(1) << (n & 63);
        if (was)
            return;
    }
}

/* Takes out a number that is there. */
static inline void lowest_remove(struct lowest *s, uint32_t n)
{
    for (uint32_t l = 0; l < s->levels; l++, n >>= 6) {
        uint64_t *word = &s->level[l][n >> 6];
        *word &= ~(UINT64_C(1) << (n & 63));
        if (*word)
            return;
    }
}

#endif
