/* What the next records will need of memory, touched early: a look-up is two or three cache misses in
 * a row, and those of several records can be waited for together. */
#include "ahead.h"

#define LINE 64 /* bytes of a line of the cache */

/* What one record is known to need: 0 where there is none. */
struct need {
    uint64_t key;
    uint32_t visitor, tail, cart;
};

/* A thing may begin anywhere in a line, so its last byte may be in one more than its size says. */
static void expect_thing(const struct pool *p, uint32_t number)
{
    const unsigned char *thing = pool_at(p, number);
    for (size_t at = 0; at < p->size; at += LINE)
        __builtin_prefetch(thing + at, 1);
    __builtin_prefetch(thing + p->size - 1, 1);
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

static bool expect_any(const void *ctx, uint32_t place)
{
    (void)ctx;
    (void)place;
    return true;
}

/* A new id is looked for until a free slot, which is where it goes: as a rule one of the next few. */
static void expect_free(const uint64_t *probe)
{
    __builtin_prefetch(probe, 1);
    __builtin_prefetch(probe + 4, 1);
}

static struct need expect_slots(const struct fold *f, const struct ff_beacon *b, struct fold_ahead *ahead)
{
    *ahead = b->fault ? (struct fold_ahead){.known = false} : ahead_of(f, b);
    if (!ahead->known)
        return (struct need){0};
    if (ff_has(b, FF_HAS(ID)))
        expect_free(table_probe(&f->ids.table, ahead->id.hi));
    if (!ff_has(b, FF_HAS(VISITOR)))
        return (struct need){0};
    __builtin_prefetch(table_probe(&f->visitors_by_key, ahead->visitor));
    return (struct need){.key = ahead->visitor};
}

static void expect_visitor(const struct fold *f, struct need *n)
{
    if (!n->key || !(n->visitor = table_find(&f->visitors_by_key, n->key, expect_any, NULL)))
        return;
    expect_thing(&f->visitors, n->visitor);
    __builtin_prefetch(chain_at(&f->visitors_by_touch, n->visitor), 1);
}

static void expect_story(const struct fold *f, struct need *n)
{
    if (!n->visitor)
        return;
    const struct visitor *v = visitor_at(f, n->visitor);
    expect_neighbours(&f->visitors_by_touch, n->visitor);
    if (v->extras_listed)
        __builtin_prefetch(chain_at(&f->extras_by_touch, n->visitor), 1);
    if ((n->tail = v->tail)) {
        expect_thing(&f->tails, n->tail);
        __builtin_prefetch(chain_at(&f->tails_by_age, n->tail), 1);
    }
    if ((n->cart = v->head.cart)) {
        expect_thing(&f->carts, n->cart);
        __builtin_prefetch(chain_at(&f->carts_by_touch, n->cart), 1);
    }
}

static void expect_acts(const struct fold *f, const struct need *n)
{
    if (n->visitor && visitor_at(f, n->visitor)->extras_listed)
        expect_neighbours(&f->extras_by_touch, n->visitor);
    if (n->cart && cart_at(f, n->cart)->listed)
        expect_neighbours(&f->carts_by_touch, n->cart);
    const struct tail *t = n->tail ? tail_at(f, n->tail) : NULL;
    if (!t || !t->first)
        return;
    expect_neighbours(&f->tails_by_age, n->tail);
    if (t->settled)
        expect_thing(&f->settled, t->settled);
    __builtin_prefetch(&act_at(f, t->last)->next, 1); /* it gets a next one, which is all that is asked of it */
}

void fold_expect(const struct fold *f, const struct ff_record *records, size_t n, struct fold_ahead *ahead)
{
    struct need need[FOLD_EXPECT];
    assert(n <= FOLD_EXPECT);
    for (size_t i = 0; i < n; i++)
        need[i] = expect_slots(f, &records[i].beacon, &ahead[i]);
    for (size_t i = 0; i < n; i++)
        expect_visitor(f, &need[i]);
    for (size_t i = 0; i < n; i++)
        expect_story(f, &need[i]);
    for (size_t i = 0; i < n; i++)
        expect_acts(f, &need[i]);
}
