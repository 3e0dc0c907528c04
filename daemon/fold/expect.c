/* What the next records will need of memory, touched early: a look-up is two or three cache misses in
 * a row, and those of several records can be waited for together. */
#include "state.h"

static void expect_thing(const struct pool *p, uint32_t number)
{
    const unsigned char *thing = pool_at(p, number);
    for (size_t at = 0; at < p->size; at += 64)
        __builtin_prefetch(thing + at, 1);
}

static bool expect_any(const void *ctx, uint32_t place)
{
    (void)ctx;
    (void)place;
    return true;
}

static uint64_t expect_slots(const struct fold *f, const struct ff_beacon *b)
{
    const struct fold_site_state *site = &f->sites[b->site];
    if (ff_has(b, FF_HAS(ID)))
        __builtin_prefetch(table_probe(&f->ids.table, hash_id_wide(&f->seed, ~site->scope, b->text[FF_TEXT_ID]).hi));
    if (!ff_has(b, FF_HAS(VISITOR)))
        return 0;
    uint64_t key = hash_id(&f->seed, site->scope, b->text[FF_TEXT_VISITOR]);
    __builtin_prefetch(table_probe(&f->visitors_by_key, key));
    return key;
}

/* A thing that becomes the newest of its chain is taken from between two others. */
static void expect_neighbours(const struct chain *c, uint32_t number)
{
    const struct chain_link *link = chain_at(c, number);
    if (link->older)
        __builtin_prefetch(chain_at(c, link->older), 1);
    if (link->newer)
        __builtin_prefetch(chain_at(c, link->newer), 1);
}

void fold_expect(const struct fold *f, const struct ff_record *records, size_t n)
{
    assert(n <= FOLD_EXPECT);
    uint64_t key[FOLD_EXPECT];
    uint32_t visitor[FOLD_EXPECT], tail[FOLD_EXPECT];
    for (size_t i = 0; i < n; i++)
        key[i] = expect_slots(f, &records[i].beacon);
    for (size_t i = 0; i < n; i++)
        if ((visitor[i] = table_find(&f->visitors_by_key, key[i], expect_any, NULL)))
            expect_thing(&f->visitors, visitor[i]);
    for (size_t i = 0; i < n; i++) {
        if (visitor[i])
            expect_neighbours(&f->visitors_by_touch, visitor[i]);
        if ((tail[i] = visitor[i] ? visitor_at(f, visitor[i])->tail : 0))
            expect_thing(&f->tails, tail[i]);
    }
    for (size_t i = 0; i < n; i++) {
        const struct tail *t = tail[i] ? tail_at(f, tail[i]) : NULL;
        if (!t || !t->first)
            continue;
        expect_neighbours(&f->tails_by_age, tail[i]);
        if (t->settled)
            expect_thing(&f->settled, t->settled);
        expect_thing(&f->acts, t->first);
        expect_thing(&f->acts, t->last);
    }
}
