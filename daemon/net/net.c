/* The room's door: one loop and what hangs on it. */
#include "inside.h"

#include "forwarded.h"
#include "log.h"
#include "region.h"
#include "slice.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/resource.h>
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
static void on_sweep_time(void *ctx)
{
    (void)ctx;
}

/* The tables of connections, in one place for new and free. */
static bool tables_map(struct net *n)
{
    size_t max = n->places;
    n->conns = region_new(max, sizeof *n->conns);
    n->deadlines = region_new(max, sizeof *n->deadlines);
    n->unused = region_new(max, sizeof *n->unused);
    n->dirty.at = region_new(max, sizeof *n->dirty.at);
    n->resume.at = region_new(max, sizeof *n->resume.at);
    n->resume_next.at = region_new(max, sizeof *n->resume_next.at);
    n->parked.at = region_new(max, sizeof *n->parked.at);
    return n->conns && n->deadlines && n->unused && n->dirty.at && n->resume.at &&
           n->resume_next.at && n->parked.at;
}

static void tables_unmap(struct net *n)
{
    size_t max = n->places;
    region_free(&n->conns, max, sizeof *n->conns);
    region_free(&n->deadlines, max, sizeof *n->deadlines);
    region_free(&n->unused, max, sizeof *n->unused);
    region_free(&n->dirty.at, max, sizeof *n->dirty.at);
    region_free(&n->resume.at, max, sizeof *n->resume.at);
    region_free(&n->resume_next.at, max, sizeof *n->resume_next.at);
    region_free(&n->parked.at, max, sizeof *n->parked.at);
}

/* Connections are descriptors, and the usual limit of 1,024 is for programs that call select. */
static void descriptors_raise(uint32_t wanted)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    if (limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    if (limit.rlim_cur < wanted)
        log_warning("net", "few_descriptors", "limit=%llu max_connections=%u",
                    (unsigned long long)limit.rlim_cur, wanted);
}

static bool peers_start(struct net *n)
{
    const struct peers_limits limits = {n->options.max_connections_per_address,
                                        n->options.requests_per_second};
    if (!limits.connections && !limits.requests)
        return true;
    n->peers = peers_new(&limits, n->places);
    return n->peers != NULL;
}

static bool proxies_read(struct net *n)
{
    const char *const *texts = n->options.trusted_proxies;
    n->options.trusted_proxies = NULL; /* borrowed for this call only */
    size_t count = 0;
    while (texts && texts[count])
        count++;
    n->proxies = calloc(count + 1, sizeof *n->proxies);
    for (; n->proxies && n->proxy_n < count; n->proxy_n++)
        if (!cidr_parse(texts[n->proxy_n], &n->proxies[n->proxy_n]))
            return false;
    return n->proxies != NULL;
}

static bool net_start(struct net *n)
{
    n->works = region_new(NET_WORKS, NET_WORK_SIZE);
    n->loop = loop_new();
    n->gunzip = gunzip_new(n->options.max_body);
    if (!n->works || !n->loop || !n->gunzip || !tables_map(n) || !peers_start(n) || !proxies_read(n))
        return false;
    n->sweep_timer = loop_timer(n->loop, NET_SWEEP_EVERY, on_sweep_time, n);
    n->accept_timer = loop_timer(n->loop, NET_ACCEPT_PAUSE, listen_find_room, n);
    n->stop_timer = loop_timer(n->loop, NET_STOP_EVERY, on_sweep_time, n);
    n->gather_timer = loop_timer(n->loop, NET_GATHER, listen_gathered, n);
    if (!n->sweep_timer || !n->accept_timer || !n->stop_timer || !n->gather_timer)
        return false;
    loop_enable(n->gather_timer, false);
    loop_enable(n->accept_timer, false);
    loop_enable(n->stop_timer, false);
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
    n->places = options->max_connections + NET_SPARE;
    n->limits = (struct message_limits){options->max_header, options->max_body};
    n->clock = clock_read;
    n->swept = FF_NEVER;
    n->complain_at = FF_NEVER;
    descriptors_raise(options->max_connections);
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
    loop_event_free(&n->stop_timer);
    loop_event_free(&n->gather_timer);
    loop_free(&n->loop);
    tables_unmap(n);
    peers_free(&n->peers);
    free(n->proxies);
    gunzip_free(&n->gunzip);
    netbuf_pool_fini(&n->pool);
    region_free(&n->works, NET_WORKS, NET_WORK_SIZE);
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

int net_adopt_http(struct net *n, int fd, char *why, size_t size)
{
    return listen_adopt(n, fd, false, why, size);
}

int net_adopt_udp(struct net *n, int fd, char *why, size_t size)
{
    return listen_adopt(n, fd, true, why, size);
}

void net_trust(struct net *n, int listener)
{
    assert(listener >= 0 && listener < n->listener_n);
    n->listeners[listener].trusted = true;
}

void net_expect_proxy(struct net *n, int listener, int version)
{
    assert(listener >= 0 && listener < n->listener_n);
    n->listeners[listener].expects_proxy = true;
    n->listeners[listener].proxy_version = version;
}

bool net_is_proxy(const struct net *n, const struct net_request *request)
{
    return n->proxy_n > 0 && request->address && cidr_match_address(n->proxies, n->proxy_n, request->address);
}

bool net_client(const struct net *n, const struct net_request *request, uint8_t address[16])
{
    if (!request->address)
        return false;
    memcpy(address, request->address, 16);
    if (net_is_proxy(n, request))
        forwarded_read(request->head, n->proxies, n->proxy_n, address);
    return true;
}

bool net_address_of(struct ff_span text, uint8_t address[16])
{
    return cidr_address_parse(text, address);
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

void net_pause(struct net *n, bool on)
{
    if (n->paused == on)
        return;
    n->paused = on;
    if (on) {
        n->paused_at = n->clock();
        return;
    }
    ff_dur lost = n->clock() - n->paused_at;
    n->stop.patience += lost;
    listen_go_on(n);
    for (uint32_t i = 0; i < n->parked.n; i++)
        conn_unpark(&n->conns[n->parked.at[i]], lost);
    n->parked.n = 0;
}

static void stop_begin(struct net *n)
{
    n->stop.begun = true;
    n->stop.patience = net_now(n) + NET_STOP_PATIENCE;
    loop_enable(n->stop_timer, true);
}

/* Reads all sockets for the last time, as far as no pause comes between; but those whose first
 * request has not come are read a little longer. */
static void net_stop_reading(struct net *n)
{
    struct stop *s = &n->stop;
    if (!s->begun)
        stop_begin(n);
    for (; s->listeners < n->listener_n; s->listeners++) {
        listen_finish(&n->listeners[s->listeners]);
        if (n->paused)
            return;
    }
    while (s->conns < n->top && !n->paused)
        conn_stop(&n->conns[s->conns++]);
}

/* Whether a stop has sockets to read. */
static bool stop_has_more(const struct net *n)
{
    const struct stop *s = &n->stop;
    return s->asked && (!s->begun || s->listeners < n->listener_n || s->conns < n->top);
}

/* Whether there is something to do though nothing comes from outside. */
static bool net_has_work(const struct net *n)
{
    bool work = n->dirty.n || n->resume.n || (stop_has_more(n) && !n->paused);
    for (int i = 0; i < n->listener_n && !work; i++)
        work = n->listeners[i].udp && !n->paused && udp_has_rest(n->listeners[i].udp);
    return work;
}

/* Those that were put off in the last turn; who is put off in this one waits for the next. */
static void net_resume(struct net *n)
{
    for (int i = 0; i < n->listener_n; i++)
        listen_resume(&n->listeners[i]);
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
    if (n->swept != FF_NEVER && now - n->swept < (n->stop.begun ? NET_STOP_EVERY : NET_SWEEP_EVERY))
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

void net_end_part(struct net *n)
{
    if (n->told < NET_PART_REQUESTS)
        return;
    n->told = 0;
    n->active = false;
    n->events.turn(n->events.ctx);
    net_flush(n);
}

static bool net_has_stopped(struct net *n)
{
    if (!n->stop.asked)
        return false;
    return net_now(n) >= n->stop.at || (!stop_has_more(n) && n->counts.open == 0);
}

bool net_turn(struct net *n, bool wait)
{
    net_take_resume_list(n);
    bool idle = !net_has_work(n);
    n->now_read = false;
    n->active = false;
    n->told = 0;
    loop_turn(n->loop, wait && idle);
    net_resume(n);
    if (stop_has_more(n) && !n->paused)
        net_stop_reading(n);
    if (n->active)
        n->events.turn(n->events.ctx);
    net_sweep(n);
    net_flush(n);
    return !net_has_stopped(n);
}

void net_run(struct net *n)
{
    slice_set(SLICE_OF_A_LOOP); /* where it is refused, answers are later beside other work, nothing else */
    while (net_turn(n, true))
        ;
    net_close_all(n);
}

void net_stop(struct net *n, ff_dur grace)
{
    n->stop.asked = true;
    n->stop.at = n->clock() + grace;
}

struct net_counts net_counts(const struct net *n)
{
    struct net_counts counts = n->counts;
    for (int i = 0; i < n->listener_n; i++)
        if (n->listeners[i].udp)
            counts.datagrams_dropped_by_kernel += udp_kernel_drops(n->listeners[i].udp);
    return counts;
}
