/* Facts: random ones for a shop, and whether two shops answer alike. */
#ifndef FOOTFALL_TEST_FACTS_H
#define FOOTFALL_TEST_FACTS_H

#include "hash.h"
#include "shop.h"

#define EUR FF_CURRENCY('E', 'U', 'R')
#define PEOPLE 5000

static inline uint64_t random_below(uint64_t *seed, uint64_t n)
{
    return hash_mix(*seed += UINT64_C(0x9e3779b97f4a7c15)) % n;
}

/* An age that is as often in the last hours as in the last years; a little less than nothing, too. */
static inline ff_dur random_age(uint64_t *seed)
{
    static const ff_dur reach[] = {FF_HOUR,    4 * FF_HOUR, 52 * FF_HOUR,
                                   5 * FF_DAY, 70 * FF_DAY, 790 * FF_DAY};
    return (ff_dur)random_below(seed, (uint64_t)reach[random_below(seed, 6)]) -
           20 * FF_HOUR * (random_below(seed, 9) == 0);
}

/* by of a visitor says who it is. */
static inline struct ff_fact random_fact(uint64_t *seed, ff_wall now, uint16_t sites)
{
    struct ff_fact f = {.at = now - random_age(seed),
                        .site = (uint16_t)random_below(seed, sites),
                        .kind = (uint8_t)random_below(seed, 3)};
    f.by = (int64_t)random_below(seed, 5) - 1;
    if (f.kind == FF_FACT_COUNT) {
        f.which = (uint8_t)random_below(seed, FF_COUNTERS);
    } else if (f.kind == FF_FACT_MONEY) {
        f.which = (uint8_t)random_below(seed, FF_PURSES);
        f.currency = EUR + (ff_currency)random_below(seed, 3);
        f.amount = (ff_money_sum)random_below(seed, 1000000) - 1000;
    } else {
        f.by = (int64_t)random_below(seed, PEOPLE);
        f.mark = hash_mix((uint64_t)f.by); /* 0 is one of them */
    }
    return f;
}

static inline void add(struct shop *s, const struct ff_fact *f)
{
    tally_add(s->tally, f, 1);
}

static inline void add_random(struct shop *s, uint64_t seed, int n, ff_wall now)
{
    for (int i = 0; i < n; i++) {
        struct ff_fact f = random_fact(&seed, now, s->sites);
        add(s, &f);
    }
}

/* A crowd within an hour, so that it and its day are sketches. */
static inline void add_crowd(struct shop *s, ff_wall at, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        add(s, &(struct ff_fact){.at = at, .kind = FF_FACT_VISITOR, .mark = hash_mix(i + 9999999)});
}

/* ---- windows ---- */

static inline void assert_same_window(const struct tally_window *a, const struct tally_window *b)
{
    assert_int_equal(a->from, b->from);
    assert_int_equal(a->to, b->to);
    assert_memory_equal(a->count, b->count, sizeof a->count);
    assert_memory_equal(a->currencies, b->currencies, sizeof a->currencies);
    for (int purse = 0; purse < FF_PURSES; purse++)
        for (int i = 0; i < a->currencies[purse]; i++) {
            assert_int_equal(a->money[purse][i].currency, b->money[purse][i].currency);
            assert_int_equal(a->money[purse][i].n, b->money[purse][i].n);
            assert_true(a->money[purse][i].amount == b->money[purse][i].amount);
        }
    assert_true(a->visitors == b->visitors);
    assert_int_equal(a->visitors_exact, b->visitors_exact);
}

static inline void assert_same_windows(const struct shop *a, const struct shop *b, ff_wall now)
{
    static struct tally_window x, y;
    uint64_t seed = 99;
    for (int i = 0; i < 150; i++) {
        ff_wall from = now - random_age(&seed), to = from + random_age(&seed);
        for (uint16_t site = 0; site < a->sites; site++) {
            tally_read(a->tally, site, from, to, &x);
            tally_read(b->tally, site, from, to, &y);
            assert_same_window(&x, &y);
        }
    }
    assert_int_equal(tally_too_old(a->tally), tally_too_old(b->tally));
    assert_int_equal(tally_too_far(a->tally), tally_too_far(b->tally));
}

#endif
