/* Zeros: in what pieces a file's room is written ahead, beside an owner who writes to the same file. While a piece is
 * on its way, the file system lets the owner's write wait, and the core is nobody else's: so a piece is to take
 * little time, and after one that took long, because the machine had to find memory for it, comes a rest. */
#ifndef FOOTFALL_ZEROS_H
#define FOOTFALL_ZEROS_H

#include "footfall/time.h"

#include <stddef.h>
#include <stdint.h>

/* Bytes of the largest piece. Large ones are cheaper where memory is at hand. */
#define ZEROS_MOST ((size_t)256 << 10)

struct zeros_pace {
    size_t piece; /* bytes of the next one */
};

static inline void zeros_begin(struct zeros_pace *p)
{
    p->piece = ZEROS_MOST;
}

/* Bytes of the next piece, from offset at towards to, which is behind at: up to a multiple of its size. */
static inline size_t zeros_next(const struct zeros_pace *p, uint64_t at, uint64_t to)
{
    const size_t n = p->piece - (size_t)(at % p->piece);
    return to - at < n ? (size_t)(to - at) : n;
}

/* After a piece of n bytes that took so much CPU: how long to rest, 0 for not at all. Sets the size of the next. */
ff_dur zeros_took(struct zeros_pace *p, size_t n, ff_dur took);

#endif
