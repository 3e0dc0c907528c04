#include "nearest.h"

#include <stdio.h>

#define LONGEST 64

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t nearest_distance(struct ff_span a, struct ff_span b)
{
    size_t rows[3][LONGEST + 1], *before = rows[0], *last = rows[1], *now = rows[2];
    size_t n = least(a.n, LONGEST), m = least(b.n, LONGEST);
    for (size_t j = 0; j <= m; j++)
        last[j] = j;
    for (size_t i = 1; i <= n; i++) {
        now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t replaced = last[j - 1] + (a.p[i - 1] != b.p[j - 1]);
            now[j] = least(replaced, 1 + least(last[j], now[j - 1]));
            if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1])
                now[j] = least(now[j], before[j - 2] + 1);
        }
        size_t *oldest = before;
        before = last;
        last = now;
        now = oldest;
    }
    return last[m];
}

/* The best name so far. */
struct search {
    struct ff_span written, best;
    size_t distance;
};

/* Weighs one name; with its section left out it is one edit further away. */
static void search_try(struct search *s, struct ff_span name)
{
    size_t distance = nearest_distance(s->written, name);
    const char *dot = memrchr(name.p, '.', name.n);
    if (dot) {
        struct ff_span leaf = ff_span_of(dot + 1, name.n - (size_t)(dot + 1 - name.p));
        distance = least(distance, 1 + nearest_distance(s->written, leaf));
    }
    if (distance < s->distance) {
        s->distance = distance;
        s->best = name;
    }
}

void nearest_name(char *out, size_t size, const struct key_list *list, bool sections,
                  const char *written)
{
    struct search s = {.written = ff_span_text(written), .distance = SIZE_MAX};
    for (size_t i = 0; i < list->n; i++) {
        struct ff_span name = ff_span_text(list->rows[i].name);
        search_try(&s, name);
        const char *dot = memchr(name.p, '.', name.n);
        if (dot && sections)
            search_try(&s, ff_span_of(name.p, (size_t)(dot - name.p)));
    }
    if (sections)
        search_try(&s, FF_LITERAL("sites"));
    snprintf(out, size, "%.*s", (int)s.best.n, s.best.p);
}
