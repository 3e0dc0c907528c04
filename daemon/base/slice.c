#include "slice.h"

#include <errno.h>
#include <linux/sched.h>
#include <linux/sched/types.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The C library has neither call nor type for it. */
int slice_set(ff_dur slice)
{
    struct sched_attr a = {.size = sizeof a};
    if (syscall(SYS_sched_getattr, 0, &a, sizeof a, 0) != 0)
        return -errno;
    a.size = sizeof a;
    a.sched_flags |= SCHED_FLAG_RESET_ON_FORK;
    a.sched_runtime = (uint64_t)slice * 1000;
    return syscall(SYS_sched_setattr, 0, &a, 0) == 0 ? 0 : -errno;
}
