#include "loop.h"

#include "log.h"

#include <event2/event.h>

#include <assert.h>
#include <stdlib.h>

struct loop {
    struct event_base *base;
};

struct loop_event {
    loop_fn fn;
    void *ctx;
    struct event *event;
    struct timeval interval;
    bool timed, on;
};

static void log_of_libevent(int severity, const char *message)
{
    static const enum log_level level_table[] = {
        [EVENT_LOG_DEBUG] = LOG_LEVEL_DEBUG,
        [EVENT_LOG_MSG] = LOG_LEVEL_INFO,
        [EVENT_LOG_WARN] = LOG_LEVEL_WARNING,
        [EVENT_LOG_ERR] = LOG_LEVEL_ERROR,
    };
    enum log_level level =
        (unsigned)severity <= EVENT_LOG_ERR ? level_table[severity] : LOG_LEVEL_ERROR;
    log_line(level, "net", "libevent", "says=\"%s\"", message);
}

static void fatal_of_libevent(int error)
{
    log_error("net", "libevent_failed", "error=%d", error);
    abort();
}

struct loop *loop_new(void)
{
    event_set_log_callback(log_of_libevent);
    event_set_fatal_callback(fatal_of_libevent);
    struct loop *l = calloc(1, sizeof *l);
    struct event_config *config = event_config_new();
    if (l && config) {
        event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
        event_config_set_flag(config, EVENT_BASE_FLAG_IGNORE_ENV);
        l->base = event_base_new_with_config(config);
    }
    if (config)
        event_config_free(config);
    if (l && !l->base) {
        free(l);
        l = NULL;
    }
    return l;
}

void loop_free(struct loop **l)
{
    if (!*l)
        return;
    event_base_free((*l)->base);
    free(*l);
    *l = NULL;
}

static void loop_call(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct loop_event *e = arg;
    e->fn(e->ctx);
}

static struct loop_event *loop_add(struct loop *l, int fd, short what, ff_dur interval, loop_fn fn,
                                   void *ctx)
{
    struct loop_event *e = calloc(1, sizeof *e);
    if (!e)
        return NULL;
    e->fn = fn;
    e->ctx = ctx;
    e->timed = interval > 0;
    e->interval = (struct timeval){.tv_sec = interval / FF_SECOND, .tv_usec = interval % FF_SECOND};
    e->event = event_new(l->base, fd, (short)(what | EV_PERSIST), loop_call, e);
    if (e->event && event_add(e->event, e->timed ? &e->interval : NULL) == 0) {
        e->on = true;
        return e;
    }
    loop_event_free(&e);
    return NULL;
}

struct loop_event *loop_reader(struct loop *l, int fd, loop_fn fn, void *ctx)
{
    return loop_add(l, fd, EV_READ, 0, fn, ctx);
}

struct loop_event *loop_writer(struct loop *l, int fd, loop_fn fn, void *ctx)
{
    return loop_add(l, fd, EV_WRITE, 0, fn, ctx);
}

struct loop_event *loop_signal(struct loop *l, int signal, loop_fn fn, void *ctx)
{
    return loop_add(l, signal, EV_SIGNAL, 0, fn, ctx);
}

struct loop_event *loop_timer(struct loop *l, ff_dur interval, loop_fn fn, void *ctx)
{
    assert(interval > 0);
    return loop_add(l, -1, 0, interval, fn, ctx);
}

void loop_enable(struct loop_event *e, bool on)
{
    if (e->on == on)
        return;
    int failed = on ? event_add(e->event, e->timed ? &e->interval : NULL) : event_del(e->event);
    if (failed)
        log_error("net", "event_not_switched", "on=%d", on);
    else
        e->on = on;
}

bool loop_is_on(const struct loop_event *e)
{
    return e->on;
}

void loop_event_free(struct loop_event **e)
{
    if (!*e)
        return;
    if ((*e)->event)
        event_free((*e)->event);
    free(*e);
    *e = NULL;
}

void loop_turn(struct loop *l, bool wait)
{
    event_base_loop(l->base, wait ? EVLOOP_ONCE : EVLOOP_ONCE | EVLOOP_NONBLOCK);
}
