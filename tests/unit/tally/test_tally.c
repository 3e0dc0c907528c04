#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "tally.h"
#include "zone.h"

#define NOW (INT64_C(1790000000) * FF_SECOND) /* 2026-09-21T13:33:20Z */
#define EUR FF_CURRENCY('E', 'U', 'R')

struct shop {
    struct zone *zone[2];
    struct tally *tally;
    struct tally_window w;
};

static int open_shop(void **state)
{
    struct shop *s = calloc(1, sizeof(*s));
    s->zone[0] = zone_new("UTC");
    s->zone[1] = zone_new("Europe/Berlin");
    const struct zone *const zones[] = {s->zone[0], s->zone[1]};
    struct tally_options options = {zones, 2, 50 * FF_HOUR, 62 * FF_DAY, 800 * FF_DAY, NULL, 0};
    s->tally = tally_new(&options);
    tally_advance(s->tally, NOW);
    *state = s;
    return 0;
}

static int close_shop(void **state)
{
    struct shop *s = *state;
    tally_free(&s->tally);
    assert_null(s->tally);
    zone_free(&s->zone[0]);
    zone_free(&s->zone[1]);
    free(s);
    return 0;
}

static struct ff_fact one_session(uint16_t site, ff_wall at)
{
    return (struct ff_fact){
        .at = at, .site = site, .kind = FF_FACT_COUNT, .which = FF_COUNT_SESSIONS, .by = 1};
}

static void add_session(struct shop *s, uint16_t site, ff_wall at)
{
    struct ff_fact f = one_session(site, at);
    tally_add(s->tally, &f, 1);
}

static int64_t sessions(struct shop *s, uint16_t site, ff_wall from, ff_wall to)
{
    tally_read(s->tally, site, from, to, &s->w);
    return s->w.count[FF_COUNT_SESSIONS];
}

static void sites_are_apart(void **state)
{
    struct shop *s = *state;
    struct ff_fact f[] = {one_session(0, NOW), one_session(1, NOW), one_session(1, NOW)};
    tally_add(s->tally, f, 3);
    assert_int_equal(sessions(s, 0, NOW - FF_DAY, NOW + 1), 1);
    assert_int_equal(sessions(s, 1, NOW - FF_DAY, NOW + 1), 2);
    assert_int_equal(sessions(s, 1, NOW - 2 * FF_DAY, NOW - FF_DAY), 0);
}

static void facts_ahead_of_the_clock_are_kept(void **state)
{
    struct shop *s = *state;
    add_session(s, 0, NOW + FF_MINUTE);
    add_session(s, 0, NOW + 23 * FF_HOUR);
    assert_int_equal(sessions(s, 0, NOW, NOW + FF_DAY), 2);
    tally_advance(s->tally, NOW + 2 * FF_DAY);
    assert_int_equal(sessions(s, 0, NOW, NOW + FF_DAY), 2);
    assert_int_equal(tally_too_far(s->tally), 0);
}

static void facts_far_ahead_are_counted_and_change_nothing(void **state)
{
    struct shop *s = *state;
    for (int day = 0; day < 50; day++)
        add_session(s, 0, NOW - day * FF_HOUR);
    static const ff_dur ahead[] = {FF_DAY + 2 * FF_MINUTE, 3 * FF_DAY, 64 * FF_DAY, 4000 * FF_DAY};
    for (size_t i = 0; i < 4; i++)
        add_session(s, 0, NOW + ahead[i]);
    assert_int_equal(tally_too_far(s->tally), 4);
    assert_int_equal(tally_too_old(s->tally), 0);
    assert_int_equal(sessions(s, 0, NOW - 60 * FF_HOUR, NOW + 5000 * FF_DAY), 50);
}

static void facts_older_than_every_tier_are_counted(void **state)
{
    struct shop *s = *state;
    struct ff_fact f[] = {one_session(0, NOW - 802 * FF_DAY), one_session(0, NOW - 802 * FF_DAY),
                          one_session(0, NOW)};
    tally_add(s->tally, f, 3);
    assert_int_equal(tally_too_old(s->tally), 2);
    assert_int_equal(sessions(s, 0, 0, NOW + 1), 1);
    add_session(s, 0, NOW - 800 * FF_DAY);
    assert_int_equal(tally_too_old(s->tally), 2);
    assert_int_equal(sessions(s, 0, 0, NOW + 1), 2);
}

static void facts_too_old_for_minutes_and_hours_count_in_days(void **state)
{
    struct shop *s = *state;
    ff_wall old = NOW - 100 * FF_DAY;
    add_session(s, 0, old);
    assert_int_equal(sessions(s, 0, old, old + 1), 1);
    assert_int_equal(s->w.from, ff_floor_to(old, FF_DAY));
    assert_int_equal(s->w.to, ff_floor_to(old, FF_DAY) + FF_DAY);
}

static void the_clock_never_goes_back(void **state)
{
    struct shop *s = *state;
    ff_wall old = NOW - 800 * FF_DAY;
    tally_advance(s->tally, NOW - 400 * FF_DAY);
    ff_wall from = 0, to = old;
    tally_widen(s->tally, 0, &from, &to);
    assert_int_equal(from, ff_floor_to(old, FF_DAY));
}

static void what_was_taken_back_is_as_if_it_never_was(void **state)
{
    struct shop *s = *state;
    struct ff_fact f = {.at = NOW,
                        .kind = FF_FACT_MONEY,
                        .which = FF_PURSE_ABANDONED_VALUE,
                        .currency = EUR,
                        .by = 1};
    f.amount = 120000;
    tally_add(s->tally, &f, 1);
    tally_read(s->tally, 0, NOW - FF_HOUR, NOW + 1, &s->w);
    assert_int_equal(s->w.currencies[FF_PURSE_ABANDONED_VALUE], 1);
    f.by = -1;
    f.amount = -120000;
    tally_add(s->tally, &f, 1);
    tally_read(s->tally, 0, NOW - FF_HOUR, NOW + 1, &s->w);
    assert_int_equal(s->w.currencies[FF_PURSE_ABANDONED_VALUE], 0);
}

static void tiers_expire_but_the_coarser_keep_the_sums(void **state)
{
    struct shop *s = *state;
    for (int i = 0; i < 60; i++)
        add_session(s, 1, ff_floor_to(NOW, FF_HOUR) + i * FF_MINUTE);
    static const ff_dur later[] = {FF_DAY, 3 * FF_DAY, 61 * FF_DAY, 64 * FF_DAY, 799 * FF_DAY};
    static const int64_t expected[] = {10, 60, 60, 60, 60}; /* ten minutes; their hour; their day */
    for (size_t i = 0; i < 5; i++) {
        tally_advance(s->tally, NOW + later[i]);
        ff_wall from = ff_floor_to(NOW, FF_HOUR) + 20 * FF_MINUTE;
        assert_int_equal(sessions(s, 1, from, from + 10 * FF_MINUTE), expected[i]);
    }
    tally_advance(s->tally, NOW + 802 * FF_DAY);
    assert_int_equal(sessions(s, 1, NOW - FF_DAY, NOW + FF_DAY), 0);
    assert_int_equal(s->w.from, s->w.to);
}

static void a_tally_without_a_clock_yet_works(void **state)
{
    struct shop *s = *state;
    const struct zone *const zones[] = {s->zone[0]};
    struct tally_options options = {zones, 1, FF_HOUR, FF_HOUR, FF_HOUR, NULL, 0};
    struct tally *t = tally_new(&options);
    struct ff_fact f = one_session(0, NOW);
    tally_add(t, &f, 1);
    assert_int_equal(tally_too_far(t), 1);
    f.at = 0;
    tally_add(t, &f, 1);
    tally_read(t, 0, FF_NEVER, INT64_MAX, &s->w);
    assert_int_equal(s->w.count[FF_COUNT_SESSIONS], 1);
    tally_free(&t);
}

#define t(name) cmocka_unit_test_setup_teardown(name, open_shop, close_shop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        t(sites_are_apart),
        t(facts_ahead_of_the_clock_are_kept),
        t(facts_far_ahead_are_counted_and_change_nothing),
        t(facts_older_than_every_tier_are_counted),
        t(facts_too_old_for_minutes_and_hours_count_in_days),
        t(the_clock_never_goes_back),
        t(what_was_taken_back_is_as_if_it_never_was),
        t(tiers_expire_but_the_coarser_keep_the_sums),
        t(a_tally_without_a_clock_yet_works),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
