/* Zeros: in what pieces a file's room is written ahead, beside an owner who writes to the same file. While a piece is
 * on its way, the file system lets the owner's write wait, and the core is nobody else's. So where the machine has to
 * find memory for them first, and a page of them costs ten times as much, they are given up: what is written into the file
 * itself needs a page now and then, and not many in one go. */
#ifndef FOOTFALL_ZEROS_H
#define FOOTFALL_ZEROS_H

#include "footfall/time.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the largest piece. Large ones are cheaper where memory is at hand. */
#define ZEROS_MOST ((size_t)256 << 10)

/* Of the zeros of one sync. */
struct zeros {
    size_t piece; /* bytes of the next one */
};

/* The first piece is small: it tells what the others would cost. */
void zeros_begin(struct zeros *z);

/* Bytes of the next piece, from offset at towards to, which is behind at: up to a multiple of its size. */
size_t zeros_next(const struct zeros *z, uint64_t at, uint64_t to);

/* After a piece of n bytes that took so much CPU: whether to write another. */
bool zeros_go_on(struct zeros *z, size_t n, ff_dur took);

#endif
