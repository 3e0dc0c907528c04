/* The room's door: one loop and what hangs on it. */
#include "inside.h"

#include "region.h"

#include <assert.h>
#include <stdlib.h>
#include <time.h>

static ff_mono clock_read(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * FF_SECOND + t.tv_nsec / 1000;
}

ff_mono net_now(struct net *n)
{
    if (!n->now_read)
        n->now = n->clock();
    n->now_read = true;
    return n->now;
}

/* Only wakes the loop: the sweep itself is part of each turn that comes at its time. */
static void on_sweep_timer(void *ctx)
{
    (void)ctx;
}

/* The tables of connections, in one place for new and free. */
static bool tables_map(struct net *n, size_t max)
{
    n->conns = region_new(max, sizeof *n->conns);
    n->deadlines = region_new(max, sizeof *n->deadlines);
    n->unused = region_new(max, sizeof *n->unused);
    n->dirty.at = region_new(max, sizeof *n->dirty.at);
    n->resume.at = region_new(max, sizeof *n->resume.at);
    n->resume_next.at = region_new(max, sizeof *n->resume_next.at);
    return n->conns && n->deadlines && n->unused && n->dirty.at && n->resume.at &&
           n->resume_next.at;
}

static void tables_unmap(struct net *n, size_t max)
{
    region_free(&n->conns, max, sizeof *n->conns);
    region_free(&n->deadlines, max, sizeof *n->deadlines);
    region_free(&n->unused, max, sizeof *n->unused);
    region_free(&n->dirty.at, max, sizeof *n->dirty.at);
    region_free(&n->resume.at, max, sizeof *n->resume.at);
    region_free(&n->resume_next.at, max, sizeof *n->resume_next.at);
}

static bool net_start(struct net *n)
{
    n->work = malloc(NET_WORK_BYTES + NET_PADDING);
    n->loop = loop_new();
    if (!n->work || !n->loop || !tables_map(n, n->options.max_connections))
        return false;
    n->sweep_timer = loop_timer(n->loop, NET_SWEEP_EVERY, on_sweep_timer, n);
    n->accept_timer = loop_timer(n->loop, NET_ACCEPT_PAUSE, listen_go_on, n);
    if (!n->sweep_timer || !n->accept_timer)
        return false;
    loop_enable(n->accept_timer, false);
    return true;
}

struct net *net_new(const struct net_options *options, const struct net_events *events)
{
    assert(options->max_connections > 0 && options->max_header > 0);
    struct net *n = calloc(1, sizeof *n);
    if (!n)
        return NULL;
    n->options = *options;
    n->events = *events;
    n->limits = (struct message_limits){options->max_header, options->max_body};
    n->clock = clock_read;
    n->swept = FF_NEVER;
    n->complain_at = FF_NEVER;
    if (!net_start(n))
        net_free(&n);
    return n;
}

static void net_close_all(struct net *n)
{
    for (int i = 0; i < n->listener_n; i++)
        listen_close(&n->listeners[i]);
    for (uint32_t i = 0; i < n->top; i++)
        if (n->conns[i].phase != CONN_FREE)
            conn_close(&n->conns[i]);
}

void net_free(struct net **net)
{
    struct net *n = *net;
    if (!n)
        return;
    net_close_all(n);
    for (int i = 0; i < n->watch_n; i++)
        loop_event_free(&n->watches[i]);
    loop_event_free(&n->sweep_timer);
    loop_event_free(&n->accept_timer);
    loop_free(&n->loop);
    tables_unmap(n, n->options.max_connections);
    netbuf_pool_fini(&n->pool);
    free(n->work);
    free(n);
    *net = NULL;
}

int net_listen_http(struct net *n, const char *address, char *why, size_t size)
{
    return listen_open(n, address, false, why, size);
}

int net_listen_udp(struct net *n, const char *address, char *why, size_t size)
{
    return listen_open(n, address, true, why, size);
}

const char *net_address(const struct net *n, int listener)
{
    assert(listener >= 0 && listener < n->listener_n);
    return n->listeners[listener].address;
}

void net_reply(struct net *n, struct net_handle handle, const struct net_reply *reply)
{
    struct conn *c = conn_find(n, handle);
    if (c)
        conn_answer(c, handle.slot, reply);
}

static int net_keep_watch(struct net *n, struct loop_event *e)
{
    if (!e)
        return -1;
    if (n->watch_n == NET_WATCHES) {
        loop_event_free(&e);
        return -1;
    }
    n->watches[n->watch_n++] = e;
    return 0;
}

int net_watch(struct net *n, int fd, void (*fn)(void *ctx), void *ctx)
{
    return net_keep_watch(n, loop_reader(n->loop, fd, fn, ctx));
}

int net_signal(struct net *n, int signal, void (*fn)(void *ctx), void *ctx)
{
    return net_keep_watch(n, loop_signal(n->loop, signal, fn, ctx));
}

int net_every(struct net *n, ff_dur interval, void (*fn)(void *ctx), void *ctx)
{
    return net_keep_watch(n, loop_timer(n->loop, interval, fn, ctx));
}

/* Reads all sockets for the last time. */
static void net_begin_stop(struct net *n)
{
    n->stopping = true;
    n->stop_at = net_now(n) + n->grace;
    loop_enable(n->accept_timer, false);
    for (int i = 0; i < n->listener_n; i++) {
        struct listener *l = &n->listeners[i];
        if (l->udp)
            udp_read(l->udp, &n->events, &n->counts);
        n->active |= l->udp != NULL;
        n->counts.datagrams_dropped_by_kernel += l->udp ? udp_kernel_drops(l->udp) : 0;
        listen_close(l);
    }
    for (uint32_t i = 0; i < n->top; i++)
        conn_stop(&n->conns[i]);
}

/* Those that were put off in the last turn; who is put off in this one waits for the next. */
static void net_resume(struct net *n)
{
    for (uint32_t i = 0; i < n->resume.n; i++)
        conn_resume(&n->conns[n->resume.at[i]]);
    n->resume.n = 0;
}

static void net_take_resume_list(struct net *n)
{
    struct conn_list due = n->resume_next;
    n->resume_next = n->resume;
    n->resume = due;
}

static void net_sweep(struct net *n)
{
    ff_mono now = net_now(n);
    if (n->swept != FF_NEVER && now - n->swept < NET_SWEEP_EVERY)
        return;
    n->swept = now;
    for (uint32_t i = 0; i < n->top; i++)
        if (n->deadlines[i] <= now)
            conn_expire(&n->conns[i]);
}

static void net_flush(struct net *n)
{
    uint32_t had = n->dirty.n;
    for (uint32_t i = 0; i < had; i++)
        conn_flush(&n->conns[n->dirty.at[i]]);
    assert(n->dirty.n == had);
    n->dirty.n = 0;
}

static bool net_has_stopped(struct net *n)
{
    return n->stopping && (n->counts.open == 0 || net_now(n) >= n->stop_at);
}

bool net_turn(struct net *n, bool wait)
{
    bool stop_due = n->stop_asked && !n->stopping;
    net_take_resume_list(n);
    bool idle = n->dirty.n == 0 && n->resume.n == 0 && !stop_due;
    n->now_read = false;
    n->active = false;
    loop_turn(n->loop, wait && idle);
    net_resume(n);
    if (n->stop_asked && !n->stopping)
        net_begin_stop(n);
    if (n->active)
        n->events.turn(n->events.ctx);
    net_sweep(n);
    net_flush(n);
    return !net_has_stopped(n);
}

void net_run(struct net *n)
{
    while (net_turn(n, true))
        ;
    net_close_all(n);
}

void net_stop(struct net *n, ff_dur grace)
{
    n->stop_asked = true;
    n->grace = grace;
}

struct net_counts net_counts(const struct net *n)
{
    struct net_counts counts = n->counts;
    for (int i = 0; i < n->listener_n; i++)
        if (n->listeners[i].udp)
            counts.datagrams_dropped_by_kernel += udp_kernel_drops(n->listeners[i].udp);
    return counts;
}
