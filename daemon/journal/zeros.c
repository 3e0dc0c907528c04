#include "zeros.h"

#define PIECE_FIRST ((size_t)64 << 10)

/* CPU of a page that is not at hand. One that is takes 1 us, one that the machine has to be given about 12. */
#define DEAR ((ff_dur)4)
#define PAGE ((size_t)4096)

void zeros_begin(struct zeros *z)
{
    z->piece = PIECE_FIRST;
}

size_t zeros_next(const struct zeros *z, uint64_t at, uint64_t to)
{
    const size_t n = z->piece - (size_t)(at % z->piece);
    return to - at < n ? (size_t)(to - at) : n;
}

bool zeros_go_on(struct zeros *z, size_t n, ff_dur took)
{
    if (z->piece < ZEROS_MOST)
        z->piece *= 2;
    return took < DEAR * (ff_dur)(n / PAGE + 1);
}
