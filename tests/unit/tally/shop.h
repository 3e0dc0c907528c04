/* Shop: a tally of one or two sites, and its image. */
#ifndef FOOTFALL_TEST_SHOP_H
#define FOOTFALL_TEST_SHOP_H

#include "tally.h"
#include "tape.h"
#include "zone.h"

#define START (INT64_C(1748779200) * FF_SECOND + 7 * FF_MINUTE) /* 2025-06-01T12:07:00Z */

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

static const struct tally_options usual = {NULL, 0, 50 * FF_HOUR, 62 * FF_DAY, 800 * FF_DAY, NULL, 0};

/* One site for each zone that is not NULL. */
static inline struct shop new_shop(const char *zone, const char *other,
                                   struct tally_options options)
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

#endif
