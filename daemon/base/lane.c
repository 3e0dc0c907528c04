#include "lane.h"

#include "region.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* What stands before every entry of the ring: its bytes, or one of these. */
enum { ENTRY_END = UINT32_MAX, ENTRY_WRAP = UINT32_MAX - 1 };
#define ENTRY_ALIGN sizeof(uint64_t) /* so that the word before an entry never wraps */

/* Positions only grow; their place is the rest by the size. Each is written by one side and kept on
 * a cache line of its own. */
struct lane {
    unsigned char *ring;
    size_t bytes;
    struct lane_result *results;
    uint32_t result_cap;
    int door_fd, state_fd;
    size_t packed;        /* producer: entries up to here are written, sent or not */
    uint32_t parcels;     /* producer: results that will come */
    size_t taken;         /* consumer: entries up to here are read */
    _Alignas(64) _Atomic size_t sent;     /* producer -> consumer */
    _Alignas(64) _Atomic size_t freed;    /* consumer -> producer */
    _Alignas(64) _Atomic uint32_t given;  /* consumer -> producer: results written */
    _Alignas(64) _Atomic uint32_t seen;   /* producer -> consumer: results read */
};

struct lane *lane_new(size_t bytes, uint32_t results)
{
    struct lane *l = aligned_alloc(64, (sizeof *l + 63) & ~(size_t)63);
    if (!l)
        return NULL;
    *l = (struct lane){.bytes = bytes & ~(ENTRY_ALIGN - 1), .result_cap = results};
    l->ring = region_new(l->bytes, 1);
    l->results = region_new(results, sizeof *l->results);
    l->door_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    l->state_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (!l->ring || !l->results || l->door_fd < 0 || l->state_fd < 0)
        lane_free(&l);
    return l;
}

void lane_free(struct lane **l)
{
    if (!*l)
        return;
    if ((*l)->door_fd >= 0)
        close((*l)->door_fd);
    if ((*l)->state_fd >= 0)
        close((*l)->state_fd);
    region_free(&(*l)->ring, (*l)->bytes, 1);
    region_free(&(*l)->results, (*l)->result_cap, sizeof *(*l)->results);
    free(*l);
    *l = NULL;
}

static void bell_ring(int fd)
{
    uint64_t one = 1;
    ssize_t n = write(fd, &one, sizeof one);
    (void)n; /* fails only when it rings already */
}

static void bell_still(int fd)
{
    uint64_t count;
    ssize_t n = read(fd, &count, sizeof count);
    (void)n; /* fails only when it is still */
}

static size_t lane_left(const struct lane *l)
{
    return l->bytes - (l->packed - atomic_load_explicit(&l->freed, memory_order_acquire));
}

bool lane_has_room(const struct lane *l)
{
    uint32_t under_way = l->parcels - atomic_load_explicit(&l->seen, memory_order_relaxed);
    return lane_left(l) >= l->bytes / 2 + l->bytes / 8 && under_way < l->result_cap;
}

static void lane_word(struct lane *l, size_t at, uint32_t word)
{
    memcpy(l->ring + at, &word, sizeof word);
}

/* Bytes of an entry with its word, as they lie in the ring. */
static size_t entry_bytes(size_t n)
{
    return (sizeof(uint32_t) + n + ENTRY_ALIGN - 1) & ~(ENTRY_ALIGN - 1);
}

/* Makes room for an entry in one piece; gives its place, or SIZE_MAX. */
static size_t lane_reserve(struct lane *l, size_t bytes)
{
    size_t at = l->packed % l->bytes, rest = l->bytes - at;
    size_t need = bytes <= rest ? bytes : rest + bytes;
    if (need > lane_left(l))
        return SIZE_MAX;
    if (bytes > rest) {
        lane_word(l, at, ENTRY_WRAP);
        l->packed += rest;
        at = 0;
    }
    l->packed += bytes;
    return at;
}

bool lane_pack(struct lane *l, struct ff_span record)
{
    size_t at = lane_reserve(l, entry_bytes(record.n));
    if (at == SIZE_MAX)
        return false;
    lane_word(l, at, (uint32_t)record.n);
    memcpy(l->ring + at + sizeof(uint32_t), record.p, record.n);
    return true;
}

void lane_send(struct lane *l)
{
    size_t at = lane_reserve(l, entry_bytes(0));
    assert(at != SIZE_MAX); /* lane_has_room keeps an eighth for it */
    lane_word(l, at, ENTRY_END);
    l->parcels++;
    atomic_store_explicit(&l->sent, l->packed, memory_order_release);
    lane_wake(l);
}

bool lane_result(struct lane *l, struct lane_result *out)
{
    uint32_t seen = atomic_load_explicit(&l->seen, memory_order_relaxed);
    if (seen == atomic_load_explicit(&l->given, memory_order_acquire))
        return false;
    *out = l->results[seen % l->result_cap];
    atomic_store_explicit(&l->seen, seen + 1, memory_order_release);
    return true;
}

int lane_door_fd(const struct lane *l)
{
    return l->door_fd;
}

void lane_heard(struct lane *l)
{
    bell_still(l->door_fd);
}

bool lane_take(struct lane *l, struct ff_span *record, bool *end)
{
    atomic_store_explicit(&l->freed, l->taken, memory_order_release);
    size_t sent = atomic_load_explicit(&l->sent, memory_order_acquire);
    while (l->taken != sent) {
        size_t at = l->taken % l->bytes;
        uint32_t word;
        memcpy(&word, l->ring + at, sizeof word);
        if (word == ENTRY_WRAP) {
            l->taken += l->bytes - at;
            continue;
        }
        *end = word == ENTRY_END;
        *record = *end ? (struct ff_span){NULL, 0}
                       : ff_span_of((const char *)l->ring + at + sizeof word, word);
        l->taken += entry_bytes(record->n);
        return true;
    }
    return false;
}

size_t lane_waiting(const struct lane *l)
{
    return atomic_load_explicit(&l->sent, memory_order_relaxed) - l->taken;
}

void lane_give(struct lane *l, const struct lane_result *result)
{
    uint32_t given = atomic_load_explicit(&l->given, memory_order_relaxed);
    l->results[given % l->result_cap] = *result;
    atomic_store_explicit(&l->given, given + 1, memory_order_release);
}

void lane_call(struct lane *l)
{
    bell_ring(l->door_fd);
}

int lane_state_fd(const struct lane *l)
{
    return l->state_fd;
}

void lane_woken(struct lane *l)
{
    bell_still(l->state_fd);
}

void lane_wake(struct lane *l)
{
    bell_ring(l->state_fd);
}
