#include "redis_rewrite.h"

#include "redis_socket.h"

#include <stdio.h>
#include <time.h>

#define PAUSE_FIRST (10 * FF_MILLISECOND)
#define PAUSE_MOST (500 * FF_MILLISECOND)

/* What Redis says of its file. */
struct progress {
    bool none;   /* it keeps none */
    bool busy;   /* one is under way, or will be */
    bool failed; /* the last one did */
};

static bool says(struct ff_span text, const char *what)
{
    return text.n > 0 && memmem(text.p, text.n, what, strlen(what));
}

static enum redis_trouble progress_ask(struct redis_shard *s, struct progress *out)
{
    const struct ff_span info[] = {FF_LITERAL("INFO"), FF_LITERAL("persistence")};
    struct redis_reply reply;
    const enum redis_trouble t = redis_shard_call(s, info, 2, &reply);
    const struct ff_span text = redis_reply_text(reply);
    *out = (struct progress){
        .none = says(text, "aof_enabled:0"),
        .busy = says(text, "aof_rewrite_in_progress:1") || says(text, "aof_rewrite_scheduled:1"),
        .failed = !says(text, "aof_last_bgrewrite_status:ok"),
    };
    return t;
}

/* *asked: it will be done. Not when somebody else's has begun since it was looked at, which is no trouble. */
static enum redis_trouble rewrite_ask(struct redis_shard *s, bool *asked)
{
    const struct ff_span rewrite[] = {FF_LITERAL("BGREWRITEAOF")};
    struct redis_reply reply;
    const enum redis_trouble t = redis_shard_call(s, rewrite, 1, &reply);
    *asked = t == REDIS_OK;
    return t == REDIS_REFUSED && says(redis_reply_text(reply), "already in progress") ? REDIS_OK : t;
}

static enum redis_trouble why_say(enum redis_trouble t, const char *says, char *why, size_t size)
{
    snprintf(why, size, "%s", says);
    return t;
}

static void pause_for(ff_dur d)
{
    const struct timespec t = {.tv_sec = d / FF_SECOND, .tv_nsec = d % FF_SECOND * 1000};
    nanosleep(&t, NULL);
}

enum redis_trouble redis_rewrite(struct redis_shard *s, ff_dur within, char *why, size_t size)
{
    const ff_mono deadline = redis_clock() + within;
    struct progress p;
    bool asked = false, ignored;
    for (ff_dur pause = PAUSE_FIRST;; pause = pause * 2 < PAUSE_MOST ? pause * 2 : PAUSE_MOST) {
        enum redis_trouble t = progress_ask(s, &p);
        if (t != REDIS_OK && t != REDIS_AWAY && !asked)
            rewrite_ask(s, &ignored);
        if (t == REDIS_OK && p.none)
            return REDIS_OK;
        if (t == REDIS_OK && asked && !p.busy)
            return p.failed ? why_say(REDIS_MISCONF, "Redis could not write it anew, its log says why", why, size) : REDIS_OK;
        if (t == REDIS_OK && !asked && !p.busy)
            t = rewrite_ask(s, &asked);
        if (t != REDIS_OK)
            return why_say(t, redis_link_why(s->link), why, size);
        if (redis_clock() + pause > deadline)
            return why_say(REDIS_BUSY, "Redis is not done yet with writing it anew", why, size);
        pause_for(pause);
    }
}
