/* Tale: a long history of both sites with ids, imports and what is late, the same for the same seed. */
#ifndef FOOTFALL_TEST_TALE_H
#define FOOTFALL_TEST_TALE_H

#include "history.h"

#define ROUNDS 8
#define TALE_MAX (ROUNDS * EVENTS_MAX)

struct tale {
    bool busy; /* what takes days elsewhere takes minutes, of one visitor: tails become long */
    struct history rounds[ROUNDS]; /* whose texts and items the records borrow */
    struct ff_record records[TALE_MAX];
    char ids[TALE_MAX][8];
    int n;
};

BENCH void draw_record(struct tale *t, struct history *h, const struct happening *e, ff_wall from)
{
    struct ff_record *r = &t->records[t->n], *before = t->n > 0 ? r - 1 : NULL;
    int faster = t->busy ? 5000 : 1;
    *r = (struct ff_record){.seq = (uint64_t)t->n + 1, .beacon = e->beacon};
    r->received = from + (e->comes - BENCH_START) / faster;
    r->beacon.time = from + (e->beacon.time - BENCH_START) / faster;
    if (below(h, 6) == 0)
        r->beacon.time -= below(h, 900) * FF_SECOND / (t->busy ? 100 : 1);
    r->beacon.site = below(h, 5) == 0;
    if (before && r->received < before->received)
        r->received = before->received;
    r->imported = below(h, 10) == 0;
    r->arrival = r->imported ? r->beacon.time : r->received;
    if (below(h, 3)) {
        snprintf(t->ids[t->n], sizeof t->ids[t->n], "i%d", below(h, 2 * TALE_MAX));
        r->beacon = bench_with_id(r->beacon, t->ids[t->n]);
    }
    t->n++;
}

/* Of 1 to 8 visitors. Not to be copied. */
BENCH void draw_tale(struct tale *t, uint64_t seed)
{
    ff_wall from = BENCH_START;
    t->n = 0;
    t->busy = seed % 3 == 1;
    int visitors = t->busy ? 1 : 1 + (int)(seed % 8);
    for (int round = 0; round < ROUNDS; round++) {
        struct history *h = &t->rounds[round];
        draw_history(h, seed * ROUNDS + (uint64_t)round, visitors);
        for (int i = 0; i < h->n; i++)
            draw_record(t, h, &h->events[i], from);
        from = t->records[t->n - 1].received;
    }
}

BENCH enum ff_status bench_tell(struct bench *b, const struct tale *t, int i)
{
    return fold_apply(b->fold, &t->records[i], NULL);
}

/* Options that are different kinds of tight. */
BENCH struct fold_options draw_options(uint64_t seed)
{
    struct fold_options o = bench_options();
    if (seed % 2)
        o.session_lateness = seed % 4 == 1 ? FF_DAY : 3 * FF_HOUR;
    if (seed % 3 == 0) {
        o.max_visitors = 1 + (uint32_t)(seed % 5);
        o.max_carts = o.max_lines = o.max_tail_events = 1;
        o.max_tails = 1 + (uint32_t)(seed % 2);
    }
    if (seed % 5 == 0)
        o.max_ids = o.max_orders = o.max_tickets = o.max_comments = 1 + (uint32_t)(seed % 7);
    return o;
}

#endif
