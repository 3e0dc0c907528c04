/* What becomes of a tally that is loaded under another configuration. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "facts.h"

#define N 6000

/* A tally that was loaded, and all facts that it should hold. */
struct changed {
    struct shop shop;
    struct ff_fact fact[2 * N];
    int n;
    ff_wall now;
    const struct zone *zone;
};

static struct changed c;

static void add_more(struct shop *s, uint64_t seed, int n)
{
    for (int i = 0; i < n; i++) {
        struct ff_fact f = random_fact(&seed, c.now, 1);
        if (f.kind == FF_FACT_MONEY)
            f.by = 1; /* so that no currency comes to nothing */
        c.fact[c.n++] = f;
        add(s, &f);
    }
}

/* Saves a tally of the first zone and keeps, at `now`, and loads it with the second ones. */
static void change_at(ff_wall now, const char *zone, struct tally_options options,
                      const char *to_zone, struct tally_options to_options)
{
    struct shop s = new_shop(zone, NULL, options);
    c.n = 0;
    c.now = now;
    c.zone = zone_of(to_zone);
    tally_advance(s.tally, c.now);
    add_more(&s, 7, N);
    struct tape t = saved(&s);
    c.shop = new_shop(to_zone, NULL, to_options);
    assert_true(load(&c.shop, &t));
    tape_free(&t);
    free_shop(&s);
}

static void change(const char *zone, struct tally_options options, const char *to_zone,
                   struct tally_options to_options)
{
    change_at(START, zone, options, to_zone, to_options);
}

static void advance(ff_dur by)
{
    c.now += by;
    tally_advance(c.shop.tally, c.now);
}

/* The sums of the facts of [from, to): nothing is clever here. */
static void plain_sum(ff_wall from, ff_wall to, struct tally_window *w)
{
    static bool seen[PEOPLE];
    memset(w, 0, sizeof *w);
    memset(seen, 0, sizeof seen);
    w->from = from;
    w->to = to;
    for (int i = 0; i < c.n; i++) {
        const struct ff_fact *f = &c.fact[i];
        if (f->at < from || f->at >= to)
            continue;
        if (f->kind == FF_FACT_COUNT)
            w->count[f->which] += f->by;
        if (f->kind == FF_FACT_MONEY) {
            w->money[f->which][f->currency - EUR].amount += f->amount;
            w->money[f->which][f->currency - EUR].n += f->by;
        }
        if (f->kind == FF_FACT_VISITOR && !seen[f->by])
            seen[f->by] = ++w->visitors > 0;
    }
}

static void assert_sums(const struct tally_window *w, const struct tally_window *plain)
{
    assert_memory_equal(w->count, plain->count, sizeof w->count);
    for (int purse = 0; purse < FF_PURSES; purse++) {
        int k = 0;
        for (int i = 0; i < 3; i++) {
            if (plain->money[purse][i].n == 0)
                continue;
            assert_true(k < w->currencies[purse]);
            assert_int_equal(w->money[purse][k].n, plain->money[purse][i].n);
            assert_true(w->money[purse][k++].amount == plain->money[purse][i].amount);
        }
        assert_int_equal(k, w->currencies[purse]);
    }
    if (w->visitors_exact)
        assert_true(w->visitors == plain->visitors);
    else
        assert_true(w->visitors > 0.96 * plain->visitors && w->visitors < 1.04 * plain->visitors);
}

/* What the tally says of [from, to) is the sum of the facts in what it says it covers. */
static void check_window(ff_wall from, ff_wall to)
{
    static struct tally_window w, plain;
    tally_read(c.shop.tally, 0, from, to, &w);
    plain_sum(w.from, w.to, &plain);
    assert_sums(&w, &plain);
}

/* Windows of the last `reach`, of which each edge is one of a bucket. */
static void check_windows(ff_dur reach, uint64_t seed)
{
    for (int i = 0; i < 40; i++) {
        ff_wall from = c.now - (ff_dur)random_below(&seed, (uint64_t)reach);
        check_window(from, from + random_age(&seed));
        check_window(from, c.now + FF_DAY);
    }
}

static struct tally_options keeps(ff_dur minutes, ff_dur hours, ff_dur days)
{
    return (struct tally_options){NULL, 0, minutes, hours, days, NULL, 0};
}

static void end(void)
{
    free_shop(&c.shop);
}

static void what_is_kept_no_longer_is_left_out(void **state)
{
    (void)state;
    ff_wall from = 0, to = START;
    change("Europe/Berlin", usual, "Europe/Berlin", keeps(25 * FF_HOUR, 10 * FF_DAY, 100 * FF_DAY));
    tally_widen(c.shop.tally, 0, &from, &to);
    assert_int_equal(from, zone_day(c.zone, START - 100 * FF_DAY).start);
    check_windows(100 * FF_DAY, 1);
    from = START - 30 * FF_HOUR;
    tally_widen(c.shop.tally, 0, &from, &to);
    assert_int_equal(from, zone_hour(c.zone, START - 30 * FF_HOUR).start);
    end();
}

/* The minutes before those of the image are not there: hours must stand in for them, until as many
 * minutes as are kept now have gone by. */
static void what_is_kept_longer_comes_in_time(void **state)
{
    (void)state;
    static const ff_dur steps[] = {0,           3 * FF_HOUR, 40 * FF_HOUR,
                                   15 * FF_DAY, 40 * FF_DAY, 100 * FF_DAY};
    change("America/New_York", keeps(25 * FF_HOUR, 10 * FF_DAY, 800 * FF_DAY), "America/New_York",
           keeps(100 * FF_HOUR, 90 * FF_DAY, 1000 * FF_DAY));
    ff_wall from = START - 30 * FF_HOUR, to = START;
    tally_widen(c.shop.tally, 0, &from, &to);
    assert_int_equal(from, zone_hour(c.zone, START - 30 * FF_HOUR).start);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        advance(steps[i]);
        check_windows(790 * FF_DAY, i);
        if (i < 4)
            add_more(&c.shop, i, 1000);
        check_windows(790 * FF_DAY, i);
    }
    from = c.now - 90 * FF_HOUR;
    tally_widen(c.shop.tally, 0, &from, &to);
    assert_int_equal(from, ff_floor_to(c.now - 90 * FF_HOUR, FF_MINUTE));
    end();
}

/* Older days than were kept may come from an import, now that they are kept. */
static void days_before_those_of_the_image_are_taken(void **state)
{
    (void)state;
    change("UTC", keeps(50 * FF_HOUR, 62 * FF_DAY, 100 * FF_DAY), "UTC", usual);
    c.n = 0;
    struct ff_fact f = {.at = START - 500 * FF_DAY, .kind = FF_FACT_COUNT, .by = 1};
    c.fact[c.n++] = f;
    add(&c.shop, &f);
    assert_int_equal(tally_too_old(c.shop.tally) > 0, true); /* those that came before */
    check_window(START - 501 * FF_DAY, START - 499 * FF_DAY);
    end();
}

static const char *const zones[] = {"UTC",
                                    "America/Los_Angeles",
                                    "Pacific/Kiritimati",
                                    "Asia/Kolkata",
                                    "Asia/Kathmandu",
                                    "Australia/Lord_Howe",
                                    "Pacific/Pago_Pago",
                                    "Europe/London"};
#define ZONES (sizeof zones / sizeof *zones)

/* The minutes are in the image, so all that they cover is as if it had always been so. */
static void in_another_zone_the_last_hours_are_summed_anew(void **state)
{
    (void)state;
    for (size_t i = 0; i < ZONES; i++) {
        change("Europe/Berlin", usual, zones[i], usual);
        check_windows(49 * FF_HOUR, i);
        struct zone_span day = zone_day(c.zone, START - FF_DAY);
        advance(100 * FF_DAY); /* what was minutes is read as a day now */
        check_window(day.start, day.end);
        end();
    }
}

/* Where the zones differ by whole hours, the same holds for the hours. */
static void in_another_zone_days_are_summed_anew_from_hours(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        change("Europe/Berlin", usual, zones[i], usual);
        check_windows(60 * FF_DAY, i);
        add_more(&c.shop, i, 1000);
        check_windows(60 * FF_DAY, i + 9);
        advance(60 * FF_DAY);
        check_windows(119 * FF_DAY, i);
        end();
    }
}

static int64_t sum_of(ff_wall from, ff_wall to)
{
    static struct tally_window w;
    int64_t sum = 0;
    tally_read(c.shop.tally, 0, from, to, &w);
    for (int i = 0; i < FF_COUNTERS; i++)
        sum += w.count[i] * (i + 1);
    for (int i = 0; i < FF_PURSES; i++)
        for (int k = 0; k < w.currencies[i]; k++)
            sum += (int64_t)w.money[i][k].amount * (i + 1) + w.money[i][k].n;
    return sum;
}

/* Neighbouring windows have no fact in common and miss none, however old their edge is. */
static void assert_windows_add_up(uint64_t seed)
{
    ff_wall from = c.now - 795 * FF_DAY, to = c.now + FF_DAY;
    int64_t all = sum_of(from, to);
    for (int i = 0; i < 200; i++) {
        ff_wall edge = c.now - random_age(&seed), upto = to;
        tally_widen(c.shop.tally, 0, &edge, &upto);
        assert_int_equal(sum_of(from, edge) + sum_of(edge, to), all);
    }
}

static void in_another_zone_nothing_is_missing_or_counted_twice(void **state)
{
    (void)state;
    for (size_t i = 0; i < ZONES; i++) {
        static struct tally_window w, plain;
        change("Europe/Berlin", usual, zones[i], usual);
        tally_read(c.shop.tally, 0, START - 799 * FF_DAY, START + 2 * FF_DAY, &w);
        plain_sum(w.from, w.to, &plain);
        assert_sums(&w, &plain);
        assert_windows_add_up(i);
        advance(30 * FF_DAY);
        add_more(&c.shop, i, 1000);
        assert_windows_add_up(i);
        end();
    }
}

/* Minutes, hours and days that begin at the same time in the image do not in the new zone. */
static void in_another_zone_short_keeps_stay_nested(void **state)
{
    (void)state;
    for (size_t i = 0; i < ZONES; i++) {
        change("Europe/Berlin", keeps(25 * FF_HOUR, 25 * FF_HOUR, 800 * FF_DAY), zones[i],
               keeps(60 * FF_HOUR, 60 * FF_HOUR, 800 * FF_DAY));
        assert_windows_add_up(i);
        advance(20 * FF_HOUR);
        add_more(&c.shop, i, 1000);
        assert_windows_add_up(i);
        end();
    }
}

/* In winter the zones agree, now as at the oldest minute, hour and day that is kept. */
static void zones_that_differ_in_summer_only_are_told_apart(void **state)
{
    (void)state;
    change_at(START + 220 * FF_DAY, "Europe/Berlin", usual, "Africa/Algiers", usual);
    check_windows(60 * FF_DAY, 1);
    assert_windows_add_up(2);
    end();
}

/* A day of the old zone becomes the day of the new one that it has most of: as long as they are less
 * than half a day apart, a date keeps its numbers. */
static void in_another_zone_old_days_keep_their_date(void **state)
{
    (void)state;
    static const char *const near[] = {"UTC", "America/Los_Angeles", "Asia/Kolkata", "Asia/Tokyo"};
    struct shop s = new_shop("Europe/Berlin", NULL, usual);
    static struct tally_window w;
    tally_advance(s.tally, START);
    for (int64_t day = 100; day < 550; day++)
        add(&s, &(struct ff_fact){.at = zone_date_start(zone_of("Europe/Berlin"), 20000 - day) +
                                        FF_HOUR,
                                  .kind = FF_FACT_COUNT,
                                  .by = day});
    struct tape t = saved(&s);
    for (size_t i = 0; i < sizeof near / sizeof *near; i++) {
        struct shop back = new_shop(near[i], NULL, usual);
        const struct zone *zone = zone_of(near[i]);
        assert_true(load(&back, &t));
        for (int64_t day = 101; day < 549; day++) {
            ff_wall from = zone_date_start(zone, 20000 - day);
            tally_read(back.tally, 0, from, zone_date_start(zone, 20001 - day), &w);
            assert_int_equal(w.count[0], day);
        }
        free_shop(&back);
    }
    tape_free(&t);
    free_shop(&s);
}

static void after_a_change_it_is_saved_and_loaded_as_ever(void **state)
{
    (void)state;
    for (size_t i = 0; i < ZONES; i++) {
        struct tally_options longer = keeps(70 * FF_HOUR, 80 * FF_DAY, 900 * FF_DAY);
        change("Europe/Berlin", usual, zones[i], longer);
        add_more(&c.shop, i, 2000);
        struct shop back = new_shop(zones[i], NULL, longer);
        struct tape t = saved(&c.shop);
        assert_true(load(&back, &t));
        for (int k = 0; k < 3; k++) {
            assert_same_bytes(&c.shop, &back);
            assert_same_windows(&c.shop, &back, c.now);
            advance(30 * FF_HOUR);
            tally_advance(back.tally, c.now);
        }
        tape_free(&t);
        free_shop(&back);
        end();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_kept_no_longer_is_left_out),
        cmocka_unit_test(what_is_kept_longer_comes_in_time),
        cmocka_unit_test(days_before_those_of_the_image_are_taken),
        cmocka_unit_test(in_another_zone_the_last_hours_are_summed_anew),
        cmocka_unit_test(in_another_zone_days_are_summed_anew_from_hours),
        cmocka_unit_test(in_another_zone_nothing_is_missing_or_counted_twice),
        cmocka_unit_test(in_another_zone_short_keeps_stay_nested),
        cmocka_unit_test(zones_that_differ_in_summer_only_are_told_apart),
        cmocka_unit_test(in_another_zone_old_days_keep_their_date),
        cmocka_unit_test(after_a_change_it_is_saved_and_loaded_as_ever),
    };
    return cmocka_run_group_tests(tests, NULL, free_zones);
}
