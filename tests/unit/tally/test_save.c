#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "facts.h"

static void what_was_saved_comes_back(void **state)
{
    (void)state;
    struct shop s = new_shop("Europe/Berlin", "Asia/Kathmandu", usual);
    struct shop back = new_shop("Europe/Berlin", "Asia/Kathmandu", usual);
    tally_advance(s.tally, START);
    add_random(&s, 1, 20000, START);
    add_crowd(&s, START - FF_HOUR, 30000);
    add_random(&s, 2, 100, START - 900 * FF_DAY);
    add_random(&s, 3, 50, START + 50 * FF_DAY);
    assert_true(tally_too_old(s.tally) > 0 && tally_too_far(s.tally) > 0);
    struct tape t = saved(&s);
    assert_true(load(&back, &t));
    assert_same_bytes(&s, &back);
    assert_same_windows(&s, &back, START);
    tape_free(&t);
    free_shop(&s);
    free_shop(&back);
}

/* Replaces the shop by one that its image made. */
static void reload(struct shop *s)
{
    struct shop back = new_shop("Europe/Berlin", "America/St_Johns", usual);
    struct tape t = saved(s);
    assert_true(load(&back, &t));
    tape_free(&t);
    free_shop(s);
    *s = back;
}

static void being_saved_and_loaded_on_the_way_makes_no_difference(void **state)
{
    (void)state;
    for (uint64_t run = 0; run < 8; run++) {
        uint64_t seed = run;
        struct shop s = new_shop("Europe/Berlin", "America/St_Johns", usual);
        struct shop other = new_shop("Europe/Berlin", "America/St_Johns", usual);
        ff_wall now = START;
        for (int step = 0; step < 100; step++) {
            now += (ff_dur)random_below(&seed, step % 10 ? 3 * FF_HOUR : 40 * FF_DAY);
            tally_advance(s.tally, now);
            tally_advance(other.tally, now);
            add_random(&s, seed, 50, now);
            add_random(&other, seed, 50, now);
            if (random_below(&seed, 10) == 0)
                reload(&other);
        }
        assert_same_bytes(&s, &other);
        assert_same_windows(&s, &other, now);
        free_shop(&s);
        free_shop(&other);
    }
}

static void the_order_of_facts_and_the_steps_of_the_clock_are_not_seen(void **state)
{
    (void)state;
    enum { N = 6000 };
    static struct ff_fact fact[N];
    for (uint64_t seed = 1; seed < 6; seed++) {
        uint64_t rnd = seed;
        struct shop s = new_shop("Europe/Berlin", "Pacific/Chatham", usual);
        struct shop other = new_shop("Europe/Berlin", "Pacific/Chatham", usual);
        ff_wall end = START + 9 * FF_DAY, now = START;
        tally_advance(s.tally, START);
        tally_advance(other.tally, START);
        for (int i = 0; i < N; i++) {
            fact[i] = random_fact(&rnd, START, 2);
            add(&s, &fact[i]);
        }
        tally_advance(s.tally, end);
        for (int i = N; i > 0; i--) {
            uint64_t k = random_below(&rnd, (uint64_t)i);
            add(&other, &fact[k]);
            fact[k] = fact[i - 1];
            now += (ff_dur)random_below(&rnd, (uint64_t)(2 * (end - now) / i + 1));
            tally_advance(other.tally, now < end ? now : end);
        }
        tally_advance(other.tally, end);
        assert_same_bytes(&s, &other);
        free_shop(&s);
        free_shop(&other);
    }
}

static void what_was_taken_back_leaves_no_trace(void **state)
{
    (void)state;
    struct shop s = new_shop("UTC", NULL, usual), plain = new_shop("UTC", NULL, usual);
    tally_advance(s.tally, START);
    tally_advance(plain.tally, START);
    uint64_t seed = 5;
    for (int i = 0; i < 3000; i++) {
        struct ff_fact f = random_fact(&seed, START, 1);
        if (f.kind == FF_FACT_VISITOR)
            continue;
        add(&s, &f);
        if (i % 3 == 0) {
            add(&plain, &f);
            continue;
        }
        f.by = -f.by;
        if (f.kind == FF_FACT_MONEY)
            f.amount = -f.amount;
        add(&s, &f);
    }
    assert_same_bytes(&s, &plain);
    free_shop(&s);
    free_shop(&plain);
}

static void a_tally_without_a_clock_yet_comes_back(void **state)
{
    (void)state;
    struct shop s = new_shop("Asia/Tokyo", NULL, usual), back = new_shop("Asia/Tokyo", NULL, usual);
    add(&s, &(struct ff_fact){.at = 5, .kind = FF_FACT_COUNT, .by = 1});
    add(&s, &(struct ff_fact){.at = -FF_DAY, .kind = FF_FACT_COUNT, .by = 1});
    struct tape t = saved(&s);
    assert_true(load(&back, &t));
    assert_same_bytes(&s, &back);
    assert_same_windows(&s, &back, 0);
    tape_free(&t);
    free_shop(&s);
    free_shop(&back);
}

/* ---- other sites ---- */

static void sites_go_where_the_map_says(void **state)
{
    (void)state;
    struct shop s = new_shop("Europe/Berlin", "Asia/Tokyo", usual);
    struct shop turned = new_shop("Asia/Tokyo", "Europe/Berlin", usual);
    struct shop one = new_shop("Asia/Tokyo", NULL, usual);
    static struct tally_window x, y;
    tally_advance(s.tally, START);
    add_random(&s, 3, 5000, START);
    struct tape t = saved(&s);
    assert_true(load_map(&turned, &t, (uint16_t[]){1, 0}, 2));
    assert_true(load_map(&one, &t, (uint16_t[]){UINT16_MAX, 0}, 2));
    for (uint16_t site = 0; site < 2; site++) {
        tally_read(s.tally, site, START - 700 * FF_DAY, START, &x);
        tally_read(turned.tally, 1 - site, START - 700 * FF_DAY, START, &y);
        assert_same_window(&x, &y);
        assert_true(x.count[FF_COUNT_SESSIONS] > 0);
    }
    tally_read(one.tally, 0, START - 700 * FF_DAY, START, &y);
    assert_same_window(&x, &y);
    struct tape again = saved(&turned);
    tape_free(&t);
    struct shop back = new_shop("Europe/Berlin", "Asia/Tokyo", usual);
    assert_true(load_map(&back, &again, (uint16_t[]){1, 0}, 2));
    assert_same_bytes(&s, &back);
    tape_free(&again);
    free_shop(&s);
    free_shop(&turned);
    free_shop(&one);
    free_shop(&back);
}

static void two_sites_that_became_one_are_summed(void **state)
{
    (void)state;
    struct shop s = new_shop("Asia/Tokyo", "Asia/Tokyo", usual);
    struct shop one = new_shop("Asia/Tokyo", NULL, usual),
                both = new_shop("Asia/Tokyo", NULL, usual);
    uint64_t seed = 4;
    tally_advance(s.tally, START);
    tally_advance(one.tally, START);
    for (int i = 0; i < 5000; i++) {
        struct ff_fact f = random_fact(&seed, START, 2);
        add(&s, &f);
        f.site = 0;
        add(&one, &f);
    }
    struct tape t = saved(&s);
    assert_true(load_map(&both, &t, (uint16_t[]){0, 0}, 2));
    assert_same_bytes(&one, &both);
    tape_free(&t);
    free_shop(&s);
    free_shop(&one);
    free_shop(&both);
}

static void a_site_that_is_new_begins_with_the_clock_of_the_others(void **state)
{
    (void)state;
    struct shop s = new_shop("UTC", NULL, usual), two = new_shop("UTC", "Asia/Tokyo", usual);
    tally_advance(s.tally, START);
    struct tape t = saved(&s);
    assert_true(load_map(&two, &t, (uint16_t[]){0}, 1));
    ff_wall from = 0, to = START;
    tally_widen(two.tally, 1, &from, &to);
    assert_int_equal(from, zone_day(zone_of("Asia/Tokyo"), START - 800 * FF_DAY).start);
    add(&two, &(struct ff_fact){.at = START, .site = 1, .kind = FF_FACT_COUNT, .by = 1});
    assert_int_equal(tally_too_far(two.tally), 0);
    tape_free(&t);
    free_shop(&s);
    free_shop(&two);
}

/* ---- damage ---- */

/* What a tally that was loaded must bear, whatever it holds. */
static void use(struct shop *s, uint64_t seed)
{
    static struct tally_window w;
    struct shop back = new_shop("Europe/Berlin", "Asia/Kathmandu", usual);
    struct tape t = saved(s);
    assert_true(load(&back, &t));
    assert_same_bytes(s, &back);
    tape_free(&t);
    free_shop(&back);
    for (uint16_t site = 0; site < 2; site++) {
        tally_read(s->tally, site, FF_NEVER, INT64_MAX, &w);
        tally_read(s->tally, site, START - 40 * FF_HOUR, START, &w);
    }
    add_random(s, seed, 100, START);
    tally_advance(s->tally, START + 5 * FF_DAY);
    tally_read(s->tally, 0, START - 70 * FF_DAY, START + FF_DAY, &w);
}

static void damaged_images_do_no_harm(void **state)
{
    (void)state;
    struct shop s = new_shop("Europe/Berlin", "Asia/Kathmandu", usual);
    tally_advance(s.tally, START);
    add_random(&s, 8, 60, START);
    struct tape t = saved(&s);
    uint64_t seed = 3;
    int taken = 0;
    for (int i = 0; i < 2000; i++) {
        struct tape bent = tape_of(ff_span_of(t.p, t.n));
        for (uint64_t k = random_below(&seed, 3); k < 3; k++) {
            char *at = &bent.p[random_below(&seed, i % 2 ? bent.n : 64)];
            *at =
                (char)(i % 3 ? *at ^ 1 << random_below(&seed, 8) : (char)random_below(&seed, 256));
        }
        struct shop back = new_shop("Europe/Berlin", "Asia/Kathmandu", usual);
        if (load(&back, &bent)) {
            use(&back, seed);
            taken++;
        }
        free_shop(&back);
        tape_free(&bent);
    }
    assert_in_range(taken, 50, 1900); /* both ways are gone */
    tape_free(&t);
    free_shop(&s);
}

static void no_prefix_is_an_image(void **state)
{
    (void)state;
    struct shop s = new_shop("UTC", NULL, usual);
    tally_advance(s.tally, START);
    add_random(&s, 8, 8, START);
    struct tape t = saved(&s);
    while (t.n-- > 0) {
        struct shop back = new_shop("UTC", NULL, usual);
        assert_false(load(&back, &t));
        free_shop(&back);
    }
    tape_free(&t);
    free_shop(&s);
}

static void refuses(const struct tape *t, size_t at, char with, uint16_t sites)
{
    struct tape bent = tape_of(ff_span_of(t->p, t->n));
    struct shop back = new_shop("UTC", NULL, usual);
    bent.p[at] = with;
    assert_false(load_map(&back, &bent, (uint16_t[]){0, 0}, sites));
    tape_free(&bent);
    free_shop(&back);
}

static void another_section_version_list_or_number_of_sites_is_refused(void **state)
{
    (void)state;
    struct shop s = new_shop("UTC", NULL, usual);
    struct tape t = saved(&s);
    assert_memory_equal(t.p, "taly\2", 5);
    refuses(&t, 0, 'T', 1);
    refuses(&t, 4, 1, 1);
    refuses(&t, 4, 3, 1);
    refuses(&t, 5, (char)(t.p[5] + 1), 1); /* what is counted */
    refuses(&t, 13, FF_PURSES + 1, 1);
    refuses(&t, 0, 't', 0);
    refuses(&t, 0, 't', 2);
    tape_free(&t);
    free_shop(&s);
}

/* An image of one site with one day, and what is wrong with it. */
struct bent {
    uint64_t clock;       /* minutes */
    int64_t back[3];      /* minutes before the clock */
    uint64_t gap, length; /* minutes */
    bool good;
};

static struct tape bent_image(const struct bent *b)
{
    struct shop s = new_shop("Asia/Kolkata", NULL, usual);
    struct tape plain = saved(&s), t;
    struct image_out *out = tape_write(&t);
    image_put_bytes(out, plain.p, 14); /* up to the clock */
    image_put_uint(out, b->clock);
    for (int i = 0; i < 5; i++)
        image_put_uint(out, 0); /* nothing dropped or left out, no texts */
    image_put_uint(out, 1);
    for (int kind = 0; kind < 3; kind++) {
        image_put_int(out, b->back[kind]);
        if (kind == 2) {
            image_put_uint(out, b->gap);
            image_put_uint(out, b->length);
            for (int i = 0; i < FF_COUNTERS; i++)
                image_put_int(out, 1);
            image_put_bytes(out, "\0\0\0", 3); /* no money, no visitors, no cells */
        }
        image_put_uint(out, 0);
    }
    tape_written(&t);
    tape_free(&plain);
    free_shop(&s);
    return t;
}

#define DAY_MINUTES (24 * 60)
#define CLOCK ((uint64_t)(START / FF_MINUTE))

static void times_that_cannot_be_are_refused(void **state)
{
    (void)state;
    static const struct bent table[] = {
        {CLOCK, {3000, 90000, 1200000}, 100000, DAY_MINUTES, true},
        {UINT64_MAX / 60000000, {3000, 90000, 1200000}, 1000, DAY_MINUTES, false},
        {UINT64_MAX, {3000, 90000, 1200000}, 1000, DAY_MINUTES, false},
        {CLOCK, {3000, 90000, INT64_MAX}, 1000, DAY_MINUTES, false},
        {CLOCK, {3000, 90000, 200 * 366 * DAY_MINUTES + 1}, 1000, DAY_MINUTES, false},
        {CLOCK, {INT64_MIN, 90000, 1200000}, 1000, DAY_MINUTES, false},
        {CLOCK, {-200 * 366 * DAY_MINUTES - 1, 90000, 1200000}, 1000, DAY_MINUTES, false},
        {CLOCK, {90000, 3000, 1200000}, 1000, DAY_MINUTES, false}, /* minutes before hours */
        {CLOCK, {3000, 1200000, 90000}, 1000, DAY_MINUTES, false},
        {CLOCK, {3000, 90000, 1200000}, 1000, 0, false},
        {CLOCK, {3000, 90000, 1200000}, 1000, 2 * DAY_MINUTES + 1, false},
        {CLOCK, {3000, 90000, 1200000}, 1200000 + DAY_MINUTES + 2, 1, false}, /* too far ahead */
        {CLOCK, {3000, 90000, 1200000}, UINT64_MAX, 1, false},
        /* A day far ahead whose middle lies where nothing is kept. */
        {CLOCK, {-2000, -2000, 1000}, 1000 + DAY_MINUTES + 1, 2 * DAY_MINUTES, true},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct shop back = new_shop("Asia/Kolkata", NULL, usual);
        struct shop again = new_shop("Asia/Kolkata", NULL, usual);
        struct tape t = bent_image(&table[i]);
        if (load(&back, &t) != table[i].good)
            fail_msg("row %zu", i);
        if (table[i].good) {
            static struct tally_window w;
            tally_read(back.tally, 0, FF_NEVER, INT64_MAX, &w);
            assert_int_equal(w.count[0], 1);
            struct tape other = saved(&back);
            assert_true(load(&again, &other));
            assert_same_bytes(&back, &again);
            tape_free(&other);
        }
        tape_free(&t);
        free_shop(&back);
        free_shop(&again);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_saved_comes_back),
        cmocka_unit_test(being_saved_and_loaded_on_the_way_makes_no_difference),
        cmocka_unit_test(the_order_of_facts_and_the_steps_of_the_clock_are_not_seen),
        cmocka_unit_test(what_was_taken_back_leaves_no_trace),
        cmocka_unit_test(a_tally_without_a_clock_yet_comes_back),
        cmocka_unit_test(sites_go_where_the_map_says),
        cmocka_unit_test(two_sites_that_became_one_are_summed),
        cmocka_unit_test(a_site_that_is_new_begins_with_the_clock_of_the_others),
        cmocka_unit_test(times_that_cannot_be_are_refused),
        cmocka_unit_test(damaged_images_do_no_harm),
        cmocka_unit_test(no_prefix_is_an_image),
        cmocka_unit_test(another_section_version_list_or_number_of_sites_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, free_zones);
}
