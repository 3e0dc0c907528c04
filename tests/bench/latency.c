#include "latency.h"

#include <stdlib.h>
#include <time.h>

void latency_init(struct latency *l, size_t cap)
{
    *l = (struct latency){.answers = malloc(cap * sizeof *l->answers), .cap = cap};
    if (!l->answers)
        l->cap = 0;
}

void latency_fini(struct latency *l)
{
    free(l->answers);
    *l = (struct latency){0};
}

void latency_add(struct latency *l, int64_t due, int64_t came)
{
    if (l->n < l->cap)
        l->answers[l->n++] = (struct answer){due, came};
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static double at(const int64_t *took, size_t n, double share)
{
    size_t place = (size_t)(share * (double)n);
    return n ? (double)took[place < n ? place : n - 1] / 1e3 : 0;
}

struct latency_figures latency_figures(const struct latency *l, const struct spans *spans)
{
    int64_t *took = malloc((l->n + 1) * sizeof *took);
    struct latency_figures f = {0};
    if (!took)
        return f;
    for (size_t i = 0; i < l->n; i++)
        if (!spans_touch(spans, l->answers[i].due, l->answers[i].came))
            took[f.n++] = l->answers[i].came - l->answers[i].due;
    qsort(took, f.n, sizeof *took, by_size);
    f.p50 = at(took, f.n, 0.5);
    f.p99 = at(took, f.n, 0.99);
    f.p999 = at(took, f.n, 0.999);
    f.most = at(took, f.n, 1);
    free(took);
    return f;
}

int64_t latency_clock(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}
