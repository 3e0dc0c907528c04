#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "tally.h"
#include "zone.h"

#define START (INT64_C(1735689600) * FF_SECOND) /* 2025-01-01T00:00:00Z */
#define EUR FF_CURRENCY('E', 'U', 'R')

static uint64_t random_below(uint64_t *seed, uint64_t n)
{
    return hash_mix(*seed += UINT64_C(0x9e3779b97f4a7c15)) % n;
}

/* A tally of one site beside the plain list of all facts that were added to it. */
struct twin {
    struct zone *zone;
    struct tally *tally;
    ff_wall now;
    struct ff_fact *fact;
    size_t n, room;
    uint64_t seed;
};

static struct twin twin_new(const char *zone, ff_wall now, uint64_t seed)
{
    struct twin t = {.zone = zone_new(zone), .now = now, .seed = seed};
    assert_non_null(t.zone);
    const struct zone *const zones[] = {t.zone};
    struct tally_options options = {zones, 1, 50 * FF_HOUR, 62 * FF_DAY, 800 * FF_DAY, NULL, 0};
    t.tally = tally_new(&options);
    t.room = 40000;
    t.fact = malloc(t.room * sizeof(*t.fact));
    tally_advance(t.tally, now);
    return t;
}

static void twin_free(struct twin *t)
{
    tally_free(&t->tally);
    zone_free(&t->zone);
    free(t->fact);
}

static void twin_add(struct twin *t, struct ff_fact f)
{
    assert_true(t->n < t->room);
    t->fact[t->n++] = f;
    tally_add(t->tally, &f, 1);
}

/* An age that is as often in the last hours as in the last years. */
static ff_dur random_age(struct twin *t)
{
    static const ff_dur reach[] = {FF_HOUR,     4 * FF_HOUR, 52 * FF_HOUR, 5 * FF_DAY,
                                   64 * FF_DAY, 70 * FF_DAY, 790 * FF_DAY};
    return (ff_dur)random_below(&t->seed, (uint64_t)reach[random_below(&t->seed, 7)]);
}

static void twin_add_random(struct twin *t)
{
    struct ff_fact f = {.at = t->now + FF_MINUTE - random_age(t),
                        .kind = (uint8_t)random_below(&t->seed, 3)};
    f.by = (int64_t)random_below(&t->seed, 5) - 1;
    if (f.kind == FF_FACT_COUNT) {
        f.which = (uint8_t)random_below(&t->seed, FF_COUNTERS);
    } else if (f.kind == FF_FACT_MONEY) {
        f.which = (uint8_t)random_below(&t->seed, FF_PURSES);
        f.currency = EUR + (ff_currency)random_below(&t->seed, 3);
        f.amount = (ff_money_sum)random_below(&t->seed, 1000000) - 1000;
    } else {
        f.by = (int64_t)random_below(&t->seed, 3000); /* who it is, for the plain list */
        f.mark = hash_mix((uint64_t)f.by + 1);
    }
    twin_add(t, f);
}

/* What a window holds by the plain list: nothing is clever here. */
struct plain {
    int64_t count[FF_COUNTERS];
    int64_t n[FF_PURSES][3];
    ff_money_sum amount[FF_PURSES][3];
    bool seen[3000];
    double visitors;
};

static void plain_sum(const struct twin *t, ff_wall from, ff_wall to, struct plain *p)
{
    memset(p, 0, sizeof(*p));
    for (size_t i = 0; i < t->n; i++) {
        const struct ff_fact *f = &t->fact[i];
        if (f->at < from || f->at >= to)
            continue;
        if (f->kind == FF_FACT_COUNT)
            p->count[f->which] += f->by;
        if (f->kind == FF_FACT_MONEY) {
            p->n[f->which][f->currency - EUR] += f->by;
            p->amount[f->which][f->currency - EUR] += f->amount;
        }
        if (f->kind == FF_FACT_VISITOR && !p->seen[f->by]) {
            p->seen[f->by] = true;
            p->visitors++;
        }
    }
}

static void assert_money(const struct tally_window *w, const struct plain *p, size_t purse)
{
    uint16_t k = 0;
    for (uint32_t c = 0; c < 3; c++) {
        if (p->n[purse][c] == 0)
            continue;
        assert_true(k < w->currencies[purse]);
        assert_int_equal(w->money[purse][k].currency, EUR + c);
        assert_int_equal(w->money[purse][k].n, p->n[purse][c]);
        assert_true(w->money[purse][k].amount == p->amount[purse][c]);
        k++;
    }
    assert_int_equal(w->currencies[purse], k);
}

static void assert_visitors(const struct tally_window *w, const struct plain *p)
{
    assert_int_equal(w->visitors_exact, p->visitors <= 2048);
    if (w->visitors_exact)
        assert_true(w->visitors == p->visitors);
    else
        assert_true(w->visitors > 0.96 * p->visitors && w->visitors < 1.04 * p->visitors);
}

/* The edge the contract asks for: the finest resolution kept for its age, worked out from spans. */
static void assert_edge(const struct twin *t, ff_wall asked, ff_wall got, bool is_from)
{
    ff_dur age = t->now - asked;
    struct zone_span hour = zone_hour(t->zone, got), day = zone_day(t->zone, got);
    ff_dur off = is_from ? asked - got : got - asked;
    assert_true(off >= 0);
    if (age <= 50 * FF_HOUR) {
        assert_true(off < FF_MINUTE && got % FF_MINUTE == 0);
    } else if (age <= 62 * FF_DAY) {
        assert_true(off < FF_HOUR && (got == hour.start || age <= 51 * FF_HOUR));
    } else if (age <= 799 * FF_DAY) {
        assert_true(off < 26 * FF_HOUR && (got == day.start || age <= 64 * FF_DAY));
    }
    if (age > 51 * FF_HOUR)
        assert_int_equal(got, hour.start);
    if (age > 64 * FF_DAY)
        assert_int_equal(got, day.start);
}

static void check_window(const struct twin *t, ff_wall from, ff_wall to)
{
    static struct tally_window w;
    static struct plain p;
    tally_read(t->tally, 0, from, to, &w);
    assert_edge(t, from, w.from, true);
    assert_edge(t, to, w.to, false);
    ff_wall from2 = w.from, to2 = w.to;
    tally_widen(t->tally, 0, &from2, &to2);
    assert_int_equal(from2, w.from);
    assert_int_equal(to2, w.to);
    plain_sum(t, w.from, w.to, &p);
    for (size_t i = 0; i < FF_COUNTERS; i++)
        assert_int_equal(w.count[i], p.count[i]);
    for (size_t purse = 0; purse < FF_PURSES; purse++)
        assert_money(&w, &p, purse);
    assert_visitors(&w, &p);
}

static void check_random_window(struct twin *t)
{
    ff_wall a = t->now + FF_HOUR - random_age(t), b = t->now + FF_HOUR - random_age(t);
    if (random_below(&t->seed, 4) == 0)
        b = a + 1 + (ff_dur)random_below(&t->seed, 2 * FF_HOUR);
    if (random_below(&t->seed, 4) == 0)
        a = zone_hour(t->zone, a).start;
    if (random_below(&t->seed, 4) == 0)
        b = zone_day(t->zone, b).start;
    check_window(t, a < b ? a : b, a < b ? b : a);
}

static void windows_equal_the_sum_of_their_facts_in_every_zone(void **state)
{
    (void)state;
    static const char *const zones[] = {"UTC",
                                        "Europe/Berlin",
                                        "America/New_York",
                                        "Asia/Kathmandu",
                                        "Australia/Lord_Howe",
                                        "Pacific/Chatham",
                                        "Atlantic/Azores"};
    for (size_t z = 0; z < sizeof(zones) / sizeof(*zones); z++) {
        struct twin t = twin_new(zones[z], START, 77 + z);
        for (int step = 0; step < 60; step++) {
            for (int i = 0; i < 60; i++)
                twin_add_random(&t);
            t.now += (ff_dur)random_below(&t.seed,
                                          (uint64_t)(step % 10 == 9 ? 60 * FF_DAY : 30 * FF_HOUR));
            tally_advance(t.tally, t.now);
            for (int i = 0; i < 25; i++)
                check_random_window(&t);
        }
        twin_free(&t);
    }
}

static void many_visitors_are_estimated_alike_by_every_tier(void **state)
{
    (void)state;
    struct twin t = twin_new("Europe/Berlin", START, 5);
    for (int i = 0; i < 12000; i++)
        twin_add(&t, (struct ff_fact){.at = t.now - FF_DAY + (ff_dur)random_below(&t.seed, FF_DAY),
                                      .kind = FF_FACT_VISITOR,
                                      .mark = hash_mix(1 + random_below(&t.seed, 3000))});
    struct zone_span day = zone_day(t.zone, t.now - 13 * FF_HOUR);
    static struct tally_window w;
    double by_age[3];
    static const ff_dur later[] = {0, 10 * FF_DAY, 100 * FF_DAY};
    for (int i = 0; i < 3; i++) {
        tally_advance(t.tally, t.now + later[i]);
        tally_read(t.tally, 0, day.start, day.end, &w);
        assert_int_equal(w.from, day.start);
        assert_int_equal(w.to, day.end);
        assert_false(w.visitors_exact);
        by_age[i] = w.visitors;
    }
    assert_true(by_age[0] == by_age[1] && by_age[1] == by_age[2]);
    twin_free(&t);
}

/* One session a minute; the window, shifted by minutes, over the edges of hours and days. */
static void minutes_hours_and_days_meet_without_gap_or_overlap(void **state)
{
    (void)state;
    struct twin t =
        twin_new("Australia/Lord_Howe", START + 95 * FF_DAY, 6); /* clock goes back on 2025-04-06 */
    for (ff_wall at = t.now - 49 * FF_HOUR; at < t.now; at += FF_MINUTE)
        twin_add(&t, (struct ff_fact){
                         .at = at, .kind = FF_FACT_COUNT, .which = FF_COUNT_SESSIONS, .by = 1});
    static struct tally_window w;
    for (ff_dur shift = 0; shift < 90 * FF_MINUTE; shift += FF_MINUTE)
        for (ff_dur length = FF_MINUTE; length < 47 * FF_HOUR; length += 97 * FF_MINUTE) {
            ff_wall from = t.now - 49 * FF_HOUR + shift;
            tally_read(t.tally, 0, from, from + length, &w);
            assert_int_equal(w.count[FF_COUNT_SESSIONS], length / FF_MINUTE);
        }
    twin_free(&t);
}

/* One session a minute for some days of which no minutes are kept any more; every window from an hour's, or a
 * day's, start on. */
static void check_odd_edges(const char *zone, ff_wall from, ff_dur age, struct zone_span (*span)(const struct zone *, ff_wall))
{
    struct twin t = twin_new(zone, from + age, 10);
    ff_wall to = from + 5 * FF_DAY;
    static struct tally_window w;
    for (ff_wall at = from; at < to; at += FF_MINUTE)
        twin_add(&t, (struct ff_fact){.at = at, .kind = FF_FACT_COUNT, .which = FF_COUNT_SESSIONS, .by = 1});
    bool odd = false;
    for (ff_wall at = span(t.zone, from).end; at < to - 2 * FF_DAY; at = span(t.zone, at).end) {
        ff_wall end = span(t.zone, at + 30 * FF_HOUR).start;
        odd |= at % (15 * FF_MINUTE) != 0;
        tally_read(t.tally, 0, at, end, &w);
        assert_int_equal(w.from, at);
        assert_int_equal(w.to, end);
        assert_int_equal(w.count[FF_COUNT_SESSIONS], (end - at) / FF_MINUTE);
    }
    assert_true(odd);
    twin_free(&t);
}

static void edges_between_quarters_of_an_hour_need_no_minutes(void **state)
{
    (void)state;
    /* Casey put its clock forward at 00:01 on 4 October 2020; Monrovia was 44 minutes and 30 seconds behind. */
    check_odd_edges("Antarctica/Casey", INT64_C(1601596800) * FF_SECOND, 10 * FF_DAY, zone_hour);
    check_odd_edges("Africa/Monrovia", INT64_C(44668800) * FF_SECOND, 100 * FF_DAY, zone_day);
}

static void an_edge_on_a_boundary_stays(void **state)
{
    (void)state;
    struct twin t = twin_new("Europe/Berlin", START, 8);
    ff_wall edges[] = {START - FF_HOUR, zone_hour(t.zone, START - 10 * FF_DAY).start,
                       zone_day(t.zone, START - 300 * FF_DAY).start};
    for (size_t i = 0; i < 3; i++) {
        ff_wall from = edges[i], to = edges[i];
        tally_widen(t.tally, 0, &from, &to);
        assert_int_equal(from, edges[i]);
        assert_int_equal(to, edges[i]);
        to = edges[i] + 1;
        tally_widen(t.tally, 0, &from, &to);
        assert_int_equal(to - from, i == 0 ? FF_MINUTE : i == 1 ? FF_HOUR : FF_DAY);
    }
    twin_free(&t);
}

static void edges_out_of_reach_are_clipped_or_stay_ahead(void **state)
{
    (void)state;
    struct twin t = twin_new("UTC", START, 9);
    twin_add(&t, (struct ff_fact){
                     .at = START, .kind = FF_FACT_COUNT, .which = FF_COUNT_SESSIONS, .by = 1});
    static struct tally_window w;
    tally_read(t.tally, 0, FF_NEVER, INT64_MAX, &w);
    assert_int_equal(w.from, START - 800 * FF_DAY);
    assert_int_equal(w.to, INT64_C(253402214400) * FF_SECOND);
    assert_int_equal(w.count[FF_COUNT_SESSIONS], 1);
    tally_read(t.tally, 0, 0, 1, &w);
    assert_int_equal(w.from, START - 800 * FF_DAY);
    assert_int_equal(w.to, w.from);
    tally_read(t.tally, 0, START + FF_HOUR, START, &w);
    assert_int_equal(w.from, START + FF_HOUR);
    assert_int_equal(w.to, w.from);
    tally_read(t.tally, 0, START + 400 * FF_DAY, START + 500 * FF_DAY, &w);
    assert_int_equal(w.to - w.from, 100 * FF_DAY);
    assert_int_equal(w.count[FF_COUNT_SESSIONS], 0);
    twin_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_equal_the_sum_of_their_facts_in_every_zone),
        cmocka_unit_test(many_visitors_are_estimated_alike_by_every_tier),
        cmocka_unit_test(minutes_hours_and_days_meet_without_gap_or_overlap),
        cmocka_unit_test(edges_between_quarters_of_an_hour_need_no_minutes),
        cmocka_unit_test(an_edge_on_a_boundary_stays),
        cmocka_unit_test(edges_out_of_reach_are_clipped_or_stay_ahead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
