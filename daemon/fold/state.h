/* The state of the fold, private to its room: the tables that hold visitors' stories (visit.h) and
 * orders. Everything is found by number (pools) or by keyed hash (tables). */
#ifndef FOOTFALL_FOLD_STATE_H
#define FOOTFALL_FOLD_STATE_H

#include "fold.h"
#include "fold_counts.h"
#include "visit.h"

#include "alias.h"
#include "chain.h"
#include "comments.h"
#include "customers.h"
#include "due.h"
#include "hash.h"
#include "ledger.h"
#include "names.h"
#include "person.h"
#include "pool.h"
#include "remembered.h"
#include "table.h"
#include "words.h"
#include "tickets.h"
#include "zone.h"

/* The kinds of ids: a site's scope of each is the mark of its own id in this one. */
enum { FOLD_SCOPE_VISITOR = 0, FOLD_SCOPE_CUSTOMER = 1 };

struct fold_site_state {
    uint64_t scope; /* of its ids' hashes */
    uint64_t customer_scope; /* of those of its customers */
    ff_currency currency;
    int64_t live;
    const struct zone *zone; /* NULL: UTC */
    ff_wall first_order;     /* of the site, ever; FF_NEVER: none yet */
    struct ledger ledger;
    uint32_t racks[CART_STATES]; /* roots (rack.h) */
};

#define FOLD_FACTS 256

struct fold {
    struct fold_options options;
    struct hash_seed seed;
    struct fold_site_state *sites;
    ff_wall now; /* FF_NEVER before the first advance */

    struct recall ids, orders, refunds, aliases;
    uint64_t remembered; /* ids, ever since this fold was made */
    struct pool visitors, tails, settled, waymarks, acts, rests, carts, lines, extras;
    /* Of the chains below. They lie close to each other: those between which one is taken out are then as a rule in the
     * cache, which the things themselves are not. */
    struct pool visitor_links, extras_links, tail_links, cart_links;
    struct words cart_words; /* of cards and lines: carts full of texts leave room for those that are counted */
    struct table visitors_by_key;
    struct chain visitors_by_touch, carts_by_touch, tails_by_age, extras_by_touch;
    struct due live_due, cart_due;
    struct tickets tickets;
    struct comments comments;
    uint32_t births;
    struct names names;
    struct who who;   /* whose event is being folded, where it has a visitor */
    struct said said; /* by the record that is being folded; held until it has been */
    struct customers customers;
    struct {
        struct ff_note *notes; /* owned, cap of them: FF_NOTE_FORGET, in their order */
        uint32_t n, cap;
    } forget;

    struct ff_fact_sink sink;
    struct ff_fact facts[FOLD_FACTS];
    size_t fact_count;
    struct fold_counts counts;
#ifdef FF_AUDIT
    struct audit *audit;
#endif
};

/* Who writes the facts of a change: whose site, and +1 (asserted), -1 (retracted) or 0 (silent). */
struct pen {
    struct fold *fold;
    uint64_t mark;    /* of the visitor, for distinct counts */
    uint32_t visitor; /* number, or 0: the fact is nobody's */
    uint16_t site;
    int8_t sign;
};

static inline struct visitor *visitor_at(const struct fold *f, uint32_t number)
{
    return pool_at(&f->visitors, number);
}

static inline struct tail *tail_at(const struct fold *f, uint32_t number)
{
    return pool_at(&f->tails, number);
}

static inline struct settled *settled_at(const struct fold *f, uint32_t number)
{
    return pool_at(&f->settled, number);
}

static inline struct act *act_at(const struct fold *f, uint32_t number)
{
    return pool_at(&f->acts, number);
}

static inline struct act_rest *rest_at(const struct fold *f, uint32_t number)
{
    return pool_at(&f->rests, number);
}

static inline struct extra *extra_at(const struct fold *f, uint32_t number)
{
    return pool_at(&f->extras, number);
}

static inline struct cart *cart_at(const struct fold *f, uint32_t number)
{
    return pool_at(&f->carts, number);
}

static inline struct person *person_at(const struct fold *f, uint32_t number)
{
    return pool_at(&f->customers.persons, number);
}

static inline struct person_day *person_day_at(const struct fold *f, uint32_t number)
{
    return pool_at(&f->customers.days, number);
}

static inline struct person_purse *person_purse_at(const struct fold *f, uint32_t number)
{
    return pool_at(&f->customers.purses, number);
}

static inline struct line *line_at(const struct fold *f, uint32_t number)
{
    return pool_at(&f->lines, number);
}

#endif
