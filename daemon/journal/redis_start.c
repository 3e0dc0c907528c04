#include "redis_start.h"

#include "log.h"
#include "redis_socket.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE (5 * FF_SECOND)
#define PAUSE_FIRST (50 * FF_MILLISECOND)
#define PAUSE_MOST FF_SECOND

static uint64_t now_milliseconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Host and process, and a number by which two processes of the same name are told apart. */
static void by_make(char by[REDIS_BY])
{
    char host[65] = "";
    uint32_t chance = 0;
    gethostname(host, sizeof host - 1);
    if (getrandom(&chance, sizeof chance, 0) != (ssize_t)sizeof chance)
        chance = (uint32_t)now_milliseconds();
    snprintf(by, REDIS_BY, "%s:%ld:%08" PRIx32, host, (long)getpid(), chance);
}

/* What a setting of Redis must be. */
struct demand {
    const char *setting, *must_be;
    const char *says; /* else */
};

static const struct demand appendonly = {
    "appendonly", "yes",
    "what it has acknowledged would not survive it: set appendonly yes there, or store.durability: process here"};
static const struct demand noeviction = {
    "maxmemory-policy", "noeviction", "it would throw data of the shard away: set noeviction"};

/* Asks for a setting; *value is empty when it may not be asked or is not known. */
static enum redis_trouble setting_ask(struct redis_link *l, const char *name, char *value, size_t size)
{
    const struct ff_span argv[] = {FF_LITERAL("CONFIG"), FF_LITERAL("GET"), ff_span_text(name)};
    struct redis_reply reply;
    value[0] = 0;
    const enum redis_trouble t = redis_link_call(l, argv, 3, &reply);
    if (t == REDIS_NOPERM || t == REDIS_REFUSED) {
        log_warning("journal", "unverified", "setting=%s why=\"Redis may not be asked for it\"", name);
        return REDIS_OK;
    }
    const struct ff_span text = redis_reply_text(redis_reply_at(reply, 1));
    if (t == REDIS_OK && text.n < size) {
        memcpy(value, text.p ? text.p : "", text.n);
        value[text.n] = 0;
    }
    return t;
}

/* *met is false, with a sentence, when Redis says that the setting is something else. */
static enum redis_trouble demand_ask(const struct redis_start *s, const struct demand *d, bool *met, char *why,
                                     size_t size)
{
    char value[64];
    const enum redis_trouble t = setting_ask(s->link, d->setting, value, sizeof value);
    *met = t != REDIS_OK || !value[0] || strcmp(value, d->must_be) == 0;
    if (!*met)
        snprintf(why, size, "%s: %s is %s: %s", redis_link_server(s->link), d->setting, value, d->says);
    return t;
}

static enum redis_trouble demands_ask(const struct redis_start *s, bool *met, char *why, size_t size)
{
    char maxmemory[64];
    enum redis_trouble t = REDIS_OK;
    *met = true;
    if (s->durability == FF_DURABLE_DISK)
        t = demand_ask(s, &appendonly, met, why, size);
    if (t != REDIS_OK || !*met)
        return t;
    t = setting_ask(s->link, "maxmemory", maxmemory, sizeof maxmemory);
    if (t != REDIS_OK || !maxmemory[0] || strcmp(maxmemory, "0") == 0)
        return t;
    return demand_ask(s, &noeviction, met, why, size);
}

/* A range from behind an id came with 6.2, as did what else of the streams' commands is used here: XADD NOMKSTREAM and
 * XTRIM MINID. This range is empty, and asking for it needs no other permission. */
static enum redis_trouble version_ask(const struct redis_start *s, bool *met, char *why, size_t size)
{
    const struct ff_span argv[] = {FF_LITERAL("XRANGE"), redis_key_span(&s->keys->journal), FF_LITERAL("(0-0"),
                                   FF_LITERAL("0-0"),    FF_LITERAL("COUNT"), FF_LITERAL("1")};
    static const char unknown[] = "ERR Invalid stream ID";
    struct redis_reply reply;
    const enum redis_trouble t = redis_link_call(s->link, argv, 6, &reply);
    const struct ff_span error = redis_reply_text(reply);
    *met = t != REDIS_REFUSED || error.n < sizeof unknown - 1 || memcmp(error.p, unknown, sizeof unknown - 1) != 0;
    if (!*met)
        snprintf(why, size, "%s: redis_too_old: Redis 6.2 or later is needed, for XADD NOMKSTREAM, XTRIM MINID and ranges "
                 "from behind an id", redis_link_server(s->link));
    return t;
}

/* Tries once. */
static enum redis_trouble try(const struct redis_start *s, const char *by, struct redis_id *mine, uint64_t *last,
                              bool *met, char *why, size_t size)
{
    *met = true;
    enum redis_trouble t = redis_link_connected(s->link) ? REDIS_OK : redis_link_connect(s->link, PATIENCE);
    if (t == REDIS_OK)
        t = version_ask(s, met, why, size);
    if (t == REDIS_OK)
        t = demands_ask(s, met, why, size);
    if (t != REDIS_OK || !*met)
        return t;
    struct redis_look found;
    t = redis_stream_look(s->link, s->keys, &found);
    if (t != REDIS_OK)
        return t;
    const struct redis_claim claim = {.now = now_milliseconds(), .by = by, .found = &found.last.epoch};
    return redis_stream_take(s->link, s->keys, &claim, mine, last);
}

/* Whether what Redis is in may pass by itself. */
static bool may_pass(enum redis_trouble t)
{
    return t == REDIS_AWAY || t == REDIS_LOADING || t == REDIS_BUSY || t == REDIS_READONLY || t == REDIS_MISCONF ||
           t == REDIS_OOM;
}

/* A process that is to end while it waits has a signal pending, if its caller has blocked it; else it has ended. */
static bool told_to_end(void)
{
    sigset_t pending;
    sigpending(&pending);
    return sigismember(&pending, SIGTERM) || sigismember(&pending, SIGINT);
}

static void pause_for(ff_dur d)
{
    const struct timespec t = {.tv_sec = d / FF_SECOND, .tv_nsec = d % FF_SECOND * 1000};
    nanosleep(&t, NULL);
}

static void state_tell(enum redis_trouble t, const char *why)
{
    char quoted[600];
    log_warning("journal", may_pass(t) ? "redis_waiting" : "redis_refuses", "state=%s why=%s", redis_trouble_name(t),
                log_quoted(quoted, sizeof quoted, why, strlen(why)));
}

enum ff_status redis_start(const struct redis_start *s, struct redis_id *mine, uint64_t *last, char by[REDIS_BY],
                           char *why, size_t size)
{
    const ff_mono deadline = redis_clock() + s->within;
    enum redis_trouble before = REDIS_OK;
    bool met = true;
    by_make(by);
    for (ff_dur pause = PAUSE_FIRST;; pause = pause * 2 < PAUSE_MOST ? pause * 2 : PAUSE_MOST) {
        const enum redis_trouble t = try(s, by, mine, last, &met, why, size);
        if (!met)
            return FF_STORE_FAILED;
        if (t == REDIS_OK)
            return FF_OK;
        snprintf(why, size, "%s", redis_link_why(s->link));
        if (t != before)
            state_tell(t, why);
        if (!may_pass(t) || redis_clock() + pause > deadline || told_to_end())
            return redis_trouble_status(t);
        before = t;
        pause_for(pause);
    }
}
