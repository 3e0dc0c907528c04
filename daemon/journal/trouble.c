#include "trouble.h"

#include "log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

_Static_assert(FF_STATUS_COUNT <= 64, "a status is a bit of trouble.seen");

bool trouble_met(struct trouble *t, enum ff_status status, ff_mono now)
{
    if (t->status == FF_OK)
        *t = (struct trouble){.since = now};
    t->times++;
    t->status = status;
    if (now - t->told >= TROUBLE_REPEAT)
        t->seen = 0;
    if (t->seen & UINT64_C(1) << status)
        return false;
    if (!t->seen)
        t->told = now;
    t->seen |= UINT64_C(1) << status;
    return true;
}

bool trouble_over(struct trouble *t)
{
    bool was = t->status != FF_OK;
    *t = (struct trouble){.status = FF_OK};
    return was;
}

static ff_mono mono_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * FF_SECOND + t.tv_nsec / 1000;
}

enum ff_status trouble_tell(struct trouble *t, enum ff_status status, const char *what, int error)
{
    char path[512];
    char text[128];
    if (trouble_met(t, status, mono_now())) {
        const char *reason = strerror_r(abs(error), text, sizeof text);
        char quoted[160];
        log_error("journal", ff_status_code(status), "what=%s error=%s times=%" PRIu64,
                  log_quoted(path, sizeof path, what, strlen(what)),
                  log_quoted(quoted, sizeof quoted, reason, strlen(reason)), t->times);
    }
    return status;
}

void trouble_tell_over(struct trouble *t)
{
    const struct trouble was = *t;
    if (trouble_over(t))
        log_info("journal", "recovered", "from=%s after_ms=%" PRId64 " times=%" PRIu64,
                 ff_status_code(was.status), (mono_now() - was.since) / FF_MILLISECOND, was.times);
}

enum ff_status trouble_of(int error)
{
    error = abs(error);
    return error == ENOSPC || error == EDQUOT ? FF_STORE_FULL : FF_STORE_FAILED;
}
