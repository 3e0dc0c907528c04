#include "redis_gather.h"

/* One record tells no rate. */
ff_mono redis_gather_until(ff_mono began, ff_mono now, uint64_t n)
{
    const ff_dur since = now - began;
    if (n < 2 || n >= REDIS_GATHER_MANY || since >= REDIS_GATHER_GAP)
        return now;
    return (ff_dur)n * REDIS_GATHER_GAP >= REDIS_GATHER_MANY * since ? began + REDIS_GATHER_GAP : now;
}
