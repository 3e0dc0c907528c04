/* Slice: how long a thread may keep its core once it has it, while others want it, too. */
#ifndef FOOTFALL_SLICE_H
#define FOOTFALL_SLICE_H

#include "footfall/time.h"

#include <stdint.h>

/* What a loop is given: most turns are shorter. */
#define SLICE_OF_A_LOOP ((ff_dur)100)

/* Asks the kernel that the calling thread have its core for shorter turns, and therefore, once it is woken, sooner:
 * who runs then is left alone no longer than the shortest slice of those who wait. Its share of the core remains as it
 * is, and threads and processes that it starts have slices as usual. 0 or a negative errno: the kernel, or a filter of
 * system calls, refuses; kernels before 6.12 take it and do nothing. */
int slice_set(ff_dur slice);

#endif
