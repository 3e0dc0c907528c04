#include "latency.h"

#include <stdlib.h>
#include <time.h>

void latency_init(struct latency *l, size_t cap)
{
    *l = (struct latency){.sample = malloc(cap * sizeof *l->sample), .cap = cap};
    if (!l->sample)
        l->cap = 0;
}

void latency_fini(struct latency *l)
{
    free(l->sample);
    *l = (struct latency){0};
}

void latency_add(struct latency *l, int64_t nanoseconds)
{
    int64_t tenths = nanoseconds < 0 ? 0 : nanoseconds / 100;
    if (l->n < l->cap)
        l->sample[l->n++] = tenths > UINT32_MAX ? UINT32_MAX : (uint32_t)tenths;
}

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

void latency_sort(struct latency *l)
{
    qsort(l->sample, l->n, sizeof *l->sample, by_size);
}

double latency_at(const struct latency *l, double share)
{
    if (l->n == 0)
        return 0;
    size_t place = (size_t)(share * (double)l->n);
    return l->sample[place < l->n ? place : l->n - 1] / 10.0;
}

int64_t latency_clock(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}
