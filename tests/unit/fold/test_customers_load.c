#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "buying.h"
#include "history.h"
#include "picture.h"

#define DAY(n) ((int32_t)(BENCH_START / FF_DAY) + (n))

static struct fold_options options(int32_t active_for)
{
    struct fold_options o = bench_options();
    o.customers_active_for = active_for * FF_DAY;
    o.max_orders = 1000;
    return o;
}

/* Four visitors and three customers, some of whom only have a name. */
static void draw_shop(struct bench *b, struct buying *all, uint64_t seed)
{
    static const char *const visitors[] = {"ann", "bob", "cyn", "dan"}, *const customers[] = {"A", "B", "C"};
    static struct history h;
    h.seed = seed * UINT64_C(0x9e3779b97f4a7c15) | 1;
    *all = (struct buying){.active_for = 10};
    bench_open_with(b, options(10));
    for (int n = 10 + below(&h, 40); all->n < n;) {
        struct deed *d = buying_add(all, DAYS(below(&h, 60)) + all->n, visitors[below(&h, 4)],
                                    below(&h, 2) ? customers[below(&h, 3)] : NULL, below(&h, 2) ? MONEY(5) : 0);
        buying_send(b, d, DAYS(70));
    }
}

static void assert_all(struct bench *b, const struct buying *all)
{
    for (int from = 0; from < 70; from += 7)
        for (int to = from + 1; to < 80; to += 9)
            buying_assert(b, all, DAY(from), DAY(to));
}

static void a_fold_goes_on_as_if_it_had_never_been_saved(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct bench b, c;
        struct buying all, same;
        draw_shop(&b, &all, seed);
        draw_shop(&c, &same, seed);
        bench_reload(&b);
        assert_same_state(c.fold, b.fold);
        struct deed more = {DAYS(1), "ann", "C", MONEY(4), true, "more"};
        buying_send(&b, &more, DAYS(71));
        buying_send(&c, &more, DAYS(71));
        assert_same_state(c.fold, b.fold);
        bench_close(&b);
        bench_close(&c);
    }
}

static void another_active_for_counts_all_anew(void **state)
{
    (void)state;
    static const int32_t others[] = {1, 9, 11, 30, 400};
    for (uint64_t seed = 1; seed <= 20; seed++)
        for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
            struct bench b;
            struct buying all;
            draw_shop(&b, &all, seed);
            bench_reload_with(&b, options(others[i]));
            all.active_for = others[i];
            assert_all(&b, &all);
            bench_close(&b);
        }
}

static void with_less_room_the_oldest_give_way_and_count_on(void **state)
{
    (void)state;
    struct bench b;
    struct buying all = {.active_for = 10};
    bench_open_with(&b, options(10));
    static char names[30][8];
    for (int i = 0; i < 30; i++) {
        snprintf(names[i], sizeof names[i], "v%d", i);
        buying_send(&b, buying_add(&all, DAYS(i), names[i], i % 2 ? names[i] : NULL, MONEY(1)), DAYS(70));
    }
    assert_int_equal(fold_counts(b.fold).customers, 45);
    struct fold_options less = options(10);
    less.max_customers = 10;
    bench_reload_with(&b, less);
    assert_int_equal(fold_counts(b.fold).customers, 10);
    assert_int_equal(fold_counts(b.fold).customers_evicted, 35);
    assert_all(&b, &all);
    struct deed again = {DAYS(69), "v29", "v29", MONEY(1), true, "again"};
    buying_send(&b, &again, DAYS(70));
    struct ff_customers w;
    fold_customers(b.fold, 0, DAYS(0), DAYS(70), &w);
    assert_int_equal(w.new, 30);
    assert_int_equal(w.repeat, 1); /* the newest is known still */
    bench_close(&b);
}

static void what_is_known_of_a_site_that_is_gone_is_left_out(void **state)
{
    (void)state;
    static const uint16_t gone[] = {UINT16_MAX, 0};
    struct bench b, c;
    struct buying all;
    draw_shop(&b, &all, 3);
    struct picture p = picture_of(b.fold);
    bench_open_with(&c, options(10));
    assert_true(picture_load_sites(&p, c.fold, gone, 2));
    assert_int_equal(fold_counts(c.fold).customers, 0);
    assert_int_equal(fold_counts(c.fold).customers_evicted, 0);
    struct ff_customers w;
    fold_customers(c.fold, 0, DAYS(0), DAYS(70), &w);
    assert_int_equal(w.ever, 0);
    picture_free(&p);
    bench_close(&b);
    bench_close(&c);
}

/* What is wrong in it is refused, or is some state that goes on without harm. */
static void spoiled_images_do_no_harm(void **state)
{
    (void)state;
    struct bench b;
    struct buying all;
    draw_shop(&b, &all, 5);
    struct picture p = picture_of(b.fold);
    int loaded = 0;
    for (uint64_t i = 1; i <= 4000; i++) {
        size_t at = p.n - 1 - hash_mix(i) % (p.n < 2500 ? p.n : 2500); /* the customers are at its end */
        unsigned char was = p.bytes[at];
        struct bench c;
        p.bytes[at] ^= (unsigned char)(1 + hash_mix(i + 77) % 255);
        bench_open_with(&c, options(i % 2 ? 10 : 12));
        if (picture_load(&p, c.fold)) {
            loaded++;
            for (int k = 0; k < all.n; k++) {
                all.deeds[k].order[0] = 'n'; /* orders that are not known */
                buying_send(&c, &all.deeds[k], DAYS(80));
            }
            struct picture q = picture_of(c.fold);
            picture_free(&q);
            fold_advance(c.fold, DAYS(3000));
        }
        bench_close(&c);
        p.bytes[at] = was;
    }
    assert_true(loaded > 100 && loaded < 3900);
    picture_free(&p);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fold_goes_on_as_if_it_had_never_been_saved),
        cmocka_unit_test(another_active_for_counts_all_anew),
        cmocka_unit_test(with_less_room_the_oldest_give_way_and_count_on),
        cmocka_unit_test(what_is_known_of_a_site_that_is_gone_is_left_out),
        cmocka_unit_test(spoiled_images_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
