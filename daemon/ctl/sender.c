#include "sender.h"

#include <stdio.h>
#include <time.h>

#define PAUSE_FIRST (FF_SECOND / 4)
#define PAUSE_MOST (10 * FF_SECOND)
#define RETRY_AFTER_MOST 60

ff_dur sender_pause(unsigned attempt, long retry_after)
{
    ff_dur pause = attempt > 10 ? PAUSE_MOST : PAUSE_FIRST << (attempt - 1);
    if (pause > PAUSE_MOST)
        pause = PAUSE_MOST;
    if (retry_after > RETRY_AFTER_MOST)
        retry_after = RETRY_AFTER_MOST;
    ff_dur asked = retry_after > 0 ? retry_after * FF_SECOND : 0;
    return asked > pause ? asked : pause;
}

static ff_mono now_mono(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (ff_mono)t.tv_sec * FF_SECOND + t.tv_nsec / 1000;
}

static void sleep_for(ff_dur pause)
{
    struct timespec rest = {pause / FF_SECOND, pause % FF_SECOND * 1000};
    while (nanosleep(&rest, &rest) != 0)
        ;
}

/* One try. True when its answer is final. */
static bool try_once(const struct sender *s, const char *path, struct ff_span body,
                     struct http_answer *out, char *why, size_t size)
{
    *out = (struct http_answer){0};
    if (!http_post(s->http, path, "application/x-ndjson", body, out, why, size))
        return false;
    if (out->status != 429 && out->status != 503)
        return true;
    snprintf(why, size, "the daemon answers %d", out->status);
    return false;
}

bool sender_post(const struct sender *s, const char *path, struct ff_span body,
                 struct http_answer *out, char *why, size_t size)
{
    ff_mono started = now_mono();
    for (unsigned attempt = 1; !try_once(s, path, body, out, why, size); attempt++) {
        ff_dur pause = sender_pause(attempt, out->retry_after);
        if (now_mono() - started + pause > s->patience)
            return false;
        s->waiting(s->ctx, why, pause);
        sleep_for(pause);
    }
    return true;
}
