#include "probe.h"

#include "latency.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define RING ((size_t)2 << 20) /* bytes for interrupts: some two minutes */
#define WAKES (RING / sizeof(struct interrupt))

static const char tracepoint_id[] = "/sys/kernel/tracing/events/sched/sched_waking/id";

struct interrupt {
    struct perf_event_header head;
    uint64_t at;
};

struct wake {
    int64_t due, woke;
};

struct probe {
    pthread_t thread;
    pid_t tid;
    sem_t known; /* tid is */
    atomic_bool over;
    struct wake *wakes; /* n of them, owned */
    size_t n;
    int64_t cost;
    int fd;
    struct perf_event_mmap_page *page; /* the ring follows it */
    size_t size;
};

static void *watch(void *context)
{
    struct probe *p = context;
    struct timespec spent;
    p->tid = (pid_t)syscall(SYS_gettid);
    sem_post(&p->known);
    int64_t woke = latency_clock();
    while (!atomic_load_explicit(&p->over, memory_order_relaxed)) {
        int64_t due = woke + PROBE_PERIOD;
        struct timespec t = {due / 1000000000, due % 1000000000};
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
            ;
        woke = latency_clock();
        if (p->n < WAKES)
            p->wakes[p->n++] = (struct wake){due, woke};
    }
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    p->cost = (int64_t)spent.tv_sec * 1000000000 + spent.tv_nsec;
    return NULL;
}

/* 0, or what is in the way. */
static int thread_start(struct probe *p, int core)
{
    struct sched_param first = {.sched_priority = sched_get_priority_max(SCHED_FIFO)};
    cpu_set_t set;
    pthread_attr_t how;
    CPU_ZERO(&set);
    CPU_SET((size_t)core, &set);
    pthread_attr_init(&how);
    pthread_attr_setinheritsched(&how, PTHREAD_EXPLICIT_SCHED);
    pthread_attr_setschedpolicy(&how, SCHED_FIFO);
    pthread_attr_setschedparam(&how, &first);
    pthread_attr_setaffinity_np(&how, sizeof set, &set);
    int failed = pthread_create(&p->thread, &how, watch, p);
    pthread_attr_destroy(&how);
    if (!failed)
        sem_wait(&p->known);
    return failed;
}

static uint64_t tracepoint(void)
{
    unsigned long long id = 0;
    FILE *file = fopen(tracepoint_id, "re");
    if (file && fscanf(file, "%llu", &id) != 1)
        id = 0;
    if (file)
        fclose(file);
    return id;
}

/* Lets the kernel note each time that something on the core wakes the thread. */
static int interrupts_open(struct probe *p, int core)
{
    struct perf_event_attr a = {
        .type = PERF_TYPE_TRACEPOINT,
        .size = sizeof a,
        .config = tracepoint(),
        .sample_period = 1,
        .sample_type = PERF_SAMPLE_TIME,
        .disabled = 1,
        .watermark = 1,
        .wakeup_watermark = UINT32_MAX, /* nobody is woken */
        .use_clockid = 1,
        .clockid = CLOCK_MONOTONIC,
    };
    char filter[32];
    snprintf(filter, sizeof filter, "pid==%d", (int)p->tid);
    p->fd = a.config ? (int)syscall(SYS_perf_event_open, &a, -1, core, -1, PERF_FLAG_FD_CLOEXEC) : -1;
    if (p->fd < 0 || ioctl(p->fd, PERF_EVENT_IOC_SET_FILTER, filter) != 0)
        return errno;
    p->page = mmap(NULL, p->size, PROT_READ | PROT_WRITE, MAP_SHARED, p->fd, 0);
    return p->page != MAP_FAILED && ioctl(p->fd, PERF_EVENT_IOC_ENABLE, 0) == 0 ? 0 : errno;
}

static void thread_stop(struct probe *p)
{
    atomic_store(&p->over, true);
    pthread_join(p->thread, NULL);
}

static void probe_free(struct probe *p)
{
    if (p->page != MAP_FAILED)
        munmap(p->page, p->size);
    if (p->fd >= 0)
        close(p->fd);
    sem_destroy(&p->known);
    free(p->wakes);
    free(p);
}

struct probe *probe_start(int core)
{
    struct probe *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    mlockall(MCL_CURRENT | MCL_FUTURE); /* where it is not allowed, the rest is not, either */
    sem_init(&p->known, 0, 0);
    p->fd = -1;
    p->page = MAP_FAILED;
    p->size = RING + (size_t)sysconf(_SC_PAGESIZE);
    p->wakes = malloc(WAKES * sizeof *p->wakes);
    int failed = p->wakes ? thread_start(p, core) : ENOMEM;
    if (!failed && (failed = interrupts_open(p, core)) != 0)
        thread_stop(p);
    if (!failed)
        return p;
    probe_free(p);
    errno = failed;
    return NULL;
}

/* Takes one wake and when its interrupt came. */
static void note(struct probe_result *r, struct spans *spans, const struct wake *w, int64_t came)
{
    r->wakes++;
    r->held += came - w->due < PROBE_LATE && w->woke - w->due >= PROBE_LATE;
    if (came - w->due < PROBE_LATE)
        return;
    r->spans++;
    r->late += came - w->due;
    r->longest = came - w->due > r->longest ? came - w->due : r->longest;
    spans_add(spans, w->due, came);
}

bool probe_stop(struct probe *p, struct probe_result *out, struct spans *spans)
{
    thread_stop(p);
    ioctl(p->fd, PERF_EVENT_IOC_DISABLE, 0);
    const char *ring = (const char *)p->page + p->page->data_offset;
    uint64_t end = __atomic_load_n(&p->page->data_head, __ATOMIC_ACQUIRE);
    struct interrupt i = {0};
    size_t next = 0; /* wake */
    *out = (struct probe_result){.cost = p->cost};
    for (uint64_t at = 0; at + sizeof i <= end; at += i.head.size) {
        memcpy(&i, ring + at, sizeof i); /* nobody reads meanwhile: the ring fills up, and never goes round */
        int64_t came = (int64_t)i.at;
        if (i.head.type != PERF_RECORD_SAMPLE)
            continue;
        while (next < p->n && p->wakes[next].woke < came)
            next++;
        if (next < p->n && p->wakes[next].due <= came)
            note(out, spans, &p->wakes[next++], came);
    }
    bool whole = p->n < WAKES && end + 2 * sizeof i < RING && !spans->full && out->wakes > 0;
    probe_free(p);
    return whole;
}
