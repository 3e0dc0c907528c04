/* Shop: a tally with its zones, random facts, and what must be equal of two of them. */
#ifndef FOOTFALL_TEST_SHOP_H
#define FOOTFALL_TEST_SHOP_H

#include "hash.h"
#include "tally.h"
#include "tape.h"
#include "zone.h"

#define START (INT64_C(1748779200) * FF_SECOND + 7 * FF_MINUTE) /* 2025-06-01T12:07:00Z */
#define EUR FF_CURRENCY('E', 'U', 'R')
#define PEOPLE 5000

static inline uint64_t random_below(uint64_t *seed, uint64_t n)
{
    return hash_mix(*seed += UINT64_C(0x9e3779b97f4a7c15)) % n;
}

/* ---- tallies ---- */

struct shop {
    uint16_t sites;
    struct tally *tally;
};

/* Zones take long to make: each is made once. */
static struct known_zone {
    const char *name;
    struct zone *zone;
} known[16];

static inline const struct zone *zone_of(const char *name)
{
    struct known_zone *z = known;
    while (z->name && strcmp(z->name, name) != 0)
        z++;
    if (!z->name)
        *z = (struct known_zone){name, zone_new(name)};
    assert_non_null(z->zone);
    return z->zone;
}

static inline int free_zones(void **state)
{
    (void)state;
    for (struct known_zone *z = known; z->name; z++)
        zone_free(&z->zone);
    return 0;
}

static const struct tally_options usual = {NULL, 0, 50 * FF_HOUR, 62 * FF_DAY, 800 * FF_DAY};

/* One site for each zone that is not NULL. */
static inline struct shop new_shop(const char *zone, const char *other, struct tally_options options)
{
    struct shop s = {.sites = other ? 2 : 1};
    const struct zone *zones[] = {zone_of(zone), other ? zone_of(other) : NULL};
    options.zones = zones;
    options.sites = s.sites;
    s.tally = tally_new(&options);
    assert_non_null(s.tally);
    return s;
}

static inline void free_shop(struct shop *s)
{
    tally_free(&s->tally);
}

static inline struct tape saved(const struct shop *s)
{
    struct tape t;
    tally_save(s->tally, tape_write(&t));
    tape_written(&t);
    return t;
}

static inline bool load_map(struct shop *s, struct tape *t, const uint16_t *map, uint16_t n)
{
    struct image_in *in = tape_read(t);
    bool ok = tally_load(s->tally, in, map, n);
    assert_int_equal(ok, in->ok);
    return ok && image_in_end(in);
}

static inline bool load(struct shop *s, struct tape *t)
{
    static const uint16_t map[] = {0, 1};
    return load_map(s, t, map, s->sites);
}

static inline void assert_same_bytes(const struct shop *a, const struct shop *b)
{
    struct tape x = saved(a), y = saved(b);
    assert_true(tape_equal(&x, &y));
    tape_free(&x);
    tape_free(&y);
}

/* ---- facts ---- */

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
