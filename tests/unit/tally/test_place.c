#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "facts.h"
#include "place.h"

/* One of their hours begins anywhere but on a whole one, or their days change their length. */
static const char *const zones[] = {"UTC", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia"};

static void is_where_it_belongs(struct shop *s, uint16_t site, ff_wall at)
{
    const struct place *p = place_of(s->tally, site, at);
    assert_true(p->any && p->site == site && at >= p->from && at < p->to);
    for (int kind = 0; kind < TIER_KINDS; kind++) {
        bool kept = at >= s->tally->site[site].kept[kind];
        assert_int_equal(p->bucket[kind] != NULL, kept);
        if (!kept)
            continue;
        assert_ptr_equal(p->bucket[kind], tier_at(&s->tally->site[site].tier[kind], at));
        assert_true(at >= p->bucket[kind]->span.start && at < p->bucket[kind]->span.end);
        assert_true(p->from >= p->bucket[kind]->span.start && p->to <= p->bucket[kind]->span.end);
    }
}

static void each_instant_goes_to_the_buckets_that_hold_it(void **state)
{
    (void)state;
    uint64_t seed = 5;
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
        struct shop s = new_shop(zones[i], "Europe/London", usual);
        tally_advance(s.tally, START + 200 * FF_DAY);
        for (int n = 0; n < 20000; n++) { /* most within the last minutes, which are remembered */
            ff_dur age = random_below(&seed, 2) ? random_age(&seed) : (ff_dur)random_below(&seed, 20 * FF_MINUTE);
            is_where_it_belongs(&s, (uint16_t)random_below(&seed, 2), START + 200 * FF_DAY - age);
        }
        free_shop(&s);
    }
}

static void what_is_remembered_of_a_minute_goes_with_its_buckets(void **state)
{
    (void)state;
    struct shop s = new_shop("Asia/Kathmandu", NULL, usual);
    tally_advance(s.tally, START);
    for (int hours = 0; hours < 100 * 24; hours++) {
        tally_advance(s.tally, START + hours * FF_HOUR);
        is_where_it_belongs(&s, 0, START);
    }
    const struct place *p = place_of(s.tally, 0, START);
    assert_true(p->any && !p->bucket[TIER_MINUTE] && !p->bucket[TIER_HOUR]);
    free_shop(&s);
}

static void what_no_tier_keeps_has_no_place(void **state)
{
    (void)state;
    struct shop s = new_shop("UTC", NULL, usual);
    tally_advance(s.tally, START);
    assert_false(place_of(s.tally, 0, START + 2 * FF_DAY)->any);
    tally_advance(s.tally, START + 2 * FF_DAY); /* that it lay too far ahead is not remembered */
    is_where_it_belongs(&s, 0, START + 2 * FF_DAY);
    assert_false(place_of(s.tally, 0, START - 900 * FF_DAY)->any);
    assert_false(place_of(s.tally, 0, START - 900 * FF_DAY)->any);
    assert_int_equal(place_of(s.tally, 0, 0)->any, false);
    free_shop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_instant_goes_to_the_buckets_that_hold_it),
        cmocka_unit_test(what_is_remembered_of_a_minute_goes_with_its_buckets),
        cmocka_unit_test(what_no_tier_keeps_has_no_place),
    };
    return cmocka_run_group_tests(tests, NULL, free_zones);
}
