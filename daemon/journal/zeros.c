#include "zeros.h"

/* What a piece may take before the next is half of it, and what one may take at most that is to be doubled. The largest
 * takes 65 us where memory is at hand. */
#define SLOW ((ff_dur)150)
#define QUICK (SLOW / 2)

#define PIECE_LEAST ((size_t)16 << 10)

/* Rests of a slow piece's length, so that who wants the core or the file has most of the time. */
#define RESTS 4

ff_dur zeros_took(struct zeros_pace *p, size_t n, ff_dur took)
{
    if (took > SLOW) {
        if (p->piece > PIECE_LEAST)
            p->piece /= 2;
        return RESTS * took;
    }
    if (took < QUICK && n == p->piece && p->piece < ZEROS_MOST)
        p->piece *= 2;
    return 0;
}
